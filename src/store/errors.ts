/** What a store may reject with, besides a caller's mistake (`TypeError`) and a `CorruptStateError`. */

/**
 * The commit was sent and no answer came: it may have been carried out, or may yet be when a frozen server goes on.
 * Retry it with the same `commitId` until there is an answer; or claim anew, after which it cannot happen any more,
 * and go on from the state that the claim gives.
 */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';

  constructor(
    readonly tenant: string,
    readonly commitId: string,
    cause: unknown,
  ) {
    super(`No answer to a commit for tenant ${tenant}: its outcome is unknown`, { cause });
  }
}

/** The store was closed, or was closed while it was still waiting to begin. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';

  constructor() {
    super('The store is closed');
  }
}

/** There is no connection at the moment, or no answer to a ping; nothing was sent that could write. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
