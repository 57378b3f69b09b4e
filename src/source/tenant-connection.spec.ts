import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Endpoint } from '../core/model/observation.js';
import { upstreamHosts } from '../../test/support/hosts.js';
import { ManualTime } from '../../test/support/time.js';
import { connectedPbx } from '../../test/support/connected-pbx.js';
import { EndpointReader } from './endpoint-reader.js';
import { askRegistration } from './registration.js';
import { TenantConnection, type TenantConnectionOptions } from './tenant-connection.js';

const TOKEN = 'tok-3n-s3cret';
const API_KEY = 'k3y-s3cret';
const EMPTY = '{"data":[]}';
const fixture = (name: string): string => readFileSync(`test/fixtures/pitel/${name}.json`, 'utf8');
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A PBX that answers as a test sets it, and the parts that ask it over one connection. */
async function pbx(respond: Respond, options: Partial<TenantConnectionOptions> = { token: TOKEN }) {
  const paths: string[] = [];
  const { connection, clock, close } = await connectedPbx((request, response) => {
    paths.push(request.url ?? '');
    respond(request, response);
  }, options);
  closing.push(close);
  const reader = new EndpointReader(connection);
  const source = {
    connection,
    poll: (endpoint: Endpoint, signal?: AbortSignal) => reader.poll(endpoint, signal),
    registration: (id: string) => askRegistration(connection, id),
  };
  return { source, paths, clock };
}

type Source = Awaited<ReturnType<typeof pbx>>['source'];
const reasonOf = async (source: Source): Promise<string | null> =>
  (await source.poll('monitor')).observation.reason;

describe('a poll', () => {
  it("of the monitor shows the vendor's sample as a leg of extension 107", async () => {
    const { source, paths } = await pbx((_, response) => response.end(fixture('monitor')));
    const { observation, retryAfterMs } = await source.poll('monitor');
    expect(retryAfterMs).toBeNull();
    expect(paths).toEqual(['/v3/monitor?=null']);
    if (observation.outcome === 'failed') throw new Error(observation.reason);
    expect(observation).toMatchObject({
      outcome: 'complete',
      startedAt: 1_700_000_000_000,
      at: 1_700_000_000_000,
    });
    expect([...observation.rows.values()]).toMatchObject([
      {
        extension: '107',
        direction: 'outbound',
        startedAt: Date.parse('2023-04-10T10:02:51.000Z'),
        customer: { raw: '0914237383', e164: '+84914237383' },
        hotline: { raw: '24052364' },
      },
    ]);
  });

  it('that is answered in another content coding each time is read, and is the same while its bytes are', async () => {
    const codings = [gzipSync, brotliCompressSync, deflateSync];
    let asked = 0;
    const { source } = await pbx((_, response) => {
      const encode = codings[asked++]!;
      const name = encode === gzipSync ? 'gzip' : encode === deflateSync ? 'deflate' : 'br';
      response.writeHead(200, { 'content-encoding': name }).end(encode(fixture('monitor')));
    });
    const seen = [];
    while (seen.length < codings.length) {
      const { observation } = await source.poll('monitor');
      if (observation.outcome === 'failed') throw new Error(observation.reason);
      seen.push(observation.rows);
    }
    expect(seen[0]!.size).toBe(1);
    expect(seen[1]).toBe(seen[0]);
    expect(seen[2]).toBe(seen[0]);
  });

  it("of the queue shows the vendor's sample as an answered queue entry", async () => {
    const { source, paths } = await pbx((_, response) => response.end(fixture('queue')));
    const { observation } = await source.poll('queue');
    expect(paths).toEqual(['/v3/monitor/callcenter/queue']);
    if (observation.outcome === 'failed') throw new Error(observation.reason);
    expect([...observation.rows.values()]).toMatchObject([
      {
        status: 'answered',
        joinedAt: Date.parse('2023-10-12T10:48:19Z'),
        bridgedAt: Date.parse('2023-10-12T10:48:26Z'),
        abandonedAt: null,
        rejoinedAt: null,
      },
    ]);
  });

  it('has the time when it was sent and when its answer was complete', async () => {
    const { source, clock } = await pbx((_, response) => {
      clock.at += 40;
      response.end(EMPTY);
    });
    const sent = clock.at;
    expect((await source.poll('queue')).observation).toMatchObject({ startedAt: sent, at: sent + 40 });
  });

  it('trap 2: one endpoint fails and the other answers', async () => {
    const { source } = await pbx((request, response) => {
      if (request.url?.includes('queue')) response.writeHead(502).end();
      else response.end(EMPTY);
    });
    const [monitor, queue] = await Promise.all([source.poll('monitor'), source.poll('queue')]);
    expect(monitor.observation.outcome).toBe('complete');
    expect(queue.observation).toEqual({
      endpoint: 'queue',
      outcome: 'failed',
      reason: 'HTTP 502',
      startedAt: expect.any(Number),
      at: expect.any(Number),
    });
  });

  it('that is asked to wait says for how long', async () => {
    const { source } = await pbx((_, response) => response.writeHead(429, { 'retry-after': '12' }).end());
    expect(await source.poll('monitor')).toMatchObject({
      observation: { outcome: 'failed', reason: 'HTTP 429' },
      retryAfterMs: 12_000,
    });
  });

  it('trap 1: an error body with 200 is a failure, quoted without the secrets in it', async () => {
    const { source } = await pbx((_, response) =>
      response.end(JSON.stringify({ error: `token ${TOKEN} of 0914237383 has expired` })),
    );
    expect(await reasonOf(source)).toBe(
      'error body with 200: "token […] of […] has expired"; the token is fixed, so no other can be tried',
    );
  });

  it('shows no secret when it is inspected or written as JSON', async () => {
    const { source } = await pbx((_, response) => response.writeHead(401).end());
    await source.poll('monitor');
    const shown = inspect(source, { depth: 20, showHidden: true }) + JSON.stringify(source);
    expect(shown).not.toContain(TOKEN);
    expect(shown).toContain('acme');
  });
});

