/**
 * A tenant whose last owners ended in the middle of their first work on it: its own data may be what ends them, as an answer
 * may that takes more memory than there is. The replica that has it now waits before it does the same, so that such a
 * tenant ends no more than one replica in a while, and not one after the other.
 */
export class QuarantineError extends Error {
  override readonly name = 'QuarantineError';

  constructor(
    /** How many owners in a row have ended so. */
    readonly owners: number,
    /** How long it is not to be polled from now on, in milliseconds. */
    readonly restMs: number,
  ) {
    super(`its last owners ended before they had recorded a poll of it (in a row: ${owners})`);
  }
}

/**
 * How long to wait after so many owners: 2 s, then four times as long with each, up to 5 minutes. One that was killed for
 * another reason costs little: together with its lease the tenant is polled again within 8 s.
 */
export function quarantineMs(owners: number): number {
  return owners <= 0 ? 0 : Math.min(FIRST_MS * 4 ** (owners - 1), LONGEST_MS);
}

const FIRST_MS = 2_000;
const LONGEST_MS = 300_000;
