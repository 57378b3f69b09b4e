import { type BridgeEvent, type CallView, toEvents, type Transition } from '../../src/core/model/event.js';
import { formatCursor, parseCursor, type Position } from '../../client/src/position.js';
import type { PlayedSnapshot, SourceState } from './lines.js';

const TENANT = 'acme';
const BEGUN_AT = Date.UTC(2026, 2, 2, 3);

/** An event of the log, and its place among all that the kit has ever played, also those that were lost since. */
export interface Entry {
  readonly at: number;
  readonly event: BridgeEvent;
  readonly position: Position;
}

/** What a connection with this cursor gets. */
export type Resumption = { readonly events: readonly Entry[] } | { readonly reset: string };

/**
 * The log of the bridge that the kit plays, with its epochs, and the state of the calls at its end. Pure: it has no clock, and
 * the same steps give the same events.
 */
export class PlayedLog {
  private entries: Entry[] = [];
  private played = 0;
  private epoch = 1;
  private sequence = 0;
  /** Positions at which an epoch ended that the present one continues. */
  private readonly continued = new Map<string, number>();
  private trimmed = 0;
  private calls = new Map<string, CallView>();
  private sources = new Map<string, SourceState>();
  /** The state before the oldest event that is held. */
  private before = { calls: new Map<string, CallView>(), sources: new Map<string, SourceState>() };

  /** `extra`: fields that no consumer knows yet, of event and `data`. */
  append(transitions: readonly Transition[], extra: object = {}): readonly Entry[] {
    const stamp = {
      tenant: TENANT,
      epoch: this.epochName,
      sequence: this.sequence,
      recordedAt: BEGUN_AT + this.played * 1_000,
    };
    return toEvents(transitions, stamp).map((event) =>
      this.enter({ ...event, ...extra, data: { ...event.data, ...extra } } as BridgeEvent),
    );
  }

  /** The same event at another position: it is announced again, with the id that it had. */
  announceAgain({ event }: Entry): Entry {
    const sequence = String(this.sequence + 1).padStart(16, '0');
    return this.enter({ ...event, epoch: this.epochName, sequence });
  }

  /** Numbers that this reader never sees: events that its token does not show. */
  skip(count: number): void {
    this.sequence += count;
  }

  /** Another epoch that continues the last one: nothing is lost. */
  continueInNewEpoch(): void {
    this.continued.set(this.epochName, this.sequence);
    this.epoch += 1;
  }

  /** A fail-over that loses the newest events, and returns them: their numbers are given again, in another epoch. */
  loseNewest(count: number): readonly Entry[] {
    const lost = this.entries.splice(this.entries.length - count);
    this.sequence = lost[0]!.position.sequence - 1;
    this.continued.set(this.epochName, this.sequence);
    for (const [epoch, end] of this.continued) this.continued.set(epoch, Math.min(end, this.sequence));
    this.epoch += 1;
    this.foldAll();
    return lost;
  }

  /** Redis was wiped: neither log nor state is left, and numbers begin at 1. */
  wipe(): void {
    this.entries = [];
    this.before = { calls: new Map(), sources: new Map() };
    this.foldAll();
    this.continued.clear();
    this.sequence = 0;
    this.trimmed = 0;
    this.epoch += 1;
  }

  /** The log forgets its oldest events, as its bounds say; the state of the calls remains. */
  trim(): void {
    this.trimmed = this.sequence;
    this.before = { calls: new Map(this.calls), sources: new Map(this.sources) };
    this.entries = [];
  }

  holds(entry: Entry): boolean {
    return this.entries.includes(entry);
  }

  /** Whether it is held, and nothing newer is said of its call: announced again, it changes no state. */
  isNewestOf(entry: Entry): boolean {
    return this.entries.findLast(({ event }) => event.subject === entry.event.subject) === entry;
  }

  /** How many events the log still holds. */
  get size(): number {
    return this.entries.length;
  }

  /** The place of the newest entry that was ever played; -1 before the first. */
  get newest(): number {
    return this.played - 1;
  }

  snapshot(): PlayedSnapshot {
    return {
      cursor: formatCursor({ epoch: this.epochName, sequence: this.sequence }),
      calls: [...this.calls.values()],
      queues: [],
      sources: [...this.sources.values()],
    };
  }

  resume(cursor: string): Resumption {
    const position = parseCursor(cursor);
    if (position === null) return { reset: 'cursor-malformed' };
    const bound = position.epoch === this.epochName ? this.sequence : this.continued.get(position.epoch);
    if (bound === undefined || position.sequence > bound) return { reset: 'epoch-changed' };
    if (position.sequence < this.trimmed) return { reset: 'cursor-too-old' };
    return { events: this.entries.filter((entry) => entry.position.sequence > position.sequence) };
  }

  /** What a consumer should believe: the state of each call that is alive, and of each endpoint. */
  get states() {
    return {
      calls: Object.fromEntries([...this.calls].map(([callId, call]) => [callId, call.state as string])),
      sources: Object.fromEntries([...this.sources].map(([endpoint, { state }]) => [endpoint, state])),
    };
  }

  private get epochName(): string {
    return `e${this.epoch}`;
  }

  private enter(event: BridgeEvent): Entry {
    this.sequence += 1;
    const entry = { at: this.played, event, position: { epoch: this.epochName, sequence: this.sequence } };
    this.played += 1;
    this.entries.push(entry);
    this.fold(event);
    return entry;
  }

  private foldAll(): void {
    this.calls = new Map(this.before.calls);
    this.sources = new Map(this.before.sources);
    for (const { event } of this.entries) this.fold(event);
  }

  private fold(event: BridgeEvent): void {
    const { type, subject, data } = event as { type: string; subject: string; data: unknown };
    if (type === 'call-ended') this.calls.delete(subject);
    else if (type.startsWith('call-')) this.calls.set(subject, { ...(data as CallView), outcome: null });
    else if (type.startsWith('source-')) {
      const { state } = data as { state: string };
      const lastError = state === 'up' ? null : 'timed out';
      this.sources.set(subject, {
        endpoint: subject,
        state,
        lastCompleteAt: null,
        lastError,
        clockSkewMs: null,
      });
    }
  }
}
