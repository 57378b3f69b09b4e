import type { Position } from '../../core/model/position.js';
import type { Stretch } from '../../deliver/log/log-slice.js';
import {
  type DeadLetter,
  type EndpointProgress,
  OPEN_MAX,
  type WebhookGap,
} from '../../store/webhook-store.js';
import type { LogSlice } from '../../store/store.js';
import type { Result } from '../sender.js';
import { Course } from './course.js';
import { GapTurn } from './gap-turn.js';
import { Gate, itemsIn, type Sending } from './gate.js';
import { type Announcement, Health } from './health.js';
import type { Item } from './lines.js';
import { Owed } from './owed.js';
import type { QueueDeps, Rules } from './rules.js';

/** So many events that could be sent are at hand, where the log has them: enough for the time that a read takes. */
const AT_HAND = 128;
/** Events of one read: its answer is taken apart in about a millisecond. */
const PAGE_EVENTS = 128;
/**
 * What one endpoint is owed of its tenant's log, and when it gets it. It decides everything and does no I/O.
 *
 * Guarantees:
 * - Every event of the log that the endpoint wants is delivered; or given up, past its age (`expired`, or `refused` where the
 *   endpoint has refused it); or missed because the log does not hold it any more, which a gap says.
 * - Events of one subject are sent in their order, each after the one before is delivered or given up.
 * - A gap is sent before what follows it.
 * - No more than `OPEN_MAX` events are held or stored.
 * - Of `progress`, a queue made from it goes on without a loss, and repeats only what was not settled in it.
 *
 * Not guaranteed: that an event that the endpoint refuses is tried until its age. Where nearly `OPEN_MAX` are owed, those
 * refused most often while others were delivered are given up first; in an outage none is.
 */
export class EndpointQueue {
  readonly #time: QueueDeps['time'];
  readonly #random: () => number;
  readonly #course: Course;
  readonly #health: Health;
  readonly #owed: Owed;
  readonly #gate: Gate;
  readonly #gapTurn = new GapTurn();
  #rules: Rules;
  #isChanged = false;

  constructor({ rules, progress, time, random }: QueueDeps) {
    this.#time = time;
    this.#random = random;
    this.#course = new Course(progress);
    this.#health = new Health(progress);
    this.#owed = new Owed(progress.through.sequence, progress.counts, random);
    this.#rules = rules;
    this.#gate = new Gate(rules.ratePerSecond, this.#health.isInTrouble, time.monotonic());
  }

  /** What is owed already remains so. */
  change(rules: Rules): void {
    this.#gate.change(rules.ratePerSecond, this.#time.monotonic());
    this.#rules = rules;
  }

  get state() {
    return this.#health.state;
  }

  /** Read next what lies after it. */
  get position(): Position {
    return this.#course.position;
  }