describe('with a fixed token', () => {
  it('401 is a failure, and nothing else is tried', async () => {
    const { source, paths } = await pbx((_, response) => response.writeHead(401).end());
    expect(await reasonOf(source)).toBe('HTTP 401; the token is fixed, so no other can be tried');
    expect(paths).toEqual(['/v3/monitor?=null']);
  });

  it('neither both nor none of token and key make a source', () => {
    const options = {
      tenant: 'acme',
      baseUrl: 'http://127.0.0.1',
      timeZone: 'UTC',
      country: 'VN',
      hosts: upstreamHosts(),
      timeoutMs: 1_000,
      maxBodyBytes: 1_000,
      time: new ManualTime(),
    };
    const problem = 'either a token or an API key';
    expect(() => new TenantConnection({ ...options, token: TOKEN, apiKey: API_KEY })).toThrow(problem);
    expect(() => new TenantConnection(options)).toThrow(problem);
  });
});

describe('with an API key', () => {
  /** A PBX that grants `tokens` one after the other, the last one again and again, and accepts those in `valid`. */
  async function guarded(grant: (exchange: number) => unknown, valid: Set<string>, retryAfter = '9') {
    const keys: string[] = [];
    const bridge = await pbx(
      (request, response) => {
        if (request.url !== '/v3/auth/token') {
          const accepted = valid.has(request.headers.authorization ?? '');
          response.writeHead(accepted ? 200 : 401).end(accepted ? EMPTY : '{"error":"expired"}');
          return;
        }
        let sent = '';
        request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
        request.on('end', () => {
          keys.push(`${request.method} ${sent}`);
          const granted = grant(keys.length);
          if (granted === null) response.writeHead(503, { 'retry-after': retryAfter }).end();
          else response.end(JSON.stringify(granted));
        });
      },
      { apiKey: API_KEY },
    );
    return { ...bridge, keys };
  }
  const numbered = (seconds: number) => (exchange: number) => ({
    token: `t${exchange}`,
    expired_in: seconds,
  });

  it('the key is exchanged once and its token used from then on', async () => {
    const { source, keys } = await guarded(numbered(86_400), new Set(['Bearer t1']));
    for (let poll = 0; poll < 3; poll++)
      expect((await source.poll('queue')).observation.outcome).toBe('complete');
    expect(keys).toEqual([`POST {"api_key":"${API_KEY}"}`]);
  });

  it('ten polls that are refused at the same time share one refresh, and each is sent again', async () => {
    const valid = new Set(['Bearer t1']);
    const { source, keys, paths } = await guarded(numbered(86_400), valid);
    await source.poll('monitor');
    valid.clear();
    valid.add('Bearer t2');
    const polls = await Promise.all(Array.from({ length: 10 }, () => source.poll('queue')));
    expect(polls.map(({ observation }) => observation.outcome)).toEqual(Array(10).fill('complete'));
    expect(keys).toHaveLength(2);
    expect(paths.filter((path) => path.includes('queue')).length).toBeLessThanOrEqual(20);
  });

  it('a renewed token that is refused too makes the poll fail, and the next one does not ask for another', async () => {
    const { source, keys, clock } = await guarded(() => ({ token: 'same', expired_in: 600 }), new Set());
    const reason = 'HTTP 401: "expired"; a renewed token was refused too';
    expect(await reasonOf(source)).toBe(reason);
    expect(keys).toHaveLength(2);
    expect(await reasonOf(source)).toBe(reason);
    expect(keys).toHaveLength(2);
    clock.at += 30_000;
    expect(await reasonOf(source)).toBe(reason);
    expect(keys).toHaveLength(3);
  });

  it('the token is replaced ahead of its expiry, and no poll waits for that', async () => {
    const { source, keys, clock } = await guarded(numbered(600), new Set(['Bearer t1', 'Bearer t2']));
    await source.poll('monitor');
    clock.at += 539_000;
    await source.poll('monitor');
    expect(keys).toHaveLength(1);
    clock.at += 2_000;
    while (keys.length < 2) expect((await source.poll('monitor')).observation.outcome).toBe('complete');
    expect(keys).toHaveLength(2);
  });

  it('the same token with the seconds that remain does not make it ask again and again', async () => {
    const expiry = 1_700_000_000_000 + 40_000;
    const remaining = { now: 0 };
    const { source, keys, clock } = await guarded(
      () => ({ token: 'same', expired_in: Math.max(0, (expiry - remaining.now) / 1000) }),
      new Set(['Bearer same']),
    );
    for (let second = 0; second < 60; second++) {
      remaining.now = clock.at;
      expect((await source.poll('monitor')).observation.outcome).toBe('complete');
      clock.at += 1_000;
    }
    expect(keys.length).toBeLessThanOrEqual(3);
  });

  it('an exchange that fails makes polls fail, is not repeated at once, and passes Retry-After on', async () => {
    const valid = new Set(['Bearer t2']);
    const { source, keys, clock } = await guarded((n) => (n === 1 ? null : { token: `t${n}` }), valid);
    const failed = {
      observation: { outcome: 'failed', reason: 'token exchange: HTTP 503' },
      retryAfterMs: 9_000,
    };
    expect(await source.poll('monitor')).toMatchObject(failed);
    expect(await source.poll('queue')).toMatchObject(failed);
    expect(keys).toHaveLength(1);
    clock.at += 9_000;
    expect((await source.poll('monitor')).observation.outcome).toBe('complete');
  });

  it('an exchange that the PBX puts off for a day is tried again after five minutes', async () => {
    const { source, keys, clock } = await guarded(
      (n) => (n === 1 ? null : { token: 't2' }),
      new Set(['Bearer t2']),
      '86400',
    );
    expect(await source.poll('monitor')).toMatchObject({ retryAfterMs: 300_000 });
    clock.at += 299_999;
    expect(await reasonOf(source)).toBe('token exchange: HTTP 503');
    expect(keys).toHaveLength(1);
    clock.at += 1;
    expect((await source.poll('monitor')).observation.outcome).toBe('complete');
  });

  it('a wall clock that was set back neither puts off the next exchange nor hastens it', async () => {
    const valid = new Set<string>();
    const { source, keys, clock } = await guarded((n) => (n < 2 ? null : { token: `t${n}` }), valid);
    await source.poll('monitor');
    clock.skewMs = -3_600_000;
    expect(await reasonOf(source)).toBe('token exchange: HTTP 503');
    expect(await reasonOf(source)).toBe('token exchange: HTTP 503');
    expect(keys).toHaveLength(1);
    clock.at += 9_000;
    valid.add('Bearer t2');
    expect((await source.poll('monitor')).observation.outcome).toBe('complete');
  });

  it('an answer without a token is a failure that does not quote it', async () => {
    const { source } = await guarded(() => ({ error: `unknown key ${API_KEY}` }), new Set());
    expect(await reasonOf(source)).toBe('token exchange: no token in the answer');
    expect(inspect(source, { depth: 20, showHidden: true })).not.toContain(API_KEY);
  });
});

