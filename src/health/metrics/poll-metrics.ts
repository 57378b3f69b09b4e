import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Time } from '../../base/clock.js';
import type { SourceStatus } from '../../core/model/call.js';
import type { BridgeEvent } from '../../core/model/event.js';
import { skewOf } from '../../core/parts/pbx-clock.js';
import { type Endpoint, ENDPOINTS, type Instant } from '../../core/model/observation.js';
import type {
  ClaimReport,
  CommitReport,
  LeaseChange,
  PollListener,
  SourcesReport,
  TenantListener,
  UnservedReport,
} from '../../poll/cycle/poll-listener.js';
import type { PollResult } from '../../source/poll-result.js';

/**
 * Counts what this replica's polling does. Only tenants that are polled here have metrics, from when their polling
 * begins.
 *
 * Guarantees: a label has one of a few fixed values, except `tenant` and the `key` of a stored entry that cannot be
 * read, `KEYS_MAX` of a tenant. Series with them exist only while no more than `tenantsMax` tenants are polled here. A
 * scrape reads memory only, and visits each tenant.
 */
export class PollMetrics implements PollListener {
  readonly #options: PollMetricsOptions;
  readonly #tenants = new Map<string, Tenant>();
  readonly #polls: Counter<'endpoint' | 'outcome'>;
  readonly #failures: Counter<'endpoint' | 'cause'>;
  readonly #pollSeconds: Histogram<'endpoint'>;
  readonly #leftOut: Counter<'endpoint'>;
  readonly #givenUp: Counter;
  /** The tenants that were claimed here, also those that are no longer polled here. */
  readonly #claimed = new Set<string>();
  readonly #epochs: Counter;
  readonly #commits: Counter<'result'>;
  readonly #commitSeconds: Histogram;
  readonly #events: Counter<'type'>;
  readonly #detection: Histogram<'type'>;
  readonly #leases: Counter<'change'>;

