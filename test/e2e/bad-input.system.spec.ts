import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { EMPTY_MONITOR, EMPTY_QUEUE, sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { until } from '../support/until.js';
import { runToItsEnd, type Service, startService } from '../support/service.js';

const json =
  (body: string | Buffer, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

const monitorRow = (JSON.parse(sample('monitor')) as { data: object[] }).data[0]!;

/** Each spoils the monitor; the reason must say what was wrong. */
const NONSENSE: readonly (readonly [string, ScriptedPbx['monitor'], RegExp])[] = [
  ['a server error', json('{"error":"boom"}', 502), /502/],
  ['an error body with 200', json('{"error":"token invalid"}'), /error/i],
  [
    'HTML with 200',
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>'),
    /not JSON|html/i,
  ],
  [
    'a cut body',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write(sample('monitor').slice(0, 200), () => response.destroy());
    },
    /\w/,
  ],
  ['half of the JSON', json(sample('monitor').slice(0, 200)), /JSON/i],
  ['data that is no list', json('{"data":"none","total":0}'), /data/],
  ['no data at all', json('{}'), /data/],
  ['a total above the rows', json(`{"data":[${JSON.stringify(monitorRow)}],"total":11}`), /11|total/i],
  [
    'a row of wrong types',
    json(`{"data":[${JSON.stringify(monitorRow)},{"extension":{"a":1},"call_id":["x"]}],"total":2}`),
    /row/i,
  ],
  [
    'a live row without a call_id',
    json(
      `{"data":[${JSON.stringify({ ...monitorRow, call_id: '' })},${JSON.stringify(monitorRow)}],"total":2}`,
    ),
    /call_id/,
  ],
  [
    'invalid UTF-8',
    json(
      Buffer.concat([
        Buffer.from('{"data":[{"extension":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}],"total":1}'),
      ]),
    ),
    /UTF-8|row/i,
  ],
  [
    'a body larger than the bound',
    json(`{"data":[],"total":0,"padding":"${'x'.repeat(70_000)}"}`),
    /65536|larger/,
  ],
  [
    'an endless slow body',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":[');
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    },
    /700 ?ms|in time|within/,
  ],
  [
    'a redirect to another host',
    (response) => void response.writeHead(302, { location: 'http://elsewhere.invalid/v3/monitor' }).end(),
    /redirect|302/i,
  ],
];

describe('bad input from the PBX', () => {
  let pbx: ScriptedPbx;
  let service: Service;
  /** Where the log stood when the test began. */
  let begun: number;

  beforeAll(async () => {
    pbx = await startPbx();
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      STORE: 'memory',
      TENANT_ID: 'acme',
      POLL_TIMEOUT_MS: '700',
      POLL_MAX_BODY_BYTES: '65536',
    });
  });
  afterAll(async () => {
    await service.stop();
    await pbx.close();
  });
  beforeEach(async () => {
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    await pbx.polled(2);
    begun = service.lines.length;
  });

  const linesAbout = (level: string) =>
    service.lines.slice(begun).filter((line) => line.level === level && line.endpoint === 'monitor');
  const said = (level: string) => until(() => linesAbout(level).length > 0, `a line of level ${level}`);
  const events = async (kind: string) => {
    const response = await fetch(`${service.url}/v1/events?limit=1000`);
    const { events: all } = (await response.json()) as { events: { type: string }[] };
    return all.map(({ type }) => type).filter((type) => type.startsWith(kind));
  };

  it.each(NONSENSE)(
    '%s gives one line that names tenant, endpoint and reason, and ends nothing',
    async (_, answer, reason) => {
      const before = await events('call-');
      expect(before.length).toBeGreaterThan(0);
      pbx.monitor = answer;
      await said('warn');
      const [line] = linesAbout('warn');
      expect(line).toMatchObject({ tenant: 'acme', endpoint: 'monitor' });
      expect(line!.reason).toMatch(reason);
      expect(line!.reason).not.toMatch(/\n|upstream-token|0914237383/);
      pbx.monitor = sample('monitor');
      await said('info');
      expect(linesAbout('warn')).toHaveLength(1);
      expect(await events('call-')).toEqual(before);
    },
  );

  it('null instead of an empty list is an empty list', async () => {
    pbx.monitor = '{"data":null,"total":0}';
    pbx.queue = '{"data":null}';
    await until(async () => (await events('call-ended')).length === 2, 'the end of both calls');
  });

  it('says source-down after three failures and source-up when it is over', async () => {
    // An answer before that may have been incomplete for long enough.
    const before = (await events('source-')).length;
    const since = async () => (await events('source-')).slice(before);
    pbx.monitor = json('{"error":"boom"}', 500);
    await said('warn');
    while (!(await since()).includes('source-down')) await pbx.polled(1).catch(() => undefined);
    pbx.monitor = EMPTY_MONITOR;
    pbx.queue = EMPTY_QUEUE;
    await said('info');
    expect(await since()).toEqual(['source-down', 'source-up']);
  });
});

describe('a configuration that does not hold', () => {
  it('ends the process with code 1, naming every problem at once and no secret', async () => {
    const { code, stderr, stdout } = await runToItsEnd({
      PITEL_BASE_URL: 'ftp://pbx.example.com',
      PITEL_TOKEN: 'secret-token',
      PITEL_API_KEY: 'secret-key',
      POLL_INTERVAL_MS: '5',
      AUTH_MODE: 'none',
      HOST: '0.0.0.0',
    });
    expect(code).toBe(1);
    for (const name of ['PITEL_BASE_URL', 'PITEL_TOKEN', 'POLL_INTERVAL_MS', 'AUTH_MODE', 'REDIS_URL'])
      expect(stderr).toContain(name);
    expect(stderr + stdout).not.toMatch(/secret-token|secret-key/);
  });
});
