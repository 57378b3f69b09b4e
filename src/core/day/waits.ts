/**
 * A histogram of waits whose windows are known, kept as two: of the least that each wait can have been, and of the most. So for
 * any limit, also one that is chosen later, there is how many were certainly within it and how many possibly.
 *
 * Guarantee: between the two lies the truth, for any limit in whole seconds. Up to `FINE_SECONDS` nothing is lost by the buckets;
 * above, a wait within the bucket of the limit is only possibly within it.
 */

/** Service levels are agreed in seconds, nearly all of them within two minutes. */
const FINE_SECONDS = 120;

/** The last second of each bucket; the one after them is of all longer waits. */
const EDGES: readonly number[] = [
  ...Array.from({ length: FINE_SECONDS + 1 }, (_, second) => second),
  ...[150, 180, 240, 300, 420, 600, 900, 1_800, 3_600],
];

export const WAIT_BUCKETS = EDGES.length + 1;

/** The bucket of a wait. */
export function bucketOf(ms: number): number {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds <= FINE_SECONDS) return seconds;
  const bucket = EDGES.findIndex((edge) => seconds <= edge);
  return bucket < 0 ? EDGES.length : bucket;
}

/** How many of the waits, given by the most that each can have been, were certainly within the limit. */
export function certainlyWithin(most: readonly number[], seconds: number): number {
  let count = 0;
  for (const [bucket, edge] of EDGES.entries()) if (edge <= seconds) count += most[bucket] ?? 0;
  return count;
}

/** How many of the waits, given by the least that each can have been, were possibly within the limit. */
export function possiblyWithin(least: readonly number[], seconds: number): number {
  let count = 0;
  for (let bucket = 0; bucket < WAIT_BUCKETS; bucket++) {
    const before = bucket === 0 ? -1 : EDGES[bucket - 1]!;
    if (before < seconds) count += least[bucket] ?? 0;
  }
  return count;
}
