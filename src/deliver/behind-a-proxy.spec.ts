import { once } from 'node:events';
import { connect } from 'node:net';
import { DeliveryUnderTest, LogWriter, token } from '../../test/support/delivery.js';
import { until } from '../../test/support/until.js';
import { MemoryStore } from '../store/memory/memory-store.js';

const PUBLIC = { origin: 'https://example.com', path: '/bridge' };

describe('delivery behind a proxy', () => {
  let store: MemoryStore;
  let delivery: DeliveryUnderTest;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    await new LogWriter(store).claim('e1');
  });
  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });
  const start = async (given: Parameters<typeof DeliveryUnderTest.start>[1]) => {
    delivery = await DeliveryUnderTest.start(store, given);
  };

  describe('counts failures', () => {
    /** One a second, so five at once. */
    const few = { failuresPerSecond: 1 };
    const trusted = { ...few, trustedProxies: ['127.0.0.1'] };
    const slowed = () => (delivery.limits.counts.get('failures') ?? 0) > 0;
    type Way = (forwarded: string) => Promise<unknown>;
    /** Fails until the next try has to wait, and does not wait for it. */
    const failsUntilSlowed = async (fail: Way, claimed: (turn: number) => string) => {
      for (let turn = 1; turn <= 6; turn += 1) await fail(claimed(turn));
      expect(slowed()).toBe(false);
      fail(claimed(7)).catch(() => undefined);
      await until(slowed, 'a failure too many', 10_000);
    };

    /** Each way to fail, with a header as a client or a proxy would send it. */
    const ways: readonly (readonly [string, Way])[] = [
      [
        'with tokens over HTTP',
        (forwarded) => delivery.get('/v1/calls', 'no-token', { 'x-forwarded-for': forwarded }),
      ],
      [
        'of WebSocket handshakes',
        (forwarded) => delivery.refusal({}, { extraHeaders: { 'x-forwarded-for': forwarded } }),
      ],
      [
        'of polling handshakes',
        (forwarded) =>
          delivery.refusal({}, { transports: ['polling'], extraHeaders: { 'x-forwarded-for': forwarded } }),
      ],
      [
        'of requests that are no handshake',
        (forwarded) =>
          delivery.get('/socket.io/?EIO=4&transport=nonsense', null, { 'x-forwarded-for': forwarded }),
      ],
    ];

    it.each(ways)('by the address that a trusted proxy forwards: %s', async (_, fail) => {
      await start(trusted);
      for (let client = 1; client <= 10; client += 1) await fail(`192.0.2.${client}`);
      expect(slowed()).toBe(false);
      await failsUntilSlowed(fail, () => '192.0.2.66');
    });

    it.each(ways)('by the peer where it is not trusted, whatever it claims: %s', async (_, fail) => {
      await start({ ...few, trustedProxies: ['192.0.2.0/24'] });
      await failsUntilSlowed(fail, (turn) => `198.51.100.${turn}`);
    });

    it.each(ways)('by what the proxy added, whatever the client wrote before it: %s', async (_, fail) => {
      await start(trusted);
      await failsUntilSlowed(fail, (turn) => `198.51.100.${turn}, 192.0.2.66`);
    });
  });

  it('is reached below the path of PUBLIC_URL and without it, and not by writing it twice', async () => {
    await start({ publicUrl: PUBLIC });
    const status = async (path: string) => (await delivery.get(path, await token())).status;
    expect(await Promise.all(['/bridge/v1/calls', '/v1/calls', '/bridge/v1/calls?_=1'].map(status))).toEqual([
      200, 200, 200,
    ]);
    expect(
      await Promise.all(['/bridge/bridge/v1/calls', '/bridgev1/calls', '/BRIDGE/v1/calls'].map(status)),
    ).toEqual([404, 404, 404]);
  });

  it.each(['websocket', 'polling'] as const)(
    'lets Socket.IO in below that path and without it, over %s',
    async (transport) => {
      await start({ publicUrl: PUBLIC });
      for (const path of ['/bridge/socket.io', '/socket.io']) {
        const client = delivery.connect({ token: await token() }, { path, transports: [transport] });
        expect(await client.first('snapshot')).toMatchObject({ calls: [] });
      }
    },
  );

  it('lets pages of PUBLIC_URL in, and of no other origin', async () => {
    await start({ publicUrl: PUBLIC });
    const auth = { token: await token() };
    const from = (origin: string) => ({ extraHeaders: { origin, host: new URL(origin).host } });
    const own = delivery.connect(auth, from('https://example.com'));
    expect(await own.first('snapshot')).toMatchObject({ calls: [] });
    for (const origin of ['https://evil.example', 'http://example.com', delivery.url])
      expect(await delivery.refusal(auth, from(origin))).toBe('origin-not-allowed');
  });

  it('locks no agent out while one client behind it fills the pool of those without a token', async () => {
    // 20 at once, and their failures count: five at once, one a second.
    await start({ trustedProxies: ['127.0.0.1'], maxTokenless: 20, failuresPerSecond: 1 });
    const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } });
    const before = delivery.connect({ token: await token({ sub: 'before' }) }, from('192.0.2.1'));
    await before.first('snapshot');
    const { host } = new URL(delivery.url);
    const strangers = Array.from({ length: 60 }, () => {
      const { hostname, port } = new URL(delivery.url);
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
          'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
          'X-Forwarded-For: 192.0.2.66\r\n\r\n',
      );
      return socket.resume();
    });
    await until(() => strangers.filter(({ destroyed }) => destroyed).length >= 40, 'the oldest to go');
    const during = delivery.connect({ token: await token({ sub: 'during' }) }, from('192.0.2.2'));
    expect(await during.first('snapshot')).toMatchObject({ calls: [] });
    expect(before.disconnected).toBeNull();
    expect(delivery.limits.active).toContain('tokenless');
    for (const socket of strangers) socket.destroy();
  });

  it('refuses none of many agents behind one address who all reload at once, half with an expired token', async () => {
    await start({ trustedProxies: ['127.0.0.1'], maxTokenless: 100, failuresPerSecond: 2 });
    const office = { extraHeaders: { 'x-forwarded-for': '192.0.2.77' } };
    const agents = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const sub = `agent-${index}`;
        return { fresh: await token({ sub }), stale: index % 2 ? null : await token({ sub }, { exp: 1 }) };
      }),
    );
    for (let reload = 1; reload <= 2; reload += 1) {
      const pages = await Promise.all(
        agents.map(async ({ fresh, stale }) => {
          if (stale !== null) expect(await delivery.refusal({ token: stale }, office)).toBe('token-expired');
          const page = delivery.connect({ token: fresh }, office);
          await page.until(() => page.names.length > 0 || page.disconnected !== null);
          return page;
        }),
      );
      expect(pages.map(({ names }) => names[0])).toEqual(agents.map(() => 'snapshot'));
      for (const { socket } of pages) socket.disconnect();
    }
    expect(delivery.limits.active).toEqual(['failures']);
  });

  it('survives a connection that is gone when its turn comes', async () => {
    await start({ trustedProxies: ['127.0.0.1'], failuresPerSecond: 1 });
    const { hostname, port } = new URL(delivery.url);
    for (let turn = 0; turn < 8; turn += 1) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(
        'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ,\r\n\r\n',
      );
      socket.resetAndDestroy();
    }
    const client = delivery.connect({ token: await token() });
    await until(() => client.names.includes('snapshot'));
  });
});
