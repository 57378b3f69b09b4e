import type { Logger } from 'pino';
import type { Clock, Stop } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import { ForeignNotes } from '../../deliver/log/foreign-notes.js';
import type { DeliverStats } from '../../deliver/stats.js';
import type { LogReader, Subscription } from '../../store/store.js';
import type { WebhookStore } from '../../store/webhook-store.js';
import type { Announcement } from '../queue/health.js';
import type { Sender } from '../sender.js';
import type { WebhookStats } from '../stats.js';
import { EventTexts } from './event-texts.js';
import { TenantLog } from './tenant-log.js';
import { TenantRunner } from './tenant-runner.js';

/** What all tenants' events may take that are read and not delivered yet. */
const TEXTS_BYTES = 16 * 1024 * 1024;
const FOLLOW_AGAIN_MS = 3_000;

/**
 * The webhooks of the tenants that this replica owns. Which those are is decided elsewhere (`begin`); published events wake
 * it, and it depends on none: each owner looks at the log every few seconds.
 */
export class WebhookService {
  readonly #deps: ServiceDeps;
  readonly #texts = new EventTexts(TEXTS_BYTES);
  readonly #runners = new Map<string, TenantRunner>();
  readonly #woken = new Set<string>();
  #subscription: Promise<Subscription | null> | null = null;
  #stopTimer: Stop = () => undefined;
  #isStopped = false;

  constructor(deps: ServiceDeps) {
    this.#deps = deps;
    deps.stats.owned = () => [...this.#runners.values()].flatMap(({ owned }) => owned);
  }

  /** Delivers for a tenant until the returned function is called; its promise does not reject. */
  begin(tenant: string): { readonly stop: () => Promise<void> } {
    const { logs, clock, random, log: logger, announce, ...deps } = this.#deps;
    const log = logger.child({ tenant });
    const runner = new TenantRunner({
      ...deps,
      tenant,
      endpoints: this.#deps.endpointsOf(tenant),
      logs,
      tenantLog: this.logOf(tenant),
      announce: (endpoint, announcement, waiting) => announce(tenant, endpoint, announcement, waiting),
      clock,
      random,
      log,
    });
    this.#runners.set(tenant, runner);
    this.#follow();
    runner.start();
    return {
      stop: async () => {
        await runner.stop();
        if (this.#runners.get(tenant) === runner) this.#runners.delete(tenant);
      },
    };
  }

  /** A tenant's log, owned here or not. */
  logOf(tenant: string): TenantLog {
    const { logs: store, clock, log: logger, deliverStats: stats } = this.#deps;
    const notes = new ForeignNotes({ tenant, stats, clock, logger });
    return new TenantLog({ tenant, store, texts: this.#texts, notes });
  }

  /** The endpoints of these tenants may be others now. */
  change(tenants: readonly string[]): void {
    for (const tenant of tenants) this.#runners.get(tenant)?.change(this.#deps.endpointsOf(tenant));
  }

  /** Call when every tenant has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    await (await this.#subscription)?.close();
  }

  #follow(): void {
    if (this.#subscription !== null || this.#isStopped) return;
    const { logs, clock, log } = this.#deps;
    const wakeAll = () => {
      for (const tenant of this.#runners.keys()) this.#wake(tenant);
    };
    this.#subscription = logs
      .follow({ event: (tenant) => this.#wake(tenant), interrupted: wakeAll })
      .catch((error: unknown) => {
        log.warn({ reason: reasonOf(error) }, 'log not followed for webhooks; tried again');
        this.#subscription = null;
        this.#stopTimer = clock.after(FOLLOW_AGAIN_MS, () => this.#follow());
        return null;
      });
    void this.#subscription.then(wakeAll);
  }

  /** The events of one commit come one after the other, and wake a tenant once. */
  #wake(tenant: string): void {
    if (!this.#runners.has(tenant)) return;
    this.#woken.add(tenant);
    if (this.#woken.size > 1) return;
    setImmediate(() => {
      const woken = [...this.#woken];
      this.#woken.clear();
      for (const one of woken) this.#runners.get(one)?.wake();
    });
  }
}

export interface ServiceDeps {
  readonly endpointsOf: (tenant: string) => readonly WebhookEndpoint[];
  readonly store: WebhookStore;
  /** Of a connection that no poll waits for. */
  readonly logs: Pick<LogReader, 'read' | 'follow'>;
  readonly sender: Sender;
  /** Asks the tenant's polling owner to write it; resolves to whether it is written. */
  readonly announce: (
    tenant: string,
    endpoint: string,
    announcement: Announcement,
    waiting: number,
  ) => Promise<boolean>;
  readonly stats: WebhookStats;
  readonly deliverStats: DeliverStats;
  /** `now` by the store's clock. */
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
}