  constructor(options: PollMetricsOptions) {
    this.#options = options;
    const { registry } = options;
    const registers = [registry];
    this.#polls = new Counter({
      name: 'pitel_polls_total',
      help: 'Polls by outcome: complete, partial, failed, or held-back (not sent, as the host is down)',
      labelNames: ['endpoint', 'outcome'],
      registers,
    });
    this.#failures = new Counter({
      name: 'pitel_poll_failures_total',
      help: 'Failed polls by what was wrong',
      labelNames: ['endpoint', 'cause'],
      registers,
    });
    this.#pollSeconds = new Histogram({
      name: 'pitel_poll_duration_seconds',
      help: 'From the request to its whole answer, or its failure, without the wait for a connection',
      labelNames: ['endpoint'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#leftOut = new Counter({
      name: 'pitel_rows_left_out_total',
      help: 'Rows that were left out of answers, as these show more than a tenant may have',
      labelNames: ['endpoint'],
      registers,
    });
    this.#givenUp = new Counter({
      name: 'pitel_calls_given_up_total',
      help: 'Calls that were given up, as the store refused for long what had changed of them',
      registers,
    });
    this.#commits = new Counter({
      name: 'pitel_commits_total',
      help: 'Tries to commit by result: committed, conflict, fenced, lost, or rejected (no answer, or an error)',
      labelNames: ['result'],
      registers,
    });
    this.#epochs = new Counter({
      name: 'pitel_epochs_total',
      help: 'Logs that began again: Redis lost its memory, was restarted, or failed over',
      registers,
    });
    this.#commitSeconds = new Histogram({
      name: 'pitel_commit_duration_seconds',
      help: 'How long a try to commit took, whatever came of it',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
    this.#events = new Counter({
      name: 'pitel_events_total',
      help: 'Events committed',
      labelNames: ['type'],
      registers,
    });
    this.#detection = new Histogram({
      name: 'pitel_detection_delay_seconds',
      help: 'How late an event may be: from when the PBX says it happened, or from the last poll that did not show it, to its commit',
      labelNames: ['type'],
      buckets: [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300],
      registers,
    });
    this.#leases = new Counter({
      name: 'pitel_lease_changes_total',
      help: 'Shards taken, released or lost, and renewals of the lease that were missed',
      labelNames: ['change'],
      registers,
    });
    this.#zero();
    this.#gauges(registry);
  }

  /** How many tenants of this replica are not served because their stored state cannot be read, by reason. */
  get unserved(): Readonly<Record<UnservedReport['reason'], number>> {
    const all = [...this.#tenants.values()].map(({ unserved }) => unserved?.reason);
    const count = (reason: UnservedReport['reason']) => all.filter((one) => one === reason).length;
    return { 'unreadable-entry': count('unreadable-entry'), 'newer-format': count('newer-format') };
  }

  get quarantined(): number {
    return [...this.#tenants.values()].filter(({ isQuarantined }) => isQuarantined).length;
  }

  /** How many endpoints of the tenants polled here are in each of the two states that need attention. */
  get sources(): { readonly degraded: number; readonly down: number } {
    const states = ENDPOINTS.flatMap((endpoint) => this.#statesOf(endpoint));
    const count = (state: SourceStatus) => states.filter((one) => one === state).length;
    return { degraded: count('degraded'), down: count('down') };
  }

  tenant(name: string): TenantListener {
    const tenant: Tenant = {
      since: this.#options.time.now(),
      sources: null,
      logEvents: 0,
      unserved: null,
      isQuarantined: false,
    };
    this.#tenants.set(name, tenant);
    return {
      polled: ({ result }) => this.#polled(result),
      sources: (sources) => {
        tenant.sources = sources;
      },
      claimed: (claim) => {
        tenant.unserved = null;
        this.#tenantClaimed(name, claim);
      },
      unserved: (report) => {
        tenant.unserved = report;
      },
      committing: () => {
        const stop = this.#commitSeconds.startTimer();
        return (commit) => {
          stop();
          this.#committed(commit);
          if (commit.result === 'committed') tenant.logEvents += commit.events.length;
        };
      },
      gaveUp: (calls) => this.#givenUp.inc(calls),
      quarantined: (is) => {
        tenant.isQuarantined = is;
      },
      logHolds: (events) => {
        tenant.logEvents = events;
      },
      ended: () => {
        // An altered tenant may have begun again already.
        if (this.#tenants.get(name) === tenant) this.#tenants.delete(name);
      },
    };
  }

  lease(change: LeaseChange, shards: number): void {
    this.#leases.inc({ change }, change === 'missed' ? 1 : shards);
  }

  #polled({ endpoint, observation, status, tookMs, heldBackMs }: PollResult): void {
    const { outcome } = observation;
    if (heldBackMs !== null) {
      this.#polls.inc({ endpoint, outcome: 'held-back' });
      return;
    }
    this.#polls.inc({ endpoint, outcome });
    this.#pollSeconds.observe({ endpoint }, tookMs / 1_000);
    if (outcome === 'failed') this.#failures.inc({ endpoint, cause: causeOf(status) });
    else this.#leftOut.inc({ endpoint }, observation.leftOut ?? 0);
  }

  /**
   * Counts a loss, which a tenant's first epoch is not. The tenant's name is kept when its polling ends: when Redis loses the
   * log it loses the leases too, and polling begins with a claim again.
   */
  #tenantClaimed(name: string, { isLogLost }: ClaimReport): void {
    if (isLogLost && this.#claimed.has(name)) this.#epochs.inc();
    if (this.#claimed.size >= CLAIMED_KEPT) this.#claimed.clear();
    this.#claimed.add(name);
  }

  #committed({ result, events, at }: CommitReport): void {
    this.#commits.inc({ result });
    if (result !== 'committed') return;
    for (const event of events) {
      const { type } = event;
      this.#events.inc({ type });
      const delayMs = detectionDelayMs(event, at);
      if (delayMs !== null) this.#detection.observe({ type }, delayMs / 1_000);
    }
  }

  /** Begins all series at 0, since `increase()` does not see the increment with which a series begins. */
  #zero(): void {
    for (const endpoint of ENDPOINTS)
      for (const outcome of OUTCOMES) this.#polls.inc({ endpoint, outcome }, 0);
    for (const endpoint of ENDPOINTS) for (const cause of CAUSES) this.#failures.inc({ endpoint, cause }, 0);
    for (const endpoint of ENDPOINTS) this.#leftOut.inc({ endpoint }, 0);
    for (const result of RESULTS) this.#commits.inc({ result }, 0);
    for (const change of CHANGES) this.#leases.inc({ change }, 0);
  }

  #gauges(registry: Registry): void {
    const { tenantsMax } = this.#options;
    const tenants = this.#tenants;
    const ageOf = (tenant: Tenant, endpoint: Endpoint) => this.#ageSeconds(tenant, endpoint);
    const registers = [registry];
    const each = (show: (name: string, tenant: Tenant) => void) => {
      if (tenants.size <= tenantsMax) for (const [name, tenant] of tenants) show(name, tenant);
    };
    const served = () => [...tenants.values()].filter(({ unserved }) => unserved === null);
    const unserved = () => this.unserved;
    const quarantined = () => this.quarantined;
    const statesOf = (endpoint: Endpoint) => this.#statesOf(endpoint);
    new Gauge({
      name: 'pitel_tenants_quarantined',
      help: 'Tenants that are not polled for a while, as their last owners ended in the middle of them',
      registers,
      collect() {
        this.set(quarantined());
      },
    });
    new Gauge({
      name: 'pitel_tenants_polled',
      help: 'Tenants that are polled here',
      registers,
      collect() {
        this.set(served().length);
      },
    });
    new Gauge({
      name: 'pitel_tenants_unserved',
      help: 'Tenants of this replica that are not served, as their stored state cannot be read, by why',
      labelNames: ['reason'],
      registers,
      collect() {
        for (const [reason, count] of Object.entries(unserved())) this.set({ reason }, count);
      },
    });
    new Gauge({
      name: 'pitel_tenant_unreadable_entry',
      help: '1 for an entry of the stored state that cannot be read, while there are no more than METRICS_TENANTS_MAX tenants',
      labelNames: ['tenant', 'key'],
      registers,
      collect() {
        this.reset();
        each((name, tenant) => {
          for (const key of tenant.unserved?.fields.slice(0, KEYS_MAX) ?? [])
            this.set({ tenant: name, key }, 1);
        });
      },
    });
    new Gauge({
      name: 'pitel_sources',
      help: 'Endpoints of the tenants polled here, by what is known of them: unknown, up, degraded, down',
      labelNames: ['endpoint', 'state'],
      registers,
      collect() {
        for (const endpoint of ENDPOINTS)
          for (const state of STATES) {
            const count = statesOf(endpoint).filter((status) => status === state).length;
            this.set({ endpoint, state }, count);
          }
      },
    });
    new Gauge({
      name: 'pitel_source_age_max_seconds',
      help: 'Since the last complete observation, or since polling began where there is none: the largest of the tenants polled here',
      labelNames: ['endpoint'],
      registers,
      collect() {
        for (const endpoint of ENDPOINTS) {
          let most = 0;
          for (const tenant of served()) most = Math.max(most, ageOf(tenant, endpoint));
          this.set({ endpoint }, most);
        }
      },
    });
    new Gauge({
      name: 'pitel_tenant_source_age_seconds',
      help: 'The same of each tenant, while there are no more than METRICS_TENANTS_MAX',
      labelNames: ['tenant', 'endpoint'],
      registers,
      collect() {
        this.reset();
        each((name, tenant) => {
          if (tenant.unserved !== null) return;
          for (const endpoint of ENDPOINTS) this.set({ tenant: name, endpoint }, ageOf(tenant, endpoint));
        });
      },
    });
    new Gauge({
      name: 'pitel_pbx_clock_skew_max_seconds',
      help: 'How far the clock of a PBX is from ours, ahead or behind: the largest of the tenants polled here',
      registers,
      collect() {
        const all = served().map(({ sources }) => Math.abs(skewSeconds(sources) ?? 0));
        this.set(Math.max(0, ...all));
      },
    });
    new Gauge({
      name: 'pitel_tenant_pbx_clock_skew_seconds',
      help: 'How far the clock of the PBX is ahead of ours, negative if it is behind, of each tenant of which that is known, while there are no more than METRICS_TENANTS_MAX',
      labelNames: ['tenant'],
      registers,
      collect() {
        this.reset();
        each((name, { sources, unserved }) => {
          const skew = skewSeconds(sources);
          if (skew !== null && unserved === null) this.set({ tenant: name }, skew);
        });
      },
    });
    new Gauge({
      name: 'pitel_log_events',
      help: 'Events held in the logs of the tenants polled here, as of the last trimming and what was committed since',
      registers,
      collect() {
        let sum = 0;
        for (const { logEvents } of tenants.values()) sum += logEvents;
        this.set(sum);
      },
    });
    new Gauge({
      name: 'pitel_tenant_log_events',
      help: 'The same of each tenant, while there are no more than METRICS_TENANTS_MAX',
      labelNames: ['tenant'],
      registers,
      collect() {
        this.reset();
        each((name, { logEvents }) => this.set({ tenant: name }, logEvents));
      },
    });
  }

  #statesOf(endpoint: Endpoint): SourceStatus[] {
    const served = [...this.#tenants.values()].filter(({ unserved }) => unserved === null);
    return served.map(({ sources }) => sources?.[endpoint].status ?? 'unknown');
  }

  #ageSeconds({ sources, since }: Tenant, endpoint: Endpoint): number {
    const seenAt = sources?.[endpoint].lastComplete?.at ?? since;
    return Math.max(0, this.#options.time.now() - seenAt) / 1_000;
  }
}

