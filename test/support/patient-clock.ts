/** Half of the bridge's interval, as it has two endpoints to ask. */
const MOST_STEP_MS = 50;

/**
 * The world's time, which advances when the bridge polls: at normal speed, but no further than one poll at once. On a
 * slow machine a call takes longer then, and every state of it is seen.
 */
export function patientClock(startAt: number): () => number {
  let now = startAt;
  let askedAt = performance.now();
  return () => {
    const at = performance.now();
    now += Math.min(at - askedAt, MOST_STEP_MS);
    askedAt = at;
    return Math.floor(now);
  };
}
