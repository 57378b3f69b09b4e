import { webhookEndpoint } from '../../test/support/webhook-endpoint.js';
import { parseConfig } from '../config/parse-config.js';
import { TenantDirectory } from '../config/tenants/tenant-directory.js';
import { TenantsLive } from './tenants-reload.js';

const ENV = { PITEL_BASE_URL: 'https://pbx.example', PITEL_TOKEN: 't', STORE: 'memory', AUTH_MODE: 'none' };

it('a change of webhooks alone restarts no polling', () => {
  const parsed = parseConfig(ENV);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const { tenants } = parsed.config;
  const directory = new TenantDirectory(tenants);
  const calls: unknown[] = [];
  const tenantsLive = new TenantsLive({
    watch: { start: () => undefined, stop: () => undefined, readNow: () => Promise.resolve() },
    directory,
    upstream: {
      polled: (put) => put as never,
      change: (put, removed) => void calls.push(['upstream', put, removed]),
    },
    polls: { change: (put, removed) => void calls.push(['polls', put, removed]) },
    lookup: { change: (changed) => void calls.push(['lookup', changed]) },
    delivery: { serve: (ids) => void calls.push(['delivery', ids]) },
    webhooks: {
      change: (put, removed) => void calls.push(['webhooks', put.map(({ id }) => id), removed]),
    },
  });
  const listeners = process.listeners('SIGHUP');
  tenantsLive.onApplicationBootstrap();
  try {
    directory.replace([{ ...tenants[0]!, webhooks: [webhookEndpoint('https://crm.example/')] }]);
  } finally {
    for (const listener of process.listeners('SIGHUP'))
      if (!listeners.includes(listener)) process.off('SIGHUP', listener);
  }
  expect(calls).toEqual([
    ['delivery', ['default']],
    ['upstream', [], []],
    ['polls', [], []],
    ['lookup', []],
    ['webhooks', ['default'], []],
  ]);
});
