import { type ClockSample, PBX_PRECISION_MS } from '../model/call.js';
import type { Endpoint, Instant } from '../model/observation.js';

/**
 * How far the PBX's clock is ahead of the bridge's, estimated from the times on rows.
 *
 * A row may be shown late but never early, and its time is cut to a whole second. So a row that was first shown with the
 * time `pbx` by an answer that was received at `by` says that the clock is ahead by `pbx - by` at least: one row shows a
 * clock that is ahead. If a complete poll that was sent at `after` did not show the row yet, and the row is not shown late,
 * the clock is ahead by less than `pbx + 1 s - after`. A row that is shown late looks like a clock that is behind, so this
 * takes two rows or more, and the one with the least delay counts.
 */

/** Two clocks that differ by no more than this are taken for one. */
export const CLOCK_LIMIT_MS = 2_000;

/**
 * How many samples count, the latest of both endpoints. A clock may drift or be set, so old ones say little; but a few rows
 * may all be shown late.
 */
const SAMPLES = 6;
/**
 * For how long those count beside them that have shown a clock which is off, if none of the latest contradicts them: of a clock that is
 * off by little more than `CLOCK_LIMIT_MS` most rows do not show it. The clocks of computers drift by less than 0.1 s in that time.
 */
const KEPT_MS = 600_000;
/**
 * Of one answer, the two rows with the least delay: the second one confirms the first. And the one with the most: of polls that are
 * far apart only a row that came soon after the last one shows that the clock is behind, and it is confirmed by other answers.
 */
const LEAST_OF_ANSWER = 2;

/**
 * Milliseconds by which the PBX's clock is ahead; negative if it is behind, null if the rows do not say. Within
 * `CLOCK_LIMIT_MS` it is the smallest difference that explains the rows, as a rule 0.
 */
export function skewOf({ monitor, queue }: Readonly<Record<Endpoint, Clocked>>): number | null {
  const samples = counting([...monitor.clock, ...queue.clock]);
  if (samples.length === 0) return null;
  const least = Math.max(...samples.map(leastOf));
  const fresh = samples.map(mostOf).filter((bound) => bound < Infinity);
  // A row whose bound contradicts another row is shown late, or is older than a change of the clock.
  const [most, second = most] = fresh.filter((bound) => bound > least).sort((a, b) => a - b);
  if (least > CLOCK_LIMIT_MS) return most === undefined ? least : middle(least, most);
  const behind = fresh.length > 1 ? second : undefined;
  if (behind !== undefined && behind < -CLOCK_LIMIT_MS) return middle(least, behind);
  const isInTune = least >= -CLOCK_LIMIT_MS || fresh.some((bound) => bound >= -CLOCK_LIMIT_MS);
  return isInTune ? Math.max(least, Math.min(0, behind ?? 0)) : null;
}

/** The same, asked for only where it is needed, and found out once. */
export function lazySkew(sources: Readonly<Record<Endpoint, Clocked>>): () => number | null {
  let known: { readonly skewMs: number | null } | null = null;
  return () => (known ??= { skewMs: skewOf(sources) }).skewMs;
}

interface Clocked {
  readonly clock: readonly ClockSample[];
}

/** Whether the PBX's clock is so far off that none of its times may be used as it is. */
export function isClockOff(skewMs: number | null): skewMs is number {
  return skewMs !== null && Math.abs(skewMs) > CLOCK_LIMIT_MS;
}

/** A time of the PBX on the bridge's clock, in the middle of its second if it must be corrected. */
export function onOurClock(pbxTime: Instant, skewMs: number | null): Instant {
  return isClockOff(skewMs) ? pbxTime - skewMs + PBX_PRECISION_MS / 2 : pbxTime;
}

/** Adds what an answer received at `by` shows; `known` itself if that is nothing new. */
export function withSamples(
  known: readonly ClockSample[],
  found: readonly ClockSample[],
  by: Instant,
): readonly ClockSample[] {
  const times = new Set(known.map(({ pbx }) => pbx));
  const fresh: ClockSample[] = [];
  for (const sample of [...found].sort((a, b) => b.pbx - a.pbx)) {
    // Rows of one instant, such as the legs of a ring group, are one sample.
    if (times.has(sample.pbx) || saysNothing(sample)) continue;
    times.add(sample.pbx);
    fresh.push(sample);
  }
  if (fresh.length === 0) return known;
  const added = [...fresh.slice(0, LEAST_OF_ANSWER), ...fresh.slice(LEAST_OF_ANSWER).slice(-1)];
  // After the bridge's own clock has been set back, samples of the future are worthless.
  return counting([...known.filter((sample) => sample.by <= by), ...added]);
}

/** A row that was there before anyone polled, and whose time is long past, says nothing about a clock. */
function saysNothing({ pbx, after, by }: ClockSample): boolean {
  return after === null && pbx - by < -CLOCK_LIMIT_MS;
}

/** The latest samples, and of those before them the two that show best that the clock is behind, and the one that it is ahead. */
function counting(samples: readonly ClockSample[]): readonly ClockSample[] {
  const sorted = [...samples].sort((a, b) => a.by - b.by);
  const latest = sorted.slice(-SAMPLES);
  if (sorted.length <= SAMPLES) return sorted;
  const since = latest.at(-1)!.by - KEPT_MS;
  const [least, most] = [Math.max(...latest.map(leastOf)), Math.min(...latest.map(mostOf))];
  const earlier = sorted.slice(0, -SAMPLES).filter(({ by }) => by >= since);
  const behind = earlier
    .filter((sample) => mostOf(sample) < -CLOCK_LIMIT_MS && mostOf(sample) > least)
    .sort((a, b) => mostOf(a) - mostOf(b));
  const ahead = earlier
    .filter((sample) => leastOf(sample) > CLOCK_LIMIT_MS && leastOf(sample) < most)
    .sort((a, b) => leastOf(b) - leastOf(a));
  const kept = new Set([...behind.slice(0, 2), ...ahead.slice(0, 1), ...latest]);
  return sorted.filter((sample) => kept.has(sample));
}

/** The clock is ahead by that at least. */
function leastOf({ pbx, by }: ClockSample): number {
  return pbx - by;
}

/** The clock is ahead by less than that, unless the row is shown late. */
function mostOf({ pbx, after }: ClockSample): number {
  return after === null ? Infinity : pbx + PBX_PRECISION_MS - after;
}

function middle(a: number, b: number): number {
  return Math.round((a + b) / 2);
}
