import { jest } from '@jest/globals';
import { ManualClock } from '../../../test/support/delivery.js';
import { KeyServer, type ProviderKey, providerKey } from '../../../test/support/key-server.js';
import { until } from '../../../test/support/until.js';
import { KeySet } from './key-set.js';
import { KeySets } from './key-sets.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe('a key set', () => {
  let server: KeyServer;
  let key: ProviderKey;
  let other: ProviderKey;
  let clock: ManualClock;
  const onRead = jest.fn<(set: KeySet, keys: number) => void>();
  const onFailed = jest.fn<(set: KeySet, reason: string) => void>();

  beforeAll(async () => {
    server = await KeyServer.start();
    [key, other] = await Promise.all([providerKey('k1'), providerKey('k2')]);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.comeBack();
    server.keys = [key.jwk];
    server.requests = 0;
    clock = new ManualClock();
    onRead.mockClear();
    onFailed.mockClear();
  });

  const open = (more: object = {}) =>
    new KeySet(server.url, { clock, timeoutMs: 300, maxStaleMs: 24 * HOUR_MS, onRead, onFailed, ...more });
  const kidsFor = async (set: KeySet, kid = 'k1') =>
    (await set.keysFor({ alg: 'ES256', kid }))?.length ?? null;

  it('is read once for all who ask at the same time', async () => {
    const set = open();
    expect(set.state).toBe('unusable');
    expect(await Promise.all([kidsFor(set), kidsFor(set), kidsFor(set)])).toEqual([1, 1, 1]);
    expect([server.requests, set.state]).toEqual([1, 'fresh']);
  });

  it('keeps its keys while it is away for an hour, and for a day at most', async () => {
    const set = open();
    await set.read();
    server.goAway();
    for (let minute = 0; minute < 60; minute += 1) {
      clock.advance(MINUTE_MS);
      await set.read();
      expect([await kidsFor(set), set.state]).toEqual([1, 'stale']);
    }
    clock.advance(23 * HOUR_MS);
    expect(await kidsFor(set)).toBe(1);
    clock.advance(1);
    expect([await kidsFor(set), set.state]).toEqual([null, 'unusable']);
    expect(set.isUsable).toBe(false);
    server.comeBack();
    clock.advance(MINUTE_MS);
    expect([await kidsFor(set), set.state]).toEqual([1, 'fresh']);
  });

  it('has no key after a restart without it, until it comes back', async () => {
    server.goAway();
    const set = open();
    expect([await kidsFor(set), set.state]).toEqual([null, 'unusable']);
    // Not asked for each client.
    expect(await kidsFor(set)).toBeNull();
    expect(server.requests).toBe(1);
    server.comeBack();
    clock.advance(1_000);
    expect(await kidsFor(set)).toBe(1);
  });

  it('is asked for a key that it does not have twice a minute at most, whatever clients name', async () => {
    const set = open();
    await set.read();
    for (let token = 0; token < 200; token += 1) {
      expect(await kidsFor(set, `made-up-${token}`)).toBe(0);
      clock.advance(1_000);
    }
    expect(server.requests).toBeLessThanOrEqual(1 + Math.ceil(200 / 30));
    server.keys = [key.jwk, other.jwk];
    clock.advance(30_000);
    expect(await kidsFor(set, 'k2')).toBe(1);
  });

  it('cannot judge a key that it does not have while it is away: that may be a new one', async () => {
    const set = open();
    await set.read();
    server.goAway();
    clock.advance(30_000);
    expect([await kidsFor(set, 'k2'), await kidsFor(set, 'k1')]).toEqual([null, 1]);
  });

  it('loses a key that was withdrawn when it is read again, which is due after ten minutes', async () => {
    const set = open();
    await set.read();
    expect(set.isDue).toBe(false);
    clock.advance(10 * MINUTE_MS);
    expect(set.isDue).toBe(true);
    server.keys = [other.jwk];
    await set.read();
    expect(await kidsFor(set)).toBe(0);
    server.keys = [];
    await set.read();
    expect([await kidsFor(set, 'k2'), set.state]).toEqual([0, 'fresh']);
  });

  it('is read several times within the time for which its keys may be old', async () => {
    const set = open({ maxStaleMs: 20_000 });
    await set.read();
    clock.advance(5_000);
    expect(set.isDue).toBe(true);
  });

  it('gives every key that may have signed where a token names none, up to eight', async () => {
    const keys = await Promise.all(Array.from({ length: 10 }, () => providerKey(null)));
    server.keys = keys.map(({ jwk }) => jwk);
    const set = open();
    expect((await set.keysFor({ alg: 'ES256' }))!.length).toBe(8);
    expect((await set.keysFor({ alg: 'RS256' }))!.length).toBe(0);
  });

  it('leaves out what cannot verify: secret keys, private ones, those for encryption, and nonsense', async () => {
    server.keys = [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'k1', alg: 'HS256' },
      { ...key.jwk, d: 'AAAA' },
      { ...key.jwk, use: 'enc' },
      { kty: 'EC' },
      { kty: 'of-tomorrow', kid: 'k1' },
    ];
    const set = open();
    await set.read();
    expect(onRead).toHaveBeenCalledWith(set, 0);
    server.keys = [...server.keys, key.jwk];
    await set.read();
    expect(await kidsFor(set)).toBe(1);
    expect(set.named('k1')).toHaveLength(1);
  });

  it.each<[string, string, (response: import('node:http').ServerResponse) => void]>([
    ['an error', 'status 503', (response) => response.writeHead(503).end()],
    [
      'a redirect',
      'status 302',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['a page', 'not JSON', (response) => response.end('<html>')],
    [
      'another document',
      'no key set: an object with a list of keys',
      (response) => response.end('{"keys":{}}'),
    ],
    [
      'a list of none',
      'no key set: an object with a list of keys',
      (response) => response.end('{"keys":[1]}'),
    ],
    ['too many keys', 'more than 100 keys', (response) => response.end(`{"keys":[${'{},'.repeat(100)}{}]}`)],
    ['too many bytes', 'longer than 262144 bytes', (response) => response.end(' '.repeat(300_000))],
    ['nothing', 'no answer in time', () => undefined],
    ['a part', 'no answer in time', (response) => response.write('{"keys":[')],
    ['a cut', 'connection lost', (response) => response.destroy()],
  ])('is away where its address answers with %s', async (_, reason, answer) => {
    server.answer = answer;
    const set = open();
    await set.read();
    expect(onFailed.mock.calls).toEqual([[set, reason]]);
    expect(set.state).toBe('unusable');
  });

  it('is asked less and less often while it is away', async () => {
    server.goAway();
    const set = open();
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      await set.read();
      let waited = 0;
      for (; !set.isDue; waited += 1_000) clock.advance(1_000);
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  describe('among others', () => {
    const logger = { info: jest.fn(), warn: jest.fn() };
    let sets: KeySets;
    beforeEach(() => {
      logger.info.mockClear();
      logger.warn.mockClear();
      sets = new KeySets({ clock, timeoutMs: 300, maxStaleMs: HOUR_MS, logger });
    });
    afterEach(() => sets.stop());

    it('is read at the start, without any client, and again while it is away', async () => {
      server.goAway();
      sets.use(new Map([[server.url, ['acme']]]));
      sets.start();
      await until(() => sets.failures === 1);
      server.comeBack();
      clock.advance(1_000);
      await until(() => sets.at(server.url).state === 'fresh');
      const { host } = new URL(server.url);
      const reason = 'status 503';
      expect(logger.warn.mock.calls).toEqual([
        [{ host, tenants: ['acme'], reason }, `key set not read: ${reason}; its tokens are refused`],
      ]);
      expect(logger.info.mock.calls).toEqual([[{ host, tenants: ['acme'] }, 'key set recovered']]);
    });

    it('says once that it is away, and again when its keys have become too old', async () => {
      sets.use(new Map([[server.url, null]]));
      const set = sets.at(server.url);
      await set.read();
      server.goAway();
      await set.read();
      await set.read();
      clock.advance(HOUR_MS + 1);
      await set.read();
      const lines = logger.warn.mock.calls.map(([, line]) => line);
      expect(lines).toEqual([
        'key set not read: status 503; the keys known before are used',
        'key set not read: status 503; its tokens are refused',
      ]);
      server.comeBack();
      server.keys = [];
      await set.read();
      expect(logger.warn.mock.calls.at(-1)?.[1]).toBe('key set holds no key that can be used');
    });

    it('is forgotten when no tenant uses it any more, and the others keep what they know', async () => {
      sets.use(new Map([[server.url, ['acme']]]));
      const before = sets.at(server.url);
      sets.use(new Map([[server.url, ['acme', 'globex']]]));
      expect(sets.at(server.url)).toBe(before);
      sets.use(new Map());
      expect(sets.all).toEqual([]);
    });

    it('gets its turn although many others hang', async () => {
      const hanging = await KeyServer.start();
      hanging.answer = () => undefined;
      const urls = Array.from({ length: 40 }, (_, index) => `${hanging.url}?${index}`);
      sets.use(new Map([...urls, server.url].map((url) => [url, null])));
      sets.start();
      await until(() => {
        clock.advance(1_000);
        return sets.at(server.url).state === 'fresh';
      });
      // In the third round of 16 at the latest; one more may have begun.
      expect(hanging.requests).toBeLessThanOrEqual(64);
      hanging.stop();
    });
  });
});
