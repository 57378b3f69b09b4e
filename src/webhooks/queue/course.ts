import { formatCursor, parseCursor, type Position } from '../../core/model/position.js';
import { acrossEpochs, departure, oldestSequence } from '../../deliver/log/resumption.js';
import type { LogEntry } from '../../deliver/log/log-entry.js';
import type { Stretch } from '../../deliver/log/log-slice.js';
import type { LogSlice } from '../../store/store.js';
import { isBeforeTheLog, type OpenEvent, type WebhookGap } from '../../store/webhook-store.js';

/** An event of the log, with what a former owner knew of it. */
export interface Found {
  readonly entry: LogEntry;
  readonly open: OpenEvent | null;
}

/** What a read of the log brought. */
export interface Step {
  readonly found: readonly Found[];
  /** Of the events that were found before, those after this sequence are gone with the log that they were in; null: none. */
  readonly goneAfter: number | null;
}

/**
 * How one endpoint goes through the log: how far it was read, which events a former owner left open, and what was missed.
 *
 * What a former owner has delivered is not found again: up to `through` only the events that it left open are. Where the
 * log does not hold what comes next (retention has passed, or the log is another one), the course goes on where it
 * does, and adds to `gap` what lies between. One that begins before the tenant has a log begins with the log. Pure.
 */
export class Course {
  #position: Position;
  #through: number;
  #sought: readonly OpenEvent[];
  #gap: WebhookGap | null;
  #last: number;
  /** Whether the log may have grown since it was read. */
  #mayBeBehind = true;

  constructor({ through, open, gap }: KnownCourse) {
    const first = open[0]?.sequence ?? through.sequence + 1;
    this.#position = { epoch: through.epoch, sequence: first - 1 };
    this.#through = through.sequence;
    this.#sought = open;
    this.#gap = gap;
    this.#last = through.sequence;
  }

  /** Read next what lies after it. */
  get position(): Position {
    return this.#position;
  }

