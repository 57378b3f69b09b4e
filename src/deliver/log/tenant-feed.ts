import type { Logger } from 'pino';
import { UnreadableStateError } from '../../store/errors.js';
import type { Clock } from '../../base/clock.js';
import type { Position } from '../../core/model/position.js';
import type { Tracer } from '../../core/model/tracer.js';
import type { DeskStore } from '../../store/desk-store.js';
import type { LogReader, LogSlice, Snapshot } from '../../store/store.js';
import type { Limits } from '../access/options.js';
import { waitAfter } from '../../base/backoff.js';
import { reasonOf } from '../../base/error-text.js';
import type { DeliverStats } from '../stats.js';
import { Batch } from './batch.js';
import { FanOut } from './fan-out.js';
import { ForeignNotes } from './foreign-notes.js';
import { FreshnessReader } from './freshness-reader.js';
import { type LogEntry, readEntry } from './log-entry.js';
import { LogPages } from './log-pages.js';
import { LogPosition } from './log-position.js';
import { stretchOf } from './log-slice.js';
import type { ResetReason } from './resumption.js';
import type { SharedBounds } from './shared-bounds.js';
import { TenantView } from './tenant-view.js';

/** Gives up when the log changes its epoch during each of so many reads. */
const LOAD_ATTEMPTS = 3;
/** Events in one read of the store. */
const READ_EVENTS = 250;
/** How long announcements are not believed after one that the log did not bear out; a comparison reads the log anyway. */
const DEAF = { firstMs: 100, maxMs: 5_000, random: () => 0 };

/**
 * Follows one tenant's log, and keeps what this replica knows of it: the position, the current view, the newest events,
 * the live clients.
 *
 * Guarantees:
 * - Events are taken in sequence, each once. A published event is taken directly when it is the next one; a gap is filled
 *   from the log; an older event is ignored. What no bridge has written is skipped, counted and named.
 * - Position, view, pages and the live clients change together, in one tick: a client that is at the position and joins in
 *   the same tick misses nothing and gets nothing twice.
 * - An epoch that does not continue this one up to the position, a log that is shorter than before and one that no longer
 *   holds the next event cause a reset: the state is loaded again, the position's generation grows, and every live client
 *   gets `reset`.
 *
 * Not guaranteed: that the position is the log's newest. `sync()` makes it so, as of the call.
 *
 * States: unloaded (the tenant was never claimed, or the store has not answered yet) → loaded, for good.
 */
export class TenantFeed {
  readonly live: FanOut;
  readonly position: LogPosition;
  readonly view: TenantView;
  readonly pages: LogPages;
  readonly freshness: FreshnessReader;
  readonly bounds: SharedBounds;

  readonly #deps: TenantFeedDeps;
  #isUnreadable = false;
  #readers = 0;
  #lastUsed: number;
  readonly #waiting = new Set<() => void>();
  /** Published events that are not taken yet: each follows the one before it, the first follows the position. */
  #incoming: LogEntry[] = [];
  #flushScheduled = false;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;
  /** Announcements in a row of events that the log does not hold, and until when none is believed. */
  #falseAlarms = 0;
  #deafUntil = -Infinity;
  readonly #notes: ForeignNotes;
  /** Why the last read of the log failed; each reason is logged once. */
  #unread: string | null = null;

  constructor(deps: TenantFeedDeps) {
    const { tenant, store, clock, limits, bounds } = deps;
    this.#deps = deps;
    this.bounds = bounds;
    this.live = new FanOut(bounds.live);
    const notes = new ForeignNotes(deps);
    this.#notes = notes;
    this.#lastUsed = clock.monotonic();
    const position = new LogPosition(tenant);
    const view = new TenantView(tenant);
    this.position = position;
    this.view = view;
    this.pages = new LogPages({ tenant, store, position, limits, notes, cache: bounds.pages });
    this.freshness = new FreshnessReader({ tenant, store, clock, position, view });
  }

