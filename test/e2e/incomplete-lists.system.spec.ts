import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY_QUEUE, sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

/** Lists that come in pages, and lists with a row that cannot be read, in the service as it is run. */

const monitorRow = (JSON.parse(sample('monitor')) as { data: object[] }).data[0]!;
const NO_CALL = { call_id: '', call_state: '', call_time: '', b_cid_num: '', cid_num: '', destination: '' };
const idle = (extension: string) => ({
  ...monitorRow,
  ...NO_CALL,
  extension,
  extension_uuid: '',
  direction: '',
});
const leg = (extension: string, call_id: string, call_state: string) => ({
  ...monitorRow,
  extension,
  extension_uuid: '',
  call_id,
  call_state,
  call_time: '',
  direction: 'inbound',
  b_cid_num: `0905000${extension}`,
  destination: extension,
});

interface Logged {
  readonly type: string;
  readonly subject: string;
  readonly data: { readonly outcome?: string; readonly observed: { readonly certainty: string } };
}

describe('a PBX whose monitor', () => {
  let pbx: ScriptedPbx;
  let service: Service;
  beforeEach(async () => {
    pbx = await startPbx();
    pbx.queue = EMPTY_QUEUE;
  });
  afterEach(async () => {
    await service.stop();
    await pbx.close();
  });

  const start = async () => {
    service = await startService({ PITEL_BASE_URL: pbx.url, STORE: 'memory', TENANT_ID: 'acme' });
    await until(async () => (await fetch(`${service.url}/v1/calls`)).status === 200, 'the first poll');
  };
  const get = async <Body>(path: string) => (await (await fetch(`${service.url}${path}`)).json()) as Body;
  const events = async () => (await get<{ events: Logged[] }>('/v1/events?limit=1000')).events;
  const typesOf = async (subject: string) =>
    (await events()).filter((event) => event.subject === subject).map(({ type }) => type);
  const emitted = (subject: string, type: string) =>
    until(async () => (await typesOf(subject)).includes(type), `${type} ${subject}`);
  const LIFE = ['call-started', 'call-offered', 'call-answered', 'call-offer-ended', 'call-ended'];

  it('gives its list in pages is observed completely, with one request a poll', async () => {
    const rows: object[] = Array.from({ length: 25 }, (_, index) => idle(String(101 + index)));
    const asked: string[] = [];
    pbx.monitor = (response, request) => {
      const query = new URL(request.url!, 'http://pbx').searchParams;
      asked.push(request.url!);
      const [limit, offset] = [Number(query.get('limit') ?? 10), Number(query.get('offset') ?? 0)];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: rows.slice(offset, offset + limit), total: rows.length }));
    };
    await start();
    await pbx.polled(2);
    const show = (state: string | null) => {
      rows[2] = state === null ? idle('103') : leg('103', 'early', state);
      rows[20] = state === null ? idle('121') : leg('121', 'late', state);
    };
    show('RINGING');
    await emitted('late', 'call-offered');
    show('ONCALL');
    await emitted('late', 'call-answered');
    show(null);
    await emitted('late', 'call-ended');
    for (const subject of ['early', 'late']) expect(await typesOf(subject)).toEqual(LIFE);
    expect((await events()).filter(({ type }) => type.startsWith('source-'))).toEqual([]);
    const shown = () => get<{ calls: object[]; sources: { state: string }[] }>('/v1/calls');
    await until(async () => (await shown()).sources.every(({ state }) => state === 'up'), 'sources up');
    const { calls, sources } = await shown();
    expect(calls).toEqual([]);
    expect(sources).toMatchObject([
      { endpoint: 'monitor', state: 'up', lastError: null },
      { endpoint: 'queue', state: 'up' },
    ]);
    expect(new Set(asked)).toEqual(
      new Set([
        '/v3/monitor?=null',
        '/v3/monitor?=null&limit=100&offset=10',
        '/v3/monitor?=null&limit=100&offset=0',
      ]),
    );
    expect(asked.filter((url) => url.endsWith('offset=10'))).toHaveLength(1);
  });

  it('has a row that cannot be read is degraded, which everything says, and its calls end all the same', async () => {
    const odd = { ...idle(''), call_id: 'odd', call_state: 'ONCALL' };
    const show = (...rows: object[]) => {
      pbx.monitor = JSON.stringify({ data: [odd, ...rows], total: rows.length + 1 });
    };
    show(idle('107'));
    await start();
    await emitted('monitor', 'source-degraded');
    for (const call of ['one', 'two']) {
      show(leg('107', call, 'RINGING'));
      await emitted(call, 'call-offered');
      show(leg('107', call, 'ONCALL'));
      await emitted(call, 'call-answered');
      show(idle('107'));
      await emitted(call, 'call-ended');
      expect(await typesOf(call)).toEqual(LIFE);
    }
    const ends = (await events()).filter(({ type }) => type === 'call-ended');
    expect(ends.map(({ data }) => [data.outcome, data.observed.certainty])).toEqual([
      ['answered', 'observed'],
      ['answered', 'observed'],
    ]);

    const lastError = '1 of 2 rows bad, row 0: extension missing';
    const degraded = {
      endpoint: 'monitor',
      state: 'degraded',
      lastCompleteAt: null,
      lastError,
      clockSkewMs: null,
    };
    for (const path of ['/v1/sources', '/v1/calls'])
      expect((await get<{ sources: object[] }>(path)).sources).toContainEqual(degraded);
    const warning = expect.stringContaining('answer incompletely: 1');
    expect(await get('/health/ready')).toMatchObject({
      status: 'ok',
      details: { sources: { status: 'up', warning } },
    });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('pitel_sources{endpoint="monitor",state="degraded"} 1');
    const lines = service.lines.filter(({ endpoint, level }) => endpoint === 'monitor' && level === 'warn');
    expect(lines.map(({ msg }) => msg)).toEqual([`monitor incomplete: ${lastError}`]);

    pbx.monitor = JSON.stringify({ data: [idle('107')], total: 1 });
    await emitted('monitor', 'source-up');
    expect(await typesOf('monitor')).toEqual(['source-degraded', 'source-up']);
  });
});
