import type { Logger } from 'pino';
import type { BridgeEvent } from '../../core/model/event.js';
import type { Instant } from '../../core/model/observation.js';
import { type Tracer, UNTRACED } from '../../core/model/tracer.js';
import { ageCut } from '../../store/age-cut.js';
import { UnreadableStateError } from '../../store/errors.js';
import type { Position, Snapshot, Store } from '../../store/store.js';
import type { Audience } from '../access/audience.js';
import { Batch, LogEntry } from './batch.js';
import type { Clock } from '../../base/clock.js';
import { EventBuffer } from './event-buffer.js';
import { FanOut } from './fan-out.js';
import type { Limits } from '../access/options.js';
import {
  acrossEpochs,
  discontinuity,
  oldestPlace,
  type Reach,
  type ResetReason,
  type Resumption,
  resumption,
} from './resumption.js';
import { reasonOf } from '../access/refusal.js';
import { type RegistrationEntry, TenantView } from './tenant-view.js';

/** Events per read while the feed closes a gap or a client reads what the buffer no longer holds. */
const PAGE_EVENTS = 500;
/** A log that changes its epoch under every one of so many reads is not there to be followed. */
const LOAD_ATTEMPTS = 3;
/** How old the sources' freshness in a snapshot may be: bounds how often a wave of clients reads the whole state. */
const FRESH_MS = 5_000;

/**
 * One tenant's log as this replica knows it: position, current view, newest events, live clients.
 *
 * Guarantees:
 * - Events are taken in sequence, each once. What is published is taken directly when it follows on; a hole is filled
 *   by reading; what is older is ignored.
 * - `position`, the view, the buffer and the live set change together, in one tick: whoever finds itself at `position`
 *   and joins in the same tick misses nothing and gets nothing twice.
 * - Another epoch, a log that is shorter than it was or that no longer holds the next event is a `reset`: the state is
 *   loaded anew, `generation` grows, and every live client is told.
 *
 * Not guaranteed: that `position` is the log's newest place. `sync()` makes it so, as of the call.
 *
 * States: unloaded (nobody has claimed the tenant, or the store has not answered yet) → loaded, for good.
 */
export class TenantFeed {
  readonly live = new FanOut();
  generation = 0;
  resetReason: ResetReason = 'epoch-changed';
  /** Clients that read or are live, and when there was one last: a feed in use is never dropped. */
  readers = 0;
  lastUsed: number;
  /** The state was needed and could not be read, the last time that it was asked for. */
  isUnreadable = false;

  private readonly view: TenantView;
  private readonly buffer: EventBuffer;
  private readonly waiting = new Set<() => void>();
  private place: Position | null = null;
  private reach: Reach = { first: 0, epochStart: 1 };
  private incoming: LogEntry[] = [];
  private flushScheduled = false;
  private running: Promise<void> = Promise.resolve();
  private queued: Promise<void> | null = null;
  private backfilling: Promise<void> | null = null;
  private refreshing: Promise<void> | null = null;
  private refreshedAt = -Infinity;
  /** Why the log was not read last, which is logged once. */
  private unread: string | null = null;

  constructor(
    readonly tenant: string,
    private readonly store: Store,
    private readonly limits: Pick<Limits, 'bufferEvents' | 'bufferBytes'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly tracer: Tracer = UNTRACED,
  ) {
    this.view = new TenantView(tenant);
    this.buffer = new EventBuffer(limits.bufferEvents, limits.bufferBytes);
    this.lastUsed = clock.now();
  }

  /** Counts a reader, which lets go once. */
  hold(): void {
    this.readers += 1;
  }

  letGo(): void {
    this.readers -= 1;
    this.lastUsed = this.clock.now();
  }

  /** Null while unloaded. */
  get position(): Position | null {
    return this.place;
  }

  /** An event as it was published. What one commit brings arrives in one go and is handed on as one batch. */
  published(json: string): void {
    const next = this.tail();
    if (next === null) return this.catchUp();
    const entry = entryOf(json);
    if (entry.epoch !== next.epoch) return this.catchUp();
    if (entry.sequence <= next.sequence) return;
    if (entry.sequence > next.sequence + 1) return this.catchUp();
    this.incoming.push(entry);
    if (this.flushScheduled) return;
    this.flushScheduled = true;
    setImmediate(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  /**
   * Resolves when everything that was in the log at the call has been taken. Calls share reads: at most one runs and
   * one waits. Rejects when the store does not answer.
   */
  sync(): Promise<void> {
    this.queued ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.queued = null;
        this.running = this.followOn();
        return this.running;
      });
    return this.queued;
  }

