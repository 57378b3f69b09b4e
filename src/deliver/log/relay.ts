import type { Logger } from 'pino';
import { type Tracer, UNTRACED } from '../../core/model/tracer.js';
import type { Store, Subscription } from '../../store/store.js';
import type { Clock, Stop } from '../../base/clock.js';
import type { ResolvedOptions } from '../access/options.js';
import { reasonOf } from '../access/refusal.js';
import { TenantFeed } from './tenant-feed.js';

/**
 * Follows the logs of the tenants that somebody on this replica asks about.
 *
 * Woken by what is published, and not dependent on it: positions are compared after every interruption of the
 * subscription and every `compareMs`, so what pub/sub lost is delivered within that and one read. A store that is
 * away is tried again at every comparison; nothing here ends because of it.
 */
export class Relay {
  private readonly feeds = new Map<string, TenantFeed>();
  private subscription: Subscription | null = null;
  private subscribing = false;
  private closed = false;
  private stopComparing: Stop = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly options: ResolvedOptions,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly tracer: Tracer = UNTRACED,
  ) {}

  /** Tenants whose logs are followed here. */
  get followed(): number {
    return this.feeds.size;
  }

  start(): void {
    this.stopComparing = this.clock.every(this.options.compareMs, () => this.compare());
    void this.subscribe();
  }

  /** The tenant's feed; from the first call on it is followed, until nobody has used it for `feedIdleMs`. */
  feed(tenant: string): TenantFeed {
    let feed = this.feeds.get(tenant);
    if (feed === undefined) {
      feed = new TenantFeed(tenant, this.store, this.options, this.clock, this.logger, this.tracer);
      this.feeds.set(tenant, feed);
    }
    feed.lastUsed = this.clock.monotonic();
    return feed;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopComparing();
    this.feeds.clear();
    await this.subscription?.close();
    this.subscription = null;
  }

  private compare(): void {
    if (this.subscription === null) void this.subscribe();
    const idleSince = this.clock.monotonic() - this.options.feedIdleMs;
    for (const [tenant, feed] of this.feeds) {
      if (feed.readers === 0 && feed.lastUsed < idleSince) this.feeds.delete(tenant);
      else feed.catchUp();
    }
  }

  private async subscribe(): Promise<void> {
    if (this.subscribing || this.closed) return;
    this.subscribing = true;
    try {
      const subscription = await this.store.follow({
        event: (tenant, json) => this.published(tenant, json),
        interrupted: () => this.catchUpAll(),
      });
      // `close` may have come while the subscription was made.
      if (this.closed as boolean) await subscription.close();
      else this.subscription = subscription;
      // What was committed before the subscription stood.
      this.catchUpAll();
    } catch (error) {
      this.logger.warn({ reason: reasonOf(error) }, 'log not followed; tried again at the next comparison');
    } finally {
      this.subscribing = false;
    }
  }

  private published(tenant: string, json: string): void {
    try {
      this.feeds.get(tenant)?.published(json);
    } catch (error) {
      // Whoever may publish on the channel may publish nonsense; the log is what counts.
      this.logger.warn({ tenant, reason: reasonOf(error) }, 'published event not understood');
    }
  }

  private catchUpAll(): void {
    for (const feed of this.feeds.values()) feed.catchUp();
  }
}
