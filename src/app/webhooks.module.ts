import { Module } from '@nestjs/common';
import { provide, token } from '../base/inject.js';
import { TenantDirectory } from '../config/tenants/tenant-directory.js';
import { webhookRequest } from '../core/requests.js';
import { DeliverStats } from '../deliver/stats.js';
import { WebhooksController, WEBHOOKS_CONTROL } from '../webhooks/http/webhooks.controller.js';
import { StoredWebhooksControl } from '../webhooks/run/control.js';
import { WebhookService } from '../webhooks/run/webhook-service.js';
import { HttpSender } from '../webhooks/send/http-sender.js';
import { WebhookStats } from '../webhooks/stats.js';
import { CONFIG } from './config.module.js';
import { DeliveryModule } from './delivery.module.js';
import { LOGGER } from './logger.module.js';
import type { Storage } from './storage.js';
import { STORAGE, StorageModule } from './storage.module.js';
import { WebhookOwners } from './webhook-owners.js';

/** As configured now. */
const ENDPOINTS_OF = token<ReturnType<typeof endpointsOf>>('WEBHOOK_ENDPOINTS');

/** What delivers events to webhooks, and what people can see and do of it. `WebhookOwners` starts and ends it. */
@Module({
  imports: [StorageModule, DeliveryModule],
  controllers: [WebhooksController],
  providers: [
    provide(WebhookStats, [], () => new WebhookStats()),
    provide(ENDPOINTS_OF, [TenantDirectory], endpointsOf),
    provide(HttpSender, [STORAGE], ({ clock: time }) => new HttpSender({ time })),
    provide(
      WebhookService,
      [STORAGE, ENDPOINTS_OF, HttpSender, WebhookStats, DeliverStats, LOGGER],
      (storage, endpoints, sender, stats, deliverStats, log) =>
        new WebhookService({
          endpointsOf: endpoints,
          store: storage.webhooks,
          logs: storage.readers,
          sender,
          announce: announceIn(storage),
          stats,
          deliverStats,
          clock: storage.clock,
          random: Math.random,
          log,
        }),
    ),
    provide(
      WebhookOwners,
      [CONFIG, STORAGE, TenantDirectory, WebhookService, HttpSender, LOGGER],
      ({ store }, { webhookLeases: leases, clock }, directory, service, sender, log) =>
        new WebhookOwners({
          leases,
          leaseMs: store.kind === 'memory' ? Infinity : LEASE_MS,
          directory,
          service,
          sender,
          clock,
          log,
        }),
    ),
    provide(
      WEBHOOKS_CONTROL,
      [STORAGE, ENDPOINTS_OF, WebhookService, HttpSender, WebhookStats],
      ({ webhooks: store, readers: logs, clock }, endpoints, service, sender, stats) =>
        new StoredWebhooksControl({
          endpointsOf: endpoints,
          store,
          logs,
          logOf: (tenant) => service.logOf(tenant),
          sender,
          stats,
          clock,
        }),
    ),
  ],
  exports: [WebhookStats, WebhookOwners],
})
export class WebhooksModule {}

function endpointsOf(directory: TenantDirectory) {
  return (tenant: string) => directory.find(tenant)?.webhooks ?? [];
}

/** The tenant's polling owner writes it into the log; asked again until it has. */
function announceIn({ inbox, clock }: Storage): ConstructorParameters<typeof WebhookService>[0]['announce'] {
  return async (tenant, endpoint, { type, since, reason }, waiting) => {
    const request = webhookRequest(type, {
      endpoint,
      since,
      at: Math.round(clock.now()),
      reason: reason ?? 'delivers again',
      waiting,
    });
    return (await inbox.ask(tenant, request)).status === 'answered';
  };
}

/** As for polling: long enough for a restart of Redis. */
const LEASE_MS = 5_000;