  /** How many events to read next; 0 where none are needed now, or there is no room. */
  get wanted(): number {
    if (!this.#health.isSending || !this.#course.isBehind) return 0;
    const held = this.#owed.size + this.#course.sought.length;
    const missing = held + PAGE_EVENTS - OPEN_MAX;
    const made = missing <= 0 ? 0 : this.#owed.makeRoom(missing, this.#time.now());
    const room = Math.min(PAGE_EVENTS, OPEN_MAX - held + made);
    const limit = Math.min(PAGE_EVENTS, this.#course.limit(Math.max(0, room)));
    return limit === 0 || this.#owed.hasAtHand(AT_HAND) ? 0 : limit;
  }

  /** The log may have grown. */
  lookAgain(): void {
    this.#course.lookAgain();
  }

  /** Notes how far the log has grown, without taking anything of it. */
  observe(log: LogSlice): void {
    this.#course.observe(log);
  }

  /** Events of the log that were not delivered, not given up, and perhaps not even read yet. */
  get waiting(): number {
    const { last, reached, sought } = this.#course;
    return last - reached.sequence + sought.length + this.#owed.size;
  }

  /** When the oldest event that was read and is owed was recorded; null where there is none, or it does not say. */
  get oldestRecordedAt(): number | null {
    const at = this.#owed.first?.recordedAt ?? NaN;
    return Number.isNaN(at) ? null : at;
  }

  /** Takes what was read after `position`. Returns the gap if there is a new one. */
  take(log: LogSlice, stretch: Stretch | null): WebhookGap | null {
    const { gap } = this.#course;
    const { epoch, sequence } = this.#course.position;
    const { found, goneAfter } = this.#course.follow(log, stretch, this.#owed.first?.sequence ?? null);
    if (goneAfter !== null) this.#owed.goneAfter(goneAfter, this.#course.reached.sequence);
    for (const { entry, open } of found)
      if (open !== null || this.#rules.wants(entry)) this.#owed.add(entry, this.#rules.maxAge(entry), open);
    const isNew = this.#course.gap !== gap;
    const { position } = this.#course;
    // What was missed is not come to again: the gap has it already.
    if (isNew) this.#owed.touch(this.#course.reached.sequence);
    if (isNew || position.sequence !== sequence || position.epoch !== epoch) this.#isChanged = true;
    return isNew ? this.#course.gap : null;
  }

  /** The next request to make now; null where there is none. The caller settles each. */
  next(): Sending | null {
    const [now, monotonic] = [this.#time.now(), this.#time.monotonic()];
    this.#health.check(now);
    if (!this.#health.isSending || !this.#gate.admits(monotonic)) return null;
    const { generation, isOpen } = this.#gate.breaker;
    const { gap } = this.#course;
    if (gap !== null) {
      if (!this.#gapTurn.isDue(now) || !this.#gate.enter(monotonic)) return null;
      this.#gapTurn.sent();
      return { item: null, more: [], gap, generation };
    }
    const item = this.#owed.due(now, isOpen);
    if (item === null || !this.#gate.enter(monotonic)) return null;
    const more = this.#owed.alsoDue(item, now, this.#rules.together - 1);
    for (const one of [item, ...more]) one.isInFlight = true;
    return { item, more, gap: null, generation };
  }

  /** Milliseconds until `next` may have something without anything being read or settled; null: never. */
  get waitMs(): number | null {
    if (!this.#health.isSending) return null;
    const [now, monotonic] = [this.#time.now(), this.#time.monotonic()];
    const checkMs = (this.#health.nextCheckAt ?? Infinity) - now;
    const admittedMs = this.#gate.admittedIn(monotonic);
    // While only an answer can bring anything about, which is most of the time, what it will be need not be known.
    const sendableMs = admittedMs === Infinity ? Infinity : Math.max(admittedMs, this.#sendableAt - now);
    const ms = Math.min(checkMs, sendableMs);
    return ms === Infinity ? null : Math.max(0, ms);
  }

  get #sendableAt(): number {
    return this.#course.gap === null ? this.#owed.nextAt : this.#gapTurn.nextAt;
  }

  settle(sending: Sending, result: Result): void {
    const [now, monotonic] = [this.#time.now(), this.#time.monotonic()];
    const { verdict, error } = result;
    const { item, generation } = sending;
    const { breaker } = this.#gate;
    this.#left(sending);
    this.#isChanged = true;
    switch (verdict.kind) {
      case 'delivered':
        breaker.answered(generation);
        this.#end(sending, 'delivered', now);
        if (this.#health.delivered(now)) this.#retryAll(now);
        return;
      case 'gone':
        this.#health.gone(now, error);
        return;
      case 'event-failed':
        breaker.answered(generation);
        this.#health.failed(now, error);
        this.#refused(sending, now);
        return;
      case 'endpoint-failed':
        this.#health.failed(now, error);
        if (item !== null && this.#owed.isFaultOf(item, result)) {
          breaker.answered(generation);
          this.#refused(sending, now);
          return;
        }
        breaker.failed(generation, verdict.retryAfterMs, monotonic);
        for (const one of itemsIn(sending)) this.#owed.faulted(one, now);
    }
  }

  /** The request was not made, since the owner stops: it is owed as before. */
  withdraw(sending: Sending): void {
    this.#left(sending);
  }

  /** Nothing is to be sent of the event: the endpoint has no form for it. */
  skip(sending: Sending): void {
    this.#left(sending);
    this.#isChanged = true;
    this.#end(sending, null, this.#time.now());
  }

  /** The log does not hold an event of the request any more: what is left to be sent, and the gap where that is missed. */
  lost(sending: Sending, lost: Item): { readonly rest: Sending | null; readonly gap: WebhookGap | null } {
    const [item, ...more] = itemsIn(sending).filter((one) => one !== lost);
    const isMissed = !lost.isGone;
    lost.isInFlight = false;
    this.#owed.finish(lost, null, this.#time.now());
    if (isMissed) this.#course.lost({ epoch: lost.event.epoch, sequence: lost.event.sequence });
    if (item === undefined) this.#gate.leave();
    return {
      rest: item === undefined ? null : { ...sending, item, more },
      gap: isMissed ? this.#course.gap : null,
    };
  }

  /** The endpoint was altered: it is asked again at once. */
  retryNow(): void {
    if (!this.#health.isInTrouble) return;
    this.#gate.breaker.retry(this.#time.monotonic());
    this.#retryAll(this.#time.now());
  }

  /** Goes on with a paused or disabled endpoint. */
  resume(): void {
    if (!this.#health.resume()) return;
    this.#isChanged = true;
    this.#gate.breaker.retry(this.#time.monotonic());
    this.#retryAll(this.#time.now());
  }

  get announcement(): Announcement | null {
    return this.#health.announcement;
  }

  announced(announcement: Announcement): void {
    this.#health.announced(announcement);
    this.#isChanged = true;
  }

  /** Whether there is anything to save since `progress` was last called. */
  get isChanged(): boolean {
    return this.#isChanged || this.#owed.isChanged;
  }

  /** What to save, with the dead letters since the last call: both or, by `restore`, neither. */
  progress(): { readonly progress: EndpointProgress; readonly dead: readonly DeadLetter[] } {
    const { epoch, sequence: reached } = this.#course.reached;
    const [owed, sought] = [this.#owed.first?.sequence, this.#course.sought[0]?.sequence];
    const known = Math.min(owed ?? Infinity, sought ?? Infinity) - 1;
    const through = known === Infinity ? reached : Math.max(known, Math.min(this.#owed.touched, reached));
    const open = [...this.#course.sought];
    for (const { event, tries, nextAt } of this.#owed.items)
      if (event.sequence <= through) open.push({ sequence: event.sequence, tries, nextAt });
    this.#isChanged = false;
    this.#owed.takeChange();
    return {
      progress: {
        through: { epoch, sequence: through },
        open: open.sort((a, b) => a.sequence - b.sequence),
        gap: this.#course.gap,
        ...this.#health.known(),
        counts: this.#owed.tally.counts,
      },
      dead: this.#owed.tally.takeDead(),
    };
  }

  /** What was to be saved could not be: it is part of the next `progress`. */
  restore(dead: readonly DeadLetter[]): void {
    this.#owed.tally.putBack(dead);
    this.#isChanged = true;
  }

  get counts() {
    return this.#owed.tally.counts;
  }

  #left(sending: Sending): void {
    this.#gate.leave();
    for (const one of itemsIn(sending)) one.isInFlight = false;
    if (sending.item === null) this.#gapTurn.settled();
  }

  #refused(sending: Sending, now: number): void {
    for (const one of itemsIn(sending)) this.#owed.refused(one, now);
    if (sending.gap !== null && this.#gapTurn.refused(now, this.#random)) this.#endGap(sending.gap);
  }

  #end(sending: Sending, how: 'delivered' | null, now: number): void {
    for (const one of itemsIn(sending)) this.#owed.finish(one, how, now);
    if (sending.gap !== null) this.#endGap(sending.gap);
  }

  #endGap(gap: WebhookGap): void {
    this.#course.gapIsOver(gap);
    this.#gapTurn.over();
    this.#isChanged = true;
  }

  #retryAll(now: number): void {
    this.#owed.retryAll(now);
    this.#gapTurn.retry(now);
  }
}
