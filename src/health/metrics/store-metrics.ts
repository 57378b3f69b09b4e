import { Counter, Gauge, type Registry } from 'prom-client';
import type { TrimReason } from '../../store/upkeep/log-keeper.js';
import type { StoreStatus } from '../../store/upkeep/store-watch.js';

/** What the upkeep of the store knows, read at each scrape. */
export interface StoreSources {
  readonly status: () => StoreStatus;
  readonly trimmed: () => Readonly<Record<TrimReason, number>>;
}

export function registerStoreMetrics(registry: Registry, { status, trimmed }: StoreSources): void {
  const registers = [registry];
  new Gauge({
    name: 'pitel_clock_error_seconds',
    help: "How far this replica's clock is off that of Redis, either way; what the answer's time leaves open is left out",
    registers,
    collect() {
      this.set(status().clockErrorMs / 1_000);
    },
  });
  new Gauge({
    name: 'pitel_store_memory_ratio',
    help: 'Memory of the fullest Redis server as a share of its maxmemory; 0 where none has one',
    registers,
    collect() {
      this.set(status().usedShare);
    },
  });
  new Counter({
    name: 'pitel_store_full_total',
    help: 'How often Redis was found to have become full, or nearly',
    registers,
    collect() {
      this.reset();
      this.inc(status().fullCount);
    },
  });
  new Counter({
    name: 'pitel_log_trimmed_events_total',
    help: 'Events that this replica dropped from logs, by why: age, bytes (LOG_RETENTION_BYTES), memory (Redis was nearly full)',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, events] of Object.entries(trimmed())) this.inc({ reason }, events);
    },
  });
}
