import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ManualClock, SECRET, TENANTS, token } from '../../../test/support/delivery.js';
import type { AuthOptions } from './options.js';
import { Refusal } from './refusal.js';
import { hasTokenInQuery, TokenVerifier } from './token.js';

const DAY_MS = 86_400_000;
const clock = new ManualClock();
const watch = { reached: jest.fn() };
const logger = { debug: jest.fn(), info: jest.fn(), warn: jest.fn() };
const verifier = (auth: AuthOptions) =>
  new TokenVerifier(
    { auth, tenants: TENANTS, authTimeoutMs: 500, maxTokenLifeMs: DAY_MS, keySetMaxStaleMs: DAY_MS },
    { clock, watch, logger },
  );
const codeOf = (verifying: Promise<unknown>) =>
  verifying.then(
    () => 'accepted',
    (error: unknown) => (error as Refusal).code,
  );

describe('a token with a shared secret', () => {
  const tokens = verifier({ mode: 'jwt', secret: SECRET });

  it('gives the tenant, the lists and the expiry', async () => {
    const exp = clock.now() / 1000 + 60;
    expect(
      await tokens.verify(await token({ extensions: [107], queues: ['sales'] }, { exp }), 'globex'),
    ).toEqual({
      tenant: 'acme',
      extensions: ['107'],
      queues: ['sales'],
      subject: expect.any(String),
      key: expect.any(String),
      webhooks: false,
      numbers: 'full',
      callbacks: false,
      sub: null,
      id: null,
      expiresAt: exp * 1000,
    });
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['that says so', { webhooks: true }, true],
    ['that says so of a display', { webhooks: true, display: true }, false],
    ['that says so with masked numbers', { webhooks: true, numbers: 'masked' }, false],
    ['that says so in words', { webhooks: 'true' }, false],
    ['that says so with a number', { webhooks: 1 }, false],
    ['that does not', {}, false],
    ['that is narrowed to extensions', { webhooks: true, extensions: ['107'] }, false],
    ['that is narrowed to no queue', { webhooks: true, queues: [] }, false],
  ])('shows webhooks: one %s', async (_, claims, shows) => {
    const exp = clock.now() / 1000 + 60;
    expect((await tokens.verify(await token(claims, { exp }))).webhooks).toBe(shows);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['of everything', {}, 'full'],
    ['of an extension', { extensions: ['107'] }, 'full'],
    ['of no extension', { extensions: [] }, 'full'],
    ['of a queue', { queues: ['sales'] }, 'masked'],
    ['of no queue', { queues: [] }, 'masked'],
    ['of an extension and a queue', { extensions: ['107'], queues: ['sales'] }, 'own'],
    ['of everything, of a display', { display: true }, 'masked'],
    ['of an extension, of a display', { display: true, extensions: ['107'] }, 'masked'],
    ['of a queue that says full', { queues: ['sales'], numbers: 'full' }, 'full'],
    ['of a display that says full', { display: true, numbers: 'full' }, 'full'],
    ['of everything that says masked', { numbers: 'masked' }, 'masked'],
    ['of an extension that says masked', { extensions: ['107'], numbers: 'masked' }, 'masked'],
  ])('shows numbers: one %s', async (_, claims, numbers) => {
    const exp = clock.now() / 1000 + 60;
    const given = await token({ display: undefined, numbers: undefined, ...claims }, { exp });
    expect((await tokens.verify(given)).numbers).toBe(numbers);
  });

  it.each<[string, Record<string, unknown>]>([
    ['numbers that are neither full nor masked', { numbers: 'none' }],
    ['numbers that are null', { numbers: null }],
    ['numbers that are a list', { numbers: ['full'] }],
    ['an id that is no text', { jti: 7 }],
    ['extensions that are no list', { extensions: '107' }],
    ['extensions that are neither texts nor whole numbers', { extensions: ['107', 1.5] }],
    ['extensions below zero', { extensions: [-1] }],
    ['extensions within a list', { extensions: [['107']] }],
    ['more extensions than are counted', { extensions: Array(1_001).fill('1') }],
    ['queues that are null', { queues: null }],
    ['a tenant that is no text', { tenant: ['acme'] }],
    ['a time before which it is not valid', { nbf: 4_000_000_000 }],
  ])('is refused with %s', async (_, claims) => {
    expect(await codeOf(tokens.verify(await token(claims)))).toBe('unauthorized');
  });

  it('lasts no longer than can be written down as a time', async () => {
    const { expiresAt } = await tokens.verify(await token({}, { exp: 1e13 }));
    expect(new Date(expiresAt).toISOString()).toBe('9999-12-31T23:59:59.999Z');
  });

  it('is refused without expiry, with another algorithm, and when it is too long', async () => {
    const key = new TextEncoder().encode(SECRET);
    const eternal = await new SignJWT({ tenant: 'acme' }).setProtectedHeader({ alg: 'HS256' }).sign(key);
    const stronger = await new SignJWT({ tenant: 'acme' })
      .setProtectedHeader({ alg: 'HS512' })
      .setExpirationTime('1h')
      .sign(key);
    for (const bad of [eternal, stronger, await token({ pad: 'x'.repeat(9_000) }), undefined, 7]) {
      expect(await codeOf(tokens.verify(bad))).toBe('unauthorized');
    }
  });

  it('says so when it has expired by the injected clock', async () => {
    const exp = clock.now() / 1000;
    expect(await codeOf(tokens.verify(await token({}, { exp: exp + 1 })))).toBe('accepted');
    expect(await codeOf(tokens.verify(await token({}, { exp })))).toBe('token-expired');
  });

  it('never shows up in what it is refused with', async () => {
    const bad = await token({}, { secret: `${SECRET}!` });
    const error: unknown = await tokens.verify(bad).catch((refusal: unknown) => refusal);
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(bad.split('.')[2]);
  });
});

