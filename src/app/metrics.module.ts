import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { systemClock } from '../base/clock.js';
import { provide } from '../base/inject.js';
import { Metrics } from '../health/metrics/metrics.js';
import { MetricsController } from '../health/metrics/metrics.controller.js';
import { CONFIG } from './config.module.js';
import { LOGGER } from './logger.module.js';
import { ProbeListener } from './probe-listener.js';

/**
 * The metrics of the process, the address where they are scraped, and the listener of its own that it may have.
 * `HealthModule` connects them to other modules.
 */
@Module({
  controllers: [MetricsController],
  providers: [
    provide(
      Metrics,
      [CONFIG],
      ({ metrics }) => new Metrics({ tenantsMax: metrics.tenantsMax, time: systemClock }),
    ),
    provide(
      ProbeListener,
      [CONFIG, HttpAdapterHost, LOGGER],
      ({ metrics: { listener, isOnClients } }, http, log) =>
        new ProbeListener({ listener, isOnClients, http, log }),
    ),
  ],
  exports: [Metrics],
})
export class MetricsModule {}
