/** The local day: what "today" means on the screen that shows it. Instants are milliseconds since the Unix epoch. */

export interface Day {
  /** Local midnight. */
  readonly from: number;
  /** The next one; 23 or 25 hours later where clocks are changed. */
  readonly to: number;
}

export function dayOf(now: number): Day {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const next = new Date(midnight);
  next.setDate(next.getDate() + 1);
  return { from: midnight.getTime(), to: next.getTime() };
}

export function isIn(day: Day, instant: number): boolean {
  return instant >= day.from && instant < day.to;
}
