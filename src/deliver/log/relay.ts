import type { Logger } from 'pino';
import type { Tracer } from '../../core/model/tracer.js';
import type { DeskStore } from '../../store/desk-store.js';
import type { LogReader, Subscription } from '../../store/store.js';
import type { Clock, Stop } from '../../base/clock.js';
import type { ResolvedOptions } from '../access/options.js';
import { reasonOf } from '../../base/error-text.js';
import type { DeliverStats } from '../stats.js';
import type { SharedBounds } from './shared-bounds.js';
import { TenantFeed } from './tenant-feed.js';

/**
 * Follows the logs of the tenants that this replica has clients or requests for.
 *
 * Published events wake it, but it does not depend on them: it compares positions after every interruption of the
 * subscription and every `compareMs`, so an event that pub/sub lost is delivered within that time and one read. While the
 * store is away it tries again at every comparison.
 */
export class Relay {
  readonly #deps: RelayDeps;
  readonly #feeds = new Map<string, TenantFeed>();
  #subscription: Subscription | null = null;
  #subscribing = false;
  #closed = false;
  #stopComparing: Stop = () => undefined;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
  }

  /** Tenants whose logs are followed here. */
  get followed(): number {
    return this.#feeds.size;
  }

  start(): void {
    const { clock, options } = this.#deps;
    this.#stopComparing = clock.every(options.compareMs, () => this.#compare());
    void this.#subscribe();
  }

  /** The tenant's feed, which follows the log from the first call on, until it was not used for `feedIdleMs`. */
  feed(tenant: string): TenantFeed {
    let feed = this.#feeds.get(tenant);
    if (feed === undefined) {
      const { options: limits, ...deps } = this.#deps;
      feed = new TenantFeed({ ...deps, tenant, limits });
      this.#feeds.set(tenant, feed);
    }
    feed.used();
    return feed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopComparing();
    this.#feeds.clear();
    await this.#subscription?.close();
    this.#subscription = null;
  }

  #compare(): void {
    if (this.#subscription === null) void this.#subscribe();
    const { clock, options } = this.#deps;
    const idleSince = clock.monotonic() - options.feedIdleMs;
    for (const [tenant, feed] of this.#feeds) {
      if (feed.isIdleSince(idleSince)) this.#feeds.delete(tenant);
      else feed.catchUp();
    }
  }

  async #subscribe(): Promise<void> {
    if (this.#subscribing || this.#closed) return;
    this.#subscribing = true;
    try {
      const subscription = await this.#deps.store.follow({
        event: (tenant, json) => this.#feeds.get(tenant)?.published(json),
        interrupted: () => this.#catchUpAll(),
      });
      // `close` may have come while the subscription was made.
      if (this.#closed as boolean) await subscription.close();
      else this.#subscription = subscription;
      // Reads what was committed before the subscription was confirmed.
      this.#catchUpAll();
    } catch (error) {
      this.#deps.logger.warn(
        { reason: reasonOf(error) },
        'log not followed; tried again at the next comparison',
      );
    } finally {
      this.#subscribing = false;
    }
  }

  #catchUpAll(): void {
    for (const feed of this.#feeds.values()) feed.catchUp();
  }
}

export interface RelayDeps {
  readonly store: LogReader;
  readonly desk: Pick<DeskStore, 'standing'>;
  readonly bounds: SharedBounds;
  readonly stats: DeliverStats;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracer: Tracer;
}