  /** Counts a reader, which must release its hold once. */
  hold(): void {
    this.#readers += 1;
  }

  letGo(): void {
    this.#readers -= 1;
    this.used();
  }

  /** Clients that read or are live. */
  get readers(): number {
    return this.#readers;
  }

  /** Whether the state could not be read the last time that it was needed. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** Notes that the feed is in use. */
  used(): void {
    this.#lastUsed = this.#deps.clock.monotonic();
  }

  /** Whether it has no reader and no live client, and was not used since `instant`. */
  isIdleSince(instant: number): boolean {
    return this.#readers === 0 && this.#lastUsed < instant;
  }

  /** Takes an event as it was published. The events of one commit arrive together and are delivered as one batch. */
  published(json: string): void {
    const reading = readEntry(this.#deps.tenant, json);
    if ('foreign' in reading) return this.#notes.message(reading.foreign);
    const { entry } = reading;
    const last = this.#incoming.at(-1) ?? this.position.current;
    if (last === null || entry.epoch !== last.epoch || entry.sequence > last.sequence + 1)
      return this.#announced(entry);
    if (entry.sequence <= last.sequence) return;
    this.#incoming.push(entry);
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  /**
   * Resolves when everything that was in the log at the call has been taken. Calls share reads: at most one runs and
   * one waits. Rejects when the store does not answer.
   */
  sync(): Promise<void> {
    this.#queued ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#queued = null;
        this.#running = this.#followOn();
        return this.#running;
      });
    return this.#queued;
  }

  /** Like `sync`, without a caller that waits; does nothing if a read is already queued. */
  catchUp(): void {
    if (this.#queued === null) void this.#catchUp();
  }

  /**
   * Calls `resume` once, after the next read that leaves the feed loaded, or that finds that the state cannot be read.
   * Returns the function that cancels it.
   */
  onceSynced(resume: () => void): () => void {
    this.#waiting.add(resume);
    return () => this.#waiting.delete(resume);
  }

  /** Resolves to whether the log could be read. */
  async #catchUp(): Promise<boolean> {
    const { tenant, logger } = this.#deps;
    try {
      await this.sync();
      this.#unread = null;
      return true;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== this.#unread) logger.warn({ tenant, reason }, 'log not read');
      this.#unread = reason;
      return false;
    }
  }

