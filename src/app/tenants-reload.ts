import type { OnApplicationBootstrap } from '@nestjs/common';
import { idsOf } from '../config/tenants/tenant.js';
import type { TenantDirectory } from '../config/tenants/tenant-directory.js';
import type { TenantsWatch } from '../config/tenants/tenants-watch.js';
import type { Delivery } from '../deliver/deliver.module.js';
import type { PollService } from '../poll/poll.service.js';
import type { RegistrationLookup } from '../source/registration-lookup.js';
import { revokedTokensOf, tenantKeysOf } from './tenant-keys.js';
import type { Upstream } from './upstream.js';
import type { WebhookOwners } from './webhook-owners.js';

/**
 * Follows the tenants' file, or those of the single tenant, while the service runs, and reads it at once on SIGHUP.
 * It passes changes to polling, registration look-ups, delivery and webhooks. Without a file it does nothing.
 */
export class TenantsLive implements OnApplicationBootstrap {
  readonly #deps: TenantsLiveDeps;
  readonly #reload = () => void this.#deps.watch?.readNow();

  constructor(deps: TenantsLiveDeps) {
    this.#deps = deps;
  }

  onApplicationBootstrap(): void {
    const { watch, directory, upstream, polls, lookup, delivery, webhooks } = this.#deps;
    if (watch === null) return;
    directory.subscribe(({ added, altered, rehooked, reruled, removed }) => {
      const { current } = directory;
      delivery.serve(idsOf(current), tenantKeysOf(current), revokedTokensOf(current));
      const put = [...added, ...altered];
      upstream.change(put, removed);
      // Polling goes on from the stored state under its new rules.
      polls.change(upstream.polled([...put, ...reruled]), removed);
      lookup.change([...removed, ...put.map(({ id }) => id)]);
      webhooks.change([...put, ...rehooked], removed);
    });
    watch.start();
    process.on('SIGHUP', this.#reload);
  }

  /** Stops the watch. SIGHUP is still caught, or it would end the process in the middle of its shutdown. */
  stop(): void {
    this.#deps.watch?.stop();
  }
}

export interface TenantsLiveDeps {
  /** Null where no file names tenants, or says what the single one has. */
  readonly watch: Pick<TenantsWatch, 'start' | 'stop' | 'readNow'> | null;
  readonly directory: TenantDirectory;
  readonly upstream: Pick<Upstream, 'polled' | 'change'>;
  readonly polls: Pick<PollService, 'change'>;
  readonly lookup: Pick<RegistrationLookup, 'change'>;
  readonly delivery: Pick<Delivery, 'serve'>;
  readonly webhooks: Pick<WebhookOwners, 'change'>;
}
