/** Why somebody is turned away or sent off. The code is all that the client is told. */
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
  | 'state-unreadable'
  | 'shutting-down';

/**
 * Neither a token nor what was wrong with it may reach a log or a client. `detail`, of fixed words, is told over HTTP only;
 * Socket.IO tells the code.
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

/** The line of an error that may be logged: no properties, which can hold commands, keys and requests. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
