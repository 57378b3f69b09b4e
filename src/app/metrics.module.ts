import { Module } from '@nestjs/common';
import { systemClock } from '../base/clock.js';
import { provide } from '../base/inject.js';
import { Metrics } from '../health/metrics/metrics.js';
import { MetricsController } from '../health/metrics/metrics.controller.js';
import { CONFIG } from './config.module.js';

/**
 * The metrics of the process, and the address where they are scraped. `HealthModule` connects them to other modules, and has the
 * listener of their own.
 */
@Module({
  controllers: [MetricsController],
  providers: [
    provide(
      Metrics,
      [CONFIG],
      ({ metrics }) => new Metrics({ tenantsMax: metrics.tenantsMax, time: systemClock }),
    ),
  ],
  exports: [Metrics],
})
export class MetricsModule {}
