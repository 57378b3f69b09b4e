import { type DynamicModule, Global, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import type { Logger } from 'pino';
import { openStorage, type Storage } from './app/storage.js';
import { openTracing, type Tracing } from './app/tracing.js';
import { Upstream } from './app/upstream.js';
import type { Config } from './config/config.js';
import type { TenantConfig } from './config/tenants/tenant.js';
import { TenantDirectory } from './config/tenants/tenant-directory.js';
import { REAL_FILES, TenantsWatch } from './config/tenants/tenants-watch.js';
import type { DeliverOptions } from './deliver/access/options.js';
import { DeliverModule, Delivery } from './deliver/deliver.module.js';
import { Relay } from './deliver/log/relay.js';
import { DeliverStats } from './deliver/stats.js';
import { DocsModule } from './docs/schema.controller.js';
import { HealthController } from './health/health.controller.js';
import { Metrics } from './health/metrics/metrics.js';
import { MetricsController } from './health/metrics/metrics.controller.js';
import { Readiness } from './health/readiness.js';
import { PollService, type PollOptions } from './poll/poll.service.js';
import { Shutdown } from './app/shutdown.js';
import { RegistrationLookup } from './source/registration-lookup.js';
import type { Store } from './store/store.js';
import { TenantsLive } from './app/tenants-reload.js';

const CONFIG = Symbol('CONFIG');
const LOGGER = Symbol('LOGGER');
const STORAGE = Symbol('STORAGE');
const STORE = Symbol('STORE');
const TRACING = Symbol('TRACING');
const WATCH = Symbol('WATCH');

/** The one place that puts the parts together, and the one that says in which order they stop. */
@Module({})
export class AppModule {
  static for(config: Config, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PartsModule.for(config, log),
        ScheduleModule.forRoot(),
        TerminusModule.forRoot({ logger: false, errorLogStyle: 'json' }),
        DeliverModule.registerAsync({
          inject: [STORE, RegistrationLookup, TRACING],
          useFactory: (store: Store, lookup: RegistrationLookup, { tracer }: Tracing) => ({
            store,
            tracer,
            options: deliverOptions(config),
            logger: log,
            askRegistration: (tenant: string, id: string) => lookup.ask(tenant, id),
          }),
        }),
        DocsModule,
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        {
          provide: PollService,
          inject: [STORAGE, SchedulerRegistry, Upstream, Metrics, TRACING],
          useFactory: (
            { store, leases }: Storage,
            scheduler: SchedulerRegistry,
            upstream: Upstream,
            { polls: observer }: Metrics,
            { tracer }: Tracing,
          ) =>
            new PollService(
              { ...pollOptions(config, upstream), observer, tracer },
              store,
              leases,
              scheduler,
              log,
            ),
        },
        {
          // Looks into the others, which do not know it.
          provide: WATCH,
          inject: [Metrics, Readiness, Upstream, Delivery, DeliverStats, Relay],
          useFactory: (
            metrics: Metrics,
            readiness: Readiness,
            upstream: Upstream,
            delivery: Delivery,
            stats: DeliverStats,
            relay: Relay,
          ) =>
            metrics.watch({
              deliver: { stats, inFlight: () => delivery.inFlight(), followed: () => relay.followed },
              hosts: () => upstream.hosts(),
              isStoreUp: async () => (await readiness.store()) === null,
            }),
        },
        {
          provide: TenantsLive,
          inject: [Upstream, PollService, RegistrationLookup, Delivery],
          useFactory: (
            upstream: Upstream,
            polls: PollService,
            lookup: RegistrationLookup,
            delivery: Delivery,
          ) => tenantsLive(config, upstream, { polls, lookup, delivery }, log),
        },
        {
          provide: Readiness,
          inject: [STORAGE, PollService, TenantsLive, Metrics],
          useFactory: (
            { store, whyAway }: Storage,
            polls: PollService,
            tenants: TenantsLive,
            metrics: Metrics,
          ) =>
            new Readiness({
              store,
              whyAway,
              whyIdle: () => polls.idleReason,
              refusedProblems: () => tenants.problems,
              unserved: () => metrics.polls.unserved,
            }),
        },
        {
          provide: Shutdown,
          inject: [
            Readiness,
            TenantsLive,
            PollService,
            RegistrationLookup,
            Delivery,
            STORAGE,
            TRACING,
            HttpAdapterHost,
          ],
          useFactory: (
            readiness: Readiness,
            tenants: TenantsLive,
            polls: PollService,
            lookup: RegistrationLookup,
            delivery: Delivery,
            storage: Storage,
            tracing: Tracing,
            http: HttpAdapterHost,
          ) => new Shutdown({ readiness, tenants, polls, lookup, delivery, storage, tracing, http }),
        },
      ],
    };
  }
}

