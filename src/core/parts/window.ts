import type { Absence, Bracket, Certainty, Observed } from '../model/call.js';
import type { Instant } from '../model/observation.js';

/**
 * The window of time in which something happened: later than `after`, and not later than `by`. As a rule, `after` is when
 * the last poll without it was sent, null if there was none, and `by` is when the first answer with it was received.
 *
 * Only the functions of this file compare the ends of a window, so that each comparison has a name and decides in one
 * place what equal ends mean.
 */
export type Window = Bracket;

/**
 * Makes a window. If `after` is later than `by`, the clock has been set back in between, and the window has no `after`.
 */
export function windowBetween(after: Instant | null, by: Instant): Window {
  return { after: ifBefore(after, by), by };
}

/**
 * Returns `instant`, or null if it is later than `now`: the clock has been set back, so how long ago it was is unknown.
 */
export function ifBefore(instant: Instant | null, now: Instant): Instant | null {
  return instant !== null && instant <= now ? instant : null;
}

/** The window in which an absent part went. */
export function whenGone({ lastPresent, firstAbsent }: Pick<Absence, 'lastPresent' | 'firstAbsent'>): Window {
  return { after: lastPresent, by: firstAbsent };
}

export function observedIn({ after, by }: Window, certainty: Certainty): Observed {
  return { earliest: after, latest: by, certainty };
}

export function windowOf({ earliest, latest }: Observed): Window {
  return { after: earliest, by: latest };
}

/** Whether `instant` is that of an earlier poll than the one that showed it. */
export function isBefore(instant: Instant, { by }: Window): boolean {
  return instant < by;
}

/** Whether a poll had shown it at least `ms` before `instant`. */
export function isSince({ by }: Window, instant: Instant, ms: number): boolean {
  return by + ms <= instant;
}

/** Whether less than `ms` passed from the one to the other, wherever in their windows they were. */
export function isCertainlyWithin(start: Window, end: Window, ms: number): boolean {
  return start.after !== null && end.by - start.after < ms;
}

/**
 * No poll showed anything for so long: an outage, or a bridge that was not there. In less, a customer who talks is sent on more often
 * than hangs up and calls again, so that an interval of 10 s still follows transfers; what happened in it happened at no time that
 * is known (ours to choose).
 */
const GAP_MS = 15_000;

/** Whether it happened in a gap between polls. What was there at the first poll of all happened at an unknown time anyway. */
export function isInGap({ after, by }: Window): boolean {
  return after !== null && by - after >= GAP_MS;
}

/** Whether a poll showed it at least `ms` before one showed the other. */
export function isLongBefore({ by }: Window, other: Window, ms: number): boolean {
  return other.by - by >= ms;
}

/** Whether a poll showed it at least `ms` before `now`. */
export function isLongAgo({ by }: Window, now: Instant, ms: number): boolean {
  return now - by >= ms;
}

/** Whether `instant` is not later than the poll that did not show it yet. False if there is no such poll. */
export function isEarlierOrAt(instant: Instant, { after }: Window): boolean {
  return after !== null && instant <= after;
}

/** Whether the very answer that was received at `now` was the first to show it. */
export function isJustSeen({ by }: Window, now: Instant | null): boolean {
  return by === now;
}

/** Whether `instant` lies in the window, or at most `ms` before or after it. */
export function isNear(instant: Instant, { after, by }: Window, ms: number): boolean {
  return instant <= by + ms && (after === null || instant >= after - ms);
}

/** Whether a later poll showed it than the one that showed the other. False if one poll showed both. */
export function isSeenLater({ by }: Window, other: Window): boolean {
  return by > other.by;
}

/** Whether a poll that was sent no earlier than the answer that showed the other did not show it yet. */
export function isAfter({ after }: Window, other: Window): boolean {
  return after !== null && after >= other.by;
}

/**
 * Whether what went within the first window was there for longer: a later poll showed its end or, where one poll showed both
 * ends, a later one still showed it. Partial answers may have lacked the other since then.
 */
export function outlasts(window: Window, other: Window): boolean {
  if (window.by !== other.by) return isSeenLater(window, other);
  return window.after !== null && (other.after === null || window.after > other.after);
}

/** Picks the window of what went last; of several that may have, the first. At least one must be given. */
export function lastOf(windows: readonly Window[]): Window {
  return windows.reduce((last, window) => (outlasts(window, last) ? window : last));
}

/**
 * Makes the window of what was over before each of these ended and had not happened when it began; where polls contradict
 * each other, that which holds all of them. At least one must be given.
 */
export function commonOf(windows: readonly Window[]): Window {
  const after = Math.max(...windows.map((window) => window.after ?? -Infinity));
  const by = Math.min(...windows.map((window) => window.by));
  return after >= by ? spanOf(windows) : { after: after === -Infinity ? null : after, by };
}

/** Makes the window that holds all of these. At least one must be given. */
export function spanOf(windows: readonly Window[]): Window {
  const starts = windows.map(({ after }) => after);
  const after = starts.includes(null) ? null : Math.min(...starts.map((start) => start!));
  return { after, by: lastOf(windows).by };
}