  /** As `sync`, for nobody in particular; a read that is waiting its turn already is enough. */
  catchUp(): void {
    if (this.queued !== null) return;
    this.sync().then(
      () => (this.unread = null),
      (error: unknown) => {
        const reason = reasonOf(error);
        if (reason !== this.unread) this.logger.warn({ tenant: this.tenant, reason }, 'log not read');
        this.unread = reason;
      },
    );
  }

  /** Calls `resume` once, after the next time that the log was read and the feed is loaded. Returns how to not. */
  onceSynced(resume: () => void): () => void {
    this.waiting.add(resume);
    return () => this.waiting.delete(resume);
  }

  /**
   * Reads the state for what no event tells: when the sources were last heard of. Skipped when the last read is
   * younger than `maxAgeMs`. Where the state is at the feed's very position, its calls are taken over too.
   */
  async refresh(maxAgeMs = FRESH_MS): Promise<void> {
    const age = this.clock.now() - this.refreshedAt;
    // Below 0 the clock was set back: how old the read is is not known.
    if (age >= 0 && age < maxAgeMs) return;
    this.refreshing ??= this.readState().finally(() => {
      this.refreshing = null;
    });
    await this.refreshing;
  }

  snapshotJson(audience: Audience): string {
    return this.view.snapshotJson(this.loaded(), audience);
  }

  callsJson(audience: Audience): string {
    return this.view.callsJson(audience);
  }

  callJson(callId: string, audience: Audience): string | null {
    return this.view.call(callId, audience);
  }

  registration(id: string): RegistrationEntry | undefined {
    return this.view.registration(id);
  }

  sourcesJson(): string {
    return this.view.sourcesJson();
  }

  /** Judges a cursor by what the log held at the last `sync`. */
  resume(cursor: string): Resumption {
    return resumption(cursor, this.loaded(), this.reach);
  }

  /** Where pages and the buffer may begin: before the epoch's beginning, where the log holds what was there. */
  oldestPlace(): number {
    return oldestPlace(this.loaded(), acrossEpochs(this.reach));
  }

  /** As `resume`, for whoever reads pages: the cursor may stand before the epoch's beginning. */
  page(cursor: string): Resumption {
    return resumption(cursor, this.loaded(), acrossEpochs(this.reach));
  }

  /** The place before the first event recorded at or after `since`; asks the store some 17 times for 100,000 events. */
  async placeBefore(since: Instant): Promise<number> {
    const position = this.loaded();
    const cut = await ageCut(since, position.sequence, async (from) => {
      const slice = await this.store.read(this.tenant, Math.max(0, from - 1), 1);
      return slice.events[0];
    });
    return cut === null ? oldestPlace(position, acrossEpochs(this.reach)) : cut - 1;
  }

  /**
   * The next events after `sequence`, which must be before `position`, and none after it: at once from the buffer,
   * else from the store; null when neither holds them.
   */
  after(sequence: number, limit: number, maxBytes: number): Batch | Promise<Batch | null> {
    const held = this.buffer.after(sequence, limit, maxBytes);
    return held === null ? this.readOlder(sequence, limit) : new Batch(held);
  }

  private async readOlder(sequence: number, limit: number): Promise<Batch | null> {
    const { epoch, sequence: newest } = this.loaded();
    if (sequence >= newest - this.limits.bufferEvents) {
      this.backfilling ??= this.backfill().finally(() => {
        this.backfilling = null;
      });
      await this.backfilling;
      const held = this.buffer.after(sequence, limit, Infinity);
      if (held !== null) return new Batch(held);
    }
    const slice = await this.store.read(this.tenant, sequence, Math.min(limit, PAGE_EVENTS));
    if (slice.epoch !== epoch || slice.events[0]?.sequence !== sequence + 1) return null;
    // The log may be ahead of what has been published to here: a reader that ran past the position would never meet it.
    const { sequence: taken } = this.loaded();
    const known = slice.events.filter((event) => event.sequence <= taken);
    return new Batch(known.map(({ json }) => entryOf(json)));
  }

  /** Fills the buffer backwards: on a replica that has just started, one wave of reconnects shares one read. */
  private async backfill(): Promise<void> {
    const { generation } = this;
    const { bufferEvents } = this.limits;
    const after = Math.max(this.oldestPlace(), this.loaded().sequence - bufferEvents);
    const slice = await this.store.read(this.tenant, after, bufferEvents);
    if (generation !== this.generation) return;
    this.buffer.prepend(
      slice.events.map(({ json }) => entryOf(json)),
      this.loaded().sequence,
    );
  }

