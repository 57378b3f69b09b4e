import { describe, expect, it } from '@jest/globals';
import type { BridgeEvent } from '../../core/model/event.js';
import { DeliverStats } from '../../deliver/stats.js';
import type { PollVerdict } from '../../poll/cycle/in-flight-requests.js';
import { type PollResult, pollResult } from '../../source/poll-result.js';
import { WebhookStats } from '../../webhooks/stats.js';
import { Metrics } from './metrics.js';

const MINUTE = 60_000;

function setUp({ tenantsMax = 50 } = {}) {
  const stats = new DeliverStats();
  const webhooks = new WebhookStats();
  const state = { now: 1_000 * MINUTE, isStoreUp: true };
  const metrics = new Metrics({ tenantsMax, time: { now: () => state.now } });
  metrics.watch({
    deliver: {
      stats,
      limits: { counts: new Map([['bytes', 3]]) },
      inFlight: () => ({ total: 300, most: 200 }),
      followed: () => 2,
      catchUps: () => ({ reading: 64, waiting: 7 }),
      memory: () => ({ held: 250, limit: 1_000 }),
      keySets: () => ({ fresh: 2, stale: 1, unusable: 0 }),
      keySetFailures: () => 3,
    },
    store: {
      status: () => ({ clockErrorMs: 2_500, isClockOff: true, usedShare: 0.5, fullCount: 3, full: null }),
      trimmed: () => ({ age: 7, bytes: 8, memory: 9 }),
    },
    webhooks,
    hosts: () => [
      { origin: 'https://a.example', tenants: 3, inFlight: 2, waiting: 1, breaker: 'closed' },
      { origin: 'https://b.example', tenants: 1, inFlight: 0, waiting: 4, breaker: 'open' },
    ],
    isStoreUp: () => Promise.resolve(state.isStoreUp),
    droppedLines: () => 0,
  });
  const lines = async () => (await metrics.text()).split('\n').filter((line) => !line.startsWith('#'));
  const value = async (series: string) => {
    const found = (await lines()).find((line) => line.startsWith(`${series} `));
    return found === undefined ? undefined : Number(found.slice(series.length + 1));
  };
  return { metrics, stats, webhooks, state, lines, value };
}

function poll(
  given: { outcome?: 'complete' | 'failed'; status?: number | null; heldBackMs?: number } = {},
): PollVerdict {
  const { outcome = 'complete', status = 200, heldBackMs = null } = given;
  const observation = { endpoint: 'monitor', outcome } as PollResult['observation'];
  return { result: pollResult(observation, { sentAt: 0, status, heldBackMs }, 40), round: 1, isStale: false };
}

const up = (at: number, aheadMs?: number) => {
  const clock = aheadMs === undefined ? [] : [{ pbx: at + aheadMs, after: null, by: at }];
  return { status: 'up', lastComplete: { at }, clock } as const;
};
const never = { status: 'unknown', lastComplete: null, clock: [] } as const;

function event(
  observed: { earliest: string | null; certainty: string },
  { time = '2026-07-01T10:00:00.000Z', baseline = false } = {},
): BridgeEvent {
  return {
    type: 'call-offered',
    time,
    data: { baseline, observed: { ...observed, latest: time } },
  } as unknown as BridgeEvent;
}

