import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { MAX_ROWS } from '../../core/model/bounds.js';
import type { Endpoint, Instant } from '../../core/model/observation.js';
import type { Conceal } from '../quote-upstream.js';
import { readList } from './answer-schemas.js';
import { ENDPOINT_TABLE, type EndpointReading, type ObservationOf, type RowOf } from './endpoint-table.js';
import { parseRow, parseRows } from './json.js';
import type { RowSlices } from './row-matcher.js';
import { bad, type Locale, type RowReading } from './row-reading.js';
import { type Listing, listRows, relistRows } from './row-set.js';
import { type Cut, cutRows } from './row-slicer.js';

/**
 * Reads answer bodies into observations, at a cost that grows with what has changed.
 *
 * Guarantees: an observation depends on its body alone, never on earlier bodies, with one exception below; those only
 * determine how much work it takes and which *objects* are the same. The same bytes give the same `rows` map, unparsed. A row with the same bytes
 * as in the last answer is the same object, and so is a row whose changed bytes mean the same (another `network_ip`).
 * Rows that cannot be read make the answer `partial`. It is `failed` with more rows than `MAX_ROWS`. It is `failed` when all rows are something else than rows of this
 * list, as they lack its fields or have them in other types, unless the last answer had them among others. A failed answer is not
 * kept: the next answer is compared with the last successful one. Not guaranteed: the order of `rows`.
 */
export class ListReader<Of extends Endpoint> {
  readonly #endpoint: Of;
  readonly #of: EndpointReading<RowOf[Of]>;
  readonly #locale: Locale;
  readonly #conceal: Conceal;
  #last: LastAnswer<RowOf[Of]> | null = null;
  #begun: Begun<RowOf[Of]> | null = null;

  constructor(endpoint: Of, locale: Locale, conceal: Conceal = KEEP) {
    this.#endpoint = endpoint;
    this.#of = ENDPOINT_TABLE[endpoint];
    this.#locale = locale;
    this.#conceal = conceal;
  }

  /**
   * Does most of the work of `read` for the same body, a few new rows in each turn of the event loop: other tenants' polls
   * would wait a second for 20,000.
   * @param turn resolves when the event loop has taken a turn
   */
  async readAhead(body: Buffer, turn: () => Promise<unknown>): Promise<void> {
    const begun = this.#begin(body);
    this.#begun = begun;
    if (begun.cut === null || begun.cut === 'too many') return;
    const { starts, origins } = begun.cut;
    for (let row = 0; row < starts.length; row++) {
      if (this.#last?.readings[origins[row]!] !== undefined) continue;
      if (begun.readings.size > 0 && begun.readings.size % ROWS_A_TURN === 0) await turn();
      const reading = this.#readSlice(begun.body.subarray(starts[row], begun.cut.ends[row]));
      if (reading === null) return;
      begun.readings.set(row, reading);
    }
  }

  /** @param body a successful answer of the endpoint; it is kept and must not be modified afterwards */
  read(body: Buffer, { startedAt, at, doubt = null }: PollTimes): ObservationOf[Of] {
    const endpoint = this.#endpoint;
    const seen = this.#seen(body);
    // Each written out, not spread: of a small answer that repeats, spreading takes longer than comparing its bytes.
    let observation: object;
    if (!seen.ok) {
      observation = { endpoint, startedAt, at, outcome: 'failed', reason: seen.reason };
    } else {
      const { listing } = seen;
      const { rows, idle: idleExtensions } = listing;
      const reason =
        doubt === null ? seen.reason : [doubt, seen.reason].filter((why) => why !== null).join('; ');
      const outcome = reason === null ? 'complete' : 'partial';
      observation = this.#of.listsIdle
        ? { endpoint, startedAt, at, outcome, reason, rows, idleExtensions }
        : { endpoint, startedAt, at, outcome, reason, rows };
      if (doubt === null && seen.hasAllRows && listing.badRows > 0 && listing.badRows <= MAX_UNREADABLE)
        observation = { ...observation, unreadable: listing.unreadable };
    }
    return observation as ObservationOf[Of];
  }

  #seen(answer: Buffer): Seen<RowOf[Of]> | Unseen {
    const begun = this.#begun?.answer === answer ? this.#begun : this.#begin(answer);
    this.#begun = null;
    if (begun.isRepeated) return this.#last!.seen;
    const { body } = begun;
    const reading = this.#readSliced(begun) ?? this.#readWhole(body);
    if (!reading.ok) return reading;
    const listing = this.#list(reading);
    const complaint = complaintOf(listing, reading.readings.length);
    if (complaint !== null && reading.readings.every(isForeign) && !this.#hasHad(listing)) {
      return { ok: false, reason: complaint };
    }
    const doubts = [reading.doubt, complaint].filter((doubt) => doubt !== null);
    const seen: Seen<RowOf[Of]> = {
      ok: true,
      listing,
      reason: doubts.length === 0 ? null : doubts.join('; '),
      hasAllRows: reading.doubt === null,
    };
    this.#last = { ...reading, body, seen };
    return seen;
  }