  private async followOn(): Promise<void> {
    if (this.place === null && !(await this.load(null))) return;
    for (let loads = 0; ; ) {
      // Taken before the read: a commit that is published meanwhile must not make the log look shorter than it is.
      const from = this.loaded();
      const slice = await this.store.read(this.tenant, from.sequence, PAGE_EVENTS);
      // Redis is empty and nobody has claimed the tenant again: what is known stays until the new epoch is there.
      if (slice.epoch === null) return;
      const broken = discontinuity(from, slice);
      if (broken !== null) {
        if (loads === LOAD_ATTEMPTS) throw new Error('the log does not hold still');
        loads += 1;
        if (!(await this.load(broken))) return;
        continue;
      }
      this.reach = { first: slice.first, epochStart: slice.epochStart };
      this.flush();
      this.take(slice.events.map(({ json }) => entryOf(json)));
      if (this.loaded().sequence >= slice.last) break;
    }
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resume of waiting) resume();
  }

  /** False when nobody has claimed the tenant. */
  private async load(reason: ResetReason | null): Promise<boolean> {
    const snapshot = await this.readSnapshot(reason);
    if (snapshot === null) return false;
    this.incoming = [];
    this.buffer.clear();
    this.view.replace(snapshot.state);
    this.refreshedAt = this.clock.now();
    this.place = snapshot.position;
    if (reason !== null) {
      this.generation += 1;
      this.resetReason = reason;
      this.logger.warn({ tenant: this.tenant, reason, position: snapshot.position }, 'log begun anew');
      this.live.reset(reason);
    }
    return true;
  }

  /** Where a client would go on from a log that is not there any more, it is told that the state cannot be read. */
  private async readSnapshot(reason: ResetReason | null): Promise<Snapshot | null> {
    try {
      const snapshot = await this.store.snapshot(this.tenant);
      this.isUnreadable = false;
      return snapshot;
    } catch (error) {
      this.isUnreadable = error instanceof UnreadableStateError;
      if (this.isUnreadable && reason !== null) this.live.reset(reason);
      throw error;
    }
  }

  private async readState(): Promise<void> {
    const snapshot = await this.store.snapshot(this.tenant);
    if (snapshot === null || this.place === null || snapshot.position.epoch !== this.place.epoch) return;
    if (snapshot.position.sequence === this.place.sequence) this.view.replace(snapshot.state);
    else if (snapshot.position.sequence > this.place.sequence) this.view.replaceFreshness(snapshot.state);
    else return;
    this.refreshedAt = this.clock.now();
  }

  private flush(): void {
    const entries = this.incoming;
    this.incoming = [];
    this.take(entries);
  }

  /** The one place where the position moves on. What it has already, or what does not follow on, is left out. */
  private take(candidates: readonly LogEntry[]): void {
    if (this.place === null) return;
    const { epoch } = this.place;
    let { sequence } = this.place;
    const entries: LogEntry[] = [];
    for (const entry of candidates) {
      if (entry.sequence !== sequence + 1) continue;
      entries.push(entry);
      sequence += 1;
    }
    if (entries.length === 0) return;
    for (const entry of entries) this.view.fold(entry);
    this.buffer.append(entries);
    this.place = { epoch, sequence };
    this.deliver(new Batch(entries));
  }

  /** What is traced goes on with the trace of the commit, from whichever replica that came. */
  private deliver(batch: Batch): void {
    const causes = [...new Set(batch.entries.flatMap(({ event }) => event.traceparent ?? []))];
    if (causes.length === 0 || this.live.size === 0) return this.live.publish(batch);
    const describe = () => ({
      name: 'deliver',
      about: {
        'pitel.tenant': this.tenant,
        'pitel.events': batch.entries.length,
        'pitel.clients': this.live.size,
      },
      causes,
    });
    // What clients get is written in this very tick, traced or not.
    void this.tracer.span(describe, () => Promise.resolve(this.live.publish(batch)));
  }

  /** The place that the next published event has to follow. */
  private tail(): Position | null {
    return this.incoming.at(-1) ?? this.place;
  }

  private loaded(): Position {
    if (this.place === null) throw new Error(`nobody has claimed ${this.tenant} yet`);
    return this.place;
  }
}

function entryOf(json: string): LogEntry {
  return new LogEntry(JSON.parse(json) as BridgeEvent, json);
}
