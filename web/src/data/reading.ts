/**
 * What the bridge last answered to a question that is asked again and again.
 *
 *   hidden    the token does not show it
 *   reading   not known yet
 *   away      not known: it could not be read
 *   known     as of the last answer
 *   aged      known, but it could not be read since: it is as of `at`
 */
export interface Reading<T> {
  /** Null: not known. */
  readonly value: T | null;
  /** When it was asked for. */
  readonly at: number | null;
  /** Since when it could not be read; null: the last answer is the newest. */
  readonly failedAt: number | null;
  readonly isHidden: boolean;
}

export type ReadingState = 'hidden' | 'reading' | 'away' | 'known' | 'aged';

/** So long nothing is said: one answer that is missing is no news. */
export const SILENT_MS = 60_000;

export function stateOf({ value, at, failedAt, isHidden }: Reading<unknown>, now: number): ReadingState {
  if (isHidden) return 'hidden';
  if (value === null || at === null) return failedAt === null ? 'reading' : 'away';
  return failedAt !== null && now - at > SILENT_MS ? 'aged' : 'known';
}

/** After an answer, or (`value` null) the lack of one, to a question of `askedAt`. */
export function afterAnswer<T>(before: Reading<T>, value: T | null, askedAt: number): Reading<T> {
  if (value === null) return { ...before, failedAt: before.failedAt ?? askedAt, isHidden: false };
  return { value, at: askedAt, failedAt: null, isHidden: false };
}
