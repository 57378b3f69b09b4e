import { type DynamicModule, Global, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import type { Logger } from 'pino';
import type { Config, RedisConfig } from './config/config.js';
import type { TenantConfig } from './config/tenant.js';
import { TenantDirectory } from './config/tenant-directory.js';
import { REAL_FILES, TenantsWatch } from './config/tenants-watch.js';
import type { DeliverOptions } from './deliver/options.js';
import { DeliverModule, Delivery } from './deliver/deliver.module.js';
import { DocsModule } from './docs/schema.controller.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { redisReason } from './health/redis-reason.js';
import { type PolledTenant, PollService, type PollOptions } from './poll/poll.service.js';
import { Shutdown } from './shutdown.js';
import { RegistrationLookup } from './source/registration-lookup.js';
import { UpstreamHosts } from './source/upstream-hosts.js';
import type { Leases } from './store/leases.js';
import { MemoryLeases } from './store/memory-leases.js';
import { MemoryStore } from './store/memory-store.js';
import { connectRedis, type RedisTarget } from './store/redis-connection.js';
import { RedisLeases } from './store/redis-leases.js';
import { RedisStore } from './store/redis-store.js';
import type { Store } from './store/store.js';
import { TenantsLive } from './tenants-live.js';

const CONFIG = Symbol('CONFIG');
const LOGGER = Symbol('LOGGER');
const STORAGE = Symbol('STORAGE');
const STORE = Symbol('STORE');

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
          inject: [STORE, RegistrationLookup],
          useFactory: (store: Store, lookup: RegistrationLookup) => ({
            store,
            options: deliverOptions(config),
            logger: log,
            askRegistration: (tenant: string, id: string) => lookup.ask(tenant, id),
          }),
        }),
        DocsModule,
      ],
      controllers: [HealthController],
      providers: [
        {
          provide: PollService,
          inject: [STORAGE, SchedulerRegistry, UpstreamHosts],
          useFactory: ({ store, leases }: Storage, scheduler: SchedulerRegistry, hosts: UpstreamHosts) =>
            new PollService(pollOptions(config, hosts), store, leases, scheduler, log),
        },
        {
          provide: TenantsLive,
          inject: [UpstreamHosts, PollService, RegistrationLookup, Delivery],
          useFactory: (
            hosts: UpstreamHosts,
            polls: PollService,
            lookup: RegistrationLookup,
            delivery: Delivery,
          ) => tenantsLive(config, hosts, [polls, lookup], delivery, log),
        },
        {
          provide: Readiness,
          inject: [STORAGE, PollService, TenantsLive],
          useFactory: ({ store, whyAway }: Storage, polls: PollService, tenants: TenantsLive) =>
            new Readiness({
              store,
              whyAway,
              whyIdle: () => polls.idleReason,
              refusedProblems: () => tenants.problems,
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
            HttpAdapterHost,
          ],
          useFactory: (
            readiness: Readiness,
            tenants: TenantsLive,
            polls: PollService,
            lookup: RegistrationLookup,
            delivery: Delivery,
            storage: Storage,
            http: HttpAdapterHost,
          ) => new Shutdown({ readiness, tenants, polls, lookup, delivery, storage, http }),
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
        { provide: UpstreamHosts, useFactory: () => openHosts(config, log) },
        {
          provide: RegistrationLookup,
          inject: [UpstreamHosts],
          useFactory: (hosts: UpstreamHosts) =>
            new RegistrationLookup(polledTenants(config.tenants, config, hosts)),
        },
      ],
      exports: [CONFIG, LOGGER, STORAGE, STORE, UpstreamHosts, RegistrationLookup],
    };
  }
}

/** Both live in the same place, over one connection. */
interface Storage {
  readonly store: Store;
  readonly leases: Leases;
  /** Why Redis cannot be reached, in words that anybody may read; null while it can. */
  readonly whyAway: () => string | null;
}

