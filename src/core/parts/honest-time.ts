import { type Certainty, type Observed, PBX_PRECISION_MS } from '../model/call.js';
import type { Instant } from '../model/observation.js';
import { CLOCK_LIMIT_MS, isClockOff, onOurClock } from './pbx-clock.js';
import { observedIn, type Window } from './window.js';

/**
 * When something happened, and how certain that is.
 *
 * Guarantees: `observed.earliest <= time <= observed.latest`, and `time` is not before `notBefore`, the instant of the step
 * that came before it.
 */
export interface Timed {
  readonly time: Instant;
  readonly observed: Observed;
}

const EVER = -Infinity;

/** The time of something for which the PBX gives none: when the first poll that shows it was answered. */
export function seenIn(window: Window, certainty: Certainty, notBefore: Instant = EVER): Timed {
  return timedAt(window.by, window, certainty, notBefore);
}

/** A time that was deduced; the window is widened if that is needed to hold it. */
export function timedAt(
  time: Instant,
  { after, by }: Window,
  certainty: Certainty,
  notBefore: Instant = EVER,
): Timed {
  const at = Math.max(time, notBefore);
  const earliest = after === null ? null : Math.min(after, at);
  return { time: at, observed: observedIn({ after: earliest, by: Math.max(by, at) }, certainty) };
}

/**
 * Chooses between the PBX's time and the window of the polls:
 *
 *   clock    PBX's time                                  time                        window                      certainty
 *   off      any                                         corrected, in the window    that of the polls           observed
 *   not off  after the poll that shows it                that poll                   that of the polls           observed
 *   unknown  long before the poll that did not show it   the poll that shows it      PBX's time to that poll     observed
 *   not off  before the step before it                   that step                   that of the polls           observed
 *   not off  otherwise                                   the PBX's                   its second                  upstream
 *
 * In the third row either the PBX shows the row late or its clock is behind, and the window holds both.
 */
export function honestTime(
  pbxTime: Instant | null,
  window: Window,
  skewMs: number | null,
  notBefore: Instant = EVER,
): Timed {
  const { after, by } = window;
  if (pbxTime === null || (!isClockOff(skewMs) && pbxTime > by)) return seenIn(window, 'observed', notBefore);
  const isLate = after !== null && onOurClock(pbxTime, skewMs) < after - lateLimit(after, by, skewMs);
  if (isClockOff(skewMs)) {
    const corrected = Math.min(onOurClock(pbxTime, skewMs), by);
    return timedAt(isLate ? corrected : Math.max(corrected, after ?? EVER), window, 'observed', notBefore);
  }
  if (isLate && skewMs === null) return timedAt(by, { after: pbxTime, by }, 'observed', notBefore);
  const latest = Math.min(pbxTime + PBX_PRECISION_MS, by);
  if (notBefore > latest) return timedAt(notBefore, window, 'observed');
  return timedAt(pbxTime, { after: pbxTime, by: latest }, 'upstream', notBefore);
}

/**
 * How much earlier than the poll that did not show it a time must be to be that of a row shown late. An estimate of the clock is
 * as far off as half of what lies between two polls, and of the PBX's second: of polls every 5 s at most.
 */
function lateLimit(after: Instant, by: Instant, skewMs: number | null): number {
  if (!isClockOff(skewMs)) return CLOCK_LIMIT_MS;
  return CLOCK_LIMIT_MS + Math.min(by - after + PBX_PRECISION_MS, MOST_BETWEEN_MS) / 2;
}

const MOST_BETWEEN_MS = 6_000;

/**
 * The time of an answer that a poll had shown at `seenAt` and of which the PBX says only later when it was; null if that is
 * another answer or says no more. A poll had shown the answer, so it was not later than that.
 */
export function refinedTime(
  pbxTime: Instant,
  { startedAt, seenAt }: { readonly startedAt: Instant; readonly seenAt: Instant },
  skewMs: number | null,
): { readonly time: Instant; readonly certainty: Certainty } | null {
  const isOfAnother = pbxTime > seenAt + CLOCK_LIMIT_MS;
  // A clock that is off says no more than the poll did.
  if (skewMs === null || isClockOff(skewMs) || isOfAnother) return null;
  const certainty = pbxTime < startedAt || pbxTime > seenAt ? 'observed' : 'upstream';
  return { time: Math.min(Math.max(pbxTime, startedAt), seenAt), certainty };
}
