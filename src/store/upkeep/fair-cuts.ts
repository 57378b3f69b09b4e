import type { LogSize } from '../log-upkeep.js';

/**
 * Shares a bound in bytes among logs: each may have the same, and what one does not need goes to the others. So a log that
 * grows fast shortens itself first, and a small one is not touched while it is below its share.
 *
 * Returns how many events the logs that are above may keep, at least `LEAST_EVENTS` each, which may be more than the bound
 * has room for.
 */
export function fairCuts(
  logs: ReadonlyMap<string, LogSize>,
  boundBytes: number,
): ReadonlyMap<string, number> {
  const level = levelOf(
    [...logs.values()].map(({ bytes }) => bytes),
    boundBytes,
  );
  const cuts = new Map<string, number>();
  for (const [tenant, { events, bytes }] of logs) {
    if (bytes <= level) continue;
    const kept = Math.max(LEAST_EVENTS, Math.floor((events * level) / bytes));
    if (kept < events) cuts.set(tenant, kept);
  }
  return cuts;
}

/** What clients need that were away for a moment; a log without anything would reset each of them. */
export const LEAST_EVENTS = 100;

/** The number of bytes that no log may exceed, so that all together are within the bound; `Infinity` where they are. */
function levelOf(sizes: readonly number[], boundBytes: number): number {
  let room = Math.max(0, boundBytes);
  const ascending = sizes.toSorted((a, b) => a - b);
  for (const [index, bytes] of ascending.entries()) {
    const share = room / (ascending.length - index);
    if (bytes > share) return share;
    room -= bytes;
  }
  return Infinity;
}
