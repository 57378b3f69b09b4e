import { type DynamicModule, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Logger } from 'pino';
import { ConfigModule } from './app/config.module.js';
import { DeliveryModule } from './app/delivery.module.js';
import { HealthModule } from './app/health.module.js';
import type { LogOutput } from './app/log-output.js';
import { LoggerModule } from './app/logger.module.js';
import { PollModule } from './app/poll.module.js';
import { Shutdown } from './app/shutdown.js';
import { SourceModule } from './app/source.module.js';
import { STORAGE, StorageModule } from './app/storage.module.js';
import { TENANTS_WATCH, TenantsModule } from './app/tenants.module.js';
import { TenantsLive } from './app/tenants-reload.js';
import { TRACING, TracingModule } from './app/tracing.module.js';
import { Upkeep } from './app/upkeep.js';
import { Upstream } from './app/upstream.js';
import { WebhookOwners } from './app/webhook-owners.js';
import { WebhooksModule } from './app/webhooks.module.js';
import { provide } from './base/inject.js';
import type { Config } from './config/config.js';
import { TenantDirectory } from './config/tenants/tenant-directory.js';
import { Delivery } from './deliver/deliver.module.js';
import { DocsModule } from './docs/schema.controller.js';
import { Readiness } from './health/readiness.js';
import { PollService } from './poll/poll.service.js';
import { RegistrationLookup } from './source/registration-lookup.js';

/** All modules, and the two things that span them: tenants that change while they run, and the order in which they stop. */
@Module({
  imports: [
    TracingModule,
    StorageModule,
    SourceModule,
    TenantsModule,
    PollModule,
    DeliveryModule,
    WebhooksModule,
    HealthModule,
    DocsModule.with(DeliveryModule),
  ],
  providers: [
    provide(
      TenantsLive,
      [TENANTS_WATCH, TenantDirectory, Upstream, PollService, RegistrationLookup, Delivery, WebhookOwners],
      (watch, directory, upstream, polls, lookup, delivery, webhooks) =>
        new TenantsLive({ watch, directory, upstream, polls, lookup, delivery, webhooks }),
    ),
    provide(
      Shutdown,
      [
        Readiness,
        TenantsLive,
        PollService,
        WebhookOwners,
        RegistrationLookup,
        Delivery,
        Upkeep,
        STORAGE,
        TRACING,
        HttpAdapterHost,
      ],
      (readiness, tenants, polls, webhooks, lookup, delivery, upkeep, storage, tracing, http) =>
        new Shutdown({
          readiness,
          tenants,
          polls,
          webhooks,
          lookup,
          delivery,
          upkeep,
          storage,
          tracing,
          http,
        }),
    ),
  ],
})
export class AppModule {
  static for(config: Config, log: Logger, output: LogOutput): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.forRoot(config), LoggerModule.forRoot(log, output)] };
  }
}