describe('a token with a key set', () => {
  let keySet: Server;
  let url: string;
  let answer: () => object | null;

  beforeAll(async () => {
    keySet = createServer((_, response) => {
      const body = answer();
      response.writeHead(body === null ? 500 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => keySet.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(keySet.address() as AddressInfo).port}/jwks`;
  });

  afterAll(() => {
    keySet.closeAllConnections();
    keySet.close();
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])(
    'is verified with %s, and refused from another key',
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const stranger = await generateKeyPair(alg);
      const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg };
      answer = () => ({ keys: [jwk] });
      const sign = (key: Parameters<SignJWT['sign']>[0]) =>
        new SignJWT({ tenant: 'acme', display: true })
          .setProtectedHeader({ alg, kid: 'k' })
          .setExpirationTime(4_102_444_800)
          .sign(key);
      const tokens = verifier({ mode: 'jwt', jwksUrl: url });
      expect(await codeOf(tokens.verify(await sign(privateKey)))).toBe('accepted');
      expect(await codeOf(tokens.verify(await sign(stranger.privateKey)))).toBe('bad-signature');
      expect(await codeOf(tokens.verify(await token()))).toBe('unauthorized');
    },
  );

  it('cannot be judged while the key set does not come', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    answer = () => null;
    const signed = await new SignJWT({ tenant: 'acme' })
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime(4_102_444_800)
      .sign(privateKey);
    expect(await codeOf(verifier({ mode: 'jwt', jwksUrl: url }).verify(signed))).toBe('auth-unavailable');
  });
});

describe("a token's subject", () => {
  const tokens = verifier({ mode: 'jwt', secret: SECRET });
  const subject = async (claims: object) => (await tokens.verify(await token({ ...claims }))).subject;

  it('is its sub, whatever else it shows', async () => {
    expect(await subject({ sub: 'an-na' })).toBe(await subject({ sub: 'an-na', extensions: ['107'] }));
    expect(await subject({ sub: 'an-na' })).not.toBe(await subject({ sub: 'binh' }));
  });

  it('is what it shows where it has no sub, in any order', async () => {
    expect(await subject({ extensions: ['107', '108'] })).toBe(await subject({ extensions: ['108', '107'] }));
    const all = [
      {},
      { extensions: [] },
      { queues: [] },
      { extensions: ['107'] },
      { queues: ['107'] },
      { sub: '' },
    ];
    expect(new Set(await Promise.all(all.map(subject))).size).toBe(all.length - 1);
  });
});

describe("a token's life", () => {
  beforeEach(() => watch.reached.mockClear());
  const tokens = verifier({ mode: 'jwt', secret: SECRET });
  const now = clock.now() / 1000;
  const lives = async (life: number, claims: object = {}) =>
    codeOf(tokens.verify(await token({ display: undefined, ...claims }, { exp: now + life })));

  it('is a day at most, from its iat and at least from now', async () => {
    expect(await lives(86_400)).toBe('accepted');
    expect(await lives(86_400, { iat: now })).toBe('accepted');
    expect(watch.reached).not.toHaveBeenCalled();
    expect(await lives(86_400 + 120)).toBe('unauthorized');
    expect(await lives(60, { iat: now - 86_400 })).toBe('accepted');
    expect(await lives(180, { iat: now - 86_400 })).toBe('unauthorized');
    expect(await lives(172_800, { iat: now + 86_400 })).toBe('unauthorized');
    expect(watch.reached.mock.calls).toEqual([['token-life'], ['token-life'], ['token-life']]);
  });

  it("may be longer for a display's alone", async () => {
    expect(await lives(365 * 86_400, { display: true })).toBe('accepted');
    for (const display of ['true', 1, false, {}])
      expect(await lives(365 * 86_400, { display })).toBe('unauthorized');
  });
});

describe('what was granted', () => {
  const expiresAt = clock.now() + 60_000;

  it('holds until the token expires, or its tenant is removed', async () => {
    const now = new ManualClock(clock.now());
    const tokens = new TokenVerifier(
      {
        auth: { mode: 'jwt', secret: SECRET },
        tenants: TENANTS,
        authTimeoutMs: 500,
        maxTokenLifeMs: DAY_MS,
        keySetMaxStaleMs: DAY_MS,
      },
      { clock: now, watch, logger },
    );
    const { key } = await tokens.verify(await token());
    expect(tokens.lapsed({ tenant: 'acme', expiresAt, key, id: null })).toBeNull();
    tokens.know(['globex']);
    expect(tokens.lapsed({ tenant: 'acme', expiresAt, key, id: null })).toBe('unauthorized');
    expect(tokens.lapsed({ tenant: 'globex', expiresAt, key, id: null })).toBeNull();
    now.advance(59_999);
    expect(tokens.lapsed({ tenant: 'globex', expiresAt, key, id: null })).toBeNull();
    now.advance(1);
    expect(tokens.lapsed({ tenant: 'globex', expiresAt, key, id: null })).toBe('token-expired');
  });
});

describe('a token that was revoked', () => {
  const revoked = new Map([['acme', new Set(['screen-3'])]]);

  it('is refused and lapses by its tenant’s list alone, as long as that names it', async () => {
    const tokens = verifier({ mode: 'jwt', secret: SECRET });
    const holder = await tokens.verify(await token({ jti: 'screen-3' }));
    expect(holder.id).toBe('screen-3');
    const another = await tokens.verify(await token({ jti: 'screen-4' }));
    const without = await tokens.verify(await token());
    const theirs = await tokens.verify(await token({ tenant: 'globex', jti: 'screen-3' }));
    tokens.know(TENANTS, new Map(), revoked);
    expect(await codeOf(tokens.verify(await token({ jti: 'screen-3' })))).toBe('token-revoked');
    expect([holder, another, without, theirs].map((one) => tokens.lapsed(one))).toEqual([
      'token-revoked',
      null,
      null,
      null,
    ]);
    tokens.know(TENANTS);
    expect(tokens.lapsed(holder)).toBeNull();
  });

  it('is known as of the start', async () => {
    const options = {
      tenants: TENANTS,
      authTimeoutMs: 500,
      maxTokenLifeMs: DAY_MS,
      keySetMaxStaleMs: DAY_MS,
    };
    const tokens = new TokenVerifier(
      { auth: { mode: 'jwt', secret: SECRET }, revokedTokens: revoked, ...options },
      { clock, watch, logger },
    );
    expect(await codeOf(tokens.verify(await token({ jti: 'screen-3' })))).toBe('token-revoked');
  });

  it('has to be signed before it is known as revoked', async () => {
    const tokens = verifier({ mode: 'jwt', secret: SECRET });
    tokens.know(TENANTS, new Map(), revoked);
    const forged = await token({ jti: 'screen-3' }, { secret: 'another secret of thirty-two bytes or so' });
    expect(await codeOf(tokens.verify(forged))).toBe('bad-signature');
  });
});

describe('no authentication', () => {
  it('serves the tenant that is asked for if there is such a one, else the first', async () => {
    const tokens = verifier({ mode: 'none' });
    expect(await tokens.verify('whatever', 'globex')).toEqual({
      tenant: 'globex',
      subject: 'anyone',
      key: '',
      webhooks: true,
      numbers: 'full',
      callbacks: true,
      sub: 'anyone',
      id: null,
      expiresAt: Infinity,
    });
    expect((await tokens.verify(undefined, 'initech')).tenant).toBe('acme');
    expect((await tokens.verify(undefined)).tenant).toBe('acme');
  });
});

describe('an address', () => {
  it('is searched for tokens under the usual names', () => {
    expect(hasTokenInQuery({ Access_Token: 'x' })).toBe(true);
    expect(hasTokenInQuery({ token: '' })).toBe(true);
    expect(hasTokenInQuery({ after: 'e1:1', types: 'call-ended' })).toBe(false);
  });
});
