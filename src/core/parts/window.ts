import type { Absence, Certainty, Observed } from '../model/call.js';
import type { Instant } from '../model/observation.js';

/**
 * A bracket in time: something happened later than `after` and at `by` at the latest. As a rule, `after` is when the last
 * poll without it was sent, null where there was none, and `by` is when the first answer with it was there.
 *
 * Only the functions of this file compare the ends of a bracket, so that each comparison has a name and decides in one
 * place what equal ends mean.
 */
export interface Window {
  readonly after: Instant | null;
  readonly by: Instant;
}

/** `after` is forgotten where it is later than `by`: the clock has been set back in between. */
export function windowBetween(after: Instant | null, by: Instant): Window {
  return { after: ifBefore(after, by), by };
}

/** Null where the clock has been set back since `instant`, too: then it is not known how long ago it was. */
export function ifBefore(instant: Instant | null, now: Instant): Instant | null {
  return instant !== null && instant <= now ? instant : null;
}

/** When the part went that is absent. */
export function whenGone({ lastPresent, firstAbsent }: Pick<Absence, 'lastPresent' | 'firstAbsent'>): Window {
  return { after: lastPresent, by: firstAbsent };
}

export function observedIn({ after, by }: Window, certainty: Certainty): Observed {
  return { earliest: after, latest: by, certainty };
}

/** It was seen to have happened before `instant`; not where that was at `instant` itself. */
export function isBefore({ by }: Window, instant: Instant): boolean {
  return by < instant;
}

/** It was seen to have happened `ms` or more before the other was. */
export function isLongBefore({ by }: Window, other: Window, ms: number): boolean {
  return other.by - by >= ms;
}

/** `instant` is more than `toleranceMs` later than the poll that showed it. */
export function isLaterThan(instant: Instant, { by }: Window, toleranceMs: number): boolean {
  return instant > by + toleranceMs;
}

/** A later poll showed it; false where one poll showed both. */
export function isSeenLater({ by }: Window, other: Window): boolean {
  return by > other.by;
}

/** It had not happened yet when the other was seen, or a poll sent at that instant was the last without it. */
export function isAfter({ after }: Window, other: Window): boolean {
  return after !== null && after >= other.by;
}

/** The one that was seen last; of several that one poll showed, the first. At least one must be given. */
export function lastOf(windows: readonly Window[]): Window {
  return windows.reduce((last, window) => (isSeenLater(window, last) ? window : last));
}
