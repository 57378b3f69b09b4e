import { type Call, type Certainty, PBX_PRECISION_MS } from '../model/call.js';
import type { ObservedView, Transition } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import type { Timed } from '../parts/honest-time.js';
import { isClockOff } from '../parts/pbx-clock.js';
import { isInGap, type Window, windowOf } from '../parts/window.js';
import type { KnownTime } from './story.js';

/** When something happened, as a story keeps it, and what lies between two such times. */

export function knownTime({ time, observed }: Timed): KnownTime {
  return { at: time, ...observed };
}

export function seenAt({ after, by }: Window, certainty: Certainty): KnownTime {
  return { at: by, earliest: after, latest: by, certainty };
}

/** The time of a call's event. */
export function timeOf({ time, data }: Transition): KnownTime {
  const { earliest, latest, certainty } = (data as { readonly observed: ObservedView }).observed;
  return {
    at: time,
    earliest: earliest === null ? null : Date.parse(earliest),
    latest: Date.parse(latest),
    certainty,
  };
}

export function isSameTime(a: KnownTime, b: KnownTime): boolean {
  return a.at === b.at && a.earliest === b.earliest && a.latest === b.latest && a.certainty === b.certainty;
}

/** What lay between two times: not less than `least`, and not more than `most`, which is null where it may be any. */
export interface Span {
  /** Null: it is not known. */
  readonly ms: number | null;
  readonly least: number;
  readonly most: number | null;
}

/**
 * The span is known as the durations of the contract are (`callView`): neither end is inferred or lies in a gap between polls, and
 * the polls that showed them were not the same.
 */
export function spanBetween(from: KnownTime, to: KnownTime): Span {
  const least = to.earliest === null ? 0 : Math.max(0, to.earliest - from.latest);
  const most = from.earliest === null ? null : Math.max(0, to.latest - from.earliest);
  const isOfPbx = from.certainty === 'upstream' && to.certainty === 'upstream';
  const isKnown =
    from.certainty !== 'inferred' &&
    to.certainty !== 'inferred' &&
    most !== null &&
    ![from, to].some((end) => isInGap(windowOf(end))) &&
    (isOfPbx ? to.at >= from.at : to.at > from.at);
  return { ms: isKnown ? to.at - from.at : null, least, most };
}

/**
 * The beginning of something that ended at `to`. Where the two times are of two clocks that do not agree, when it began is
 * unknown on the clock of the end.
 *
 * @param skewMs how far the PBX's clock is ahead; null if unknown
 */
export function onClockOf(from: KnownTime, to: KnownTime, skewMs: number | null): KnownTime {
  const isOneClock = (from.certainty === 'upstream') === (to.certainty === 'upstream');
  if (isOneClock || (skewMs !== null && !isClockOff(skewMs))) return from;
  const latest = Math.max(from.at, to.latest);
  return { at: from.at, earliest: null, latest, certainty: 'inferred' };
}

/** The later of two instants: what came next cannot have been before what came first. */
export function notBefore(time: KnownTime, first: Instant): KnownTime {
  if (time.at >= first) return time;
  return { ...time, at: first, latest: Math.max(time.latest, first) };
}

/** Whether a poll had shown the one by the time by which it had shown the other, or before. */
export function isSeenBy(one: KnownTime, other: KnownTime): boolean {
  return one.latest <= other.latest;
}

/** An answer's time as the PBX has said it since a poll showed it; the same if it says nothing better. */
export function refined(answered: KnownTime, { answeredAt, answeredCertainty, transfers }: Call): KnownTime {
  if (answeredCertainty !== 'upstream' || answered.certainty === 'upstream' || transfers > 0) return answered;
  if (answeredAt === null || answeredAt > answered.latest) return answered;
  const latest = Math.max(answeredAt, Math.min(answeredAt + PBX_PRECISION_MS, answered.latest));
  return { at: answeredAt, earliest: answeredAt, latest, certainty: 'upstream' };
}
