import { jest } from '@jest/globals';
import { LEARNT_DIRECTION } from '../../../test/support/parts.js';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  SECRET,
  sourceDegraded,
  sourceDown,
  token,
  transition,
} from '../../../test/support/delivery.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

/** Reads an event stream message by message. */
class Stream {
  private text = '';
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(readonly response: Response) {
    this.reader = response.body!.getReader();
  }

  /** The next message that is more than a comment; null at the end. */
  async next(): Promise<Record<string, string> | null> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end < 0) {
        const { value, done } = await this.reader.read().catch(() => ({ value: undefined, done: true }));
        if (done) return null;
        this.text += Buffer.from(value!).toString();
        continue;
      }
      const lines = this.text
        .slice(0, end)
        .split('\n')
        .filter((line) => !line.startsWith(':'));
      this.text = this.text.slice(end + 2);
      if (lines.length > 0)
        return Object.fromEntries(
          lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
    }
  }

  async take(count: number): Promise<Record<string, string>[]> {
    const messages: Record<string, string>[] = [];
    while (messages.length < count) messages.push((await this.next())!);
    return messages;
  }

  cancel(): Promise<void> {
    return this.reader.cancel();
  }
}

const DAY = Date.UTC(2026, 2, 2);

describe('the log over HTTP', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let mine: string;

  beforeEach(async () => {
    clock = new ManualClock();
    store = new MemoryStore({ maxEvents: 1_000, now: () => log.recordedAt });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { clock });
    mine = await token();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await delivery.stop();
    await store.close();
  });

  const json = async (path: string, bearer: string | null = mine) => {
    const response = await delivery.get(path, bearer);
    // oxlint-disable-next-line typescript/no-explicit-any
    const body = (await response.json()) as any;
    return { status: response.status, body, headers: response.headers };
  };
  const stream = async (path = '/v1/events/stream', headers: Record<string, string> = {}, bearer = mine) =>
    new Stream(await delivery.get(path, bearer, headers));

  it('answers with the calls that are alive and the cursor to go on from', async () => {
    await json('/v1/calls');
    await log.commit(
      transition('call-started', 'c1'),
      transition('call-started', 'c2'),
      transition('call-ended', 'c2'),
    );
    const { status, body, headers } = await json('/v1/calls');
    expect(status).toBe(200);
    expect(body).toMatchObject({ cursor: 'e1:0000000000000003', calls: [{ callId: 'c1', tenant: 'acme' }] });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await json('/v1/calls/c1')).body).toMatchObject({ callId: 'c1' });
  });

  it('has no call that is unknown, has ended, is another tenant’s or not the token’s', async () => {
    await json('/v1/calls');
    await log.commit(
      transition('call-started', 'c1'),
      transition('call-started', 'c2'),
      transition('call-ended', 'c2'),
    );
    const stranger = await token({ extensions: ['999'] });
    const other = await token({ tenant: 'globex' });
    await new LogWriter(store, 'globex').claim('g1');
    for (const [path, bearer] of [
      ['c0', mine],
      ['c2', mine],
      ['c1', stranger],
      ['c1', other],
    ] as const) {
      const { status, body, headers } = await json(`/v1/calls/${path}`, bearer);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(body).toEqual({
        type: 'urn:pitel-event-bridge:problem:not-found',
        title: 'Not Found',
        status: 404,
        detail: 'there is no such call, alive or in the history',
        instance: `/v1/calls/${path}`,
        code: 'not-found',
      });
    }
  });

  it('finds a queue by its name, in whichever form of Unicode PBX, token and query write it', async () => {
    const name = 'Chăm sóc khách hàng';
    const [composed, decomposed] = [name.normalize('NFC'), name.normalize('NFD')];
    await json('/v1/calls');
    await log.commit(
      transition('call-started', 'c1', { queue: { id: 'q-1', name: decomposed }, extensions: [] }),
      transition('call-started', 'c2', { queue: { id: 'q-2', name: composed }, extensions: [] }),
      transition('call-started', 'c3', { queue: { id: 'q-3', name: 'Khác' }, extensions: [] }),
    );
    const ids = async (path: string, bearer = mine) =>
      (await json(path, bearer)).body.calls.map(({ callId }: { callId: string }) => callId);
    for (const form of [composed, decomposed]) {
      expect(await ids(`/v1/calls?queues=${encodeURIComponent(form)}`)).toEqual(['c1', 'c2']);
      const bearer = await token({ queues: [form] });
      expect(await ids('/v1/calls', bearer)).toEqual(['c1', 'c2']);
      expect((await json('/v1/events', bearer)).body.events).toHaveLength(2);
    }
  });

  it('takes a comma too many in a list for none', async () => {
    await json('/v1/calls');
    await log.commit(transition('call-started', 'c1'));
    const { status, body } = await json('/v1/calls?extensions=,107,,108,');
    expect([status, body.calls.length]).toEqual([200, 1]);
  });

  it('hands out the log page by page, exactly', async () => {
    const events = await log.commit(
      ...Array.from({ length: 250 }, (_, n) => transition('call-started', `c${n}`)),
    );
    const first = await json('/v1/events');
    const second = await json(`/v1/events?after=${first.body.cursor}&limit=1000`);
    const last = await json(`/v1/events?after=${second.body.cursor}`);
    expect(first.body.events).toEqual(events.slice(0, 100));
    expect(second.body.events).toEqual(events.slice(100));
    expect(last.body).toEqual({ cursor: 'e1:0000000000000250', events: [] });
  });

  it('hands out what was recorded since an instant, beginning with the first such event', async () => {
    for (const [index, s] of [0, 10, 20, 20, 30].entries()) {
      log.recordedAt = DAY + s * 1_000;
      await log.commit(transition('call-started', `c${index}`));
    }
    const since = async (s: number) =>
      (await json(`/v1/events?since=${new Date(DAY + s * 1_000).toISOString()}&limit=1`)).body.events[0]
        ?.sequence;
    expect(await since(-1)).toBe('0000000000000001');
    expect(await since(10)).toBe('0000000000000002');
    expect(await since(11)).toBe('0000000000000003');
    expect(await since(30)).toBe('0000000000000005');
    expect(await since(31)).toBeUndefined();
  });

  it.each([
    ['by time', `since=${new Date(0).toISOString()}&`],
    ['without a cursor', ''],
  ])('hands out the past of an earlier epoch too, page by page, when asked %s', async (_, from) => {
    const before = await log.commit(transition('call-started', 'c1'), transition('call-started', 'c2'));
    await log.claim('e2', true);
    const after = await log.commit(transition('call-started', 'c3'));
    const first = await json(`/v1/events?${from}limit=1`);
    expect(first.body).toEqual({ cursor: 'e2:0000000000000001', events: before.slice(0, 1) });
    const rest = await json(`/v1/events?after=${first.body.cursor}`);
    expect(rest.body.events).toEqual([before[1], after[0]]);
  });

  it('moves the cursor past events that the token may not see', async () => {
    await log.commit(
      ...Array.from({ length: 30 }, (_, n) => transition('call-started', `c${n}`)),
      sourceDown,
    );
    const stranger = await token({ extensions: ['999'] });
    const { body } = await json('/v1/events?limit=10', stranger);
    expect(body.cursor).toBe('e1:0000000000000031');
    expect(body.events.map((event: { type: string }) => event.type)).toEqual(['source-down']);
    const filtered = await json('/v1/events?types=source-down,source-up&limit=1');
    expect(filtered.body.events).toHaveLength(1);
  });

  it.each([
    ['e0:1', 'epoch-changed'],
    ['e1:99', 'cursor-unknown'],
    ['nonsense', 'cursor-malformed'],
  ])('answers the cursor %s with 410 and %s', async (cursor, reason) => {
    const { status, body } = await json(`/v1/events?after=${cursor}`);
    expect(status).toBe(410);
    expect(body).toMatchObject({ status: 410, title: 'Gone', reason });
  });

  it('answers with 410 when the events after the cursor are no longer held', async () => {
    await log.commit(...Array.from({ length: 900 }, (_, n) => transition('call-started', `c${n}`)));
    await log.commit(...Array.from({ length: 900 }, (_, n) => transition('call-started', `d${n}`)));
    expect((await json('/v1/events?after=e1:700')).body.reason).toBe('cursor-too-old');
    expect((await json('/v1/events?limit=1')).body.events[0].sequence).toBe('0000000000000801');
  });

  it('shows the sources as the store has them now', async () => {
    const at = Date.UTC(2026, 2, 2, 3);
    await json('/v1/sources');
    const up = {
      status: 'up' as const,
      lastComplete: { startedAt: at, at },
      failures: 0,
      failingSince: null,
      since: null,
      incomplete: null,
      lastError: null,
      clock: [],
    };
    const { fence } = await store.claim('acme', { epoch: 'e1' });
    await store.touch('acme', fence, { ...UNCHANGED, sources: { monitor: up, queue: up } });
    expect((await json('/v1/sources')).body).toEqual({
      sources: ['monitor', 'queue'].map((endpoint) => ({
        endpoint,
        state: 'up',
        lastCompleteAt: '2026-03-02T03:00:00.000Z',
        lastError: null,
        clockSkewMs: null,
      })),
      direction: { meaning: 'call', source: 'assumed' },
    });
  });

  it('shows the sources beside the calls, as the events and the store say', async () => {
    const sources = async () => (await json('/v1/calls')).body.sources;
    const unknown = {
      endpoint: 'monitor',
      state: 'unknown',
      lastCompleteAt: null,
      lastError: null,
      clockSkewMs: null,
    };
    expect(await sources()).toEqual([unknown, { ...unknown, endpoint: 'queue' }]);
    await log.commit(sourceDegraded);
    const degraded = { endpoint: 'queue', state: 'degraded', lastCompleteAt: null, clockSkewMs: null };
    expect(await sources()).toEqual([unknown, { ...degraded, lastError: '10 of 25 rows came' }]);
  });

  it('shows how the direction of the rows is read', async () => {
    const { fence, version, position } = await store.claim('acme', { epoch: 'e1' });
    const direction = LEARNT_DIRECTION;
    await store.commit('acme', {
      fence,
      expectedVersion: version,
      commitId: 'learns',
      epoch: position.epoch,
      delta: { ...UNCHANGED, direction },
      events: [],
    });
    const { body } = await json('/v1/sources');
    expect(body.direction).toEqual({ meaning: 'leg', source: 'learnt' });
  });

  describe('refuses', () => {
    const addresses = ['/v1/calls', '/v1/calls/c1', '/v1/events', '/v1/events/stream', '/v1/sources'];
    const unsigned = `${[{ alg: 'none' }, { tenant: 'acme', exp: 4_102_444_800 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')}.`;

    it.each<[string, () => Promise<string | null>, string]>([
      ['no token', async () => null, 'unauthorized'],
      ['an expired token', () => token({}, { exp: 1 }), 'token-expired'],
      ['a wrong signature', () => token({}, { secret: `${SECRET}!` }), 'bad-signature'],
      ['alg none', async () => unsigned, 'unauthorized'],
      ['a tenant it does not serve', () => token({ tenant: 'initech' }), 'tenant-mismatch'],
    ])('%s, at every address', async (_, bearer, code) => {
      for (const address of addresses) {
        const { status, body, headers } = await json(address, await bearer());
        expect([address, status, body.code]).toEqual([address, 401, code]);
        const why =
          (await bearer()) === null ? '' : `, error="invalid_token", error_description="${body.detail}"`;
        expect(headers.get('www-authenticate')).toBe(`Bearer realm="pitel"${why}`);
        expect(headers.get('content-type')).toBe('application/problem+json');
      }
    });

    it('a token in the address, at every address, and does not repeat it', async () => {
      for (const address of addresses) {
        const { status, body } = await json(`${address}?access_token=${mine}`);
        expect([status, body.code]).toEqual([401, 'token-in-url']);
        expect(JSON.stringify(body)).not.toContain(mine);
      }
    });

    it.each([
      ['/v1/events?limit=0', 'limit must be a whole number from 1 to 1000'],
      ['/v1/events?limit=1001', 'limit must be'],
      ['/v1/events?limit=x', 'limit must be'],
      ['/v1/events?types=x', 'types must be event types separated by commas'],
      ['/v1/events?since=yesterday', 'since must be an instant as in RFC 3339'],
      ['/v1/events?since=2026-03-02T03:00:00', 'since must be'],
      ['/v1/events?since=2026-03-02T10:00:00+07:00', 'a + is written %2B'],
      ['/v1/events?since=2026-03-02T03:00:00Z&after=e1:1', 'after and since exclude each other'],
      ['/v1/events?after=a&after=b', 'after must be one cursor'],
      ['/v1/calls?extensions='.padEnd(200, 'x'), 'extensions must be at most 200 extensions'],
      [`/v1/calls?queues=${'q,'.repeat(201)}`, 'queues must be at most 200 queues'],
      ['/v1/events/stream?after=a&after=b', 'after must be one cursor'],
      ['/v1/events/stream?types=call-started,x', 'types must be'],
      ['/v1/events?limit=0&since=x&types=call-ended', 'since must be an instant'],
    ])('the query of %s, and names the parameter', async (address, detail) => {
      const { status, body, headers } = await json(address);
      expect([status, body.code]).toEqual([400, 'bad-request']);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(body.detail).toContain(detail);
    });

    it('each parameter that is not understood in one answer, and repeats nothing of them', async () => {
      const { body } = await json(
        `/v1/events?limit=${SECRET}&types=${SECRET},${SECRET}&since=${SECRET}&other=1`,
      );
      expect(body.detail.split('; ').map((part: string) => part.split(' ')[0])).toEqual([
        'since',
        'limit',
        'types',
        'a',
      ]);
      expect(JSON.stringify(body)).not.toContain(SECRET);
      expect(body.detail.length).toBeLessThan(400);
    });

    it('pages of other origins where no token is asked for', async () => {
      const open = await DeliveryUnderTest.start(store, { auth: { mode: 'none' } });
      expect((await open.get('/v1/calls', null, { origin: 'https://evil.example' })).status).toBe(403);
      expect((await open.get('/v1/calls?tenant=acme', null)).status).toBe(200);
      await open.stop();
    });

    it('addresses that do not exist, with a problem document', async () => {
      const { status, body } = await json('/v1/nothing');
      expect([status, body.code, body.instance]).toEqual([404, 'not-found', '/v1/nothing']);
    });

    it('with 503 while the store is away, and before the tenant was ever claimed', async () => {
      expect((await json('/v1/calls', await token({ tenant: 'globex' }))).body.code).toBe('not-ready');
      jest.spyOn(store, 'read').mockRejectedValue(new Error('redis://user:secret@host is away'));
      jest.spyOn(store, 'snapshot').mockRejectedValue(new Error('away'));
      for (const address of addresses.filter((path) => !path.endsWith('stream'))) {
        const { status, body } = await json(address);
        expect([status, body.code]).toEqual([503, 'store-away']);
        expect(JSON.stringify(body)).not.toContain('secret');
      }
    });
  });

  describe('a state that cannot be read', () => {
    it('has another code than a store that is away, on a stream too', async () => {
      store.overwrite('acme', 'call:x', 'no call');
      for (const address of ['/v1/calls', '/v1/calls/c1', '/v1/events', '/v1/sources']) {
        const { status, body, headers } = await json(address);
        // An operator has to act first: a client that asks every two seconds would wait in vain.
        expect(headers.get('retry-after')).toBe('30');
        expect([status, body.code, body.type]).toEqual([
          503,
          'state-unreadable',
          'urn:pitel-event-bridge:problem:state-unreadable',
        ]);
        expect(JSON.stringify(body)).not.toContain('call:x');
      }
      const events = await stream();
      expect(await events.next()).toEqual({ event: 'closing', data: '{"code":"state-unreadable"}' });
    });
  });

  describe('the event stream', () => {
    it('begins with a snapshot and goes on with what happens', async () => {
      const events = await stream();
      expect(events.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(await events.next()).toMatchObject({ id: 'e1:0000000000000000', event: 'snapshot' });
      const [event] = await log.commit(transition('call-started', 'c1'));
      const message = (await events.next())!;
      expect(message).toMatchObject({ id: 'e1:0000000000000001', event: 'call-started' });
      expect(JSON.parse(message.data!)).toEqual(event);
      await events.cancel();
    });

    it('goes on after Last-Event-ID, which counts more than ?after=', async () => {
      await log.commit(...['c1', 'c2', 'c3'].map((id) => transition('call-started', id)));
      const byHeader = await stream('/v1/events/stream?after=e1:0', {
        'last-event-id': 'e1:0000000000000001',
      });
      expect((await byHeader.take(2)).map(({ id }) => id)).toEqual([
        'e1:0000000000000002',
        'e1:0000000000000003',
      ]);
      const byQuery = await stream('/v1/events/stream?after=e1:2');
      expect((await byQuery.take(1)).map(({ id }) => id)).toEqual(['e1:0000000000000003']);
      await Promise.all([byHeader.cancel(), byQuery.cancel()]);
    });

    it('answers a cursor that it cannot go on from with reset and snapshot, and goes on', async () => {
      const events = await stream('/v1/events/stream?after=g1:0');
      const [reset, snapshot] = await events.take(2);
      expect(reset).toEqual({ event: 'reset', data: '{"reason":"epoch-changed"}' });
      expect(snapshot).toMatchObject({ event: 'snapshot' });
      await log.commit(transition('call-started', 'c1'));
      expect(await events.next()).toMatchObject({ event: 'call-started' });
      await events.cancel();
    });

    it('shows a token only what is its own, and a filter less', async () => {
      const own = await token({ extensions: ['107'] });
      const events = await stream('/v1/events/stream?extensions=107,108&types=call-started', {}, own);
      await events.next();
      const at = (extension: string) => ({
        extensions: [{ extension, extensionId: null, agentName: null, state: 'ringing' as const }],
      });
      await log.commit(
        transition('call-started', 'c1', at('108')),
        transition('call-answered', 'c2', at('107')),
        transition('call-started', 'c3', at('107')),
      );
      expect(await events.next()).toMatchObject({ id: 'e1:0000000000000003' });
      await events.cancel();
    });

    it('moves a quiet client’s position on with the heartbeat', async () => {
      const events = await stream('/v1/events/stream?types=call-ended');
      await events.next();
      await log.commit(transition('call-started', 'c1'));
      await json('/v1/calls');
      clock.advance(15_000);
      expect(await events.next()).toEqual({ id: 'e1:0000000000000001' });
      await events.cancel();
    });

    it('does not move it past events that wait for their turn', async () => {
      const events = await stream();
      await events.next();
      const start = jest.spyOn(delivery.bounds.live, 'start').mockReturnValue();
      await log.commit(transition('call-started', 'c1'));
      await json('/v1/calls');
      clock.advance(15_000);
      start.mock.calls[0]![0]();
      expect(await events.next()).toMatchObject({ id: 'e1:0000000000000001', event: 'call-started' });
      clock.advance(15_000);
      expect(await events.next()).toEqual({ id: 'e1:0000000000000001' });
      await events.cancel();
    });

    it('ends when its token expires, and says so', async () => {
      const soon = await token({}, { exp: clock.now() / 1000 + 10 });
      const events = await stream('/v1/events/stream', {}, soon);
      await events.next();
      clock.advance(10_000);
      expect(await events.next()).toEqual({ event: 'closing', data: '{"code":"token-expired"}' });
      expect(await events.next()).toBeNull();
    });

    it('ends on shutdown, and is counted while it lasts', async () => {
      const events = await stream();
      await events.next();
      expect(delivery.stats.streams).toBe(1);
      const drained = delivery.drain();
      clock.advance(0);
      await drained;
      expect(await events.next()).toEqual({ event: 'closing', data: '{"code":"shutting-down"}' });
    });

    it('is cut without a notice when its client does not read, and no other stream is', async () => {
      const bounded = await DeliveryUnderTest.start(store, { maxInFlightBytes: 64 * 1024 });
      const slow = new Stream(await bounded.get('/v1/events/stream', mine));
      await slow.next();
      for (let n = 0; bounded.stats.closed.get('slow-consumer') === undefined; n += 1) {
        const large = { upstreamIds: ['x'.repeat(100_000)] };
        await log.commit(...['a', 'b', 'c'].map((id) => transition('call-started', `${id}${n}`, large)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      while (bounded.stats.streams > 0) await new Promise((resolve) => setImmediate(resolve));
      const names = [];
      for (let message = await slow.next(); message !== null; message = await slow.next())
        names.push(message.event);
      expect(names).not.toContain('closing');
      await bounded.stop();
    });
  });
});