/** What the others are made of. */
@Global()
@Module({})
class PartsModule {
  static for(config: Config, log: Logger): DynamicModule {
    return {
      module: PartsModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: log },
        { provide: STORAGE, useFactory: () => openStorage(config, log) },
        { provide: STORE, inject: [STORAGE], useFactory: ({ store }: Storage) => store },
        { provide: TRACING, useFactory: () => openTracing(config.tracing, log) },
        {
          provide: Metrics,
          useFactory: () => new Metrics({ tenantsMax: config.metrics.tenantsMax, clock: Date.now }),
        },
        {
          provide: Upstream,
          inject: [TRACING],
          useFactory: ({ tracer }: Tracing) => new Upstream(config, log, tracer),
        },
        {
          provide: RegistrationLookup,
          inject: [Upstream],
          useFactory: (upstream: Upstream) => new RegistrationLookup(upstream.asked(config.tenants)),
        },
      ],
      exports: [CONFIG, LOGGER, STORAGE, STORE, TRACING, Metrics, Upstream, RegistrationLookup],
    };
  }
}

function deliverOptions(config: Config): DeliverOptions {
  const { auth } = config;
  return {
    tenants: idsOf(config.tenants),
    auth: 'secret' in auth ? { mode: 'jwt', secret: auth.secret.reveal() } : auth,
    corsOrigins: config.http.corsOrigins,
    registrationFreshMs: config.registrations.intervalMs * REGISTRATION_FRESH,
  };
}

function pollOptions(config: Config, upstream: Upstream): PollOptions {
  return {
    tenants: upstream.polled(config.tenants),
    policy: config.poll,
    registrations: config.registrations,
    retentionMs: config.retention.ms,
    graceMs: SHUTDOWN_GRACE_MS,
    leaseMs: config.store.kind === 'memory' ? Infinity : LEASE_MS,
  };
}

/** Hands on to whoever asks the PBX, and to delivery, what changes in the file of tenants, where there is one. */
function tenantsLive(
  config: Config,
  upstream: Upstream,
  { polls, lookup, delivery }: { polls: PollService; lookup: RegistrationLookup; delivery: Delivery },
  log: Logger,
): TenantsLive {
  const { tenants, tenantsFile } = config;
  if (tenantsFile === null) return new TenantsLive(null);
  const directory = new TenantDirectory(tenants);
  directory.subscribe(({ added, altered, removed }) => {
    delivery.serve(idsOf(directory.current));
    const put = [...added, ...altered];
    polls.change(upstream.polled(put), removed);
    lookup.change(upstream.asked(put), removed);
  });
  const after = (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  };
  const clock = () => performance.now();
  return new TenantsLive(
    new TenantsWatch({ file: tenantsFile, directory, files: REAL_FILES, clock, after, log }),
  );
}

function idsOf(tenants: readonly TenantConfig[]): readonly [string, ...string[]] {
  const [first, ...others] = tenants.map(({ id }) => id);
  return [first!, ...others];
}

/** Of the interval: one question may be late, or have failed. */
const REGISTRATION_FRESH = 1.5;
/** Long enough to ride out a restart of Redis, short enough that nobody notices for long that a replica is dead. */
const LEASE_MS = 5_000;
/** Longer than a commit may take, shorter than an orchestrator's patience. */
const SHUTDOWN_GRACE_MS = 5_000;
