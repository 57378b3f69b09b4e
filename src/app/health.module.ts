import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { systemClock } from '../base/clock.js';
import { provide } from '../base/inject.js';
import { LimitWatch } from '../deliver/access/limit-watch.js';
import { Delivery } from '../deliver/deliver.module.js';
import { Relay } from '../deliver/log/relay.js';
import { DeliverStats } from '../deliver/stats.js';
import { HealthController } from '../health/health.controller.js';
import { Metrics } from '../health/metrics/metrics.js';
import { Readiness } from '../health/readiness.js';
import { PollService } from '../poll/poll.service.js';
import { WebhookStats } from '../webhooks/stats.js';
import { CONFIG } from './config.module.js';
import { DeliveryModule } from './delivery.module.js';
import { Gauges } from './gauges.js';
import { LOG_OUTPUT, LOGGER } from './logger.module.js';
import { MetricsModule } from './metrics.module.js';
import { PollModule } from './poll.module.js';
import { ProbeListener } from './probe-listener.js';
import { SourceModule } from './source.module.js';
import { STORAGE, StorageModule } from './storage.module.js';
import { TENANTS_WATCH, TenantsModule } from './tenants.module.js';
import { Upkeep } from './upkeep.js';
import { Upstream } from './upstream.js';
import { WebhooksModule } from './webhooks.module.js';

/** Where no tokens are asked for. */
const NO_SETS = { fresh: 0, stale: 0, unusable: 0 };

/** Liveness, readiness, the listener of their own that they and the metrics may have, and the gauges that read the other modules. */
@Module({
  imports: [
    TerminusModule.forRoot({ logger: false, errorLogStyle: 'json' }),
    StorageModule,
    SourceModule,
    TenantsModule,
    PollModule,
    DeliveryModule,
    WebhooksModule,
    MetricsModule,
  ],
  controllers: [HealthController],
  providers: [
    provide(
      Readiness,
      [STORAGE, Upkeep, PollService, TENANTS_WATCH, Metrics, Delivery, LimitWatch, WebhookStats, LOG_OUTPUT],
      ({ store, whyAway }, { watch, keeper }, polls, tenants, metrics, delivery, limits, webhooks, output) =>
        new Readiness({
          store,
          whyAway,
          whyIdle: () => polls.idleReason,
          refusedProblems: () => tenants?.problems ?? 0,
          watchedFile: () => tenants?.holds ?? 'tenants',
          quarantined: () => metrics.polls.quarantined,
          unserved: () => metrics.polls.unserved,
          troubles: () => delivery.troubles(),
          sources: () => metrics.polls.sources,
          limits: () => limits.active,
          webhooks: () => webhooks.troubled,
          storeStatus: () => watch.status,
          whyNotTrimmed: () => keeper.failure,
          keys: () => delivery.keys(),
          isLogBlocked: () => output.isBlocked,
        }),
    ),
    provide(
      ProbeListener,
      [CONFIG, HttpAdapterHost, LimitWatch, LOGGER],
      ({ metrics: { listener, isOnClients } }, http, watch, log) =>
        new ProbeListener({ listener, isOnClients, http, clock: systemClock, watch, log }),
    ),
    provide(
      Gauges,
      [
        Metrics,
        Readiness,
        Upkeep,
        Upstream,
        Delivery,
        DeliverStats,
        LimitWatch,
        Relay,
        WebhookStats,
        LOG_OUTPUT,
      ],
      (metrics, readiness, { watch, keeper }, upstream, delivery, stats, limits, relay, webhooks, output) =>
        new Gauges(metrics, {
          deliver: {
            stats,
            limits,
            inFlight: () => delivery.inFlight(),
            followed: () => relay.followed,
            catchUps: () => delivery.catchUps(),
            memory: () => delivery.memory(),
            keySets: () => delivery.keys()?.sets ?? NO_SETS,
            keySetFailures: () => delivery.keySetFailures,
          },
          store: { status: () => watch.status, trimmed: () => keeper.trimmed },
          webhooks,
          hosts: () => upstream.hosts(),
          isStoreUp: async () => (await readiness.store()) === null,
          droppedLines: () => output.dropped,
        }),
    ),
  ],
  exports: [Readiness],
})
export class HealthModule {}
