import { pino } from 'pino';
import { parseConfig } from '../config/parse-config.js';
import type { VariableName } from '../config/settings/variables.js';
import { Upstream } from './upstream.js';

const TENANTS = JSON.stringify({
  tenants: [
    { id: 'quick', baseUrl: 'https://a.example', token: 't', pollIntervalMs: 400 },
    { id: 'usual', baseUrl: 'https://b.example', token: 't' },
    { id: 'slow', baseUrl: 'https://c.example', token: 't', pollIntervalMs: 20_000 },
  ],
});

/** Each tenant's intervals for polling: its own, the shortest and the longest. */
function intervals(given: Partial<Record<VariableName, string>>) {
  const env = { TENANTS_FILE: 't.json', STORE: 'memory', AUTH_MODE: 'none', POLL_MODE: 'adaptive', ...given };
  const result = parseConfig(env, () => TENANTS);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  const upstream = new Upstream({ config: result.config, log: pino({ level: 'silent' }) });
  return upstream
    .polled(result.config.tenants)
    .map(({ intervalMs, adaptive }) => [
      intervalMs,
      adaptive && [adaptive.minIntervalMs, adaptive.maxIntervalMs],
    ]);
}

describe('adaptive polling of many tenants', () => {
  it('takes the bounds of each from the interval of its own', () => {
    expect(intervals({})).toEqual([
      [400, [100, 800]],
      [1_000, [250, 2_000]],
      [20_000, [5_000, 40_000]],
    ]);
    expect(intervals({ POLL_INTERVAL_MS: '2000' })[1]).toEqual([2_000, [500, 4_000]]);
  });

  it('takes bounds that are set for all of them, and derives those that are not', () => {
    const both = intervals({ POLL_MIN_INTERVAL_MS: '300', POLL_MAX_INTERVAL_MS: '900' });
    expect(both.map(([, bounds]) => bounds)).toEqual([
      [300, 900],
      [300, 900],
      [300, 900],
    ]);
    expect(intervals({ POLL_MIN_INTERVAL_MS: '1000' }).map(([, bounds]) => bounds)).toEqual([
      [1_000, 1_000],
      [1_000, 2_000],
      [1_000, 40_000],
    ]);
    expect(intervals({ POLL_MAX_INTERVAL_MS: '3000' }).map(([, bounds]) => bounds)).toEqual([
      [100, 3_000],
      [250, 3_000],
      [3_000, 3_000],
    ]);
  });

  it('is none of them where the interval is fixed', () => {
    expect(intervals({ POLL_MODE: 'fixed' })).toEqual([
      [400, null],
      [1_000, null],
      [20_000, null],
    ]);
  });
});
