import type { OnModuleInit } from '@nestjs/common';
import type { Metrics, Watched } from '../health/metrics/metrics.js';

/** Connects the metrics to the other modules, which do not know them, once those have been created. */
export class Gauges implements OnModuleInit {
  readonly #metrics: Metrics;
  readonly #watched: Watched;

  constructor(metrics: Metrics, watched: Watched) {
    this.#metrics = metrics;
    this.#watched = watched;
  }

  onModuleInit(): void {
    this.#metrics.watch(this.#watched);
  }
}
