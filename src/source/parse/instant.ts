import type { Instant } from '../../core/model/observation.js';

/**
 * Reads the upstream's times: zone-less ones (`2023-04-10 17:02:51`) in the tenant's zone, RFC 3339 ones as they are.
 *
 * Guarantees: the host's own time zone does not matter. A time that means "has not happened" is null in all its forms:
 * empty, the epoch in any zone (such as `1970-01-01T08:00:00+08:00`), Go's zero time, and every other time before the
 * year 2000. A time that cannot be read is `'unreadable'`, not null. A wall time that a change to summer time skips is
 * read with the offset before it; one that occurs twice is its first occurrence.
 */
export type ReadInstant = Instant | null | 'unreadable';

/** Times before this are sentinels: the PBX is far younger. */
const EARLIEST = Date.UTC(2000, 0, 1);
const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))?$/i;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** Zones change their offset at quarters of an hour, so an offset is looked up once a quarter. */
const QUARTER = 15 * MINUTE;
/** Some ten days of 96 quarters. Emptied when full. */
const CACHED_QUARTERS = 1_024;

export class InstantReader {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError when `timeZone` is not an IANA zone. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  read(text: string): ReadInstant {
    if (text === '') return null;
    const match = TIME.exec(text);
    if (match === null) return 'unreadable';
    const [, year, month, day, hour, minute, second, fraction, z, sign, zoneHours, zoneMinutes] = match;
    const wall = wallTime(
      Number(year),
      Number(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      fraction === undefined ? 0 : Math.trunc(Number(`0.${fraction}`) * 1000),
    );
    if (wall === null) return 'unreadable';
    if (wall < EARLIEST - 2 * DAY) return null;
    const instant =
      z !== undefined
        ? wall
        : sign !== undefined
          ? wall - (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes)) * MINUTE
          : this.#inZone(wall);
    return instant < EARLIEST ? null : instant;
  }

  /** The instant at which the zone's clocks show `wall`, given as if it were UTC. */
  #inZone(wall: number): Instant {
    const before = this.#offsetAt(wall - DAY);
    const after = this.#offsetAt(wall + DAY);
    if (before === after) return wall - before;
    // The clocks change nearby. The larger offset gives the earlier instant: the first of two occurrences.
    for (const offset of [Math.max(before, after), Math.min(before, after)]) {
      if (this.#offsetAt(wall - offset) === offset) return wall - offset;
    }
    return wall - before;
  }

  /** The zone's offset from UTC, in ms, at an instant. */
  #offsetAt(instant: Instant): number {
    const quarter = Math.floor(instant / QUARTER);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const at = quarter * QUARTER;
    const shown: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - at;
    if (this.#offsets.size >= CACHED_QUARTERS) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }
}

/** Milliseconds as if the wall clock were UTC's, or null when the calendar has no such moment (30 February). */
function wallTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number | null {
  if (hour > 23 || minute > 59 || second > 59) return null;
  // Date.UTC reads the years 0 to 99 as 1900 and later; setUTCFullYear does not, and Go's zero time is the year 1.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.setUTCHours(hour, minute, second, ms);
}
