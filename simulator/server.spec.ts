import type { FaultInput, FaultyEndpoint } from './faults.js';
import { createQuietWorld } from './quiet-world.js';
import { createSimulatorServer, type SimulatorServer, type TenantOptions } from './server.js';
import { createWorld, type World } from './world.js';

/** Real HTTP against the simulator; only its clock is a fake. */
const TOKEN = 'secret-token';
const KEY = 'secret-key';

/** Whatever came over the wire. */
type Json = ReturnType<typeof JSON.parse>;

let now: number;
let world: World;
let server: SimulatorServer;
let url: string;

async function start(tenants?: TenantOptions[]): Promise<void> {
  world = createQuietWorld();
  now = world.now;
  server = createSimulatorServer({
    tenants: tenants ?? [{ world, token: TOKEN, apiKey: KEY, tokenLifetimeMs: 60_000 }],
    clock: () => now,
  });
  ({ url } = await server.listen(0));
}
beforeEach(() => start());
afterEach(() => server.close());

const get = (path: string, token = TOKEN, signal: AbortSignal | null = null) =>
  fetch(url + path, { headers: { Authorization: `Bearer ${token}` }, redirect: 'manual', signal });
const post = (path: string, body: unknown) =>
  fetch(url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${TOKEN}` },
  });
const json = async (response: Response | Promise<Response>) => JSON.parse(await (await response).text());
const fault = (endpoint: FaultyEndpoint, ...faults: FaultInput[]) =>
  post('/_sim/faults', { [endpoint]: faults });

describe("the vendor's endpoints", () => {
  it('serve the rows of the instant of the request', async () => {
    world.startCall({ kind: 'queue', answerAfterMs: 5000 });
    expect(await json(get('/v3/monitor?=null'))).toEqual({ data: world.monitorRows(), total: 33 });
    now += 1000;
    const queue = await json(get('/v3/monitor/callcenter/queue?'));
    expect(queue.data[0].status).toBe('Trying');
    expect(Object.keys(queue)).toEqual(['data']);
  });

  it('answer whether an extension is registered, by number or uuid, in the documented shapes', async () => {
    expect(await json(get('/v3/extension/107/loggedin'))).toEqual({ extension: '107', is_logged_in: true });
    const uuid = world.directory.extensions[6]?.uuid;
    expect(await json(get(`/v3/extension/${uuid}/loggedin`))).toMatchObject({ extension: '107' });
    expect(await json(get('/v3/extension/999/loggedin'))).toEqual({ error: 'Extension not found' });
  });

  it('refuse a missing or wrong token with 401 and an error', async () => {
    for (const response of [await get('/v3/monitor', 'wrong'), await fetch(`${url}/v3/monitor`)]) {
      expect(response.status).toBe(401);
      expect(await json(response)).toEqual({ error: 'Unauthorized' });
    }
    expect((await get('/v3/nothing')).status).toBe(404);
  });

  it('exchange an API key for a token: the same one with the seconds that remain, until it expires', async () => {
    const first = await json(post('/v3/auth/token', { api_key: KEY }));
    expect(Object.keys(first)).toEqual([
      'client_id',
      'domain_uuid',
      'expired_in',
      'refresh_token',
      'token',
      'token_type',
      'user_id',
    ]);
    expect(first.expired_in).toBe(60);
    now += 20_000;
    expect(await json(post('/v3/auth/token', { api_key: KEY }))).toMatchObject({
      token: first.token,
      expired_in: 40,
    });
    expect((await get('/v3/monitor', first.token)).status).toBe(200);
    now += 40_000;
    expect((await get('/v3/monitor', first.token)).status).toBe(401);
    expect((await json(post('/v3/auth/token', { api_key: KEY }))).token).not.toBe(first.token);
    expect((await post('/v3/auth/token', { api_key: 'wrong' })).status).toBe(401);
    expect((await post('/v3/auth/token', 'nonsense')).status).toBe(401);
  });

  it('note when complete and honest answers went out, and no others', async () => {
    await (await get('/v3/monitor')).text();
    now += 1000;
    await fault('monitor', { kind: 'status', status: 500 }, { kind: 'partial', rows: 1 });
    await (await get('/v3/monitor')).text();
    await (await get('/v3/monitor')).text();
    now += 1000;
    await (await get('/v3/monitor')).text();
    expect(server.tenants[0]?.polls.monitor).toEqual([now - 2000, now]);
  });
});

describe('a fault', () => {
  it('spoils as many answers as it was ordered to, then the next one', async () => {
    await fault('monitor', { kind: 'status', status: 500, times: 2 }, { kind: 'html' });
    const kinds: string[] = [];
    for (let poll = 0; poll < 4; poll++) {
      const response = await get('/v3/monitor');
      kinds.push(`${response.status} ${response.headers.get('content-type')}`);
      await response.text();
    }
    expect(kinds).toEqual([
      '500 application/json; charset=utf-8',
      '500 application/json; charset=utf-8',
      '200 text/html',
      '200 application/json; charset=utf-8',
    ]);
  });

  it('lasts for a time when that is ordered, and ends when cleared', async () => {
    await fault('queue', { kind: 'status', status: 502, forMs: 5000 });
    expect((await get('/v3/monitor/callcenter/queue')).status).toBe(502);
    now += 4999;
    expect((await get('/v3/monitor/callcenter/queue')).status).toBe(502);
    now += 1;
    expect((await get('/v3/monitor/callcenter/queue')).status).toBe(200);
    await fault('queue', { kind: 'status', status: 502, forMs: 5000 });
    await fetch(`${url}/_sim/faults`, { method: 'DELETE' });
    expect((await get('/v3/monitor/callcenter/queue')).status).toBe(200);
  });

  it('leaves the other endpoint alone', async () => {
    await fault('queue', { kind: 'status', status: 500 });
    expect((await get('/v3/monitor')).status).toBe(200);
  });

  it('can be a 429 with Retry-After', async () => {
    await fault('monitor', { kind: 'status', status: 429, retryAfter: 7 });
    const response = await get('/v3/monitor');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('can be a 401 before the token expires', async () => {
    await fault('monitor', { kind: 'status', status: 401 });
    expect(await json(get('/v3/monitor'))).toEqual({ error: 'Unauthorized' });
  });

  it.each([
    ['error', { error: 'database is locked' }],
    ['status', { status: 'error', error: 'database is locked' }],
    ['code', { code: 500, error: 'internal', content: null }],
  ] as const)('can be an error body with 200, in the shape %s', async (shape, body) => {
    await fault('queue', { kind: 'error-body', shape });
    const response = await get('/v3/monitor/callcenter/queue');
    expect(response.status).toBe(200);
    expect(await json(response)).toEqual(body);
  });

  it('can be null data', async () => {
    await fault('monitor', { kind: 'null-data' });
    expect(await json(get('/v3/monitor'))).toEqual({ data: null, total: 0 });
  });

  it('can be a partial answer whose total is above its rows', async () => {
    await fault('monitor', { kind: 'partial', rows: 10 });
    const body = await json(get('/v3/monitor'));
    expect([body.data.length, body.total]).toEqual([10, 33]);
  });

  it('can be a body of wrong types', async () => {
    await fault('monitor', { kind: 'wrong-types' });
    const body = await json(get('/v3/monitor'));
    expect(typeof body.data[0].extension).toBe('object');
    expect(body.total).toBe('many');
  });

  it('can be invalid UTF-8', async () => {
    await fault('monitor', { kind: 'invalid-utf8' });
    const bytes = await (await get('/v3/monitor')).arrayBuffer();
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  });

  it('can be a body that is cut', async () => {
    await fault('monitor', { kind: 'cut', bytes: 100 });
    await expect(get('/v3/monitor').then((response) => response.text())).rejects.toThrow();
  });

  it('can be a huge body', async () => {
    await fault('monitor', { kind: 'huge', bytes: 5_000_000 });
    const text = await (await get('/v3/monitor')).text();
    expect(text.length).toBeGreaterThan(4_900_000);
    expect(JSON.parse(text)).toEqual({ data: [], total: 0 });
  });

  it('can be a body that never ends', async () => {
    await fault('monitor', { kind: 'endless' });
    const giveUp = new AbortController();
    const response = await get('/v3/monitor', TOKEN, giveUp.signal);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    giveUp.abort();
    await expect(reader?.read()).rejects.toThrow();
  });

  it('can be no answer at all', async () => {
    await fault('monitor', { kind: 'hang' });
    await expect(get('/v3/monitor', TOKEN, AbortSignal.timeout(50))).rejects.toThrow();
  });

  it('can be a delay, with the rows of the instant of the request', async () => {
    await fault('monitor', { kind: 'delay', ms: 20 });
    const before = world.monitorBody().toString();
    const answer = get('/v3/monitor').then((response) => response.text());
    // Another request that is answered at once shows that only that one is held up.
    await (await get('/v3/monitor/callcenter/queue')).text();
    world.startCall({ kind: 'direct' });
    expect(await answer).toBe(before);
  });

  it('can be a redirect to another host', async () => {
    await fault('monitor', { kind: 'redirect' });
    const response = await get('/v3/monitor');
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'http://elsewhere.invalid/v3/monitor',
    ]);
  });

  it("can be a flicker: one live leg's row is missing from exactly one answer", async () => {
    world.startCall({ kind: 'direct', extension: '107' });
    world.startCall({ kind: 'direct', extension: '108' });
    await fault('monitor', { kind: 'flicker', extension: '108' });
    const live = async () =>
      (await json(get('/v3/monitor'))).data
        .filter((row: Json) => row.call_id !== '')
        .map((row: Json) => row.extension);
    expect(await live()).toEqual(['107']);
    expect(await live()).toEqual(['107', '108']);
    expect(server.tenants[0]?.polls.monitor).toHaveLength(1);
  });

  it('can happen to the PBX itself: a lost registration, a module restart, a token that is no longer good', async () => {
    world.startCall({ kind: 'queue', queue: 'BanHang_39989220' });
    const { token } = await json(post('/v3/auth/token', { api_key: KEY }));
    await post('/_sim/faults', {
      world: [
        { kind: 'unregister', extension: '107', forMs: 5000 },
        { kind: 'restart-queues' },
        { kind: 'expire-token' },
      ],
    });
    expect(await json(get('/v3/extension/107/loggedin'))).toMatchObject({ is_logged_in: false });
    expect((await json(get('/v3/monitor/callcenter/queue'))).data[0]).toMatchObject({ status: 'Abandoned' });
    expect((await get('/v3/monitor', token)).status).toBe(401);
    now += 5000;
    expect(await json(get('/v3/extension/107/loggedin'))).toMatchObject({ is_logged_in: true });
  });

  it('that makes no sense is refused with the reason', async () => {
    const response = await fault('monitor', { kind: 'explode' } as unknown as FaultInput);
    expect(response.status).toBe(400);
    expect((await json(response)).error).toContain('kind');
  });
});

describe('the control API', () => {
  it('begins a scripted call and hangs it up', async () => {
    const call = await json(
      post('/_sim/calls', { kind: 'direct', extension: '107', customer: '0914237383' }),
    );
    expect(call).toMatchObject({ callKey: 'call-1', customer: { e164: '+84914237383' } });
    const row = async () =>
      (await json(get('/v3/monitor'))).data.find(({ extension }: Json) => extension === '107');
    expect(await row()).toMatchObject({ call_state: 'RINGING' });
    expect((await post('/_sim/hangup', { call: call.callKey })).status).toBe(200);
    expect(await row()).toMatchObject({ call_id: '' });
    expect((await post('/_sim/hangup', { call: call.callKey })).status).toBe(404);
    expect((await post('/_sim/calls', { kind: 'direct', extension: '999' })).status).toBe(400);
  });

  it('gives the truth from a number on', async () => {
    await post('/_sim/calls', { kind: 'direct', extension: '107' });
    const first = await json(get('/_sim/truth'));
    expect(first.events.map(({ type }: Json) => type)).toEqual(['call-started', 'call-offered']);
    expect(first.calls).toHaveLength(1);
    await post('/_sim/hangup', { call: '107' });
    const next = await json(get(`/_sim/truth?since=${first.next}`));
    expect(next.events.map(({ type }: Json) => type)).toEqual([
      'call-offer-ended',
      'call-abandoned',
      'call-ended',
    ]);
  });
});

describe('tenants', () => {
  it('share nothing: calls, faults and tokens are their own', async () => {
    await server.close();
    const [one, two] = [createQuietWorld({ seed: 1 }), createQuietWorld({ seed: 2 })];
    await start([
      { world: one, token: 'one' },
      { world: two, token: 'two' },
    ]);
    one.startCall({ kind: 'queue' });
    server.tenants[0]?.faults.add('monitor', { kind: 'status', status: 500 });
    expect((await json(get('/v3/monitor/callcenter/queue', 'one'))).data).toHaveLength(1);
    expect((await json(get('/v3/monitor/callcenter/queue', 'two'))).data).toHaveLength(0);
    expect((await get('/v3/monitor', 'two')).status).toBe(200);
    expect((await get('/v3/monitor', 'one')).status).toBe(500);
  });

  it('can be a thousand, of which the unchanged ones cost next to nothing', async () => {
    await server.close();
    const tenants = Array.from({ length: 1000 }, (_, seed) => ({
      world: createWorld({
        seed,
        startAt: Date.UTC(2026, 2, 2),
        directory: { extensions: 5, doubleRegistered: 0 },
        traffic: { callsPerHour: 0, unregistersPerHour: 0 },
      }),
      token: `token-${seed}`,
    }));
    await start(tenants);
    now = Date.UTC(2026, 2, 2, 1);
    const bodies = await Promise.all(
      [0, 1, 500, 999].map(async (seed) => (await get('/v3/monitor', `token-${seed}`)).text()),
    );
    expect(new Set(bodies).size).toBe(4);
    const body = tenants[7]?.world.monitorBody();
    tenants[7]?.world.advanceTo(now + 3_600_000);
    expect(tenants[7]?.world.monitorBody()).toBe(body);
  });
});
