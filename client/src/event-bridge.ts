import { Backoff } from './backoff.js';
import type { Bridge, BridgeListeners, BridgeOptions } from './bridge.js';
import type { Stop, Surroundings } from './clock.js';
import { ABSENCE_MS, type Address, addressOf, Connection } from './connection.js';
import { type BridgeEvent, type Endpoint, SOURCE_EVENT_TYPES, type SourceEntry } from './contract.js';
import { Consumer } from './consumer.js';
import { type HistoryOptions, readHistory } from './history.js';
import { originMissing } from './diagnosis.js';
import type { LiveCalls } from './live-calls.js';
import { Page } from './page.js';
import { formatCursor, isReached, isSamePosition, parseCursor, type Position } from './position.js';
import type { Problem } from './problem.js';
import { type BridgeStatus, type Link, statusOf } from './status.js';
import { TokenKeeper } from './token-keeper.js';

const RETRY_MS = { base: 1_000, max: 30_000 };
/** After a refusal: it will not pass within seconds. */
const REFUSED_RETRY_MS = { base: 15_000, max: 300_000 };
/** The least time between two searches for what is in the way, because they too ask the bridge. */
const DIAGNOSIS_INTERVAL_MS = 60_000;
/** The refusals after which the callback is asked at once: the token has run out or was revoked, or its key was changed. */
const ANOTHER_TOKEN_HELPS: ReadonlySet<string> = new Set(['token-expired', 'token-revoked', 'bad-signature']);

/**
 * Keeps one connection to the bridge, whatever ends it, and knows where the next one goes on.
 *
 *   connecting → live → lost → connecting …            lost: by the network, by the bridge, by too slow listeners
 *        ↘ refused → connecting (seldom)  ↘ closed     a token that has expired is asked for again before `refused`
 *
 * Where the state is not known (a page has just loaded) or too old (a long absence), but a position is, a connection
 * without cursor brings the snapshot, and unless nothing was missed a second one, with the cursor, brings the events.
 * Those up to the snapshot are delivered and not folded: the map never goes back, and every event comes once.
 */
export class EventBridge implements Bridge {
  private readonly consumer: Consumer;
  private readonly address: Address;
  private readonly tokens: TokenKeeper;
  private readonly soon: Backoff;
  private readonly seldom: Backoff;
  private readonly page: Page;

  /** The newest position that has arrived: the next connection goes on from here. */
  private received: Position | null = null;
  private needsSnapshot = true;
  /**
   * When the bridge was last heard before the connection was lost; the loss itself is noticed later, after a sleep only on
   * waking. With few calls that may be the time of the last ping, so that a short drop seems long: that costs a snapshot and
   * no event.
   */
  private lostAt: number | null = null;
  private askedAgain = false;
  private link: Link = { kind: 'connecting' };
  private announced: BridgeStatus = { state: 'connecting' };
  /** What is in the way of a connection. */
  private trouble: Problem | null = null;
  private diagnosedAt = -Infinity;
  private connection: Connection | null = null;
  private stopRetry: Stop | null = null;
  private stopRenewal: Stop = () => undefined;

  constructor(
    private readonly options: BridgeOptions,
    private readonly surroundings: Surroundings,
  ) {
    const { random } = surroundings;
    this.address = addressOf(options.url);
    const { token, tokenUrl } = options;
    const asked = typeof tokenUrl === 'string' ? { url: tokenUrl } : tokenUrl;
    this.tokens = new TokenKeeper(token ?? asked, surroundings, () => this.become(this.link));
    this.soon = new Backoff(RETRY_MS.base, RETRY_MS.max, random);
    this.seldom = new Backoff(REFUSED_RETRY_MS.base, REFUSED_RETRY_MS.max, random);
    this.consumer = new Consumer(
      options,
      () => this.become(this.link),
      () => this.overflowed(),
    );
    this.page = new Page(this.address, {
      // The network is back: the back-off was meant for a bridge that is away, so the client connects at once.
      online: () => this.hurry(),
      resumed: (frozenMs) => {
        const before = this.trouble;
        const text = `the browser had frozen this tab for ${Math.round(frozenMs / 1_000)} s: what was missed follows`;
        this.trouble = { code: 'tab-frozen', text };
        this.connection?.check();
        if (this.link.kind !== 'lost') this.trouble = before;
        this.become(this.link);
        this.hurry();
      },
    });
    void this.start();
  }

  on<Name extends keyof BridgeListeners>(name: Name, listener: BridgeListeners[Name]): () => void {
    return this.consumer.listeners.add(name, listener);
  }

  get status(): BridgeStatus {
    return this.announced;
  }

  get calls(): LiveCalls {
    return this.consumer.calls;
  }

  get sources(): ReadonlyMap<Endpoint, SourceEntry> {
    return this.consumer.sources;
  }

  get cursor(): string | null {
    const { handled } = this.consumer;
    return handled === null ? null : formatCursor(handled);
  }

  async *history(options: HistoryOptions): AsyncGenerator<BridgeEvent, void, undefined> {
    yield* readHistory(this.address.base, await this.tokens.ask(), options);
  }

  async close(): Promise<void> {
    if (!this.closed) {
      this.consumer.drop();
      this.leave();
      this.page.stop();
      this.stopRetry?.();
      this.become({ kind: 'closed' });
    }
    await this.consumer.idle();
  }