  /** Whether the bad rows were in the last answer too: then it is they that are odd, and not the answer. */
  #hasHad({ unreadable }: Listing<RowOf[Of]>): boolean {
    const before = this.#last?.seen.listing.unreadable;
    return before !== undefined && [...unreadable].every((id) => before.has(id));
  }

  #begin(answer: Buffer): Begun<RowOf[Of]> {
    const body = withoutByteOrderMark(answer);
    const isRepeated = this.#last !== null && body.equals(this.#last.body);
    const cut = isRepeated ? null : cutRows(body, this.#last?.cut ?? null);
    return { answer, body, isRepeated, cut, readings: new Map() };
  }

  /** Reads the body row by row; null where it has to be parsed as a whole. */
  #readSliced({ body, cut, readings: ahead }: Begun<RowOf[Of]>): Reading<RowOf[Of]> | Unseen | null {
    const last = this.#last;
    if (cut === null) return null;
    if (cut === 'too many') return TOO_MANY;
    const list = readList(cut.rest, this.#conceal, cut.starts.length);
    if (!list.ok) return list;
    const readings: RowReading<RowOf[Of]>[] = [];
    for (let row = 0; row < cut.starts.length; row++) {
      const reading =
        last?.readings[cut.origins[row]!] ??
        ahead.get(row) ??
        this.#readSlice(body.subarray(cut.starts[row], cut.ends[row]));
      if (reading === null) return null;
      readings.push(reading);
    }
    return { ok: true, readings, cut, doubt: list.value.doubt };
  }

  /**
   * Null when the slice, and therefore the body, is not legal JSON. Bytes that are not UTF-8 make only their row bad.
   */
  #readSlice(slice: Buffer): RowReading<RowOf[Of]> | null {
    const raw = parseRow(slice);
    if (raw === undefined) return null;
    return this.#identified(
      isUtf8(slice) ? this.#of.readRow(raw, this.#locale) : bad('not UTF-8'),
      raw,
      slice,
    );
  }

  #identified(reading: RowReading<RowOf[Of]>, raw: unknown, bytes: Buffer | string): RowReading<RowOf[Of]> {
    if (reading.kind !== 'bad') return reading;
    const row = (typeof raw === 'object' ? raw : null) as Record<string, unknown> | null;
    const has = (field: string) => row !== null && Object.hasOwn(row, field) && isPlain(row[field]);
    const id = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    return { ...reading, id, isForeign: !this.#of.identity.every(has) };
  }

  #readWhole(body: Buffer): Reading<RowOf[Of]> | Unseen {
    if (!isUtf8(body)) return { ok: false, reason: 'not UTF-8' };
    const document = parseRows(body);
    if (document === undefined) return { ok: false, reason: 'not JSON: malformed or cut short' };
    const list = readList(document, this.#conceal);
    if (!list.ok) return list;
    if (list.value.rows.length > MAX_ROWS) return TOO_MANY;
    const readings = list.value.rows.map((raw) =>
      this.#identified(this.#of.readRow(raw, this.#locale), raw, JSON.stringify(raw)),
    );
    return { ok: true, readings, cut: null, doubt: list.value.doubt };
  }

  #list({ readings, cut }: Reading<RowOf[Of]>): Listing<RowOf[Of]> {
    const last = this.#last;
    const relisted =
      last === null || cut === null
        ? null
        : relistRows(readings, cut.origins, last.readings, last.seen.listing);
    return relisted ?? listRows(readings, this.#of.strength, last?.seen.listing ?? null);
  }
}

/** A reader of each endpoint. */
export function listReaders(
  locale: Locale,
  conceal?: Conceal,
): { readonly [Of in Endpoint]: ListReader<Of> } {
  return {
    monitor: new ListReader('monitor', locale, conceal),
    queue: new ListReader('queue', locale, conceal),
  };
}

/** What is known of a poll beside the body. */
export interface PollTimes {
  /** When it was sent, and when its answer was complete. */
  readonly startedAt: Instant;
  readonly at: Instant;
  /** Why the body may lack rows although it does not show that; null if it does not. */
  readonly doubt?: string | null;
}

const KEEP: Conceal = (text) => text;

/** Some 2 ms of work. */
const ROWS_A_TURN = 50;

/** Each is remembered for as long as it is there; of more, nothing is known of what they hide. */
const MAX_UNREADABLE = 1_000;
const TOO_MANY: Unseen = { ok: false, reason: `more than ${MAX_ROWS} rows` };

interface Seen<Row> {
  readonly ok: true;
  readonly listing: Listing<Row>;
  /** Why the answer is only partial, or null. */
  readonly reason: string | null;
  /** False: as many rows as `total` counts have not come. */
  readonly hasAllRows: boolean;
}

interface Unseen {
  readonly ok: false;
  readonly reason: string;
}

/** The readings of an answer's rows, in its order. */
interface Reading<Row> {
  readonly ok: true;
  readonly readings: readonly RowReading<Row>[];
  /** Where the rows are in the body, and which of them the last body had; null when it was parsed as a whole. */
  readonly cut: (RowSlices & { readonly origins: readonly number[] }) | null;
  readonly doubt: string | null;
}

/** What is known of an answer before its rows are read. */
interface Begun<Row> {
  readonly answer: Buffer;
  /** Without a byte order mark. */
  readonly body: Buffer;
  /** Whether it has the same bytes as the last one. */
  readonly isRepeated: boolean;
  readonly cut: Cut | 'too many' | null;
  /** Of the new rows that were read ahead, by their place. */
  readonly readings: Map<number, RowReading<Row>>;
}

/** The last successful answer. */
interface LastAnswer<Row> extends Reading<Row> {
  readonly body: Buffer;
  readonly seen: Seen<Row>;
}

/** Whether it may be a field of a row: no list, and no object. */
function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

function isForeign(reading: RowReading<unknown>): boolean {
  return reading.kind === 'bad' && reading.isForeign === true;
}

function complaintOf(listing: Listing<unknown>, rows: number): string | null {
  return listing.badRows === 0 ? null : `${listing.badRows} of ${rows} rows bad, ${listing.firstBad}`;
}

/** Legal JSON has no byte order mark, but some writers add it; parsers may ignore it (RFC 8259, 8.1). */
function withoutByteOrderMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}
