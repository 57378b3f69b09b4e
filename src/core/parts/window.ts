import type { Absence, Certainty, Observed } from '../model/call.js';
import type { Instant } from '../model/observation.js';

/**
 * The window of time in which something happened: later than `after`, and not later than `by`. As a rule, `after` is when
 * the last poll without it was sent, null if there was none, and `by` is when the first answer with it was received.
 *
 * Only the functions of this file compare the ends of a window, so that each comparison has a name and decides in one
 * place what equal ends mean.
 */
export interface Window {
  readonly after: Instant | null;
  readonly by: Instant;
}

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

/** Whether a poll had shown it before `instant`. False if that poll's answer was received at `instant` itself. */
export function isBefore({ by }: Window, instant: Instant): boolean {
  return by < instant;
}

/** Whether a poll showed it at least `ms` before one showed the other. */
export function isLongBefore({ by }: Window, other: Window, ms: number): boolean {
  return other.by - by >= ms;
}

/**
 * Whether `instant` is more than `toleranceMs` earlier than the window or, where the window has no `after`, more than
 * `lookbackMs` earlier than the poll that showed it.
 */
export function isEarlierThan(
  instant: Instant,
  { after, by }: Window,
  { toleranceMs, lookbackMs }: { readonly toleranceMs: number; readonly lookbackMs: number },
): boolean {
  return instant < (after === null ? by - lookbackMs : after - toleranceMs);
}

/** Whether `instant` is not later than the poll that did not show it yet. False if there is no such poll. */
export function isEarlierOrAt(instant: Instant, { after }: Window): boolean {
  return after !== null && instant <= after;
}

/** Whether `instant` is more than `toleranceMs` later than the poll that showed it. */
export function isLaterThan(instant: Instant, { by }: Window, toleranceMs: number): boolean {
  return instant > by + toleranceMs;
}

/** Whether a later poll showed it than the one that showed the other. False if one poll showed both. */
export function isSeenLater({ by }: Window, other: Window): boolean {
  return by > other.by;
}

/** Whether a poll that was sent no earlier than the answer that showed the other did not show it yet. */
export function isAfter({ after }: Window, other: Window): boolean {
  return after !== null && after >= other.by;
}

/** Picks the window that the latest poll showed; of several from that poll, the first. At least one must be given. */
export function lastOf(windows: readonly Window[]): Window {
  return windows.reduce((last, window) => (isSeenLater(window, last) ? window : last));
}
