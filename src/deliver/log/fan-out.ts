import type { Rotation } from '../../base/rotation.js';
import type { Audience } from '../access/audience.js';
import { Batch } from './batch.js';
import type { LogEntry } from './log-entry.js';
import { PAGE_BYTES, PAGE_EVENTS } from './log-pages.js';
import type { ResetReason } from './resumption.js';

/**
 * What may wait for members that are not written to yet: two pages, a quarter of what one client may have in flight.
 * Pages serve those who are further behind, as they take them.
 */
const WAITING_EVENTS = 2 * PAGE_EVENTS;
const WAITING_BYTES = 2 * PAGE_BYTES;

/** A client that has everything up to the tenant's position and gets each new batch. Its methods do not throw. */
export interface Member {
  events(batch: Batch): void;
  /** The log is another one: the member has left the live set and has to begin again. */
  reset(reason: ResetReason): void;
  /** More than may wait was published before its turn: the member has left the live set, with all up to `sequence`. */
  fellBehind(sequence: number): void;
}

/** From a join until the member leaves. A client that leaves and joins again has another one. */
export interface Membership {
  /** Whether the member has all that was published, as far as it may see it. */
  readonly isCurrent: boolean;
  /** Decides about everything that is written from now on, also about what waits. */
  narrow(audience: Audience): void;
  /** What waits for the member is not written. */
  leave(): void;
}

/**
 * The live clients of one tenant. Members with the same audience form a class: visibility is decided, and the visible
 * events are encoded, once per class.
 *
 * Guarantees:
 * - A batch goes to those who are members when it is published, to none who joins later, and to each once and in order.
 * - It goes out at once while this turn of the event loop has time for it (`Rotation`), as it has for some hundred members,
 *   and to the others in the next turns. What is published meanwhile goes to those who still wait in one piece with it.
 * - No more waits than two pages, or one batch that is larger: then members that still wait fall behind.
 */
export class FanOut {
  readonly #rotation: Rotation;
  readonly #classes = new Map<string, Set<Joined>>();
  #size = 0;
  /** Those that something waits for, each once, from `#next` on; what they have grows along the line. */
  #line: Joined[] = [];
  #next = 0;
  /** What waits for at least one of them, in sequence. */
  #waiting: readonly LogEntry[] = [];
  #isWriting = false;
  /** What the member before got, which mostly is what the next one gets: of all events, and of those that it may see. */
  #whole: { readonly after: number; readonly batch: Batch } | null = null;
  #seen: { readonly key: string; readonly of: Batch; readonly batch: Batch } | null = null;
  #wanted: { readonly sequence: number; readonly resolve: () => void }[] = [];

  constructor(rotation: Rotation) {
    this.#rotation = rotation;
  }

  get size(): number {
    return this.#size;
  }

  /** Synchronous, so that a client joins in the very tick in which it has everything. */
  join(member: Member, audience: Audience): Membership {
    const one = new Joined(this, member, audience);
    this.#enter(one);
    return one;
  }

