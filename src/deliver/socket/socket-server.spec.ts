import { until } from '../../../test/support/until.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { MemoryUpkeep } from '../../store/memory/memory-upkeep.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  SECRET,
  sourceDown,
  token,
  transition,
} from '../../../test/support/delivery.js';

describe('the Socket.IO gateway', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;

  beforeEach(async () => {
    clock = new ManualClock();
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { clock });
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  it('gives a new client the snapshot and then what happens', async () => {
    const first = delivery.connect({ token: await token() });
    await first.first('snapshot');
    await log.commit(
      transition('call-started', 'c1'),
      transition('call-answered', 'c1', { state: 'answered' }),
    );
    await first.first('call-answered');

    const second = delivery.connect({ token: await token() });
    const snapshot = await second.first('snapshot');
    await log.commit(transition('call-ended', 'c1', { state: 'ended' }));
    await second.first('call-ended');

    expect(first.names).toEqual(['snapshot', 'call-started', 'call-answered']);
    expect(snapshot).toMatchObject({
      cursor: 'e1:0000000000000002',
      calls: [{ tenant: 'acme', callId: 'c1', state: 'answered', outcome: null }],
      sources: [
        { endpoint: 'monitor', state: 'unknown', lastCompleteAt: null, lastError: null },
        { endpoint: 'queue', state: 'unknown', lastCompleteAt: null, lastError: null },
      ],
    });
    expect(second.names).toEqual(['snapshot', 'call-ended']);
  });

  it('hands out the very object that the log holds', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    const [event] = await log.commit(transition('call-started', 'Nguyễn "c1" '));
    expect(await client.first('call-started')).toEqual(event);
  });

  it('gives a client with a cursor exactly the events after it, and no snapshot', async () => {
    const events = await log.commit(...['c1', 'c2', 'c3'].map((id) => transition('call-started', id)));
    const client = delivery.connect({ token: await token(), cursor: 'e1:1' });
    await client.count(2);
    await log.commit(transition('call-started', 'c4'));
    await client.count(3);
    expect(client.messages[0]!.body).toEqual(events[1]);
    expect(client.sequences).toEqual([2, 3, 4]);
    expect(client.names).not.toContain('snapshot');
  });

  it.each([
    ['e0:1', 'epoch-changed'],
    ['e1:9', 'cursor-unknown'],
    ['nonsense', 'cursor-malformed'],
    [17, 'cursor-malformed'],
    ['', 'cursor-malformed'],
  ])('answers the cursor %p with reset (%s) and a snapshot', async (cursor, reason) => {
    await log.commit(transition('call-started', 'c1'));
    const client = delivery.connect({ token: await token(), cursor });
    await client.count(2);
    expect(client.messages[0]).toEqual({ name: 'reset', body: { reason } });
    expect(client.messages[1]).toMatchObject({ name: 'snapshot', body: { cursor: 'e1:0000000000000001' } });
  });

  it('answers a cursor that the log no longer reaches with reset and a snapshot', async () => {
    await log.commit(...Array.from({ length: 3 }, (_, n) => transition('call-started', `c${n}`)));
    const watching = delivery.connect({ token: await token() });
    await watching.first('snapshot');
    await log.commit(transition('call-started', 'c9'));
    await watching.first('call-started');
    await new MemoryUpkeep(store).trim('acme', { retentionMs: 0, share: 1, most: 0 });
    const client = delivery.connect({ token: await token(), cursor: 'e1:3' });
    expect(await client.first('reset')).toEqual({ reason: 'cursor-too-old' });
    await client.first('snapshot');
  });

  it("answers another tenant's cursor with a reset and its own snapshot, never with data", async () => {
    const other = await new LogWriter(store, 'globex').claim('g1');
    await other.commit(transition('call-started', 'theirs'));
    const client = delivery.connect({ token: await token(), cursor: 'g1:0' });
    await client.first('snapshot');
    expect(client.messages).toEqual([
      { name: 'reset', body: { reason: 'epoch-changed' } },
      { name: 'snapshot', body: expect.objectContaining({ cursor: 'e1:0000000000000000', calls: [] }) },
    ]);
  });

  it('keeps tenants apart', async () => {
    const other = await new LogWriter(store, 'globex').claim('g1');
    const client = delivery.connect({ token: await token({ tenant: 'globex' }) });
    await client.first('snapshot');
    await log.commit(transition('call-started', 'ours'));
    await other.commit(transition('call-started', 'theirs'));
    expect((await client.first('call-started')).subject).toBe('theirs');
    expect(client.names).toEqual(['snapshot', 'call-started']);
  });

  it('announces a new epoch to a connected client: reset, snapshot, live', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    await log.claim('e2', true);
    await log.commit(transition('call-started', 'c1'));
    await client.first('reset');
    await client.count(3);
    await log.commit(transition('call-answered', 'c1'));
    await client.first('call-answered');
    expect(client.names.slice(0, 3)).toEqual(['snapshot', 'reset', 'snapshot']);
    expect(client.messages[1]!.body).toEqual({ reason: 'epoch-changed' });
    expect(client.messages[2]!.body.cursor).toBe('e2:0000000000000001');
    expect(client.sequences).toEqual([2]);
  });

  it('lets a client of a tenant that was never claimed wait, and gives it the snapshot as soon as there is one', async () => {
    const client = delivery.connect({ token: await token({ tenant: 'globex' }) });
    await new Promise<void>((resolve) => client.socket.on('connect', resolve));
    const other = await new LogWriter(store, 'globex').claim('g1');
    await other.commit(transition('call-started', 'c1'));
    await client.first('snapshot');
    expect(client.names[0]).toBe('snapshot');
  });

  it('heals lost pub/sub at the next comparison', async () => {
    const deaf: typeof store.follow = (follower) => store.follow({ ...follower, event: () => undefined });
    const lossy = new Proxy(store, {
      get: (target, name) =>
        name === 'follow' ? deaf : (Reflect.get(target, name) as () => unknown).bind(target),
    });
    const deafDelivery = await DeliveryUnderTest.start(lossy, { clock });
    const client = deafDelivery.connect({ token: await token() });
    await client.first('snapshot');
    await log.commit(transition('call-started', 'c1'), transition('call-answered', 'c1'));
    clock.advance(3_000);
    await client.count(3);
    expect(client.sequences).toEqual([1, 2]);
    await deafDelivery.stop();
  });

  describe('refuses', () => {
    const unsigned = [{ alg: 'none' }, { tenant: 'acme', exp: 4_102_444_800 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');

    it.each<[string, () => Promise<object>, string]>([
      ['no token', async () => ({}), 'unauthorized'],
      ['a token that is none', async () => ({ token: { a: 1 } }), 'unauthorized'],
      ['an expired token', async () => ({ token: await token({}, { exp: 1 }) }), 'token-expired'],
      [
        'a wrong signature',
        async () => ({ token: await token({}, { secret: `${SECRET}!` }) }),
        'bad-signature',
      ],
      ['alg none', async () => ({ token: `${unsigned}.` }), 'unauthorized'],
      [
        'a tenant it does not serve',
        async () => ({ token: await token({ tenant: 'initech' }) }),
        'tenant-mismatch',
      ],
      [
        'a subscription it does not understand',
        async () => ({ token: await token(), subscribe: { types: ['x'] } }),
        'bad-request',
      ],
    ])('%s', async (_, auth, code) => {
      expect(await delivery.refusal(await auth())).toBe(code);
    });

    it('a token in the address, on both transports', async () => {
      const good = await token();
      for (const transports of [['websocket'], ['polling']]) {
        expect(await delivery.refusal({ token: good }, { query: { token: good }, transports })).toBe(
          'token-in-url',
        );
      }
    });

    it('a page of another origin, on both transports, and lets its own and the listed in', async () => {
      const good = await token();
      for (const transports of [['websocket'], ['polling']]) {
        const from = (origin: string) => ({ extraHeaders: { origin }, transports });
        // A browser lets no page of another origin read the answer to a poll, so there is no code in it.
        expect(await delivery.refusal({ token: good }, from('https://evil.example'))).toMatch(
          transports[0] === 'websocket' ? /^origin-not-allowed$/ : /error/,
        );
        for (const origin of ['https://crm.example', delivery.url]) {
          await delivery.connect({ token: good }, from(origin)).first('snapshot');
        }
      }
      expect(delivery.stats.refused.get('origin-not-allowed')).toBe(2);
    });

    it('more connections than a subject may have, with whichever tokens, and than a tenant may have of all', async () => {
      const small = await DeliveryUnderTest.start(store, { connectionsPerSubject: 2, maxConnections: 6 });
      const mine = { tenant: 'acme', sub: 'a' };
      await small.connect({ token: await token(mine) }).first('snapshot');
      await small.connect({ token: await token({ ...mine, extensions: ['107'] }) }).first('snapshot');
      expect(await small.refusal({ token: await token(mine) })).toBe('too-many-connections');
      await small.connect({ token: await token({ sub: 'b' }) }).first('snapshot');
      expect(await small.refusal({ token: await token({ sub: 'c' }) })).toBe('too-many-connections');
      expect([...small.limits.counts]).toEqual([
        ['subject', 1],
        ['tenant', 1],
      ]);
      const ofOther = small.connect({ token: await token({ tenant: 'globex' }) });
      await until(() => ofOther.socket.connected);
      small.serve('acme');
      await small.connect({ token: await token({ sub: 'c' }) }).first('snapshot');
      await small.stop();
    });
  });

  it('serves polling clients the same', async () => {
    const client = delivery.connect({ token: await token() }, { transports: ['polling'] });
    await client.first('snapshot');
    await log.commit(transition('call-started', 'c1'), transition('call-answered', 'c1'));
    await client.count(3);
    expect(client.names).toEqual(['snapshot', 'call-started', 'call-answered']);
  });

  it('shows an extension nothing of a call before it has a part in it, and everything from then on', async () => {
    const client = delivery.connect({ token: await token({ extensions: ['108'] }) });
    await client.first('snapshot');
    const both = ['107', '108'].map((extension) => ({
      extension,
      extensionId: null,
      agentName: null,
      state: 'ringing' as const,
    }));
    await log.commit(
      transition('call-started', 'c1'),
      transition('call-offered', 'c1', { extensions: both }),
      transition('call-started', 'not-mine'),
      sourceDown,
      transition('call-ended', 'c1', { extensions: both }),
    );
    await client.first('call-ended');
    expect(client.names).toEqual(['snapshot', 'call-offered', 'source-down', 'call-ended']);

    const resumed = delivery.connect({ token: await token({ extensions: ['108'] }), cursor: 'e1:0' });
    await resumed.first('call-ended');
    expect(resumed.sequences).toEqual([2, 4, 5]);
  });

  it('narrows with subscribe and never widens', async () => {
    const client = delivery.connect({ token: await token({ extensions: ['107'] }) });
    await client.first('snapshot');
    expect(
      await client.request('subscribe', { extensions: ['107', '108'], types: ['call-started'] }),
    ).toEqual({
      ok: true,
      subscription: { extensions: ['107', '108'], types: ['call-started'] },
    });
    const at = (extension: string) => ({
      extensions: [{ extension, extensionId: null, agentName: null, state: 'ringing' as const }],
    });
    await log.commit(
      transition('call-started', 'c1', at('108')),
      transition('call-started', 'c2', at('107')),
      transition('call-answered', 'c2', at('107')),
    );
    await client.first('call-started');
    expect(await client.request('subscribe', { types: 'call-started' })).toEqual({
      ok: false,
      code: 'bad-request',
    });
    expect(await client.request('subscribe', {})).toMatchObject({ ok: true });
    await log.commit(transition('call-ended', 'c2', at('107')));
    await client.first('call-ended');
    expect(client.sequences).toEqual([2, 4]);
  });

  it.each(['NFC', 'NFD'] as const)(
    'shows a queue’s calls to a token and a subscription in %s',
    async (form) => {
      const name = 'Chăm sóc khách hàng';
      const queues = [name.normalize(form)];
      const narrowed = delivery.connect({ token: await token({ queues }) });
      const subscribed = delivery.connect({ token: await token(), subscribe: { queues } });
      await Promise.all([narrowed.first('snapshot'), subscribed.first('snapshot')]);
      const queued = (callId: string, said: string) =>
        transition('call-started', callId, { queue: { id: callId, name: said }, extensions: [] });
      await log.commit(
        queued('c1', name.normalize('NFC')),
        queued('c2', 'Khác'),
        queued('c3', name.normalize('NFD')),
        transition('call-ended', 'c3', { queue: { id: 'c3', name: name.normalize('NFD') }, extensions: [] }),
      );
      for (const client of [narrowed, subscribed]) {
        await client.first('call-ended');
        expect(client.sequences).toEqual([1, 3, 4]);
      }
    },
  );

  it('takes a subscription at the handshake', async () => {
    const client = delivery.connect({ token: await token(), subscribe: { types: ['call-ended'] } });
    await client.first('snapshot');
    await log.commit(transition('call-started', 'c1'), transition('call-ended', 'c1'));
    await client.first('call-ended');
    expect(client.names).toEqual(['snapshot', 'call-ended']);
  });

  it('closes a client whose token expires, unless it has sent a fresh one', async () => {
    const exp = clock.now() / 1000 + 60;
    const stale = delivery.connect({ token: await token({}, { exp }) });
    const fresh = delivery.connect({ token: await token({}, { exp }) });
    await Promise.all([stale.first('snapshot'), fresh.first('snapshot')]);
    expect(
      await fresh.request('refresh', { token: await token({ extensions: ['107'] }, { exp: exp + 60 }) }),
    ).toEqual({
      ok: true,
      expiresAt: new Date((exp + 60) * 1000).toISOString(),
    });
    clock.advance(60_000);
    expect(await stale.first('closing')).toEqual({ code: 'token-expired' });
    expect(await stale.closed()).toBe('io server disconnect');
    expect(fresh.socket.connected).toBe(true);
    clock.advance(60_000);
    expect(await fresh.first('closing')).toEqual({ code: 'token-expired' });
  });

  it('lets in and keeps a client whose tokens expire later than any date', async () => {
    const eternal = { token: await token({}, { exp: 1e13 }) };
    const client = delivery.connect(eternal);
    await client.first('snapshot');
    expect(await client.request('refresh', eternal)).toEqual({
      ok: true,
      expiresAt: '9999-12-31T23:59:59.999Z',
    });
    await log.commit(transition('call-started', 'c1'));
    await client.first('call-started');
    expect(client.disconnected).toBeNull();
  });

  it('closes the clients of a tenant that was removed, refuses its tokens, and takes it back', async () => {
    const auth = { token: await token() };
    const gone = delivery.connect(auth);
    const other = delivery.connect({ token: await token({ tenant: 'globex' }) });
    const stream = await delivery.get('/v1/events/stream', auth.token);
    await gone.first('snapshot');
    delivery.serve('globex', 'initech');
    clock.advance(1_000);
    expect(await gone.first('closing')).toEqual({ code: 'unauthorized' });
    // Not to come back by itself.
    expect(await gone.closed()).toBe('io server disconnect');
    expect(await stream.text()).toContain('event: closing\ndata: {"code":"unauthorized"}');
    expect(await delivery.refusal(auth)).toBe('tenant-mismatch');
    expect((await delivery.get('/v1/calls', auth.token)).status).toBe(401);
    expect(other.socket.connected).toBe(true);
    delivery.serve('globex', 'acme');
    await delivery.connect(auth).first('snapshot');
  });

  it('refreshes only with a good token of the same tenant, and keeps the old grant otherwise', async () => {
    const client = delivery.connect({ token: await token({ extensions: ['107'] }) });
    await client.first('snapshot');
    expect(await client.request('refresh', { token: await token({ tenant: 'globex' }) })).toEqual({
      ok: false,
      code: 'tenant-mismatch',
    });
    expect(await client.request('refresh', { token: await token({}, { exp: 1 }) })).toEqual({
      ok: false,
      code: 'token-expired',
    });
    expect(await client.request('refresh', {})).toEqual({ ok: false, code: 'unauthorized' });
    await log.commit(transition('call-started', 'c1', { extensions: [] }));
    expect(await client.request('refresh', { token: await token() })).toMatchObject({ ok: true });
    await log.commit(transition('call-started', 'c2', { extensions: [] }));
    await client.first('call-started');
    expect(client.sequences).toEqual([2]);
  });

  it('counts and ignores messages it does not know, and sends off who floods it', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    client.socket.emit('whatever', { some: 'thing' });
    expect(await client.request('subscribe', {})).toMatchObject({ ok: true });
    expect(delivery.stats.ignoredMessages).toBe(1);
    for (let n = 0; n < 50; n += 1) client.socket.emit('whatever');
    expect(await client.first('closing')).toEqual({ code: 'too-many-messages' });
    expect(await client.closed()).toBe('io server disconnect');
  });

  it('cuts a client that sends more than a message may hold', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    client.socket.emit('subscribe', { queues: ['x'.repeat(20_000)] });
    expect(await client.closed()).toMatch(/transport/);
  });

  it('says that it shuts down, closes all clients, and lets no client in', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    const drained = delivery.drain();
    clock.advance(1);
    await drained;
    expect(await client.first('closing')).toEqual({ code: 'shutting-down' });
    expect(await client.closed()).toMatch(/transport/);
  });

  it('without authentication serves the named tenant, or the first, and only under a loopback name', async () => {
    await new LogWriter(store, 'globex').claim('g1');
    const open = await DeliveryUnderTest.start(store, { auth: { mode: 'none' } });
    expect((await open.connect({}).first('snapshot')).cursor).toMatch(/^e1:/);
    expect((await open.connect({ tenant: 'globex' }).first('snapshot')).cursor).toMatch(/^g1:/);
    expect((await open.connect({}, { query: { tenant: 'globex' } }).first('snapshot')).cursor).toMatch(
      /^g1:/,
    );
    expect(
      await open.refusal({}, { extraHeaders: { host: 'evil.example', origin: 'http://evil.example' } }),
    ).toBe('origin-not-allowed');
    await open.stop();
  });

  it('says that the state cannot be read, first as it closes and then at the door, until it can', async () => {
    const { state } = (await store.snapshot('acme'))!;
    store.overwrite('acme', 'call:x', 'no call');
    const first = delivery.connect({ token: await token() });
    expect(await first.first('closing')).toEqual({ code: 'state-unreadable' });
    expect(await delivery.refusal({ token: await token() })).toBe('state-unreadable');

    const { fence, version, position } = await store.claim('acme', {
      epoch: 'e2',
      newEpoch: true,
      withoutUnreadable: true,
    });
    const commit = { fence, expectedVersion: version, commitId: 'r', epoch: position.epoch, events: [] };
    await store.commit('acme', { ...commit, delta: UNCHANGED, whole: state });
    await delivery.relay.feed('acme').sync();
    await delivery.connect({ token: await token() }).first('snapshot');
  });

  it('closes a client that waits for a tenant’s first state when that turns out to be unreadable', async () => {
    store.loseMemory();
    const feed = delivery.relay.feed('acme');
    const client = delivery.connect({ token: await token() });
    await until(() => feed.readers === 1);
    await feed.sync();
    await log.claim('e1');
    store.overwrite('acme', 'call:x', 'no call');
    await feed.sync().catch(() => undefined);
    expect(await client.first('closing')).toEqual({ code: 'state-unreadable' });
  });

  it('closes clients that cannot get the state of a new epoch', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    await log.claim('e2', true);
    store.overwrite('acme', 'call:x', 'no call');
    await delivery.relay
      .feed('acme')
      .sync()
      .catch(() => undefined);
    expect(await client.first('closing')).toEqual({ code: 'state-unreadable' });
  });
});
