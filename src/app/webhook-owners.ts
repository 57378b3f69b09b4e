import type { OnApplicationBootstrap } from '@nestjs/common';
import { pause } from '../base/clock.js';
import type { TenantConfig } from '../config/tenants/tenant.js';
import type { TenantDirectory } from '../config/tenants/tenant-directory.js';
import { LeaseKeeper, type KeeperDeps } from '../poll/sharding/lease-keeper.js';
import { isDeadHere, newMember } from '../poll/sharding/member-name.js';
import { TenantAssignment } from '../poll/sharding/tenant-assignment.js';
import type { HttpSender } from '../webhooks/send/http-sender.js';
import type { WebhookService } from '../webhooks/run/webhook-service.js';

/**
 * Shares the tenants' webhooks among the replicas, by leases of their own: a replica that polls a tenant may not be the one
 * that delivers for it. As with polling, leases serve efficiency only; the claim decides whose progress counts.
 *
 * Does nothing until a tenant has a webhook, and from then on takes part for all tenants, since the replicas must agree on
 * the list.
 */
export class WebhookOwners implements OnApplicationBootstrap {
  readonly #deps: OwnersDeps;
  readonly #tenants: TenantAssignment<{ readonly tenant: string }>;
  readonly #keeper: LeaseKeeper;
  readonly #known: Set<string>;
  #isStarted = false;
  #isStopped = false;

  constructor(deps: OwnersDeps) {
    const { leases, leaseMs, directory, service, clock, log } = deps;
    this.#deps = deps;
    this.#known = new Set(directory.current.map(({ id }) => id));
    this.#tenants = new TenantAssignment({
      tenants: [...this.#known].map((tenant) => ({ tenant })),
      begin: ({ tenant }) => service.begin(tenant),
      format: PROGRESS_FORMAT,
    });
    this.#keeper = new LeaseKeeper({
      leases,
      member: newMember(),
      isDead: isDeadHere,
      leaseMs,
      tenants: this.#tenants,
      clock,
      random: Math.random,
      done: 'served',
      log: log.child({}, { msgPrefix: 'webhooks: ' }),
    });
  }

  onApplicationBootstrap(): void {
    this.#startOnce();
  }

  /** Tenants were added or altered, or their webhooks were; others were removed. */
  change(put: readonly TenantConfig[], removed: readonly string[]): void {
    const { service, sender, directory } = this.#deps;
    for (const tenant of removed) {
      this.#tenants.remove(tenant);
      this.#known.delete(tenant);
    }
    for (const { id: tenant } of put) {
      // One that is known goes on: only its endpoints may be others.
      if (!this.#known.has(tenant)) this.#tenants.put({ tenant });
      this.#known.add(tenant);
    }
    sender.retain(directory.current.flatMap(({ webhooks }) => webhooks));
    service.change(put.map(({ id }) => id));
    this.#startOnce();
    if (this.#isStarted) this.#keeper.tenantsChanged();
  }

  /** Ends all deliveries within a moment, and hands over at once. Does not reject. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const { service, sender, clock } = this.#deps;
    if (this.#isStarted) {
      await Promise.race([this.#keeper.stop(), pause(clock, STOP_MS)]);
    }
    await service.stop();
    await sender.close();
  }

  #startOnce(): void {
    if (this.#isStarted || this.#isStopped) return;
    if (!this.#deps.directory.current.some(({ webhooks }) => webhooks.length > 0)) return;
    this.#isStarted = true;
    this.#keeper.start();
  }
}

export interface OwnersDeps extends Pick<KeeperDeps, 'leases' | 'leaseMs' | 'clock' | 'log'> {
  readonly directory: TenantDirectory;
  readonly service: WebhookService;
  readonly sender: Pick<HttpSender, 'retain' | 'close'>;
}

/** Of what is stored about webhooks: builds that differ in it cannot share tenants. */
const PROGRESS_FORMAT = 1;
/** What is in flight may take 1.5 s, and then the last save and the release of the leases. */
const STOP_MS = 3_000;