  /** Events up to here are known, found or not. */
  get reached(): Position {
    return { epoch: this.#position.epoch, sequence: Math.max(this.#position.sequence, this.#through) };
  }

  /** How many events a read may bring at most; those that a former owner left open are read apart from what follows. */
  limit(room: number): number {
    return this.#sought.length === 0 ? room : this.#through - this.#position.sequence;
  }

  /** What a former owner left open and was not found yet, by ascending sequence. */
  get sought(): readonly OpenEvent[] {
    return this.#sought;
  }

  /** The log's newest sequence, as of the last read. */
  get last(): number {
    return Math.max(this.#last, this.reached.sequence);
  }

  /** Whether the log goes on after what was read. */
  get isBehind(): boolean {
    return this.#mayBeBehind || this.#sought.length > 0 || this.#last > this.#position.sequence;
  }

  /** The log may have grown. */
  lookAgain(): void {
    this.#mayBeBehind = true;
  }

  /** Notes how far the log has grown, without taking anything of it. */
  observe(log: LogSlice): void {
    if (departure(this.reached, log) === null) this.#last = log.last;
  }

  get gap(): WebhookGap | null {
    return this.#gap;
  }

  /** That gap was announced to the endpoint, or will not be. */
  gapIsOver(gap: WebhookGap): void {
    if (this.#gap === gap) this.#gap = null;
  }

  /** An event that was found is not in the log any more. */
  lost({ epoch, sequence }: Position): void {
    this.#miss({ epoch, sequence: sequence - 1 }, { epoch, sequence }, 1, 'cursor-too-old');
  }

  /**
   * Goes on with what was read after `position`.
   * @param stretch what the slice holds; null for a hole right at its beginning
   * @param firstOwed the sequence of the oldest event that was found and is still owed
   */
  follow(log: LogSlice, stretch: Stretch | null, firstOwed: number | null): Step {
    this.#mayBeBehind = false;
    if (log.epoch === null) return NOTHING;
    if (isBeforeTheLog(this.#position)) return this.#beginWith(log);
    const departs = departure(this.reached, log);
    if (departs === 'epoch-changed') return this.#beginAgain(log, firstOwed);
    if (departs !== null) return this.#goBack(log, firstOwed);
    this.#position = { epoch: log.epoch, sequence: this.#position.sequence };
    this.#last = log.last;
    if (stretch === null) {
      this.#jump(log);
      return NOTHING;
    }
    return { found: this.#take(stretch), goneAfter: null };
  }

  #take({ entries, through }: Stretch): Found[] {
    const known = new Map(this.#sought.map((open) => [open.sequence, open]));
    const found: Found[] = [];
    for (const entry of entries) {
      if (entry.sequence <= this.#position.sequence) continue;
      const open = known.get(entry.sequence) ?? null;
      if (open !== null || entry.sequence > this.#through) found.push({ entry, open });
    }
    this.#moveTo(Math.max(through, this.#position.sequence));
    return found;
  }

  /** Over what the log does not hold. */
  #jump({ first, last, events }: LogSlice): void {
    const { epoch, sequence } = this.#position;
    const next = events.find((event) => event.sequence > sequence + 1)?.sequence ?? last + 1;
    const lostThrough = Math.min(last, Math.max(first, next) - 1);
    const sought = this.#sought.filter((open) => open.sequence <= lostThrough);
    const count = sought.length + Math.max(0, lostThrough - Math.max(sequence, this.#through));
    const to = Math.max(lostThrough, sequence);
    if (count > 0) this.#miss({ epoch, sequence }, { epoch, sequence: to }, count, 'cursor-too-old');
    this.#moveTo(to);
  }

  /** There is a log now: all that it holds came after the beginning. */
  #beginWith(log: LogSlice): Step {
    const epoch = log.epoch!;
    const sequence = oldestSequence({ epoch, sequence: log.last }, acrossEpochs(log));
    this.#adopt({ epoch, sequence }, log.last);
    return NOTHING;
  }

  /** Another log: what was owed of the old one cannot be had, and the new one is taken from its beginning. */
  #beginAgain(log: LogSlice, firstOwed: number | null): Step {
    const epoch = log.epoch!;
    const sequence = oldestSequence({ epoch, sequence: log.last }, log);
    this.#miss(this.#firstMissed(firstOwed), { epoch, sequence }, null, 'epoch-changed');
    this.#adopt({ epoch, sequence }, log.last);
    return { found: [], goneAfter: -1 };
  }

  /** The log has lost its newest events: it goes on from what is left of it, with others at the same sequences. */
  #goBack(log: LogSlice, firstOwed: number | null): Step {
    const epoch = log.epoch!;
    const end = log.continues.find((ended) => ended.epoch === this.#position.epoch)?.sequence ?? log.last;
    const from = Math.max(end, this.#firstMissed(firstOwed).sequence);
    this.#miss(
      { epoch: this.#position.epoch, sequence: from },
      { epoch, sequence: end },
      null,
      'cursor-unknown',
    );
    if (this.#position.sequence >= end) this.#adopt({ epoch, sequence: end }, log.last);
    else {
      this.#position = { epoch, sequence: this.#position.sequence };
      this.#through = Math.min(this.#through, end);
      this.#sought = this.#sought.filter((open) => open.sequence <= end);
      this.#last = log.last;
      this.#moveTo(this.#position.sequence);
    }
    return { found: [], goneAfter: end };
  }

  #firstMissed(firstOwed: number | null): Position {
    const { epoch, sequence } = this.reached;
    const first = Math.min(firstOwed ?? Infinity, this.#sought[0]?.sequence ?? Infinity, sequence + 1);
    return { epoch, sequence: first - 1 };
  }

  #adopt(position: Position, last: number): void {
    this.#position = position;
    this.#through = position.sequence;
    this.#sought = [];
    this.#last = last;
  }

  /** Skips what a former owner has delivered. */
  #moveTo(sequence: number): void {
    this.#sought = this.#sought.filter((open) => open.sequence > sequence);
    const next = this.#sought[0]?.sequence ?? (sequence < this.#through ? this.#through + 1 : sequence + 1);
    this.#position = { epoch: this.#position.epoch, sequence: Math.max(sequence, next - 1) };
  }

  /** One gap is announced, however much is missed before it could be: it then spans all of it. */
  #miss(from: Position, to: Position, count: number | null, reason: string): void {
    const gap = { from: formatCursor(from), to: formatCursor(to), count, reason };
    this.#gap = this.#gap === null ? gap : joined(this.#gap, gap);
  }
}

/** @param later missed in the same log, or in one that took its place */
function joined(before: WebhookGap, later: WebhookGap): WebhookGap {
  const count = before.count === null || later.count === null ? null : before.count + later.count;
  // With a count, both are of one log, whatever its epochs are called.
  const isBefore = (one: string, other: string) => {
    const [a, b] = [parseCursor(one)!, parseCursor(other)!];
    return (count !== null || a.epoch === b.epoch) && a.sequence < b.sequence;
  };
  return {
    from: isBefore(later.from, before.from) ? later.from : before.from,
    to: isBefore(later.to, before.to) ? before.to : later.to,
    count,
    reason: later.reason === 'cursor-too-old' ? before.reason : later.reason,
  };
}

export interface KnownCourse {
  readonly through: Position;
  /** By ascending sequence, none after `through`. */
  readonly open: readonly OpenEvent[];
  readonly gap: WebhookGap | null;
}

const NOTHING: Step = { found: [], goneAfter: null };
