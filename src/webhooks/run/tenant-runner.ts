import type { Logger } from 'pino';
import { Backoff } from '../../base/backoff.js';
import type { Clock, Stop } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import type { LogReader } from '../../store/store.js';
import {
  type EndpointProgress,
  newProgress,
  type WebhookClaim,
  type WebhookStore,
} from '../../store/webhook-store.js';
import type { Announcement } from '../queue/health.js';
import type { Sender } from '../sender.js';
import type { OwnedEndpoint, WebhookStats } from '../stats.js';
import { EndpointRunner } from './endpoint-runner.js';
import { firstPosition } from './first-position.js';
import { ProgressKeeper } from './progress-keeper.js';
import type { TenantLog } from './tenant-log.js';

/** How often an owner looks at the log, and for wishes to resume, without a message. */
const LOOK_EVERY_MS = 3_000;
/** What is in flight gets so long when the tenant is handed over. */
const GRACE_MS = 1_500;
/** Between two claims. An owner that was fenced waits for the longest: the other one may be right. */
const CLAIM_AGAIN = { firstMs: 200, maxMs: 5_000, spread: -0.5 };
const FENCED_MS = 10_000;

/**
 * Delivers a tenant's events to its endpoints while this replica owns the tenant's webhooks: claims them, begins where the
 * store says that each has got, and saves how far they get.
 *
 * Guarantees: nothing is sent before a claim, and nothing new after another owner's is noticed; after `stop` nothing is sent.
 * What was known of an endpoint in this process is not forgotten where the store has lost it.
 */
export class TenantRunner {
  readonly #deps: TenantRunnerDeps;
  readonly #runners = new Map<string, EndpointRunner>();
  /** What the store knew of endpoints at the claim. */
  #stored = new Map<string, EndpointProgress>();
  #unreadable = new Set<string>();
  /** What this process knew of endpoints before it claimed again. */
  readonly #remembered = new Map<string, EndpointProgress>();
  readonly #retry: Backoff;
  #endpoints: ReadonlyMap<string, WebhookEndpoint>;
  /** Endpoints that were taken out of the configuration while this process ran, and are not forgotten yet. */
  readonly #removed = new Set<string>();
  #claim: WebhookClaim | null = null;
  #keeper: ProgressKeeper | null = null;
  #isStopped = false;
  #work: Promise<void> = Promise.resolve();
  #stopTimer: Stop = () => undefined;
  #stopTicks: Stop = () => undefined;

  constructor(deps: TenantRunnerDeps) {
    this.#deps = deps;
    this.#endpoints = byId(deps.endpoints);
    this.#retry = new Backoff({ ...CLAIM_AGAIN, random: deps.random });
  }

  start(): void {
    this.#stopTicks = this.#deps.clock.every(LOOK_EVERY_MS, () => this.#tick());
    this.#next(() => this.#settle());
  }

