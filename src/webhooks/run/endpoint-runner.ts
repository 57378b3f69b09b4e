import type { Logger } from 'pino';
import { waitAfter } from '../../base/backoff.js';
import { type Clock, pause, type Stop } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import { formatCursor } from '../../core/model/position.js';
import type { Audience } from '../../deliver/access/audience.js';
import {
  type EndpointProgress,
  isHalted,
  type StoredAttempt,
  type WebhookState,
} from '../../store/webhook-store.js';
import { EndpointQueue } from '../queue/endpoint-queue.js';
import { itemsIn, type Sending } from '../queue/gate.js';
import type { Item } from '../queue/lines.js';
import type { Announcement } from '../queue/health.js';
import { outgoingOf, outgoingOfAll } from '../request/outgoing.js';
import { deliveryGap } from '../request/own-events.js';
import type { Outgoing, Sender } from '../sender.js';
import { type OwnedEndpoint, SETTLED, type WebhookStats } from '../stats.js';
import { attemptOf, UNMADE } from './attempt.js';
import type { Kept } from './progress-keeper.js';
import { type EventText, textFor } from './event-texts.js';
import { audienceOfEndpoint, rulesOf } from './rules.js';
import type { TenantLog } from './tenant-log.js';

/** A timer never waits longer: a long age would be more than a timer can count. */
const LOOK_AT_LEAST_MS = 3_600_000;
const NOTHING: Stop = () => undefined;
/** Before the log, which could not be read, is read again. */
const AGAIN = { firstMs: 100, maxMs: 5_000, spread: -0.5 };

/**
 * Delivers to one endpoint: reads the log for its queue, sends what the queue says, and settles that with what came of it.
 * It waits for no other endpoint, and none waits for it.
 */
export class EndpointRunner implements Kept {
  readonly #deps: RunnerDeps;
  readonly #queue: EndpointQueue;
  readonly #aborting = new AbortController();
  #inFlight = 0;
  /** Called once none is in flight. */
  readonly #whenSettled: (() => void)[] = [];
  #endpoint: WebhookEndpoint;
  #audience: Audience;
  #reading = false;
  /** The log may have grown since the read that is under way was asked for. */
  #isReadStale = false;
  #readFailures = 0;
  #isAnnouncing = false;
  #isStopping = false;
  #stopTimer: Stop = NOTHING;
  #counted: EndpointProgress['counts'];
  #state: WebhookState;
  #caughtUpAt: number;

  constructor(deps: RunnerDeps) {
    const { tenant, endpoint, progress, clock: time, random } = deps;
    this.#deps = deps;
    this.#endpoint = endpoint;
    this.#audience = audienceOfEndpoint(tenant, endpoint);
    this.#queue = new EndpointQueue({ rules: rulesOf(tenant, endpoint), progress, time, random });
    this.#counted = progress.counts;
    this.#state = progress.state;
    this.#caughtUpAt = time.now();
  }

  get endpoint(): WebhookEndpoint {
    return this.#endpoint;
  }

