/** Why a client is refused or closed. The client gets the code, and over HTTP the detail. */
export type RefusalCode =
  | 'unauthorized'
  | 'token-expired'
  | 'token-revoked'
  | 'bad-signature'
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
 * Keeps a token out of logs and answers. HTTP sends `code` and `detail`; Socket.IO sends `code` only. `detail` is of fixed
 * words and names that the operator has configured, and never of what the token says.
 */
export class Refusal extends Error {
  /** How Socket.IO hands it to `connect_error`. */
  readonly data: { readonly code: RefusalCode };

  constructor(
    readonly code: RefusalCode,
    readonly detail: string | null = null,
    /** For the operator's log alone: which part of the token it is about. */
    readonly about: TokenPart = {},
  ) {
    super(code);
    this.name = 'Refusal';
    this.data = { code };
  }
}

export interface TokenPart {
  /** The claim's name. */
  readonly claim?: string;
  /** The tenant that the token names, where it is a configured one. */
  readonly tenant?: string;
}