  private get problem(): Problem | null {
    switch (this.link.kind) {
      case 'closed':
        return null;
      case 'no-token':
        return this.tokens.problem;
      case 'live':
        return this.consumer.sources.size > 0 ? (this.tokens.problem ?? this.page.remark) : null;
      default:
        return this.trouble;
    }
  }

  private get closed(): boolean {
    return this.link.kind === 'closed';
  }

  private async start(): Promise<void> {
    this.received = await this.consumer.load();
    await this.connect();
  }

  /** One attempt. It ends in `live` or in another attempt. */
  private async connect(): Promise<void> {
    if (this.closed) return;
    let token: string | undefined;
    try {
      token = await this.tokens.ask();
    } catch {
      this.become({ kind: 'no-token' });
      return this.retryIn(this.soon.next());
    }
    if (this.closed) return;
    const resumeFrom = this.received;
    const cursor = this.needsSnapshot || resumeFrom === null ? null : formatCursor(resumeFrom);
    let isOpened = false;
    const connection = new Connection(
      this.address,
      { token, cursor, subscribe: wireSubscription(this.options.subscribe) },
      {
        opened: () => {
          isOpened = true;
          this.stopRenewal = this.tokens.keep(token, (fresh) => connection.refresh(fresh));
          if (cursor !== null) this.live();
        },
        snapshot: (snapshot) => {
          const position = parseCursor(snapshot.cursor);
          const missed = this.needsSnapshot && position !== null && resumeFrom !== null;
          const missedFollow = missed && !isSamePosition(position, resumeFrom);
          this.needsSnapshot = false;
          if (!missedFollow) this.received = position;
          this.consumer.arrived({ kind: 'snapshot', snapshot, position, missedFollow });
          if (this.connection !== connection) return;
          if (!missedFollow) return this.live();
          this.leave();
          void this.connect();
        },
        reset: (reason) => {
          this.received = null;
          this.consumer.arrived({ kind: 'reset', reason });
        },
        event: (event) => {
          const position = { epoch: event.epoch, sequence: Number(event.sequence) };
          if (isReached(position, this.received)) return;
          this.received = position;
          this.consumer.arrived({ kind: 'event', event, position });
        },
        ended: (refusal) => {
          this.ended(refusal);
          if (refusal === null && !isOpened) void this.diagnose();
        },
      },
      this.surroundings,
    );
    this.connection = connection;
  }

  private live(): void {
    this.lostAt = null;
    this.trouble = null;
    this.diagnosedAt = -Infinity;
    this.askedAgain = false;
    this.soon.reset();
    this.seldom.reset();
    this.become({ kind: 'live' });
  }

  private ended(refusal: string | null): void {
    this.leave();
    if (refusal === null) {
      if (this.link.kind === 'refused') this.trouble = null;
      this.become({ kind: 'lost' });
      return this.retryIn(this.soon.next());
    }
    if (ANOTHER_TOKEN_HELPS.has(refusal) && this.tokens.renewable && !this.askedAgain) {
      this.askedAgain = true;
      return this.retryIn(0);
    }
    const { origin } = this.page;
    this.trouble =
      refusal === 'origin-not-allowed' && origin !== null ? originMissing(origin, this.address.origin) : null;
    this.become({ kind: 'refused', code: refusal });
    this.retryIn(this.seldom.next());
  }

  /** Finds out what kept a connection from being made, and says it unless one has been made meanwhile. */
  private async diagnose(): Promise<void> {
    const { now } = this.surroundings;
    if (now() - this.diagnosedAt < DIAGNOSIS_INTERVAL_MS) return;
    this.diagnosedAt = now();
    const trouble = await this.page.diagnose();
    if (trouble === null || this.link.kind !== 'lost') return;
    this.trouble = trouble;
    this.become(this.link);
  }

  /** Connects at once where the client waits, but not where it was refused. */
  private hurry(): void {
    if (this.stopRetry !== null && this.link.kind !== 'refused') this.retryIn(0);
  }

  private retryIn(ms: number): void {
    if (this.closed) return;
    this.stopRetry?.();
    this.stopRetry = this.surroundings.after(ms, () => {
      this.stopRetry = null;
      const absence = this.lostAt === null ? 0 : this.surroundings.now() - this.lostAt;
      if (absence > ABSENCE_MS) this.needsSnapshot = true;
      void this.connect();
    });
  }

  private leave(): void {
    this.lostAt ??= this.connection?.heardAt ?? this.surroundings.now();
    this.stopRenewal();
    this.connection?.close();
    this.connection = null;
  }

  /** The listeners are too slow. Once they have finished the event in hand, the client reads on from there. */
  private overflowed(): void {
    this.leave();
    this.needsSnapshot = true;
    this.become({ kind: 'lost' });
    void this.consumer.idle().then(() => {
      this.received = this.consumer.handled;
      this.retryIn(0);
    });
  }

  private become(link: Link): void {
    if (this.closed) return;
    this.link = link;
    const { sources } = this.consumer;
    const status = statusOf(link, sources.size > 0, sources.values(), this.problem);
    if (JSON.stringify(status) === JSON.stringify(this.announced)) return;
    this.announced = status;
    void this.consumer.emit('status', [status]);
  }
}

/** Always subscribes to the sources: without them a page could not know whether what it shows is still true. */
function wireSubscription(subscription: BridgeOptions['subscribe']): object | undefined {
  const types = subscription?.types;
  return types === undefined
    ? subscription
    : { ...subscription, types: [...new Set([...types, ...SOURCE_EVENT_TYPES])] };
}
