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
/** Of one answer, the two rows with the least delay: the second one confirms the first. */
const SAMPLES_PER_ANSWER = 2;

/**
 * Milliseconds by which the PBX's clock is ahead; negative if it is behind, null if the rows do not say. Within
 * `CLOCK_LIMIT_MS` it is the smallest difference that explains the rows, as a rule 0.
 */
export function skewOf({ monitor, queue }: Readonly<Record<Endpoint, Clocked>>): number | null {
  const samples = latest([...monitor.clock, ...queue.clock]);
  if (samples.length === 0) return null;
  const least = Math.max(...samples.map(({ pbx, by }) => pbx - by));
  const fresh = samples.flatMap(({ pbx, after }) => (after === null ? [] : [pbx + PBX_PRECISION_MS - after]));
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
  const added: ClockSample[] = [];
  for (const sample of [...found].sort((a, b) => b.pbx - a.pbx)) {
    // Rows of one instant, such as the legs of a ring group, are one sample.
    if (added.length === SAMPLES_PER_ANSWER || times.has(sample.pbx) || saysNothing(sample)) continue;
    times.add(sample.pbx);
    added.push(sample);
  }
  if (added.length === 0) return known;
  // After the bridge's own clock has been set back, samples of the future are worthless.
  return [...known.filter((sample) => sample.by <= by), ...added].slice(-SAMPLES);
}

/** A row that was there before anyone polled, and whose time is long past, says nothing about a clock. */
function saysNothing({ pbx, after, by }: ClockSample): boolean {
  return after === null && pbx - by < -CLOCK_LIMIT_MS;
}

function latest(samples: readonly ClockSample[]): readonly ClockSample[] {
  return [...samples].sort((a, b) => a.by - b.by).slice(-SAMPLES);
}

function middle(a: number, b: number): number {
  return Math.round((a + b) / 2);
}
