/**
 * Days and hours in a time zone.
 *
 * Guarantee: the host's own zone does not matter, and a day may have 23 or 25 hours.
 */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;
  /** The latest answer: what is asked next is nearly always of the same minute. */
  #latest: { readonly minute: number; readonly at: LocalMinute } | null = null;

  /** @throws RangeError when `timeZone` is not an IANA zone. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
    });
  }

  /** What the zone's clocks show at an instant, in milliseconds since the Unix epoch. */
  at(instant: number): LocalMinute {
    // Offsets of zones are whole minutes since the 1970s.
    const minute = Math.floor(instant / MINUTE_MS);
    if (this.#latest?.minute === minute) return this.#latest.at;
    const parts = new Map(
      this.#format.formatToParts(minute * MINUTE_MS).map(({ type, value }) => [type, value]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!;
    const at = {
      day: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
      weekday: WEEKDAYS.indexOf(part('weekday')) + 1,
      minute: Number(part('hour')) * 60 + Number(part('minute')),
    };
    this.#latest = { minute, at };
    return at;
  }

  /** The first instant of a day, `YYYY-MM-DD`. */
  startOf(day: string): number {
    // No zone is further from UTC than 14 hours, and clocks are set at whole minutes.
    const middle = Date.parse(`${day}T00:00:00Z`);
    let [before, from] = [middle - FURTHEST_MS, middle + FURTHEST_MS];
    while (from - before > MINUTE_MS) {
      const between = Math.floor((before + from) / 2 / MINUTE_MS) * MINUTE_MS;
      if (this.at(between).day < day) before = between;
      else from = between;
    }
    return from;
  }

  /** The day after or before, by so many days of the calendar. */
  static shifted(day: string, days: number): string {
    return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
  }
}

export interface LocalMinute {
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** 1 is Monday, 7 Sunday. */
  readonly weekday: number;
  /** Since the clocks showed 00:00, as they show it. */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const FURTHEST_MS = 15 * 3_600_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
