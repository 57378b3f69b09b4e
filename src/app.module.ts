import { randomBytes, randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import type { Logger } from 'pino';
import type { Config, RedisConfig } from './config/config.js';
import type { TenantConfig } from './config/tenant.js';
import type { DeliverOptions } from './deliver/options.js';
import { DeliverModule, Delivery } from './deliver/deliver.module.js';
import { DocsModule } from './docs/schema.controller.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './health/readiness.js';
import { groupOf } from './poll/ownership.js';
import { PollService } from './poll/poll.service.js';
import type { CaptureOptions } from './source/capture.js';
import type { PitelSourceOptions } from './source/pitel-source.js';
import type { Leases } from './store/leases.js';
import { MemoryLeases } from './store/memory-leases.js';
import { MemoryStore } from './store/memory-store.js';
import { connectRedis, type RedisTarget } from './store/redis-connection.js';
import { RedisLeases } from './store/redis-leases.js';
import { RedisStore } from './store/redis-store.js';
import type { Store } from './store/store.js';

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
          inject: [STORE],
          useFactory: (store: Store) => ({ store, options: deliverOptions(config), logger: log }),
        }),
        DocsModule,
      ],
      controllers: [HealthController],
      providers: [
        {
          provide: PollService,
          inject: [STORAGE, SchedulerRegistry],
          useFactory: ({ store, leases }: Storage, scheduler: SchedulerRegistry) =>
            new PollService(pollOptions(config, log), store, leases, scheduler, log),
        },
        { provide: Readiness, inject: [STORE], useFactory: (store: Store) => new Readiness(store) },
        Shutdown,
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
      ],
      exports: [CONFIG, LOGGER, STORAGE, STORE],
    };
  }
}

/**
 * Not ready, stop polling, finish commits, release the leases, close clients spread over a moment, quit the store. What
 * waits for the network is bounded by its own time-outs.
 */
@Injectable()
class Shutdown implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(PollService) private readonly polls: PollService,
    @Inject(Delivery) private readonly delivery: Delivery,
    @Inject(STORAGE) private readonly storage: Storage,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.readiness.stop();
    await this.polls.stop();
    await this.delivery.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.storage.leases.close();
    await this.storage.store.close();
  }
}

/** Both live in the same place, over one connection. */
interface Storage {
  readonly store: Store;
  readonly leases: Leases;
}

function openStorage({ store, retention, tenants }: Config, log: Logger): Storage {
  const options = { maxEvents: retention.events };
  if (store.kind === 'memory')
    return { store: new MemoryStore(options), leases: new MemoryLeases(() => performance.now()) };
  let lastReason = '';
  const connection = connectRedis(redisTarget(store.redis), {
    // Several attempts a second fail for one reason: it is said once, until it changes or Redis is back.
    onError: (error) => {
      if (error.message !== lastReason) log.warn({ reason: error.message }, `redis: ${error.message}`);
      lastReason = error.message;
    },
  });
  const group = groupOf(tenants.map(({ id }) => id));
  return { store: new RedisStore(connection, options), leases: new RedisLeases(connection, group) };
}

function redisTarget(redis: RedisConfig): RedisTarget {
  return 'url' in redis ? { url: redis.url.reveal() } : redis;
}

function deliverOptions(config: Config): DeliverOptions {
  const [first, ...others] = config.tenants.map(({ id }) => id);
  const { auth } = config;
  return {
    tenants: [first!, ...others],
    auth: 'secret' in auth ? { mode: 'jwt', secret: auth.secret.reveal() } : auth,
    corsOrigins: config.http.corsOrigins,
  };
}

function pollOptions(config: Config, log: Logger) {
  const capture = captureOptions(config, log);
  return {
    sources: config.tenants.map((tenant) => sourceOptions(tenant, config, capture)),
    policy: config.poll,
    intervalMs: config.poll.intervalMs,
    retentionMs: config.retention.ms,
    graceMs: SHUTDOWN_GRACE_MS,
    leaseMs: config.store.kind === 'memory' ? Infinity : LEASE_MS,
  };
}

function sourceOptions(
  tenant: TenantConfig,
  config: Config,
  capture: CaptureOptions | undefined,
): PitelSourceOptions {
  const { credential } = tenant;
  return {
    tenant: tenant.id,
    baseUrl: tenant.baseUrl,
    ...(credential.kind === 'token'
      ? { token: credential.token.reveal() }
      : { apiKey: credential.apiKey.reveal() }),
    timeZone: tenant.timeZone,
    country: tenant.country,
    timeoutMs: config.poll.timeoutMs,
    maxBodyBytes: config.poll.maxBodyBytes,
    clock: Date.now,
    capture,
  };
}

function captureOptions({ capture, poll }: Config, log: Logger): CaptureOptions | undefined {
  if (capture === null) return undefined;
  return {
    ...capture,
    id: randomUUID(),
    key: randomBytes(32),
    policy: poll,
    onStopped: (tenant, reason) => log.error({ tenant, reason }, `capture stopped: ${reason}`),
  };
}

/** Long enough to ride out a restart of Redis, short enough that nobody notices for long that a replica is dead. */
const LEASE_MS = 5_000;
/** Longer than a commit may take, shorter than an orchestrator's patience. */
const SHUTDOWN_GRACE_MS = 5_000;