  /** Whether it waits for somebody to resume it. */
  get isHalted(): boolean {
    return isHalted(this.#queue.state);
  }

  /** The log may have grown. */
  wake(): void {
    this.#isReadStale = true;
    this.#queue.lookAgain();
    this.#pump();
  }

  /** Called every few seconds: notices what no message has said, and how far behind the endpoint is. */
  tick(): void {
    if (this.#queue.wanted === 0) void this.#observe();
    this.wake();
  }

  /** The endpoint as it is configured now. It keeps its position, and what is owed already remains so. */
  change(endpoint: WebhookEndpoint): void {
    this.#endpoint = endpoint;
    this.#audience = audienceOfEndpoint(this.#deps.tenant, endpoint);
    this.#queue.change(rulesOf(this.#deps.tenant, endpoint));
    this.#queue.retryNow();
    this.#pump();
  }

  resume(): void {
    this.#queue.resume();
    this.#pump();
  }

  /** Sends nothing any more, and gives what is in flight `graceMs`; then it is cut off, and is owed as before. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    this.#stopTimer();
    const stop = this.#deps.clock.after(graceMs, () => this.#aborting.abort());
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#whenSettled.push(resolve));
    stop();
  }

  get owned(): OwnedEndpoint {
    const { tenant, clock } = this.#deps;
    const lagEvents = this.#queue.waiting;
    if (lagEvents === 0) this.#caughtUpAt = clock.now();
    const since = this.#queue.oldestRecordedAt ?? this.#caughtUpAt;
    const lagMs = lagEvents === 0 ? 0 : Math.max(0, clock.now() - since);
    return { tenant, id: this.#endpoint.id, state: this.#queue.state, lagEvents, lagMs };
  }

  get isChanged(): boolean {
    return this.#queue.isChanged;
  }

  progress() {
    return this.#queue.progress();
  }

  restore(dead: Parameters<Kept['restore']>[0]): void {
    this.#queue.restore(dead);
  }

  #pump(): void {
    if (this.#isStopping) return;
    this.#stopTimer();
    for (let sending = this.#queue.next(); sending !== null; sending = this.#queue.next())
      void this.#deliver(sending);
    if (!this.#reading && this.#queue.wanted > 0) void this.#read();
    this.#plan(this.#queue.waitMs);
    this.#note();
    if (this.#queue.isChanged) this.#deps.changed();
    if (this.#queue.announcement !== null) void this.#announce();
  }

  #plan(waitMs: number | null): void {
    this.#stopTimer = NOTHING;
    if (waitMs === null) return;
    const ms = Math.min(LOOK_AT_LEAST_MS, Math.max(1, waitMs));
    this.#stopTimer = this.#deps.clock.after(ms, () => this.#pump());
  }

  /** Reads until the queue has enough, a page at a time, so that other work comes in between. */
  async #read(): Promise<void> {
    const { log, clock, random, stats } = this.#deps;
    this.#reading = true;
    try {
      for (let limit = this.#queue.wanted; limit > 0 && !this.#isStopping; limit = this.#queue.wanted) {
        this.#isReadStale = false;
        const { slice, stretch } = await log.read(this.#queue.position.sequence, limit);
        if (this.#isStopping) return;
        const gap = this.#queue.take(slice, stretch);
        if (this.#isReadStale) this.#queue.lookAgain();
        if (gap !== null) {
          stats.gapFound();
          this.#say('warn', gap, 'webhook missed events: the log does not hold them any more');
        }
        this.#pump();
      }
      this.#readFailures = 0;
    } catch (error) {
      const ms = waitAfter(this.#readFailures++, { ...AGAIN, random });
      if (this.#readFailures === 1)
        this.#say('warn', { reason: reasonOf(error) }, 'log not read for a webhook');
      await pause(clock, ms);
    } finally {
      this.#reading = false;
    }
    if (this.#queue.wanted > 0) this.#pump();
  }

  async #observe(): Promise<void> {
    const { sequence } = this.#queue.position;
    const read = await this.#deps.log.read(sequence, 1).catch(() => null);
    if (read !== null) this.#queue.observe(read.slice);
  }

  async #deliver(sending: Sending): Promise<void> {
    this.#inFlight += 1;
    try {
      await this.#try(sending);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const settled of this.#whenSettled.splice(0)) settled();
      this.#pump();
    }
  }

  async #try(sending: Sending): Promise<void> {
    const { log, sender, clock, random, attempted, stats } = this.#deps;
    const endpoint = this.#endpoint;
    let rest: Sending | null = sending;
    const texts: EventText[] = [];
    try {
      for (const item of itemsIn(sending)) {
        // Only where it has to be read again is there something to wait for.
        const text = log.textAtHand(item.event) ?? (await log.text(item.event));
        if (text !== null) texts.push(text);
        else rest = this.#lost(rest!, item);
      }
    } catch {
      // The store is away: the events are owed as before.
      await pause(clock, waitAfter(2, { ...AGAIN, random }));
      if (rest !== null) this.#queue.withdraw(rest);
      return;
    }
    if (rest === null) return;
    if (this.#isStopping) return this.#queue.withdraw(rest);
    let outgoing: Outgoing | null;
    try {
      outgoing = this.#outgoing(rest, texts);
    } catch {
      // One event of which no request can be made stops no other.
      return this.#queue.settle(rest, UNMADE);
    }
    if (outgoing === null) return this.#queue.skip(rest);
    const at = clock.now();
    const result = await sender.send(endpoint, outgoing, this.#aborting.signal);
    // A request that was cut off may have arrived all the same: the next owner repeats it.
    if (this.#aborting.signal.aborted && result.verdict.kind !== 'delivered')
      return this.#queue.withdraw(rest);
    this.#queue.settle(rest, result);
    const items = itemsIn(rest);
    if (result.verdict.kind === 'delivered') for (const { event } of items) log.delivered(event);
    const kind = items.length === 0 ? 'gap' : 'event';
    const cursors = items.length === 0 ? [null] : items.map(({ event }) => formatCursor(event));
    const attempts = cursors.map((cursor) => attemptOf(result, { at, cursor, id: outgoing.id, kind }));
    stats.attempted(kind, attempts[0]!.outcome);
    for (const attempt of attempts) attempted(attempt);
  }

  #lost(sending: Sending, item: Item): Sending | null {
    const { rest, gap } = this.#queue.lost(sending, item);
    if (gap !== null) this.#deps.stats.gapFound();
    return rest;
  }

  /** Null: nothing is to be sent of it. */
  #outgoing({ gap }: Sending, texts: readonly EventText[]): Outgoing | null {
    const { tenant } = this.#deps;
    const endpoint = this.#endpoint;
    if (gap !== null) return outgoingOf(endpoint, deliveryGap(tenant, endpoint.id, gap));
    const shown = texts.map((text) => textFor(tenant, text, this.#audience)).filter((text) => text !== null);
    return shown.length === 0 ? null : outgoingOfAll(endpoint, shown);
  }

  /** Counts what has left the queue, and says what a person should know. */
  #note(): void {
    const { stats } = this.#deps;
    const { counts, state } = this.#queue;
    if (counts !== this.#counted)
      for (const how of SETTLED)
        if (counts[how] > this.#counted[how]) stats.settled(how, counts[how] - this.#counted[how]);
    this.#counted = counts;
    if (state === this.#state) return;
    const before = this.#state;
    this.#state = state;
    if (state === 'active') return this.#say('info', { before }, 'webhook works again');
    this.#say('warn', {}, SAID[state]);
  }

  async #announce(): Promise<void> {
    const { announcement } = this.#queue;
    if (announcement === null || this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    try {
      const isWritten = await this.#deps.announce(announcement, this.#queue.waiting);
      if (!isWritten) return;
      this.#queue.announced(announcement);
      this.#deps.changed();
    } catch {
      // Asked again at the next tick.
    } finally {
      this.#isAnnouncing = false;
    }
  }

  #say(level: 'info' | 'warn', about: object, line: string): void {
    this.#deps.logger[level]({ endpoint: this.#endpoint.id, ...about }, line);
  }
}

const SAID = {
  failing: 'webhook failing: no delivery has succeeded for 5 minutes',
  paused: 'webhook paused: no delivery has succeeded for 72 hours; it waits for a resume',
  disabled: 'webhook disabled: its receiver answered 410; it waits for a resume',
} as const;

export interface RunnerDeps {
  readonly tenant: string;
  readonly endpoint: WebhookEndpoint;
  readonly progress: EndpointProgress;
  readonly log: TenantLog;
  readonly sender: Sender;
  /** Something is to be saved. */
  readonly changed: () => void;
  readonly attempted: (attempt: StoredAttempt) => void;
  /** Resolves to whether it is written; asked again until it is. */
  readonly announce: (announcement: Announcement, waiting: number) => Promise<boolean>;
  readonly stats: WebhookStats;
  /** `now` by the store's clock. */
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}
