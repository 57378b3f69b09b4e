/** What a store may reject with, besides a caller's mistake (`TypeError`). */

/**
 * The commit was sent and no answer came: it may have been carried out, or may yet be when a frozen server goes on.
 * Retry it with the same `commitId` until there is an answer; or claim again, after which it cannot happen any more,
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

/**
 * The store answers, and this build cannot read the state that it holds of the tenant. Asking again helps only after the
 * operator has started a newer build or run `npm run repair`.
 */
export abstract class UnreadableStateError extends Error {
  abstract readonly reason: UnreadableReason;

  constructor(
    readonly tenant: string,
    /** The fields of the state that cannot be read; none where it is the whole. */
    readonly fields: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

export type UnreadableReason = 'unreadable-entry' | 'newer-format';

/** Fields do not hold what a bridge wrote. Names the tenant and the fields, never their content. */
export class CorruptStateError extends UnreadableStateError {
  override readonly name = 'CorruptStateError';
  readonly reason = 'unreadable-entry';

  constructor(tenant: string, first: string, others: readonly string[] = []) {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const message = `The stored state of tenant ${tenant} is corrupt in field ${first}${more}`;
    super(tenant, [first, ...others], message);
  }
}

/** A newer build has written the state. A claim that is refused for this reason does not fence that build. */
export class NewerFormatError extends UnreadableStateError {
  override readonly name = 'NewerFormatError';
  readonly reason = 'newer-format';

  constructor(
    tenant: string,
    /** The format of what is stored. */
    readonly found: number,
    /** The newest format that this build can read. */
    readonly known: number,
  ) {
    super(
      tenant,
      [],
      `The stored state of tenant ${tenant} has format ${found}, and this build knows formats up to ${known}`,
    );
  }
}
