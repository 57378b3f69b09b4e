/** Why a client is refused or closed. The client gets the code and nothing else. */
export type RefusalCode =
  | 'unauthorized'
  | 'token-expired'
  | 'token-in-url'
  | 'tenant-mismatch'
  | 'auth-unavailable'
  | 'origin-not-allowed'
  | 'too-many-connections'
  | 'too-many-messages'
  | 'bad-request'
  | 'slow-consumer'
  | 'memory-full'
  | 'state-unreadable'
  | 'shutting-down';

/**
 * Keeps a token, and what was wrong with it, out of logs and answers. HTTP sends `code` and `detail`, which is of fixed
 * words; Socket.IO sends `code` only.
 */
export class Refusal extends Error {
  /** How Socket.IO hands it to `connect_error`. */
  readonly data: { readonly code: RefusalCode };

  constructor(
    readonly code: RefusalCode,
    readonly detail: string | null = null,
  ) {
    super(code);
    this.name = 'Refusal';
    this.data = { code };
  }
}
