import { Module } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { provide } from '../base/inject.js';
import type { Config } from '../config/config.js';
import { Metrics } from '../health/metrics/metrics.js';
import { type PollOptions, PollService } from '../poll/poll.service.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { MetricsModule } from './metrics.module.js';
import { SourceModule } from './source.module.js';
import { STORAGE, StorageModule } from './storage.module.js';
import { TRACING, TracingModule } from './tracing.module.js';
import { Upstream } from './upstream.js';

@Module({
  imports: [ScheduleModule.forRoot(), StorageModule, SourceModule, MetricsModule, TracingModule],
  providers: [
    provide(
      PollService,
      [CONFIG, Upstream, STORAGE, SchedulerRegistry, Metrics, TRACING, LOGGER],
      (
        config,
        upstream,
        { store, leases, inbox, clock: time },
        scheduler,
        { polls: listener },
        { tracer },
        log,
      ) =>
        new PollService({
          options: { ...pollOptions(config, upstream), listener, tracer },
          store,
          leases,
          inbox,
          time,
          scheduler,
          log,
        }),
    ),
  ],
  exports: [PollService],
})
export class PollModule {}

function pollOptions(config: Config, upstream: Upstream): PollOptions {
  return {
    tenants: upstream.polled(config.tenants),
    connections: upstream.connections,
    policy: config.poll,
    registrations: config.registrations,
    graceMs: SHUTDOWN_GRACE_MS,
    leaseMs: config.store.kind === 'memory' ? Infinity : LEASE_MS,
  };
}

/** Long enough for a restart of Redis, short enough that a dead replica's tenants are soon polled again. */
const LEASE_MS = 5_000;
/** Longer than a commit may take, shorter than an orchestrator waits. */
const SHUTDOWN_GRACE_MS = 5_000;