describe('the metrics', () => {
  it('show what webhooks do, and of each only while they are few', async () => {
    const { webhooks, value, lines } = setUp({ tenantsMax: 2 });
    const endpoint = { tenant: 'acme', id: 'crm', state: 'failing', lagEvents: 5, lagMs: 90_000 } as const;
    const other = { ...endpoint, id: 'chat', state: 'active', lagEvents: 1, lagMs: 200 } as const;
    webhooks.owned = () => [endpoint, other];
    webhooks.attempted('event', 'delivered');
    webhooks.attempted('event', 'delivered');
    webhooks.settled('delivered', 2);
    webhooks.settled('dead');
    webhooks.gapFound();
    expect({
      attempts: await value('pitel_webhook_attempts_total{kind="event",outcome="delivered"}'),
      tests: await value('pitel_webhook_attempts_total{kind="test",outcome="event-failed"}'),
      delivered: await value('pitel_webhook_events_total{outcome="delivered"}'),
      expired: await value('pitel_webhook_events_total{outcome="expired"}'),
      dead: await value('pitel_webhook_events_total{outcome="dead"}'),
      gaps: await value('pitel_webhook_gaps_total'),
      failing: await value('pitel_webhook_endpoints{state="failing"}'),
      paused: await value('pitel_webhook_endpoints{state="paused"}'),
      lagEvents: await value('pitel_webhook_lag_events'),
      lagSeconds: await value('pitel_webhook_lag_max_seconds'),
      ofOne: await value('pitel_webhook_endpoint_lag_seconds{tenant="acme",webhook="crm"}'),
    }).toEqual({
      attempts: 2,
      tests: 0,
      delivered: 2,
      expired: 0,
      dead: 1,
      gaps: 1,
      failing: 1,
      paused: 0,
      lagEvents: 6,
      lagSeconds: 90,
      ofOne: 90,
    });
    webhooks.owned = () => [endpoint, other, { ...other, tenant: 'globex' }];
    expect((await lines()).filter((line) => line.startsWith('pitel_webhook_endpoint_'))).toEqual([]);
    expect(await value('pitel_webhook_lag_events')).toBe(7);
  });

  it('show possible values from the start, as 0: otherwise `increase()` misses the first time', async () => {
    const { lines } = setUp();
    const zeros = (await lines()).filter((line) => line.startsWith('pitel_') && line.endsWith(' 0'));
    const labels = (name: string) =>
      zeros.flatMap((line) => (line.startsWith(`${name}{`) ? line.slice(name.length, -2) : []));
    expect(labels('pitel_resets_total')).toEqual([
      '{reason="epoch-changed"}',
      '{reason="cursor-too-old"}',
      '{reason="cursor-unknown"}',
      '{reason="cursor-malformed"}',
    ]);
    expect(labels('pitel_closed_total')).toContain('{code="slow-consumer"}');
    expect(labels('pitel_refused_total')).toEqual(labels('pitel_closed_total'));
    expect(labels('pitel_refused_total')).toHaveLength(15);
    expect(labels('pitel_poll_failures_total')).toContain('{endpoint="queue",cause="no-answer"}');
    expect(labels('pitel_poll_failures_total')).toHaveLength(2 * 6);
    expect(zeros).toContain('pitel_epochs_total 0');
  });

  it('count the rows that are left out of answers', async () => {
    const { metrics, value } = setUp();
    const { result, ...rest } = poll();
    const observation = {
      ...result.observation,
      outcome: 'partial',
      leftOut: 7,
    } as PollResult['observation'];
    metrics.polls.tenant('acme').polled({ ...rest, result: { ...result, observation } });
    metrics.polls.tenant('acme').polled(poll());
    expect(await value('pitel_rows_left_out_total{endpoint="monitor"}')).toBe(7);
  });

  it('count a log that begins again, also where the polling ended with the lease, but not a first claim', async () => {
    const { metrics, value } = setUp();
    const acme = metrics.polls.tenant('acme');
    acme.claimed({ isLogLost: true });
    acme.claimed({ isLogLost: false });
    metrics.polls.tenant('berlin').claimed({ isLogLost: true });
    expect(await value('pitel_epochs_total')).toBe(0);
    acme.claimed({ isLogLost: true });
    expect(await value('pitel_epochs_total')).toBe(1);
    acme.ended();
    metrics.polls.tenant('acme').claimed({ isLogLost: true });
    expect(await value('pitel_epochs_total')).toBe(2);
  });

  it('count polls by outcome, and failed ones by cause', async () => {
    const { metrics, value } = setUp();
    const acme = metrics.polls.tenant('acme');
    acme.polled(poll());
    acme.polled(poll({ outcome: 'failed', status: 503 }));
    acme.polled(poll({ outcome: 'failed', status: null }));
    acme.polled(poll({ outcome: 'failed', status: 200 }));
    acme.polled(poll({ outcome: 'failed', status: null, heldBackMs: 500 }));
    const polls = (outcome: string) => value(`pitel_polls_total{endpoint="monitor",outcome="${outcome}"}`);
    expect([await polls('complete'), await polls('failed'), await polls('held-back')]).toEqual([1, 3, 1]);
    const failures = (cause: string) =>
      value(`pitel_poll_failures_total{endpoint="monitor",cause="${cause}"}`);
    expect(await failures('server-error')).toBe(1);
    expect(await failures('no-answer')).toBe(1);
    expect(await failures('unusable-answer')).toBe(1);
    // A request that was not sent took no time.
    expect(await value('pitel_poll_duration_seconds_count{endpoint="monitor"}')).toBe(4);
  });

  it('show at each scrape how old the last complete observation is, also when nothing is polled any more', async () => {
    const { metrics, state, value } = setUp();
    const acme = metrics.polls.tenant('acme');
    acme.sources({ monitor: up(state.now - 2_000), queue: never });
    state.now += 10_000;
    expect(await value('pitel_tenant_source_age_seconds{tenant="acme",endpoint="monitor"}')).toBe(12);
    expect(await value('pitel_source_age_max_seconds{endpoint="monitor"}')).toBe(12);
    // No complete observation yet: since polling began.
    expect(await value('pitel_source_age_max_seconds{endpoint="queue"}')).toBe(10);
    expect(await value('pitel_sources{endpoint="queue",state="unknown"}')).toBe(1);
    acme.sources({ monitor: { ...up(state.now), status: 'degraded' }, queue: never });
    expect(await value('pitel_sources{endpoint="monitor",state="degraded"}')).toBe(1);
    expect(metrics.polls.sources).toEqual({ degraded: 1, down: 0 });
    acme.ended();
    expect(await value('pitel_source_age_max_seconds{endpoint="monitor"}')).toBe(0);
    expect(await value('pitel_tenant_source_age_seconds{tenant="acme",endpoint="monitor"}')).toBeUndefined();
  });

  it('show how far the clock of each PBX is off, and the largest difference', async () => {
    const { metrics, value } = setUp();
    const [acme, other] = ['acme', 'other'].map((name) => metrics.polls.tenant(name));
    expect(await value('pitel_pbx_clock_skew_max_seconds')).toBe(0);
    acme!.sources({ monitor: up(0, 300_000), queue: never });
    other!.sources({ monitor: up(0), queue: never });
    expect(await value('pitel_tenant_pbx_clock_skew_seconds{tenant="acme"}')).toBe(300);
    expect(await value('pitel_tenant_pbx_clock_skew_seconds{tenant="other"}')).toBeUndefined();
    expect(await value('pitel_pbx_clock_skew_max_seconds')).toBe(300);
  });

  it('keep a tenant that has begun again when its previous loop ends late', async () => {
    const { metrics, value } = setUp();
    const before = metrics.polls.tenant('acme');
    metrics.polls.tenant('acme');
    before.ended();
    expect(await value('pitel_tenants_polled')).toBe(1);
  });

  it('count commits by result, and events and their delay only when they are in the log', async () => {
    const { metrics, value } = setUp();
    const acme = metrics.polls.tenant('acme');
    const events = [
      event({ earliest: '2026-07-01T09:59:59.000Z', certainty: 'observed' }),
      event({ earliest: '2026-07-01T09:59:00.000Z', certainty: 'upstream' }),
      event({ earliest: null, certainty: 'observed' }),
      event({ earliest: '2026-07-01T09:00:00.000Z', certainty: 'inferred' }),
      event({ earliest: '2026-07-01T09:00:00.000Z', certainty: 'observed' }, { baseline: true }),
    ];
    const at = Date.parse('2026-07-01T10:00:02.000Z');
    acme.logHolds(7);
    acme.committing()({ result: 'rejected', events, at });
    acme.committing()({ result: 'committed', events, at });
    acme.committing()({ result: 'conflict', events, at });
    expect(await value('pitel_commits_total{result="committed"}')).toBe(1);
    expect(await value('pitel_commits_total{result="conflict"}')).toBe(1);
    expect(await value('pitel_commits_total{result="rejected"}')).toBe(1);
    expect(await value('pitel_commit_duration_seconds_count')).toBe(3);
    expect(await value('pitel_events_total{type="call-offered"}')).toBe(5);
    // Three seconds for an event between two polls, two for an event whose time the PBX gave.
    expect(await value('pitel_detection_delay_seconds_sum{type="call-offered"}')).toBe(5);
    expect(await value('pitel_detection_delay_seconds_count{type="call-offered"}')).toBe(2);
    expect(await value('pitel_tenant_log_events{tenant="acme"}')).toBe(12);
    acme.logHolds(3);
    expect(await value('pitel_log_events')).toBe(3);
  });

  it('show what the upkeep of the store has found and dropped', async () => {
    const { value } = setUp();
    expect(await value('pitel_clock_error_seconds')).toBe(2.5);
    expect(await value('pitel_store_memory_ratio')).toBe(0.5);
    expect(await value('pitel_store_full_total')).toBe(3);
    for (const [reason, events] of [
      ['age', 7],
      ['bytes', 8],
      ['memory', 9],
    ] as const)
      expect(await value(`pitel_log_trimmed_events_total{reason="${reason}"}`)).toBe(events);
  });

  it('count shards that change hands, and renewals that were missed', async () => {
    const { metrics, value } = setUp();
    metrics.polls.lease('taken', 256);
    metrics.polls.lease('released', 128);
    metrics.polls.lease('missed', 0);
    expect(await value('pitel_lease_changes_total{change="taken"}')).toBe(256);
    expect(await value('pitel_lease_changes_total{change="released"}')).toBe(128);
    expect(await value('pitel_lease_changes_total{change="lost"}')).toBe(0);
    expect(await value('pitel_lease_changes_total{change="missed"}')).toBe(1);
  });

  it('show what delivery, the upstream hosts and the store are doing', async () => {
    const { stats, state, value } = setUp();
    stats.sockets = 3;
    stats.resumes = 2;
    stats.countReset('epoch-changed');
    stats.countClosed('slow-consumer');
    stats.countForeign('log', 0);
    stats.countForeign('log', 0);
    expect(await value('pitel_clients{transport="socket"}')).toBe(3);
    expect(await value('pitel_resumes_total')).toBe(2);
    expect(await value('pitel_resets_total{reason="epoch-changed"}')).toBe(1);
    expect(await value('pitel_closed_total{code="slow-consumer"}')).toBe(1);
    expect(await value('pitel_in_flight_bytes')).toBe(300);
    expect(await value('pitel_in_flight_max_bytes')).toBe(200);
    expect(await value('pitel_client_memory_bytes')).toBe(250);
    expect(await value('pitel_client_memory_limit_bytes')).toBe(1_000);
    expect(await value('pitel_catch_ups{state="reading"}')).toBe(64);
    expect(await value('pitel_catch_ups{state="waiting"}')).toBe(7);
    expect(await value('pitel_foreign_total{where="log"}')).toBe(2);
    expect(await value('pitel_foreign_total{where="channel"}')).toBe(0);
    expect(await value('pitel_upstream_hosts{breaker="open"}')).toBe(1);
    expect(await value('pitel_upstream_requests{state="waiting"}')).toBe(5);
    expect(await value('pitel_store_up')).toBe(1);
    state.isStoreUp = false;
    expect(await value('pitel_store_up')).toBe(0);
    // A second scrape counts nothing twice.
    expect(await value('pitel_resumes_total')).toBe(2);
  });

  it('have no more series with 1,000 tenants than with one, and each tenant’s own only up to the bound', async () => {
    const { metrics, state, lines } = setUp({ tenantsMax: 3 });
    const add = (name: string) => {
      const tenant = metrics.polls.tenant(name);
      tenant.sources({ monitor: up(state.now), queue: up(state.now) });
      tenant.polled(poll());
      tenant.committing()({ result: 'committed', events: [], at: 0 });
      return tenant;
    };
    const own = async () => (await lines()).filter((line) => line.includes('tenant="')).length;
    const all = async () =>
      (await lines()).filter((line) => line.startsWith('pitel_') && !line.includes('tenant="')).length;
    add('tenant-0');
    const before = await all();
    for (const n of [1, 2]) add(`tenant-${n}`);
    expect(await own()).toBe(3 * 3);
    const more = Array.from({ length: 997 }, (_, n) => add(`tenant-${n + 3}`));
    expect(await own()).toBe(0);
    expect(await all()).toBe(before);
    for (const tenant of more) tenant.ended();
    expect(await own()).toBe(3 * 3);
  });

  it('show tenants that are not served, and name the entries that cannot be read', async () => {
    const { metrics, lines, value, state } = setUp({ tenantsMax: 2 });
    const [one, other] = ['acme', 'globex'].map((name) => metrics.polls.tenant(name));
    expect(await value('pitel_tenants_unserved{reason="newer-format"}')).toBe(0);
    one!.unserved({ reason: 'unreadable-entry', fields: [1, 2, 3, 4, 5, 6].map((n) => `call:${n}`) });
    other!.unserved({ reason: 'newer-format', fields: [] });
    state.now += MINUTE;
    expect(await value('pitel_tenants_unserved{reason="unreadable-entry"}')).toBe(1);
    expect(await value('pitel_tenants_unserved{reason="newer-format"}')).toBe(1);
    expect(await value('pitel_tenants_polled')).toBe(0);
    expect(await value('pitel_source_age_max_seconds{endpoint="queue"}')).toBe(0);
    const entries = async () =>
      (await lines()).filter((line) => line.startsWith('pitel_tenant_unreadable_entry'));
    expect(await entries()).toEqual(
      [1, 2, 3, 4, 5].map((n) => `pitel_tenant_unreadable_entry{tenant="acme",key="call:${n}"} 1`),
    );
    metrics.polls.tenant('third');
    expect(await entries()).toEqual([]);
    one!.claimed({ isLogLost: false });
    other!.ended();
    expect(metrics.polls.unserved).toEqual({ 'unreadable-entry': 0, 'newer-format': 0 });
    expect(await value('pitel_tenants_polled')).toBe(2);
  });
});