  /** The endpoints as they are configured now. */
  change(endpoints: readonly WebhookEndpoint[]): void {
    const before = this.#endpoints;
    this.#endpoints = byId(endpoints);
    for (const id of before.keys()) if (!this.#endpoints.has(id)) this.#removed.add(id);
    this.#next(() => this.#settle());
  }

  /** The tenant's log may have grown. */
  wake(): void {
    this.#deps.tenantLog.grown();
    if (this.#isIncomplete) this.#next(() => this.#settle());
    for (const runner of this.#runners.values()) runner.wake();
  }

  get owned(): readonly OwnedEndpoint[] {
    return [...this.#runners.values()].map((runner) => runner.owned);
  }

  /** Does not reject. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    this.#stopTicks();
    await this.#work;
    await this.#release();
  }

  /** One step after the other: a change waits for the claim that is under way. */
  #next(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (!this.#isStopped) await step();
    });
  }

  /** Makes the runners those of the endpoints. */
  async #settle(): Promise<void> {
    const { log } = this.#deps;
    try {
      if (this.#endpoints.size === 0 && this.#claim === null) return;
      await this.#claimed();
      for (const id of this.#removed) await this.#remove(id);
      this.#deps.tenantLog.sharedBy(this.#endpoints.size);
      for (const endpoint of this.#endpoints.values()) await this.#put(endpoint);
      this.#retry.reset();
    } catch (error) {
      if (this.#retry.failures === 0)
        log.warn({ reason: reasonOf(error) }, `webhooks not begun: ${reasonOf(error)}`);
      this.#again(this.#retry.next());
    }
  }

  #again(ms: number): void {
    if (this.#isStopped) return;
    this.#stopTimer();
    this.#stopTimer = this.#deps.clock.after(ms, () => this.#next(() => this.#settle()));
  }

  async #claimed(): Promise<void> {
    if (this.#claim !== null) return;
    const { tenant, store, clock, random, log } = this.#deps;
    const claim = await store.claim(tenant);
    const fenced = () => this.#next(() => this.#fenced());
    this.#keeper = new ProgressKeeper({ tenant, fence: claim.fence, store, fenced, clock, random, log });
    this.#claim = claim;
    this.#stored = new Map(claim.endpoints);
    this.#unreadable = new Set(claim.unreadable);
  }

  async #put(endpoint: WebhookEndpoint): Promise<void> {
    const runner = this.#runners.get(endpoint.id);
    if (runner !== undefined) {
      if (runner.endpoint !== endpoint) runner.change(endpoint);
      return;
    }
    const known = this.#stored.get(endpoint.id) ?? this.#remembered.get(endpoint.id);
    const progress = known ?? (await this.#newProgressOf(endpoint));
    // It begins at a time, and the tenant has no log yet: looked for at each tick.
    if (progress === null) return;
    const begun = this.#begin(endpoint, progress);
    // Saved, also where this replica is to stop by now: another one, or this one after a restart, would decide again where it
    // began, and what was committed in between would be lost.
    if (!this.#stored.has(endpoint.id)) begun.restore([]);
    if (!this.#isStopped) begun.wake();
  }

  async #newProgressOf({ id, from }: WebhookEndpoint): Promise<EndpointProgress | null> {
    const { tenant, logs, log } = this.#deps;
    const isUnreadable = this.#unreadable.has(id);
    if (isUnreadable)
      log.error(
        { endpoint: id },
        'webhook progress unreadable: the endpoint gets all that the log holds again',
      );
    const position = await firstPosition(tenant, isUnreadable ? 'oldest' : from, logs);
    return position && newProgress(position);
  }

  #begin(endpoint: WebhookEndpoint, progress: EndpointProgress): EndpointRunner {
    const { tenant, tenantLog, sender, announce, stats, clock, random, log } = this.#deps;
    const keeper = this.#keeper!;
    const runner = new EndpointRunner({
      tenant,
      endpoint,
      progress,
      log: tenantLog,
      sender,
      changed: () => keeper.changed(),
      attempted: (attempt) => keeper.attempted(endpoint.id, attempt),
      announce: (announcement, waiting) => announce(endpoint.id, announcement, waiting),
      stats,
      clock,
      random,
      logger: log,
    });
    this.#runners.set(endpoint.id, runner);
    keeper.add(endpoint.id, runner);
    return runner;
  }

  /**
   * Forgets an endpoint: where it is added again, it begins again. One that this process has never known is kept as it is
   * stored, since a replica with a newer file may have begun it.
   */
  async #remove(id: string): Promise<void> {
    const runner = this.#runners.get(id);
    this.#runners.delete(id);
    await runner?.stop(0);
    this.#keeper!.remove(id);
    for (const known of [this.#stored, this.#unreadable, this.#remembered]) known.delete(id);
    this.#removed.delete(id);
  }

  /** Another owner has claimed. Where this replica still holds the tenant by then, it claims again. */
  async #fenced(): Promise<void> {
    this.#deps.log.warn('webhooks fenced: another replica delivers for this tenant');
    await this.#release();
    this.#again(FENCED_MS);
  }

  async #release(): Promise<void> {
    const runners = [...this.#runners];
    await Promise.all(runners.map(([, runner]) => runner.stop(GRACE_MS)));
    await this.#keeper?.close();
    for (const [id, runner] of runners) this.#remembered.set(id, runner.progress().progress);
    this.#runners.clear();
    this.#keeper = null;
    this.#claim = null;
  }

  #tick(): void {
    for (const runner of this.#runners.values()) runner.tick();
    if (this.#isIncomplete) this.#next(() => this.#settle());
    if ([...this.#runners.values()].some((runner) => runner.isHalted)) void this.#resumeAsked();
  }

  /** Whether an endpoint waits for the tenant's log. */
  get #isIncomplete(): boolean {
    return this.#claim !== null && this.#runners.size < this.#endpoints.size;
  }

  async #resumeAsked(): Promise<void> {
    const { tenant, store } = this.#deps;
    const asked = await store.resumeAsked(tenant).catch(() => new Set<string>());
    for (const id of asked) this.#runners.get(id)?.resume();
  }
}

export interface TenantRunnerDeps {
  readonly tenant: string;
  readonly endpoints: readonly WebhookEndpoint[];
  readonly store: WebhookStore;
  readonly logs: Pick<LogReader, 'read'>;
  readonly tenantLog: TenantLog;
  readonly sender: Sender;
  /** Resolves to whether it is written. */
  readonly announce: (endpoint: string, announcement: Announcement, waiting: number) => Promise<boolean>;
  readonly stats: WebhookStats;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

function byId(endpoints: readonly WebhookEndpoint[]): ReadonlyMap<string, WebhookEndpoint> {
  return new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
}