function openStorage({ store, retention, leaseGroup }: Config, log: Logger): Storage {
  const options = { maxEvents: retention.events };
  if (store.kind === 'memory') {
    const leases = new MemoryLeases(() => performance.now());
    return { store: new MemoryStore(options), leases, whyAway: () => null };
  }
  let lastError: Error | null = null;
  const connection = connectRedis(redisTarget(store.redis), {
    // Several attempts a second fail for one reason: it is said once, until it changes or Redis is back.
    onError: (error) => {
      if (error.message !== lastError?.message)
        log.warn({ reason: error.message }, `redis: ${error.message}`);
      lastError = error;
    },
  });
  connection.commands.on('ready', () => {
    if (lastError !== null) log.info('redis: connected');
    lastError = null;
  });
  return {
    store: new RedisStore(connection, options),
    leases: new RedisLeases(connection, leaseGroup),
    whyAway: () => lastError && redisReason(lastError),
  };
}

function redisTarget({ password, ...redis }: RedisConfig): RedisTarget {
  const access = password === undefined ? {} : { password: password.reveal() };
  if ('url' in redis) return { ...redis, ...access, url: redis.url.reveal() };
  if ('clusterNodes' in redis) return { ...redis, ...access };
  const { sentinelPassword, ...sentinels } = redis;
  return {
    ...sentinels,
    ...access,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword: sentinelPassword.reveal() }),
  };
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

function openHosts({ poll }: Config, log: Logger): UpstreamHosts {
  return new UpstreamHosts({
    concurrency: poll.hostConcurrency,
    connectTimeoutMs: poll.timeoutMs,
    clock: () => performance.now(),
    random: Math.random,
    // One line for the host; each of its tenants says its own.
    onChange: (host, down) => {
      if (down === null) log.info({ host }, `${host} answers again`);
      else log.warn({ host, reason: down }, `${host} is down: ${down}`);
    },
  });
}

function pollOptions(config: Config, hosts: UpstreamHosts): PollOptions {
  return {
    tenants: polledTenants(config.tenants, config, hosts),
    policy: config.poll,
    registrations: config.registrations,
    adaptive: config.poll.adaptive,
    retentionMs: config.retention.ms,
    graceMs: SHUTDOWN_GRACE_MS,
    leaseMs: config.store.kind === 'memory' ? Infinity : LEASE_MS,
  };
}

/** Hands on to whoever asks the PBX, and to delivery, what changes in the file of tenants, where there is one. */
function tenantsLive(
  config: Config,
  hosts: UpstreamHosts,
  upstream: readonly Pick<PollService | RegistrationLookup, 'change'>[],
  delivery: Delivery,
  log: Logger,
): TenantsLive {
  const { tenants, tenantsFile } = config;
  if (tenantsFile === null) return new TenantsLive(null);
  const directory = new TenantDirectory(tenants);
  directory.subscribe(({ added, altered, removed }) => {
    delivery.serve(idsOf(directory.current));
    const put = polledTenants([...added, ...altered], config, hosts);
    for (const part of upstream) part.change(put, removed);
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

function polledTenants(
  tenants: readonly TenantConfig[],
  config: Config,
  hosts: UpstreamHosts,
): PolledTenant[] {
  return tenants.map((tenant) => polledTenant(tenant, config, hosts));
}

function polledTenant(tenant: TenantConfig, config: Config, hosts: UpstreamHosts): PolledTenant {
  const { credential } = tenant;
  return {
    tenant: tenant.id,
    baseUrl: tenant.baseUrl,
    ...(credential.kind === 'token'
      ? { token: credential.token.reveal() }
      : { apiKey: credential.apiKey.reveal() }),
    timeZone: tenant.timeZone,
    country: tenant.country,
    intervalMs: tenant.pollIntervalMs,
    hosts,
    timeoutMs: config.poll.timeoutMs,
    maxBodyBytes: config.poll.maxBodyBytes,
    clock: Date.now,
  };
}

/** Of the interval: one question may be late, or have failed. */
const REGISTRATION_FRESH = 1.5;
/** Long enough to ride out a restart of Redis, short enough that nobody notices for long that a replica is dead. */
const LEASE_MS = 5_000;
/** Longer than a commit may take, shorter than an orchestrator's patience. */
const SHUTDOWN_GRACE_MS = 5_000;
