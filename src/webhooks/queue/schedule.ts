/** When what failed is tried again. */

/** Waits after an event's own failures, in milliseconds; after these every `LATER_MS`. */
const WAITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000];
const LATER_MS = 1_800_000;
/** The share by which the later waits differ, so that what failed together is not tried together for days. */
const JITTER = 0.2;

/**
 * How long an event waits after so many failures of its own.
 * @param failures at least 1
 * @param random in [0, 1)
 */
export function waitAfterRefusal(failures: number, random: () => number): number {
  return WAITS_MS[failures - 1] ?? LATER_MS * (1 - JITTER / 2 + JITTER * random());
}

/** Waits between the probes of an endpoint that fails; the last one repeats. */
const PROBES_MS = [1_000, 5_000, 30_000];

/** @param failures probes that failed in a row; at least 1 */
export function waitForProbe(failures: number): number {
  return PROBES_MS[Math.min(failures, PROBES_MS.length) - 1]!;
}
