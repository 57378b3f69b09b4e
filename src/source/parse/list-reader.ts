import { isUtf8 } from 'node:buffer';
import type {
  Instant,
  MonitorObservation,
  ObservedLeg,
  ObservedQueueEntry,
  QueueObservation,
} from '../../core/model/observation.js';
import { parseOrNothing } from './json.js';
import { type Listing, listRows, relistRows, type Strength } from './row-set.js';
import { legStrength, readMonitorRow } from './monitor-row.js';
import { readQueueRow, stayStrength } from './queue-row.js';
import type { Conceal } from '../quote-upstream.js';
import { bad, type Locale, type RowReading } from './row-reading.js';
import type { RowSlices } from './row-matcher.js';
import { cutRows } from './row-slicer.js';
import { readList } from './answer-schemas.js';

/**
 * Answer bodies → observations, at a cost that grows with what changed.
 *
 * Guarantees: what comes out depends on the body alone, never on the bodies before it; those decide only how much
 * work it takes and which *objects* are the same. The same bytes give the same `rows` map, unparsed. A row whose bytes
 * the last answer had is the very same object, and so is one whose new bytes mean the same (another `network_ip`).
 * Rows that cannot be read make the answer `partial`, and `failed` when there are no others. A failed answer changes
 * nothing here: the next one is compared with the last that was none. Not guaranteed: the order of `rows`.
 */
export class MonitorObserver {
  readonly #list: ListObserver<ObservedLeg>;

  constructor(locale: Locale, conceal: Conceal = KEEP) {
    this.#list = new ListObserver((raw) => readMonitorRow(raw, locale), legStrength, conceal);
  }

  /** @param body a successful answer of `/v3/monitor`; it is kept and must not be written to afterwards */
  observe(body: Buffer, { startedAt, at }: PollTimes): MonitorObservation {
    const seen = this.#list.observe(body);
    if (!seen.ok) return { endpoint: 'monitor', startedAt, at, outcome: 'failed', reason: seen.reason };
    const { rows, idle } = seen.listing;
    const reason = seen.doubt;
    return {
      endpoint: 'monitor',
      startedAt,
      at,
      outcome: outcomeOf(reason),
      reason,
      rows,
      idleExtensions: idle,
    };
  }
}

/** The same for the rows of `/v3/monitor/callcenter/queue`. */
export class QueueObserver {
  readonly #list: ListObserver<ObservedQueueEntry>;

  constructor(locale: Locale, conceal: Conceal = KEEP) {
    this.#list = new ListObserver((raw) => readQueueRow(raw, locale), stayStrength, conceal);
  }

  observe(body: Buffer, { startedAt, at }: PollTimes): QueueObservation {
    const seen = this.#list.observe(body);
    if (!seen.ok) return { endpoint: 'queue', startedAt, at, outcome: 'failed', reason: seen.reason };
    const reason = seen.doubt;
    return { endpoint: 'queue', startedAt, at, outcome: outcomeOf(reason), reason, rows: seen.listing.rows };
  }
}

/** When a poll was sent and when its answer was there. */
export interface PollTimes {
  readonly startedAt: Instant;
  readonly at: Instant;
}

const KEEP: Conceal = (text) => text;

interface Seen<Row> {
  readonly ok: true;
  readonly listing: Listing<Row>;
  /** Why the answer is only partial, or null. */
  readonly doubt: string | null;
}

interface Unseen {
  readonly ok: false;
  readonly reason: string;
}

/** An answer's rows as they were read, in its order. */
interface Reading<Row> {
  readonly ok: true;
  readonly readings: readonly RowReading<Row>[];
  /** Where they are in the body, and which of them the last body had; null when it was parsed as a whole. */
  readonly cut: (RowSlices & { readonly origins: readonly number[] }) | null;
  readonly doubt: string | null;
}

/** The last body that was an answer. */
interface LastAnswer<Row> extends Reading<Row> {
  readonly body: Buffer;
  readonly seen: Seen<Row>;
}

class ListObserver<Row extends object> {
  readonly #read: (raw: unknown) => RowReading<Row>;
  readonly #strength: Strength<Row>;
  readonly #conceal: Conceal;
  #last: LastAnswer<Row> | null = null;

  constructor(read: (raw: unknown) => RowReading<Row>, strength: Strength<Row>, conceal: Conceal) {
    this.#read = read;
    this.#strength = strength;
    this.#conceal = conceal;
  }

  observe(answer: Buffer): Seen<Row> | Unseen {
    const body = withoutByteOrderMark(answer);
    if (this.#last !== null && body.equals(this.#last.body)) return this.#last.seen;
    const reading = this.#readSliced(body) ?? this.#readWhole(body);
    if (!reading.ok) return reading;
    const listing = this.#list(reading);
    const complaint = complaintOf(listing, reading.readings.length);
    if (complaint !== null && listing.badRows === reading.readings.length) {
      return { ok: false, reason: complaint };
    }
    const doubts = [reading.doubt, complaint].filter((doubt) => doubt !== null);
    const seen: Seen<Row> = { ok: true, listing, doubt: doubts.length === 0 ? null : doubts.join('; ') };
    this.#last = { ...reading, body, seen };
    return seen;
  }

  /** Null when the body is not understood row by row: then it has to be parsed as a whole. */
  #readSliced(body: Buffer): Reading<Row> | Unseen | null {
    const last = this.#last;
    const cut = cutRows(body, last?.cut ?? null);
    if (cut === null) return null;
    const list = readList(cut.rest, this.#conceal, cut.starts.length);
    if (!list.ok) return list;
    const readings: RowReading<Row>[] = [];
    for (let row = 0; row < cut.starts.length; row++) {
      const reading =
        last?.readings[cut.origins[row]!] ?? this.#readSlice(body.subarray(cut.starts[row], cut.ends[row]));
      if (reading === null) return null;
      readings.push(reading);
    }
    return { ok: true, readings, cut, doubt: list.value.doubt };
  }

  /** Null when the slice is not legal JSON, and so the body is not. Bytes that are no text spoil one row only. */
  #readSlice(slice: Buffer): RowReading<Row> | null {
    const raw = parseOrNothing(slice);
    if (raw === undefined) return null;
    return isUtf8(slice) ? this.#read(raw) : bad('not UTF-8');
  }

  #readWhole(body: Buffer): Reading<Row> | Unseen {
    if (!isUtf8(body)) return { ok: false, reason: 'not UTF-8' };
    const document = parseOrNothing(body);
    if (document === undefined) return { ok: false, reason: 'not JSON: malformed or cut short' };
    const list = readList(document, this.#conceal);
    if (!list.ok) return list;
    const readings = list.value.rows.map((raw) => this.#read(raw));
    return { ok: true, readings, cut: null, doubt: list.value.doubt };
  }

  #list({ readings, cut }: Reading<Row>): Listing<Row> {
    const last = this.#last;
    const relisted =
      last === null || cut === null
        ? null
        : relistRows(readings, cut.origins, last.readings, last.seen.listing);
    return relisted ?? listRows(readings, this.#strength, last?.seen.listing ?? null);
  }
}

function complaintOf(listing: Listing<unknown>, rows: number): string | null {
  return listing.badRows === 0 ? null : `${listing.badRows} of ${rows} rows bad, ${listing.firstBad}`;
}

function outcomeOf(doubt: string | null): 'complete' | 'partial' {
  return doubt === null ? 'complete' : 'partial';
}

/** Legal JSON has none, but some writers put it there; parsers may pass over it (RFC 8259, 8.1). */
function withoutByteOrderMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}
