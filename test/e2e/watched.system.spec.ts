import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

describe('a bridge that is watched', () => {
  let redis: TestRedis;
  let pbx: ScriptedPbx;
  let service: Service;

  beforeAll(async () => {
    redis = await startRedis();
    pbx = await startPbx();
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redis.url,
      TENANT_ID: 'acme',
      LOG_LEVEL: 'debug',
    });
  });
  afterAll(async () => {
    await service.stop();
    await pbx.close();
    await redis.stop();
  });

  async function value(series: string): Promise<number> {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? NaN : Number(line.slice(series.length + 1));
  }

  it('shows without a token what it polls, commits, holds and reaches', async () => {
    await until(async () => (await value('pitel_events_total{type="call-started"}')) > 0, 'events');
    const response = await fetch(`${service.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await value('pitel_polls_total{endpoint="queue",outcome="complete"}')).toBeGreaterThan(0);
    expect(await value('pitel_commits_total{result="committed"}')).toBeGreaterThan(0);
    expect(await value('pitel_commit_duration_seconds_count')).toBeGreaterThan(0);
    expect(await value('pitel_lease_changes_total{change="taken"}')).toBe(256);
    expect(await value('pitel_tenants_polled')).toBe(1);
    expect(await value('pitel_store_up')).toBe(1);
    expect(await value('pitel_tenant_log_events{tenant="acme"}')).toBeGreaterThan(0);
    expect(await value('pitel_upstream_hosts{breaker="closed"}')).toBe(1);
    expect(await value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('lets a source age while its PBX fails, in one line of the log with the cycle that found it', async () => {
    pbx.monitor = (response) => void response.writeHead(502).end();
    const failed = 'pitel_poll_failures_total{endpoint="monitor",cause="server-error"}';
    await until(async () => (await value(failed)) >= 4, 'failed polls');
    expect(await value('pitel_tenant_source_age_seconds{tenant="acme",endpoint="monitor"}')).toBeGreaterThan(
      await value('pitel_tenant_source_age_seconds{tenant="acme",endpoint="queue"}'),
    );
    pbx.monitor = sample('monitor');
    await service.line(({ msg }) => msg === 'monitor recovered');
    const about = service.lines.filter(({ endpoint }) => endpoint === 'monitor');
    expect(about.map(({ level }) => level)).toEqual(['warn', 'info']);
    const cycles = about.map(({ cycle }) => cycle);
    for (const cycle of cycles) expect(cycle).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set(cycles).size).toBe(2);
  });

  it('names every request: by the caller’s own id where that is sane, else by a new one', async () => {
    const named = async (path: string, id?: string) =>
      (
        await fetch(service.url + path, id === undefined ? {} : { headers: { 'x-request-id': id } })
      ).headers.get('x-request-id');
    expect(await named('/v1/calls', 'abc-12345678')).toBe('abc-12345678');
    expect(await named('/v1/nothing', 'abc-12345678')).toBe('abc-12345678');
    expect(await named('/v1/calls')).toMatch(/^[0-9a-f-]{36}$/);
    for (const insane of ['short', 'x'.repeat(65), 'a token.with+signs/', 'two words of it'])
      expect(await named('/', insane)).toMatch(/^[0-9a-f-]{36}$/);
  });
});
