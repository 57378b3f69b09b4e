/** The days that a report is about, in the tenant's zone, as `2026-03-02`. */
export interface Period {
  readonly from: string;
  /** The last one. */
  readonly to: string;
}

export const PRESETS = ['today', 'yesterday', 'this-week', 'last-week', 'this-month', 'last-month'] as const;
export type Preset = (typeof PRESETS)[number];

/** Weeks begin on Monday. */
export function periodOf(preset: Preset, today: string): Period {
  const monday = plus(today, -((weekday(today) + 6) % 7));
  switch (preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: plus(today, -1), to: plus(today, -1) };
    case 'this-week':
      return { from: monday, to: today };
    case 'last-week':
      return { from: plus(monday, -7), to: plus(monday, -1) };
    case 'this-month':
      return { from: firstOfMonth(today), to: today };
    case 'last-month': {
      const last = plus(firstOfMonth(today), -1);
      return { from: firstOfMonth(last), to: last };
    }
  }
}

/** How many days it has. */
export function lengthOf({ from, to }: Period): number {
  return Math.round((noon(to) - noon(from)) / DAY_MS) + 1;
}

/** The longest for which the service has hours, and the longest of all. */
export const HOURS_MOST_DAYS = 31;
const MOST_DAYS = 400;

/** Null where it is none: from is after to, or a day is missing or none. */
export function periodBetween(from: string, to: string): Period | null {
  const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(noon(text));
  if (!isDay(from) || !isDay(to)) return null;
  const period = { from, to };
  const days = lengthOf(period);
  return days >= 1 && days <= MOST_DAYS ? period : null;
}

/** The day of an instant, in ms since the epoch, in a zone. */
export function dayIn(timeZone: string, instant: number): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone }).format(instant);
}

function plus(day: string, days: number): string {
  return new Date(noon(day) + days * DAY_MS).toISOString().slice(0, 10);
}

function firstOfMonth(day: string): string {
  return `${day.slice(0, 8)}01`;
}

/** 0: Sunday. */
function weekday(day: string): number {
  return new Date(noon(day)).getUTCDay();
}

/** A day as a place on a calendar, which has no clocks. */
function noon(day: string): number {
  return Date.parse(`${day}T12:00:00Z`);
}

const DAY_MS = 86_400_000;
