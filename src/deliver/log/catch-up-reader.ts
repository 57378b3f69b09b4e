import { UnreadableStateError } from '../../store/errors.js';
import type { Audience } from '../access/audience.js';
import type { Batch } from './batch.js';
import type { Member } from './fan-out.js';
import type { ResetReason } from './resumption.js';
import type { TenantFeed } from './tenant-feed.js';

/** How many missed events a page may hold: small against what a client may have in flight. */
const PAGE_EVENTS = 250;
const PAGE_BYTES = 128 * 1024;

/** Where a client's messages go: a socket, or an event stream. */
export interface Outlet {
  /** The client resumes from the cursor that it came with. */
  resumed(): void;
  snapshot(json: string): void;
  reset(reason: ResetReason): void;
  events(batch: Batch): void;
  /** Whether most of what was written before has been taken. */
  readonly hasRoom: boolean;
  /** Calls `resume` once, when there is room again. */
  onceRoom(resume: () => void): void;
}

export interface CatchUpDeps {
  readonly feed: TenantFeed;
  readonly outlet: Outlet;
  readonly audience: Audience;
  readonly failed: (error: unknown) => void;
}

/**
 * Brings one client from a snapshot or a cursor to the live events, without a gap and without a repeat.
 *
 *   waiting → reading → live          waiting: for the store's first answer, however long that takes
 *      ↑________________|             back on a reset: `reset`, snapshot, then as before
 *
 * Missed events are read page by page as the client takes them, so a slow client costs a page and not its backlog. The
 * client is live once its sequence equals the feed's position. The reader checks that and joins in one tick, in which
 * nothing can be published.
 */
export class CatchUpReader implements Member {
  readonly #feed: TenantFeed;
  readonly #outlet: Outlet;
  readonly #failed: (error: unknown) => void;
  #audience: Audience;
  #closed = false;
  #sequence = 0;
  #generation = -1;
  #started = false;
  #leave: (() => void) | null = null;
  /** Wakes the run that waits; set only while one does. */
  #wake: (() => void) | null = null;

  constructor({ feed, outlet, audience, failed }: CatchUpDeps) {
    this.#feed = feed;
    this.#outlet = outlet;
    this.#audience = audience;
    this.#failed = failed;
  }

  /** Call once. `cursor`: the events after it instead of a snapshot. */
  start(cursor: string | null): void {
    this.#started = true;
    this.#feed.hold();
    this.#run(cursor, null).catch(this.#failed);
  }

  get live(): boolean {
    return this.#leave !== null;
  }

  /** Decides about everything that is written from now on. */
  narrow(audience: Audience): void {
    this.#audience = audience;
    if (this.#leave === null) return;
    this.#leave();
    this.#leave = this.#feed.live.join(this, audience);
  }

  events(batch: Batch): void {
    try {
      this.#outlet.events(batch);
    } catch (error) {
      // The other clients of the batch still get it, and this one comes back with its cursor.
      this.close();
      this.#failed(error);
    }
  }

  reset(reason: ResetReason): void {
    this.#leave = null;
    this.#run(null, reason).catch(this.#failed);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#started) this.#feed.letGo();
    this.#leave?.();
    this.#leave = null;
    this.#wake?.();
  }

  async #run(cursor: string | null, reset: ResetReason | null): Promise<void> {
    if (!(await this.#synced())) return;
    let reason = reset;
    let from = cursor;
    for (;;) {
      if (from === null) {
        if (!(await this.#begin(reason))) return;
      } else {
        const resumption = this.#feed.position.resume(from);
        from = null;
        if ('reset' in resumption) {
          reason = resumption.reset;
          continue;
        }
        this.#outlet.resumed();
        this.#sequence = resumption.sequence;
        this.#generation = this.#feed.position.generation;
      }
      reason = await this.#read();
      if (reason === null) return;
    }
  }

  /** Writes the snapshot, after a `reset` where there is a reason for one. False when the client has gone. */
  async #begin(reason: ResetReason | null): Promise<boolean> {
    // A failed refresh does not keep the client waiting: the calls are as new as the log.
    await this.#feed.freshness.refresh().catch(() => undefined);
    if (this.#closed) return false;
    if (reason !== null) this.#outlet.reset(reason);
    this.#outlet.snapshot(this.#feed.view.snapshotJson(this.#feed.position.loaded(), this.#audience));
    this.#sequence = this.#feed.position.loaded().sequence;
    this.#generation = this.#feed.position.generation;
    return true;
  }

  /** Reads until the client is live or gone (null), or has to begin again (the reason). */
  async #read(): Promise<ResetReason | null> {
    for (;;) {
      while (!this.#outlet.hasRoom && !this.#closed) await this.#pause((wake) => this.#outlet.onceRoom(wake));
      if (this.#closed) return null;
      if (this.#generation !== this.#feed.position.generation) return this.#feed.position.resetReason;
      if (this.#sequence === this.#feed.position.loaded().sequence) {
        this.#leave = this.#feed.live.join(this, this.#audience);
        return null;
      }
      const page = this.#feed.pages.after(this.#sequence, PAGE_EVENTS, PAGE_BYTES);
      const batch = page instanceof Promise ? await this.#readPatiently(page) : page;
      if (this.#closed) return null;
      if (this.#generation !== this.#feed.position.generation) return this.#feed.position.resetReason;
      if (batch === 'again') continue;
      if (batch === null) {
        // The events are gone from the log, or the log is another one: the next answer shows which.
        if (!(await this.#synced())) return null;
        return this.#generation === this.#feed.position.generation
          ? 'cursor-too-old'
          : this.#feed.position.resetReason;
      }
      this.#sequence = batch.entries.at(-1)!.sequence;
      const visible = batch.seenBy(this.#audience);
      if (visible.entries.length > 0) this.#outlet.events(visible);
    }
  }

  /** A page from the store; after an outage of the store, `again` once it answers. */
  async #readPatiently(page: Promise<Batch | null>): Promise<Batch | null | 'again'> {
    try {
      return await page;
    } catch {
      await this.#synced();
      return 'again';
    }
  }

  /**
   * Waits until the feed is loaded and as new as the log was at the call. False when the client has gone meanwhile.
   * Rejects where the state cannot be read, because waiting does not help then, as it does while the store is away.
   */
  async #synced(): Promise<boolean> {
    for (;;) {
      const answered = await this.#feed.sync().then(
        () => this.#feed.position.current !== null,
        (error: unknown) => {
          if (error instanceof UnreadableStateError && !this.#closed) throw error;
          return false;
        },
      );
      if (this.#closed) return false;
      if (answered) return true;
      let stop: () => unknown = () => undefined;
      await this.#pause((wake) => (stop = this.#feed.onceSynced(wake)));
      stop();
      if (this.#closed) return false;
    }
  }

  async #pause(arm: (wake: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      arm(resolve);
    });
    this.#wake = null;
  }
}