describe('a registration', () => {
  it('is asked for by number or uuid', async () => {
    const { source, paths } = await pbx((_, response) => response.end(fixture('extension-loggedin')));
    const uuid = '290619f4-c6db-40b2-8bb5-38f0ae5c3185';
    for (const id of ['107', '7', uuid]) {
      expect(await source.registration(id)).toEqual({ outcome: 'found', extension: '107', registered: true });
    }
    expect(paths).toEqual(['107', '7', uuid].map((id) => `/v3/extension/${id}/loggedin`));
  });

  it('of an unknown extension is not found, whatever the status', async () => {
    for (const [status, body] of [
      [404, ''],
      [200, fixture('extension-not-found')],
      [400, fixture('extension-not-found')],
      [500, fixture('extension-not-found')],
    ] as const) {
      const { source } = await pbx((_, response) => response.writeHead(status).end(body));
      expect(await source.registration('107')).toEqual({ outcome: 'not-found' });
    }
  });

  it('fails where the answer is none', async () => {
    for (const [status, body, reason] of [
      [502, '', 'HTTP 502'],
      [200, '{"extension":"107"}', 'not a registration answer'],
      [200, '{"extension":"107","is_logged_in":"yes"}', 'not a registration answer'],
      [200, '{"error":"try later"}', 'not a registration answer'],
      [200, '{"exten', 'not a registration answer'],
    ] as const) {
      const { source } = await pbx((_, response) => response.writeHead(status).end(body));
      expect(await source.registration('107')).toEqual({ outcome: 'failed', reason, retryAfterMs: null });
    }
  });

  it('is not asked for with an id that could reach elsewhere', async () => {
    const { source, paths } = await pbx((_, response) => response.end('{}'));
    for (const id of [
      '',
      '*97',
      '1'.repeat(16),
      '../auth/token',
      '107/..',
      '107?x',
      '10%2f',
      'abc',
      '107\n',
    ]) {
      expect(await source.registration(id)).toEqual({ outcome: 'not-found' });
    }
    expect(paths).toEqual([]);
  });
});

