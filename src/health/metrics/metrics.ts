import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Time } from '../../base/clock.js';
import type { HostStatus } from '../../source/http/upstream-hosts.js';
import { type DeliverSources, registerDeliverMetrics } from './deliver-metrics.js';
import { PollMetrics } from './poll-metrics.js';
import { registerStoreMetrics, type StoreSources } from './store-metrics.js';
import { registerWebhookMetrics, type WebhookSources } from './webhook-metrics.js';

/**
 * All metrics of this process; docs/metrics.md lists them.
 *
 * Guarantees: a scrape sends one ping to Redis and waits for it no longer than readiness does; label values are bounded
 * (see `PollMetrics`) and never customer data, addresses or names of clients.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #tenantsMax: number;
  /** The poll listener that counts. */
  readonly polls: PollMetrics;

  constructor({ tenantsMax, time }: MetricsOptions) {
    this.#tenantsMax = tenantsMax;
    this.polls = new PollMetrics({ registry: this.#registry, tenantsMax, time });
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Registers the metrics that are read from other modules at each scrape. To be called once. */
  watch({ deliver, store, webhooks, hosts, isStoreUp, droppedLines }: Watched): void {
    const registers = [this.#registry];
    new Counter({
      name: 'pitel_log_lines_dropped_total',
      help: 'Log lines that were dropped as standard output was not read',
      registers,
      collect() {
        this.reset();
        this.inc(droppedLines());
      },
    });
    registerDeliverMetrics(this.#registry, deliver);
    registerStoreMetrics(this.#registry, store);
    registerWebhookMetrics(this.#registry, webhooks, this.#tenantsMax);
    new Gauge({
      name: 'pitel_store_up',
      help: '1 when Redis answered a ping in time, 0 when not; always 1 with the embedded store',
      registers,
      async collect() {
        this.set((await isStoreUp()) ? 1 : 0);
      },
    });
    new Gauge({
      name: 'pitel_upstream_hosts',
      help: "Upstream hosts by their circuit breaker's state: closed (asked), open (not asked), probing (one request)",
      labelNames: ['breaker'],
      registers,
      collect() {
        for (const breaker of BREAKER_STATES)
          this.set({ breaker }, hosts().filter((host) => host.breaker === breaker).length);
      },
    });
    new Gauge({
      name: 'pitel_upstream_requests',
      help: 'Requests to all upstream hosts: in-flight, or waiting in line for a connection',
      labelNames: ['state'],
      registers,
      collect() {
        const all = hosts();
        this.set({ state: 'in-flight' }, sum(all, 'inFlight'));
        this.set({ state: 'waiting' }, sum(all, 'waiting'));
      },
    });
  }

  /** Every metric, for tests that compare the documents with it. */
  list(): readonly MetricDefinition[] {
    // The metrics have types and labels, but the library does not declare them.
    return this.#registry.getMetricsAsArray() as unknown as MetricDefinition[];
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labelNames: readonly string[];
}

export interface MetricsOptions {
  readonly tenantsMax: number;
  readonly time: Pick<Time, 'now'>;
}

export interface Watched {
  readonly deliver: DeliverSources;
  readonly store: StoreSources;
  readonly webhooks: WebhookSources;
  readonly hosts: () => readonly HostStatus[];
  /** Never rejects, and answers within a second. */
  readonly isStoreUp: () => Promise<boolean>;
  /** Since the start. */
  readonly droppedLines: () => number;
}

const BREAKER_STATES: readonly HostStatus['breaker'][] = ['closed', 'open', 'probing'];

function sum(hosts: readonly HostStatus[], field: 'inFlight' | 'waiting'): number {
  return hosts.reduce((total, host) => total + host[field], 0);
}
