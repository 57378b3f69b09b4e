import { Counter, Gauge, type Registry } from 'prom-client';
import type { ResetReason } from '../../deliver/log/resumption.js';
import { LIMIT_NAMES, type LimitWatch } from '../../deliver/access/limit-watch.js';
import type { KeysHealth } from '../../deliver/access/keyring.js';
import type { RefusalCode } from '../../deliver/access/refusal.js';
import type { DeliverStats, ForeignWhere } from '../../deliver/stats.js';

/** The numbers that delivery keeps, read at each scrape. */
export interface DeliverSources {
  readonly stats: DeliverStats;
  readonly inFlight: () => { readonly total: number; readonly most: number };
  readonly limits: Pick<LimitWatch, 'counts'>;
  /** Tenants whose logs are followed here. */
  readonly followed: () => number;
  readonly catchUps: () => { readonly reading: number; readonly waiting: number };
  readonly memory: () => { readonly held: number; readonly limit: number };
  readonly keySets: () => KeysHealth['sets'];
  readonly keySetFailures: () => number;
}

export function registerDeliverMetrics(
  registry: Registry,
  { stats, limits, inFlight, followed, catchUps, memory, keySets, keySetFailures }: DeliverSources,
): void {
  const count = (name: string, help: string, read: () => number) => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  const countBy = <Value extends string>(
    name: string,
    help: string,
    [label, values]: readonly [string, readonly Value[]],
    read: () => ReadonlyMap<Value, number>,
  ) => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        // Values without a count too: `increase()` does not see the increments before a series begins.
        for (const value of values) this.inc({ [label]: value }, read().get(value) ?? 0);
      },
    });
  };
  const gauge = (name: string, help: string, read: () => number) => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };

  new Gauge({
    name: 'pitel_clients',
    help: 'Clients connected, by transport: socket (Socket.IO) or stream (server-sent events)',
    labelNames: ['transport'],
    registers: [registry],
    collect() {
      this.set({ transport: 'socket' }, stats.sockets);
      this.set({ transport: 'stream' }, stats.streams);
    },
  });
  gauge(
    'pitel_in_flight_bytes',
    'Written to clients and not taken yet, of all clients',
    () => inFlight().total,
  );
  gauge('pitel_in_flight_max_bytes', 'The same of the client with the most', () => inFlight().most);
  gauge(
    'pitel_client_memory_bytes',
    'What messages in flight take here: those that several clients share count once',
    () => memory().held,
  );
  gauge('pitel_client_memory_limit_bytes', 'DELIVER_MEMORY_MB, or its default', () => memory().limit);
  new Gauge({
    name: 'pitel_catch_ups',
    help: 'Clients more than a page behind, by what they do: reading or waiting for their turn',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { reading, waiting } = catchUps();
      this.set({ state: 'reading' }, reading);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  new Gauge({
    name: 'pitel_key_sets',
    help: 'Key sets of client tokens: fresh (read at the last try), stale (not read, known keys are used), unusable (none known)',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, sets] of Object.entries(keySets())) this.set({ state }, sets);
    },
  });
  count('pitel_key_set_failures_total', 'Requests for a key set that brought none', keySetFailures);
  gauge('pitel_followed_tenants', 'Tenants whose logs are followed for clients here', followed);
  count('pitel_delivered_events_total', 'Events written to clients', () => stats.delivered);
  count('pitel_snapshots_total', 'Snapshots written to clients', () => stats.snapshots);
  count('pitel_resumes_total', 'Clients that could go on from their cursor', () => stats.resumes);
  count('pitel_catch_ups_total', 'Turns to catch up that clients asked for', () => stats.catchUps);
  countBy(
    'pitel_resets_total',
    'Clients that had to begin again, by why',
    ['reason', RESET_REASONS],
    () => stats.resets,
  );
  countBy(
    'pitel_refused_total',
    'Handshakes and requests refused, by code',
    ['code', REFUSAL_CODES],
    () => stats.refused,
  );
  countBy(
    'pitel_limits_reached_total',
    'How often a bound on clients has bitten, by which',
    ['limit', LIMIT_NAMES],
    () => limits.counts,
  );
  countBy('pitel_closed_total', 'Clients sent off, by code', ['code', REFUSAL_CODES], () => stats.closed);
  countBy(
    'pitel_foreign_total',
    'Messages and log entries skipped, as no bridge has written them, by where they were',
    ['where', FOREIGN_WHERE],
    () => stats.foreign,
  );
  count('pitel_ignored_messages_total', 'Messages of clients that mean nothing', () => stats.ignoredMessages);
}

/** All reasons: the compiler reports a missing one. */
const RESET_REASONS = every<ResetReason>({
  'epoch-changed': true,
  'cursor-too-old': true,
  'cursor-unknown': true,
  'cursor-malformed': true,
});
const FOREIGN_WHERE = every<ForeignWhere>({ channel: true, log: true });
const REFUSAL_CODES = every<RefusalCode>({
  unauthorized: true,
  'token-expired': true,
  'token-revoked': true,
  'bad-signature': true,
  'token-in-url': true,
  'tenant-mismatch': true,
  'auth-unavailable': true,
  'origin-not-allowed': true,
  'too-many-connections': true,
  'too-many-messages': true,
  'bad-request': true,
  'slow-consumer': true,
  'memory-full': true,
  'state-unreadable': true,
  'shutting-down': true,
});

function every<Value extends string>(values: Record<Value, true>): readonly Value[] {
  return Object.keys(values) as Value[];
}