describe('a conditional poll', () => {
  const rows = fixture('monitor');

  /** A PBX that honours entity tags, per token; `tag` is the current one. */
  async function tagged(options: Partial<TenantConnectionOptions> = { token: TOKEN }) {
    const asked: (string | undefined)[] = [];
    const state = { tag: '"v1"' as string | null, body: rows, status: 200 };
    const { source } = await pbx((request, response) => {
      if (request.method === 'POST') return void response.end('{"token":"t","expired_in":60}');
      asked.push(request.headers['if-none-match']);
      if (state.tag !== null) response.setHeader('etag', state.tag);
      if (state.status !== 200) return void response.writeHead(state.status).end();
      if (request.headers['if-none-match'] === state.tag) return void response.writeHead(304).end();
      response.end(state.body);
    }, options);
    return { source, asked, state };
  }

  it('that is answered with 304 is the last answer again, with the same rows', async () => {
    const { source, asked } = await tagged();
    const first = (await source.poll('monitor')).observation;
    const again = await source.poll('monitor');
    expect(asked).toEqual([undefined, '"v1"']);
    expect(again).toMatchObject({ status: 304, retryAfterMs: null, observation: { outcome: 'complete' } });
    if (first.outcome === 'failed' || again.observation.outcome === 'failed') throw new Error('failed');
    expect(first.rows.size).toBe(1);
    expect(again.observation.rows).toBe(first.rows);
  });

  it('is compared with the last successful answer after a failure, and shows the change', async () => {
    const { source, asked, state } = await tagged();
    await source.poll('monitor');
    state.status = 502;
    expect((await source.poll('monitor')).observation.outcome).toBe('failed');
    Object.assign(state, { status: 200, tag: 'W/"v2"', body: EMPTY });
    expect((await source.poll('monitor')).observation).toMatchObject({
      outcome: 'complete',
      rows: new Map(),
    });
    expect((await source.poll('monitor')).status).toBe(304);
    expect(asked).toEqual([undefined, '"v1"', '"v1"', 'W/"v2"']);
  });

  it('is sent only where the last answer had a validator and could be read', async () => {
    const { source, asked, state } = await tagged();
    state.tag = null;
    await source.poll('monitor');
    Object.assign(state, { tag: '"v1"', body: '{"error":"no"}' });
    await source.poll('monitor');
    state.body = rows;
    await source.poll('monitor');
    expect(asked).toEqual([undefined, undefined, undefined]);
  });

  it('is of one endpoint: what the other answered is never asked about', async () => {
    const { source, asked } = await tagged();
    await source.poll('monitor');
    await source.poll('queue');
    expect(asked).toEqual([undefined, undefined]);
  });

  it('is not sent with another token than the answer was given to', async () => {
    const asked: unknown[] = [];
    let exchanges = 0;
    const { source } = await pbx(
      (request, response) => {
        if (request.method === 'POST')
          return void response.end(`{"token":"t${++exchanges}","expired_in":9999}`);
        const { authorization, 'if-none-match': tag } = request.headers;
        asked.push([authorization, tag]);
        if (asked.length === 2) return void response.writeHead(401).end();
        response.setHeader('etag', '"v1"').end(EMPTY);
      },
      { apiKey: API_KEY },
    );
    await source.poll('monitor');
    expect((await source.poll('monitor')).observation.outcome).toBe('complete');
    expect(asked).toEqual([
      ['Bearer t1', undefined],
      ['Bearer t1', '"v1"'],
      ['Bearer t2', undefined],
    ]);
  });

  it('a 304 to an unconditional request is a failure', async () => {
    const { source } = await pbx((_, response) => response.writeHead(304).end());
    expect((await source.poll('monitor')).observation).toMatchObject({
      outcome: 'failed',
      reason: 'HTTP 304',
    });
  });
});

it('the token before the current one is concealed too: an answer may still quote it', async () => {
  const tokens = ['old-s3cret', 'new-s3cret'];
  const { source } = await pbx(
    (request, response) => {
      if (request.method === 'POST') {
        response.end(JSON.stringify({ token: tokens.shift(), expired_in: 3_600 }));
        return;
      }
      const isOld = request.headers.authorization?.includes('old-s3cret') === true;
      response.writeHead(isOld ? 401 : 200).end('{"error":"old-s3cret is no good, new-s3cret would be"}');
    },
    { apiKey: API_KEY },
  );
  expect(await reasonOf(source)).toBe('error body with 200: "[…] is no good, […] would be"');
  expect(tokens).toEqual([]);
});
