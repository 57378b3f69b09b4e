import { Module } from '@nestjs/common';
import { provide } from '../base/inject.js';
import { Metrics } from '../health/metrics/metrics.js';
import { MetricsController } from '../health/metrics/metrics.controller.js';
import { CONFIG } from './config.module.js';

/** The metrics of the process, and where they are scraped. What they look up in other modules is `HealthModule`'s. */
@Module({
  controllers: [MetricsController],
  providers: [
    provide(
      Metrics,
      [CONFIG],
      ({ metrics }) => new Metrics({ tenantsMax: metrics.tenantsMax, clock: Date.now }),
    ),
  ],
  exports: [Metrics],
})
export class MetricsModule {}
