import type { DeadLetter, EndpointProgress, OpenEvent } from '../../store/webhook-store.js';
import type { LogEntry } from '../../deliver/log/log-entry.js';
import type { Result } from '../sender.js';
import { type Item, Lines, type OwedEvent } from './lines.js';
import { waitAfterRefusal, waitForProbe } from './schedule.js';
import { Tally } from './tally.js';

/** Where room is needed, an event that the endpoint has refused so often, over 12 minutes and more, is given up. */
const TRIES_BEFORE_ROOM = 6;

/**
 * The events that were read and are owed to an endpoint: which is next, what a failure means for it, and when it is given up.
 * Whatever leaves it is counted, and what was given up has a dead letter. Times are epoch milliseconds.
 */
export class Owed {
  readonly tally: Tally;
  readonly #lines = new Lines();
  readonly #random: () => number;
  #touched: number;
  /** Before it none has grown too old; epoch milliseconds. */
  #firstExpiry = Infinity;
  #isChanged = false;

  /** @param touched up to there all is known already */
  constructor(touched: number, counts: EndpointProgress['counts'], random: () => number) {
    this.#touched = touched;
    this.tally = new Tally(counts);
    this.#random = random;
  }

  get size(): number {
    return this.#lines.size;
  }

  /** By ascending sequence. */
  get items(): Iterable<Item> {
    return this.#lines.items;
  }

  get first(): OwedEvent | null {
    for (const { event } of this.#lines.items) return event;
    return null;
  }

  /** The highest sequence that was delivered, given up, missed or tried: what lies after it need not be remembered. */
  get touched(): number {
    return this.#touched;
  }

  touch(sequence: number): void {
    this.#touched = Math.max(this.#touched, sequence);
  }

  /** Whether an event has left since `takeChange`. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  takeChange(): void {
    this.#isChanged = false;
  }

  /** @param open what a former owner knew of it */
  add({ epoch, sequence, event }: LogEntry, maxAge: number, open: OpenEvent | null): void {
    const recordedAt = Date.parse(event.recordedtime);
    // An event that does not say when it was recorded never grows old.
    const expiresAt = Number.isNaN(recordedAt) ? Infinity : recordedAt + maxAge;
    this.#firstExpiry = Math.min(this.#firstExpiry, expiresAt);
    const owed = { epoch, sequence, subject: String(event.subject), recordedAt, expiresAt };
    this.#lines.add(owed, open ?? { tries: 0, nextAt: 0 });
  }

  /** What comes after a sequence is gone with the log that it was in. @param reached how far the log is known now */
  goneAfter(sequence: number, reached: number): void {
    this.#lines.removeAfter(sequence);
    this.#touched = Math.min(this.#touched, reached);
  }

  /** Whether so many could be sent that were not tried yet. */
  hasAtHand(count: number): boolean {
    const { heads } = this.#lines;
    let wanting = count;
    for (let at = 0; heads.length - at >= wanting; at += 1) {
      const { tries, isInFlight } = heads[at]!;
      if (tries === 0 && !isInFlight) wanting -= 1;
      if (wanting === 0) return true;
    }
    return false;
  }

  /** The first event in the log that may be sent; a probe takes the one at which the endpoint has failed least often. */
  due(now: number, isProbe: boolean): Item | null {
    if (now >= this.#firstExpiry) this.#expire(now);
    let best: Item | null = null;
    for (const head of this.#lines.heads) {
      if (head.isInFlight || head.nextAt > now) continue;
      if (!isProbe) return head;
      if (best === null || head.faults < best.faults) best = head;
    }
    return best;
  }

  /**
   * More of what may be sent, to go with what `due` gave: events that were never refused, since one that a receiver does not
   * take may hold up no other.
   */
  alsoDue(first: Item, now: number, most: number): readonly Item[] {
    const also: Item[] = [];
    if (first.tries > 0) return also;
    for (const head of this.#lines.heads) {
      if (also.length >= most) break;
      if (head !== first && !head.isInFlight && head.nextAt <= now && head.tries === 0) also.push(head);
    }
    return also;
  }

  /** When something may be sent or given up; Infinity where nothing will be. */
  get nextAt(): number {
    let at = Infinity;
    for (const { isInFlight, nextAt, event } of this.#lines.heads)
      if (!isInFlight) at = Math.min(at, nextAt, event.expiresAt);
    return at;
  }

  /** The endpoint answered, and did not take it. */
  refused(item: Item, now: number): void {
    const { delivered } = this.tally;
    if (item.deliveredAtFailure !== null && delivered > item.deliveredAtFailure) item.isSingled = true;
    item.deliveredAtFailure = delivered;
    item.tries += 1;
    item.nextAt = Math.min(now + waitAfterRefusal(item.tries, this.#random), item.event.expiresAt);
    this.touch(item.isGone ? 0 : item.event.sequence);
  }

  /** The endpoint failed at it. */
  faulted(item: Item, now: number): void {
    item.faults += 1;
    item.deliveredAtFailure = this.tally.delivered;
    item.nextAt = now + waitForProbe(item.faults);
  }

  /**
   * Whether a fault that looks like the endpoint's is the event's: others were delivered since it failed before. A receiver
   * that crashes at one event answers it by 502. One that asks for a pause means no event.
   */
  isFaultOf({ deliveredAtFailure }: Item, { status, verdict }: Result): boolean {
    if (deliveredAtFailure === null || this.tally.delivered === deliveredAtFailure) return false;
    return status !== 429 && verdict.kind === 'endpoint-failed' && verdict.retryAfterMs === null;
  }

  /** @param how null: nothing is to be sent of it, or the log has lost it */
  finish(item: Item, how: 'delivered' | DeadLetter['reason'] | null, now: number): void {
    if (item.isGone) return;
    this.#lines.remove(item);
    this.touch(item.event.sequence);
    this.#isChanged = true;
    if (how === 'delivered') this.tally.countDelivered();
    else if (how !== null) this.tally.gaveUp(item, how, now);
  }

  /** What was refused in an outage was refused because of it. */
  retryAll(now: number): void {
    for (const item of this.#lines.items) {
      item.nextAt = Math.min(item.nextAt, now);
      item.deliveredAtFailure = null;
      item.isSingled = false;
    }
  }

  /** Gives up at most so many of those refused most often, while others were delivered. Returns how many. */
  makeRoom(wanted: number, now: number): number {
    const refused = [...this.#lines.items].filter(
      ({ tries, isSingled, isInFlight }) => tries >= TRIES_BEFORE_ROOM && isSingled && !isInFlight,
    );
    refused.sort((a, b) => b.tries - a.tries || a.event.sequence - b.event.sequence);
    const dropped = refused.slice(0, wanted);
    for (const item of dropped) this.finish(item, 'refused', now);
    return dropped.length;
  }

  /** Those behind what is given up have their turn. */
  #expire(now: number): void {
    for (let some = true; some;) {
      const old = this.#lines.heads.filter(({ isInFlight, event }) => !isInFlight && now >= event.expiresAt);
      for (const item of old) this.finish(item, item.tries > 0 ? 'refused' : 'expired', now);
      some = old.length > 0;
    }
    this.#firstExpiry = Infinity;
    for (const { event } of this.#lines.items)
      this.#firstExpiry = Math.min(this.#firstExpiry, event.expiresAt);
  }
}
