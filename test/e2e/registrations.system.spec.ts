import { Redis } from 'ioredis';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

/** The vendor's third endpoint, its samples as they are, against the real process and a real Redis. */
describe('registrations', () => {
  let redisServer: TestRedis;
  let redis: Redis;
  let pbx: ScriptedPbx;
  let service: Service;

  beforeAll(async () => {
    [redisServer, pbx] = await Promise.all([startRedis(), startPbx()]);
    redis = new Redis(redisServer.url);
    pbx.registrations.set('107', sample('extension-loggedin'));
    service = await start();
  });
  afterAll(async () => {
    await service.stop();
    redis.disconnect();
    await pbx.close();
    await redisServer.stop();
  });

  const start = (env: Readonly<Record<string, string>> = {}) =>
    startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redisServer.url,
      TENANT_ID: 'acme',
      WATCH_EXTENSIONS: '107,999',
      REGISTRATION_INTERVAL_MS: '200',
      ...env,
    });
  const asked = async (id: string) => {
    const response = await fetch(`${service.url}/v1/extensions/${id}/registration`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const askedAgain = async (id: string) => {
    const count = () => pbx.asked.registrations.filter((one) => one === id).length;
    const before = count();
    await until(() => count() >= before + 2, `two more questions about ${id}`);
  };
  async function log(): Promise<BridgeEvent[]> {
    const entries = (await redis.xrange('pitel:{acme}:events', '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
  }
  const says = (registered: boolean) =>
    pbx.registrations.set('107', sample('extension-loggedin').replace('true', String(registered)));

  it('answer over HTTP as the vendor’s samples say, error sample included', async () => {
    expect(await asked('107')).toMatchObject({ status: 200, body: { extension: '107', registered: true } });
    expect(await asked('999')).toMatchObject({ status: 404, body: { code: 'extension-not-found' } });
    await service.line(({ msg }) => msg.includes('extension 999 cannot be watched'));
  });

  it('let nothing but a number or a uuid into the PBX’s path', async () => {
    for (const id of [
      '..%2f..%2fmonitor',
      '107%2f..',
      '107%3fx=1',
      '*97',
      '1'.repeat(16),
      'a'.repeat(40),
      '107;x',
    ])
      expect((await asked(id)).status).toBe(404);
    expect(new Set(pbx.asked.registrations)).toEqual(new Set(['107', '999']));
  });

  it('become events when they change, in the log and its sequence, and not at the first poll', async () => {
    await askedAgain('107');
    expect(await log()).toEqual([]);
    says(false);
    await until(async () => (await log()).length === 1);
    says(true);
    await until(async () => (await log()).length === 2);
    const events = await log();
    expect(events.map(({ type, subject, sequence }) => [type, subject, Number(sequence)])).toEqual([
      ['extension-unregistered', '107', 1],
      ['extension-registered', '107', 2],
    ]);
    expect(events[0]!.data).toMatchObject({ tenant: 'acme', extension: '107', registered: false });
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
    expect((await asked('107')).body).toMatchObject({ registered: true });
  });

  it('are known across a restart: a change meanwhile is announced, and nothing else', async () => {
    await service.stop('SIGKILL');
    says(false);
    service = await start();
    await until(async () => (await log()).length === 3);
    await askedAgain('107');
    expect((await log()).map(({ type }) => type).at(-1)).toBe('extension-unregistered');
    expect(await log()).toHaveLength(3);
  });

  it('are looked up over the connection of the polls: the key is exchanged once', async () => {
    await service.stop();
    const before = pbx.asked.exchanges;
    service = await start({ PITEL_TOKEN: '', PITEL_API_KEY: 'a-key' });
    await pbx.polled(2);
    await askedAgain('999');
    const count = pbx.asked.registrations.length;
    // Nothing is known of it, so that the PBX is asked.
    expect(await asked('108')).toMatchObject({ status: 404, body: { code: 'extension-not-found' } });
    expect(pbx.asked.registrations.slice(count)).toContain('108');
    expect(pbx.asked.exchanges - before).toBe(1);
  });
});