export interface PollMetricsOptions {
  readonly registry: Registry;
  /** Tenants have series of their own while no more than this many are polled. */
  readonly tenantsMax: number;
  readonly time: Pick<Time, 'now'>;
}

interface Tenant {
  readonly since: Instant;
  sources: SourcesReport | null;
  logEvents: number;
  /** Why the tenant is not served; null while it is. */
  unserved: UnservedReport | null;
  isQuarantined: boolean;
}

/** Twice the tenants of a file: bounds the memory where the file changes for years. */
const CLAIMED_KEPT = 20_000;
/** The most unreadable entries of one tenant that have series; the log and `npm run repair` name more. */
const KEYS_MAX = 5;
const OUTCOMES = ['complete', 'partial', 'failed', 'held-back'] as const;
const RESULTS = ['committed', 'conflict', 'fenced', 'lost', 'moved', 'rejected'] as const;
const CHANGES: readonly LeaseChange[] = ['taken', 'released', 'lost', 'missed'];
const STATES = ['unknown', 'up', 'degraded', 'down'] as const;
const CAUSES = [
  'no-answer',
  'unauthorized',
  'rate-limited',
  'server-error',
  'unusable-answer',
  'other-status',
] as const;

function skewSeconds(sources: SourcesReport | null): number | null {
  const skewMs = sources && skewOf(sources);
  return skewMs === null ? null : skewMs / 1_000;
}

/** The cause of a failed poll, as one of a few fixed values. */
function causeOf(status: number | null): (typeof CAUSES)[number] {
  if (status === null) return 'no-answer';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'server-error';
  return status === 200 ? 'unusable-answer' : 'other-status';
}

/**
 * How late the event can be at most. Null where that is unknown: for a baseline, an inferred event, and one without an
 * earliest time.
 */
function detectionDelayMs({ data, time }: BridgeEvent, committedAt: Instant): number | null {
  const { observed } = data;
  if (('baseline' in data && data.baseline) || observed.certainty === 'inferred') return null;
  const from = observed.certainty === 'upstream' ? time : observed.earliest;
  return from === null ? null : Math.max(0, committedAt - Date.parse(from));
}