  /**
   * Reads the log because of a published event that does not follow. If the log does not hold it, other announcements are
   * not believed for a while: otherwise a client of Redis that publishes could have the log read without a pause.
   */
  #announced({ epoch, sequence }: LogEntry): void {
    const { clock } = this.#deps;
    if (this.#queued !== null || clock.monotonic() < this.#deafUntil) return;
    void this.#catchUp().then((isRead) => {
      const { current } = this.position;
      if (!isRead || current === null) return;
      if (current.epoch === epoch && current.sequence >= sequence) {
        this.#falseAlarms = 0;
        return;
      }
      this.#deafUntil = clock.monotonic() + waitAfter(this.#falseAlarms, DEAF);
      this.#falseAlarms += 1;
      // A message of a former epoch may come late.
      if (sequence > current.sequence) this.#notes.message('the log does not hold it');
    });
  }

  async #followOn(): Promise<void> {
    const { tenant, store } = this.#deps;
    if (this.position.current === null && !(await this.#load(null))) return;
    for (let loads = 0; ;) {
      // Taken before the read, so that a commit published meanwhile does not make the log seem shorter than it is.
      const from: Position = this.position.loaded();
      const slice = await store.read(tenant, from.sequence, READ_EVENTS);
      // Redis is empty and the tenant is not claimed again yet: the feed keeps what it has until the new epoch begins.
      if (slice.epoch === null) return;
      // What is taken already counts when the epoch has ended.
      if (slice.epoch !== from.epoch) this.#flush();
      const broken = this.position.continuedBy(slice, from) ?? this.#takeSlice(slice, from);
      if (broken !== null) {
        if (loads === LOAD_ATTEMPTS) throw new Error('the log changes its epoch at every read');
        loads += 1;
        if (!(await this.#load(broken))) return;
        continue;
      }
      if (this.position.loaded().sequence >= slice.last) break;
    }
    this.#resumeWaiting();
  }

  /** Why the log does not go on with what was read; null where it does. */
  #takeSlice(slice: LogSlice, from: Position): ResetReason | null {
    this.#flush();
    const stretch = stretchOf(this.#deps.tenant, from.sequence, slice, this.#notes);
    this.#take(stretch?.entries ?? []);
    const { sequence } = this.position.loaded();
    // Where an event should be, another client of the store has put something else.
    return sequence === from.sequence && sequence < slice.last ? 'cursor-too-old' : null;
  }

  #resumeWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** False when the tenant was never claimed. */
  async #load(reason: ResetReason | null): Promise<boolean> {
    const { tenant, desk, clock, stats, logger } = this.#deps;
    const snapshot = await this.#readSnapshot(reason);
    if (snapshot === null) return false;
    // After the snapshot, so that no crossing is missed: events repeat what is known already.
    const { queues } = await desk.standing(tenant);
    this.#incoming = [];
    this.pages.clear();
    this.view.replace(snapshot.state, queues.values());
    this.freshness.wasRead();
    this.position.begin(snapshot.position, reason);
    if (reason !== null) {
      stats.trouble('began-again', clock.monotonic());
      logger.warn({ tenant, reason, position: snapshot.position }, 'log loaded again');
      this.live.reset(reason);
    }
    return true;
  }

  /** Where the state cannot be read, closes the clients that wait for it, and those of a log that does not exist any more. */
  async #readSnapshot(reason: ResetReason | null): Promise<Snapshot | null> {
    const { tenant, store } = this.#deps;
    try {
      const snapshot = await store.snapshot(tenant);
      this.#isUnreadable = false;
      return snapshot;
    } catch (error) {
      this.#isUnreadable = error instanceof UnreadableStateError;
      if (this.#isUnreadable) {
        if (reason !== null) this.live.reset(reason);
        this.#resumeWaiting();
      }
      throw error;
    }
  }

  #flush(): void {
    const entries = this.#incoming;
    this.#incoming = [];
    this.#take(entries);
  }

  /** Moves position, pages, view and live clients on in one step. */
  #take(candidates: readonly LogEntry[]): void {
    const entries = this.position.advance(candidates);
    if (entries.length === 0) return;
    for (const entry of entries) this.view.fold(entry);
    this.pages.append(entries);
    this.#deliver(new Batch(entries));
    for (const entry of entries) entry.settle();
  }

  /** Delivers the batch, as part of the trace of the commit, whichever replica committed it. */
  #deliver(batch: Batch): void {
    const { tenant, tracer } = this.#deps;
    const causes = [...new Set(batch.entries.flatMap(({ traceparent }) => traceparent ?? []))];
    if (causes.length === 0 || this.live.size === 0) return this.live.publish(batch);
    const describe = () => ({
      name: 'deliver',
      about: {
        'pitel.tenant': tenant,
        'pitel.events': batch.entries.length,
        'pitel.clients': this.live.size,
      },
      causes,
    });
    // Clients are written to as of this very tick, traced or not.
    void tracer.span(describe, () => {
      this.live.publish(batch);
      return this.live.written();
    });
  }
}

export interface TenantFeedDeps {
  readonly tenant: string;
  readonly store: LogReader;
  readonly desk: Pick<DeskStore, 'standing'>;
  readonly limits: Pick<Limits, 'bufferEvents' | 'bufferBytes'>;
  readonly bounds: SharedBounds;
  readonly stats: DeliverStats;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracer: Tracer;
}