  publish(batch: Batch): void {
    const [first] = batch.entries;
    if (first === undefined || this.#size === 0) return;
    this.#line = this.#line.slice(this.#next);
    this.#next = 0;
    if (this.#line.length > 0 && isTooMuch([...this.#waiting, ...batch.entries])) this.#leaveBehind();
    const after = first.sequence - 1;
    this.#waiting = this.#line.length === 0 ? batch.entries : [...this.#waiting, ...batch.entries];
    this.#whole = { after, batch };
    for (const joined of this.#classes.values())
      for (const one of joined) {
        if (one.isWaiting) continue;
        one.isWaiting = true;
        one.sequence = after;
        this.#line.push(one);
      }
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#rotation.start(this.#writeNext);
  }

  /** Resolves when no member waits any more for what was published before the call. */
  written(): Promise<void> {
    const last = this.#waiting.at(-1);
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#wanted.push({ sequence: last.sequence, resolve }));
  }

  reset(reason: ResetReason): void {
    const members = [...this.#classes.values()].flatMap((joined) => [...joined]);
    this.#clear();
    for (const one of members) this.leave(one);
    for (const { member } of members) member.reset(reason);
  }

  narrow(one: Joined, audience: Audience): void {
    if (!this.leave(one)) return;
    one.audience = audience;
    this.#enter(one);
  }

  /** False if it has left before. */
  leave(one: Joined): boolean {
    const { key } = one.audience;
    const joined = this.#classes.get(key);
    if (joined?.delete(one) !== true) return false;
    if (joined.size === 0) this.#classes.delete(key);
    this.#size -= 1;
    one.isIn = false;
    return true;
  }

  #enter(one: Joined): void {
    const { key } = one.audience;
    const joined = this.#classes.get(key);
    if (joined === undefined) this.#classes.set(key, new Set([one]));
    else joined.add(one);
    this.#size += 1;
    one.isIn = true;
  }

  /** Writes to the member whose turn it is. False when none waits any more. */
  readonly #writeNext = (): boolean => {
    const turn = this.#line[this.#next++];
    if (turn?.isIn === true) {
      turn.isWaiting = false;
      const batch = this.#batchFor(turn);
      if (batch.entries.length > 0) turn.member.events(batch);
    }
    const next = this.#line[this.#next];
    if (next === undefined) {
      this.#clear();
      this.#isWriting = false;
      return false;
    }
    this.#forget(next.sequence);
    return true;
  };

  #batchFor({ audience, sequence }: Joined): Batch {
    const from = sequence + 1 - this.#waiting[0]!.sequence;
    if (this.#whole?.after !== sequence)
      this.#whole = { after: sequence, batch: new Batch(this.#waiting.slice(from)) };
    const { batch: of } = this.#whole;
    if (audience.unrestricted) return of;
    const { key } = audience;
    if (this.#seen?.key !== key || this.#seen.of !== of) this.#seen = { key, of, batch: of.seenBy(audience) };
    return this.#seen.batch;
  }

  /** No member waits for what is not after `sequence`. */
  #forget(sequence: number): void {
    if (this.#waiting[0]!.sequence > sequence) return;
    this.#waiting = this.#waiting.filter((entry) => entry.sequence > sequence);
    this.#settle();
  }

  /** Nothing waits any more. */
  #clear(): void {
    this.#line = [];
    this.#next = 0;
    this.#waiting = [];
    this.#whole = null;
    this.#seen = null;
    this.#settle();
  }

  #settle(): void {
    if (this.#wanted.length === 0) return;
    const oldest = this.#waiting[0]?.sequence ?? Infinity;
    const isWritten = ({ sequence }: { readonly sequence: number }) => sequence < oldest;
    const written = this.#wanted.filter(isWritten);
    this.#wanted = this.#wanted.filter((wanted) => !isWritten(wanted));
    for (const { resolve } of written) resolve();
  }

  #leaveBehind(): void {
    const behind = this.#line.filter((one) => this.leave(one));
    this.#clear();
    for (const { member, sequence } of behind) member.fellBehind(sequence);
  }
}

class Joined implements Membership {
  readonly #fanOut: FanOut;
  readonly member: Member;
  audience: Audience;
  isIn = false;
  isWaiting = false;
  /** Of the last event that it has or may not see; only while something waits for it. */
  sequence = 0;

  constructor(fanOut: FanOut, member: Member, audience: Audience) {
    this.#fanOut = fanOut;
    this.member = member;
    this.audience = audience;
  }

  get isCurrent(): boolean {
    return !this.isWaiting;
  }

  narrow(audience: Audience): void {
    this.#fanOut.narrow(this, audience);
  }

  leave(): void {
    this.#fanOut.leave(this);
  }
}

function isTooMuch(entries: readonly LogEntry[]): boolean {
  if (entries.length > WAITING_EVENTS) return true;
  return entries.reduce((bytes, { json }) => bytes + json.length, 0) > WAITING_BYTES;
}
