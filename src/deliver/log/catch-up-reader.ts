import { waitAfter } from '../../base/backoff.js';
import type { Stop } from '../../base/clock.js';
import { UnreadableStateError } from '../../store/errors.js';
import type { Audience } from '../access/audience.js';
import type { Batch } from './batch.js';
import type { Member, Membership } from './fan-out.js';
import { PAGE_EVENTS } from './log-pages.js';
import type { Page } from './page-cache.js';
import type { ResetReason } from './resumption.js';
import type { EncodedSnapshot } from './snapshot.js';
import type { TenantFeed } from './tenant-feed.js';

/** How long a client that does not read keeps its turn among those who catch up. */
const PATIENCE_MS = 1_000;
/** Before what did not work is tried again. */
const AGAIN = { firstMs: 100, maxMs: 5_000, random: () => 0 };

/** Where a client's messages go: a socket, or an event stream. */
export interface Outlet {
  /** The client resumes from the cursor that it came with. */
  resumed(): void;
  snapshot(snapshot: EncodedSnapshot): void;
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
 *      ↑________________|             back on a reset: `reset`, snapshot, then as before; to reading alone where more is
 *                                     published than is written meanwhile (`FanOut`)
 *
 * Missed events are read page by page as the client takes them, so a slow client costs a page and not its backlog. A
 * client that is more than a page behind waits for its turn to catch up; what is written to any client before it is live
 * is written in slices, and only while the memory of all clients has room (`SharedBounds`). The client is live once its
 * sequence equals the feed's position. The reader checks that and joins in one tick, in which nothing can be published.
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
  /** While it is live. */
  #membership: Membership | null = null;
  /** Wakes the run that waits; set only while one does. */
  #wake: (() => void) | null = null;
  /** Ends the wait for a turn; set only while there is one. */
  #line: AbortController | null = null;
  #hasTurn = false;

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

  /** Whether the client is live and has everything up to the feed's position, as far as it may see it. */
  get isCurrent(): boolean {
    return this.#membership?.isCurrent ?? false;
  }

  /** Decides about everything that is written from now on. */
  narrow(audience: Audience): void {
    this.#audience = audience;
    this.#membership?.narrow(audience);
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
    this.#membership = null;
    this.#run(null, reason).catch(this.#failed);
  }

  fellBehind(sequence: number): void {
    this.#membership = null;
    this.#sequence = sequence;
    this.#goOn().catch(this.#failed);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#started) this.#feed.letGo();
    this.#membership?.leave();
    this.#membership = null;
    this.#endTurn();
    this.#line?.abort();
    this.#wake?.();
  }

  async #run(cursor: string | null, reset: ResetReason | null): Promise<void> {
    if (!(await this.#synced())) return;
    let reason = reset;
    let from = cursor;
    for (let resets = 0; ; resets += 1) {
      if (resets > 1 && !(await this.#wait(resets - 2))) return;
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
      this.#endTurn();
      if (reason === null) return;
    }
  }

  /** Reads on from where the client is, and begins again if it has to. */
  async #goOn(): Promise<void> {
    const reason = await this.#read();
    this.#endTurn();
    if (reason !== null) await this.#run(null, reason);
  }

  /** Writes the snapshot, after a `reset` where there is a reason for one. False when the client has gone. */
  async #begin(reason: ResetReason | null): Promise<boolean> {
    // A failed refresh does not keep the client waiting: the calls are as new as the log.
    await this.#feed.freshness.refresh().catch(() => undefined);
    if (!(await this.#room())) return false;
    await this.#feed.bounds.slices.run(() => {
      if (this.#closed) return;
      const { position, view } = this.#feed;
      if (reason !== null) this.#outlet.reset(reason);
      this.#outlet.snapshot(view.snapshot(position.loaded(), this.#audience));
      this.#sequence = position.loaded().sequence;
      this.#generation = position.generation;
    });
    return !this.#closed;
  }

  /** Reads until the client is live or gone (null), or has to begin again (the reason). */
  async #read(): Promise<ResetReason | null> {
    const { position, pages, live } = this.#feed;
    for (let failures = 0; ;) {
      if (!(await this.#room())) return null;
      if (this.#generation !== position.generation) return position.resetReason;
      const behind = position.loaded().sequence - this.#sequence;
      if (behind === 0) {
        this.#membership = live.join(this, this.#audience);
        return null;
      }
      if (behind > PAGE_EVENTS && !this.#hasTurn) {
        if (!(await this.#takeTurn())) return null;
        continue;
      }
      const asked = pages.after(this.#sequence);
      const page = asked instanceof Promise ? await this.#readPatiently(asked) : asked;
      if (this.#closed) return null;
      if (this.#generation !== position.generation) return position.resetReason;
      if (page === 'again') {
        if (!(await this.#wait(failures))) return null;
        failures += 1;
        continue;
      }
      failures = 0;
      if (page === null) {
        // The events are gone from the log, or the log is another one: the next answer shows which.
        if (!(await this.#synced())) return null;
        return this.#generation === position.generation ? 'cursor-too-old' : position.resetReason;
      }
      await this.#feed.bounds.slices.run(() => this.#write(page));
    }
  }

  #write({ batch, through }: Page): void {
    if (this.#closed || this.#generation !== this.#feed.position.generation) return;
    this.#sequence = through;
    const visible = batch.sharedBy(this.#audience);
    if (visible.entries.length > 0) this.#outlet.events(visible);
  }

  /** A page from the store; after an outage of the store, `again` once it answers. */
  async #readPatiently(page: Promise<Page | null>): Promise<Page | null | 'again'> {
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

  /**
   * Waits until the client has taken most of what was written, and all clients together leave room. Gives its turn to
   * another client if that takes long. False when the client has gone.
   */
  async #room(): Promise<boolean> {
    const { memory, clock } = this.#feed.bounds;
    while (!this.#closed) {
      if (this.#outlet.hasRoom && !memory.isTight) return true;
      const stopPatience = this.#hasTurn ? clock.after(PATIENCE_MS, () => this.#endTurn()) : null;
      let stop: () => unknown = () => undefined;
      await this.#pause((wake) => {
        if (this.#outlet.hasRoom) stop = memory.onceRoom(wake);
        else this.#outlet.onceRoom(wake);
      });
      stop();
      stopPatience?.();
    }
    return false;
  }

  /** False when the client has gone. */
  async #takeTurn(): Promise<boolean> {
    this.#line = new AbortController();
    this.#hasTurn = await this.#feed.bounds.catchUps.take(this.#line.signal);
    this.#line = null;
    if (this.#closed) this.#endTurn();
    return !this.#closed;
  }

  #endTurn(): void {
    if (!this.#hasTurn) return;
    this.#hasTurn = false;
    this.#feed.bounds.catchUps.release();
  }

  /** False when the client has gone. */
  async #wait(failures: number): Promise<boolean> {
    let stop: Stop = () => undefined;
    await this.#pause((wake) => (stop = this.#feed.bounds.clock.after(waitAfter(failures, AGAIN), wake)));
    stop();
    return !this.#closed;
  }

  async #pause(arm: (wake: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      arm(resolve);
    });
    this.#wake = null;
  }
}
