import { jest } from '@jest/globals';
import { SignJWT } from 'jose';
import { keysOf, ManualClock, token } from '../../../test/support/delivery.js';
import { KeyServer, type ProviderKey, providerKey } from '../../../test/support/key-server.js';
import { OWN_CLAIM_NAMES } from '../../core/model/claims.js';
import type { AuthOptions } from './options.js';
import type { Refusal } from './refusal.js';
import type { TokenKeys } from './signature.js';
import { TokenVerifier } from './token.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const SERVICE = 'the service-wide secret, of 32 bytes or more';
const ACME = 'the signing key of acme, of 32 bytes or more';
const ACME_NEW = 'the next signing key of acme, of 32 bytes or more';
const GLOBEX = 'the signing key of globex, of 32 bytes or more';

describe("tenants' own keys", () => {
  let clock: ManualClock;
  let server: KeyServer;
  let key: ProviderKey;
  const debug = jest.fn();
  const logger = { debug, info: jest.fn(), warn: jest.fn() };

  beforeAll(async () => {
    server = await KeyServer.start();
    key = await providerKey('k1');
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    clock = new ManualClock();
    server.comeBack();
    server.keys = [key.jwk];
    debug.mockClear();
  });

  type Tenants = Record<string, TokenKeys | null>;
  function know(tokens: TokenVerifier, tenants: Tenants): void {
    const own = Object.entries(tenants).filter((entry): entry is [string, TokenKeys] => entry[1] !== null);
    tokens.know(Object.keys(tenants) as [string], new Map(own));
  }
  function verifier(tenants: Tenants, auth: AuthOptions = { mode: 'jwt' }): TokenVerifier {
    const tokens = new TokenVerifier(
      {
        auth,
        tenants: Object.keys(tenants) as [string],
        authTimeoutMs: 500,
        maxTokenLifeMs: DAY_MS,
        keySetMaxStaleMs: DAY_MS,
      },
      { clock, watch: { reached: jest.fn() }, logger },
    );
    know(tokens, tenants);
    return tokens;
  }
  const outcome = (tokens: TokenVerifier, text: string | Promise<string>) =>
    Promise.resolve(text)
      .then((given) => tokens.verify(given))
      .then(
        ({ tenant }) => tenant,
        (error: unknown) => (error as Refusal).code,
      );
  const signed = (tenant: unknown, secret: string, claims: object = {}) =>
    token({ tenant, ...claims }, { secret });

  it('open their tenant and no other', async () => {
    const tokens = verifier({ acme: keysOf([ACME]), globex: keysOf([GLOBEX]) });
    expect(await outcome(tokens, signed('acme', ACME))).toBe('acme');
    expect(await outcome(tokens, signed('globex', GLOBEX))).toBe('globex');
    expect(await outcome(tokens, signed('globex', ACME))).toBe('tenant-mismatch');
    expect(await outcome(tokens, signed('acme', GLOBEX))).toBe('tenant-mismatch');
  });

  it('stand beside the service-wide key, which opens every tenant', async () => {
    const tokens = verifier({ acme: keysOf([ACME]), initech: null }, { mode: 'jwt', secret: SERVICE });
    expect(await outcome(tokens, signed('acme', SERVICE))).toBe('acme');
    expect(await outcome(tokens, signed('initech', SERVICE))).toBe('initech');
    expect(await outcome(tokens, signed('acme', ACME))).toBe('acme');
    expect(await outcome(tokens, signed('initech', ACME))).toBe('tenant-mismatch');
  });

  it('are all there is without a service-wide key', async () => {
    const tokens = verifier({ acme: keysOf([ACME]), initech: null });
    expect(await outcome(tokens, signed('initech', ACME))).toBe('tenant-mismatch');
    expect(await outcome(tokens, signed('initech', SERVICE))).toBe('bad-signature');
  });

  it('are two during a rotation, and the one that goes ends what it opened', async () => {
    const tokens = verifier({ acme: keysOf([ACME]) });
    const old = await tokens.verify(await signed('acme', ACME));
    know(tokens, { acme: keysOf([ACME_NEW, ACME]) });
    const fresh = await tokens.verify(await signed('acme', ACME_NEW));
    expect([tokens.lapsed(old), tokens.lapsed(fresh)]).toEqual([null, null]);
    expect(await outcome(tokens, signed('acme', ACME))).toBe('acme');
    know(tokens, { acme: keysOf([ACME_NEW]) });
    expect([tokens.lapsed(old), tokens.lapsed(fresh)]).toEqual(['bad-signature', null]);
    expect(await outcome(tokens, signed('acme', ACME))).toBe('bad-signature');
  });

  it('end what they opened when another issuer, audience, or name of a claim is demanded', async () => {
    for (const rule of [
      { issuer: 'id.acme.example' },
      { audience: 'bridge' },
      { claims: { ...OWN_CLAIM_NAMES, queues: 'groups' } },
    ]) {
      const tokens = verifier({ acme: keysOf([ACME]) });
      const holder = await tokens.verify(await signed('acme', ACME));
      know(tokens, { acme: keysOf([ACME], rule) });
      expect(tokens.lapsed(holder)).toBe('bad-signature');
    }
  });

  it('end nothing that the service-wide key opened', async () => {
    const tokens = verifier({ acme: null }, { mode: 'jwt', secret: SERVICE });
    const holder = await tokens.verify(await signed('acme', SERVICE));
    know(tokens, { acme: keysOf([ACME]) });
    expect(tokens.lapsed(holder)).toBeNull();
  });

  it('of one tenant that are given to another open nothing of the first any more', async () => {
    const tokens = verifier({ acme: keysOf([ACME]), globex: keysOf([GLOBEX]) });
    const holder = await tokens.verify(await signed('acme', ACME));
    know(tokens, { acme: keysOf([GLOBEX]), globex: keysOf([ACME]) });
    expect(tokens.lapsed(holder)).toBe('bad-signature');
    expect(await outcome(tokens, signed('acme', ACME))).toBe('tenant-mismatch');
  });

  it('demand their issuer and their audience, and say which is wrong', async () => {
    const tokens = verifier({ acme: keysOf([ACME], { issuer: 'id.acme', audience: 'bridge' }) });
    const right = { iss: 'id.acme', aud: ['crm', 'bridge'] };
    expect(await outcome(tokens, signed('acme', ACME, right))).toBe('acme');
    for (const [claim, claims] of [
      ['iss', { ...right, iss: 'id.globex' }],
      ['iss', { aud: 'bridge' }],
      ['aud', { ...right, aud: 'crm' }],
      ['aud', { iss: 'id.acme' }],
    ] as const) {
      debug.mockClear();
      expect(await outcome(tokens, signed('acme', ACME, claims))).toBe('unauthorized');
      expect(debug.mock.calls).toEqual([
        [
          { code: 'unauthorized', claim, tenant: 'acme' },
          expect.stringMatching(new RegExp(`^token refused: the claim ${claim} is not the`)),
        ],
      ]);
    }
  });

  it('are read with the names that claims have there, and no others', async () => {
    const claims = {
      tenant: 'org',
      sub: 'upn',
      extensions: 'lines',
      queues: 'groups',
      display: 'wall',
      webhooks: 'hooks',
      numbers: 'shown',
      callbacks: 'calls',
    };
    const tokens = verifier({ acme: keysOf([ACME], { claims }), globex: keysOf([GLOBEX]) });
    const given = { tenant: undefined, org: 'acme', upn: 'an', lines: [107], groups: ['sales'], wall: true };
    expect(await tokens.verify(await signed(undefined, ACME, { ...given, display: false }))).toMatchObject({
      tenant: 'acme',
      subject: 'sub an',
      extensions: ['107'],
      queues: ['sales'],
    });
    expect(await outcome(tokens, signed('acme', ACME, { ...given, org: undefined }))).toBe('unauthorized');
    // It would name two tenants.
    expect(await outcome(tokens, signed('globex', ACME, { ...given, tenant: 'globex' }))).toBe(
      'tenant-mismatch',
    );
    expect(await outcome(tokens, signed('globex', GLOBEX, { org: 'acme' }))).toBe('tenant-mismatch');
  });

  it('of an operator are read with the claims’ own names, also for a tenant with others', async () => {
    const claims = { ...OWN_CLAIM_NAMES, tenant: 'org' };
    const tokens = verifier({ acme: keysOf([ACME], { claims }) }, { mode: 'jwt', secret: SERVICE });
    expect(await outcome(tokens, signed('acme', SERVICE))).toBe('acme');
    expect(await outcome(tokens, signed(undefined, SERVICE, { org: 'acme' }))).toBe('unauthorized');
    // It lacks the claim that names the tenant there, and says so.
    expect(await outcome(tokens, signed('acme', ACME))).toBe('unauthorized');
    expect(debug.mock.calls.at(-1)?.[0]).toEqual({ code: 'unauthorized', claim: 'org' });
  });

  it('may be of other algorithms, where the tenant says so', async () => {
    const long = 'x'.repeat(64);
    const tokens = verifier({ acme: keysOf([long], { algorithms: ['HS512'] }), globex: keysOf([GLOBEX]) });
    const sign = (alg: string) =>
      new SignJWT({ tenant: 'acme', display: true, exp: 4_102_444_800 })
        .setProtectedHeader({ alg })
        .sign(new TextEncoder().encode(long));
    expect(await outcome(tokens, sign('HS512'))).toBe('acme');
    expect(await outcome(tokens, sign('HS256'))).toBe('bad-signature');
    expect(await outcome(tokens, sign('HS384'))).toBe('unauthorized');
    expect(debug.mock.calls.at(-1)?.[1]).toBe(
      'token refused: the algorithm of the token (alg) is none of HS512, HS256',
    );
  });

  describe('in a key set', () => {
    const acme = () => keysOf([], { jwksUrl: server.url });

    it('open their tenant, as long as the set is away for a day at most', async () => {
      const tokens = verifier({ acme: acme(), globex: keysOf([GLOBEX]) });
      const holder = await tokens.verify(await key.sign({ tenant: 'acme' }));
      expect(tokens.keys).toEqual({ sets: { fresh: 1, stale: 0, unusable: 0 }, shut: 0, isShut: false });
      server.goAway();
      for (let minute = 0; minute < 60; minute += 1) {
        clock.advance(MINUTE_MS);
        expect(await outcome(tokens, key.sign({ tenant: 'acme' }))).toBe('acme');
        expect(tokens.lapsed(holder)).toBeNull();
      }
      clock.advance(DAY_MS);
      expect(await outcome(tokens, key.sign({ tenant: 'acme' }))).toBe('auth-unavailable');
      expect(tokens.lapsed(holder)).toBe('auth-unavailable');
      expect(tokens.keys).toEqual({ sets: { fresh: 0, stale: 0, unusable: 1 }, shut: 1, isShut: false });
      // Nothing of that touches the others.
      expect(await outcome(tokens, signed('globex', GLOBEX))).toBe('globex');
      server.comeBack();
      clock.advance(MINUTE_MS);
      expect(await outcome(tokens, key.sign({ tenant: 'acme' }))).toBe('acme');
      expect(tokens.lapsed(holder)).toBeNull();
    });

    it('are not known after a restart without it', async () => {
      server.goAway();
      const tokens = verifier({ acme: acme() });
      expect(await outcome(tokens, key.sign({ tenant: 'acme' }))).toBe('auth-unavailable');
      expect(tokens.keys).toEqual({ sets: { fresh: 0, stale: 0, unusable: 1 }, shut: 1, isShut: true });
      expect(tokens.keySetFailures).toBe(1);
    });

    it('open no other tenant, also with the same name of the key', async () => {
      const second = await KeyServer.start();
      const theirs = await providerKey('k1');
      second.keys = [theirs.jwk];
      const tokens = verifier({ acme: acme(), globex: keysOf([], { jwksUrl: second.url }) });
      expect(await outcome(tokens, key.sign({ tenant: 'acme' }))).toBe('acme');
      expect(await outcome(tokens, theirs.sign({ tenant: 'globex' }))).toBe('globex');
      expect(await outcome(tokens, key.sign({ tenant: 'globex' }))).toBe('tenant-mismatch');
      expect(await outcome(tokens, theirs.sign({ tenant: 'acme' }))).toBe('tenant-mismatch');
      second.stop();
    });

    it('end what they opened when the set no longer has them', async () => {
      const tokens = verifier({ acme: acme() });
      const holder = await tokens.verify(await key.sign({ tenant: 'acme' }));
      const next = await providerKey('k2');
      server.keys = [key.jwk, next.jwk];
      clock.advance(MINUTE_MS);
      expect(await outcome(tokens, next.sign({ tenant: 'acme' }))).toBe('acme');
      expect(tokens.lapsed(holder)).toBeNull();
      server.keys = [next.jwk];
      clock.advance(10 * MINUTE_MS);
      expect(await outcome(tokens, (await providerKey('k3')).sign({ tenant: 'acme' }))).toBe('bad-signature');
      expect(tokens.lapsed(holder)).toBe('bad-signature');
    });

    it('of the service open every tenant, and make the bridge unready while they are not known', async () => {
      const tokens = verifier({ acme: null, globex: null }, { mode: 'jwt', jwksUrl: server.url });
      expect(tokens.keys).toMatchObject({ shut: 2, isShut: true });
      expect(await outcome(tokens, key.sign({ tenant: 'acme' }))).toBe('acme');
      expect(await outcome(tokens, key.sign({ tenant: 'initech' }))).toBe('tenant-mismatch');
      expect(tokens.keys).toEqual({ sets: { fresh: 1, stale: 0, unusable: 0 }, shut: 0, isShut: false });
    });
  });

  describe('refuse so that', () => {
    const tenants = () => ({ acme: keysOf([ACME]), globex: keysOf([GLOBEX]) });
    const MANY = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `t${index}`,
        keysOf([`${index} is the key of this tenant, or so`]),
      ]),
    );

    it('an expired token, a wrong tenant and a wrong signature have a code each', async () => {
      const tokens = verifier(tenants());
      expect(await outcome(tokens, token({}, { secret: ACME, exp: 1 }))).toBe('token-expired');
      expect(await outcome(tokens, signed('globex', ACME))).toBe('tenant-mismatch');
      expect(await outcome(tokens, signed('initech', ACME))).toBe('tenant-mismatch');
      expect(await outcome(tokens, signed('acme', SERVICE))).toBe('bad-signature');
      expect(await outcome(tokens, token({ tenant: 'globex' }, { secret: ACME, exp: 1 }))).toBe(
        'token-expired',
      );
      expect(await outcome(tokens, token({}, { secret: SERVICE, exp: 1 }))).toBe('bad-signature');
    });

    it('a client without a key cannot learn which tenants there are', async () => {
      const tokens = verifier(tenants());
      for (const tenant of ['acme', 'globex', 'initech', '', null, undefined, ['acme']])
        expect(await outcome(tokens, signed(tenant, SERVICE))).toBe('bad-signature');
    });

    it.each<[unknown, string]>([
      [undefined, 'unauthorized'],
      [null, 'unauthorized'],
      [7, 'unauthorized'],
      [['acme'], 'unauthorized'],
      [{ id: 'acme' }, 'unauthorized'],
      [true, 'unauthorized'],
      ['', 'tenant-mismatch'],
      ['Acme', 'tenant-mismatch'],
      ['__proto__', 'tenant-mismatch'],
    ])('the operator reads what is wrong with the tenant %j', async (tenant, code) => {
      const tokens = verifier(tenants());
      expect(await outcome(tokens, signed(tenant, ACME))).toBe(code);
      const why =
        code === 'unauthorized'
          ? 'the claim tenant must be the id of a tenant, as a text'
          : 'its key does not open the tenant that it names';
      expect(debug.mock.calls).toEqual([[{ code, claim: 'tenant' }, `token refused: ${why}`]]);
    });

    it('the operator reads which claim is wrong, and never what a token says', async () => {
      const tokens = verifier(tenants());
      const secretive = { sub: 'Zq9-personal', extensions: ['Zq9-list', {}], 'Zq9-claim': 'Zq9-value' };
      const texts = await Promise.all([
        signed('acme', ACME, secretive),
        signed('acme', ACME, { ...secretive, extensions: undefined, queues: 'Zq9' }),
        signed('Zq9', ACME),
        signed('Zq9', 'Zq9 a key that is not known here, 32 bytes'),
        token({ ...secretive }, { secret: ACME, exp: 1 }),
        Promise.resolve(`Zq9.${'e30'}.Zq9`),
      ]);
      for (const text of texts) expect(await outcome(tokens, text)).not.toBe('acme');
      expect(debug.mock.calls).toHaveLength(texts.length);
      const said = JSON.stringify(debug.mock.calls);
      expect(said).not.toContain('Zq9');
      for (const text of texts) expect(said).not.toContain(text.split('.')[2]);
      expect(debug.mock.calls.slice(0, 2)).toEqual([
        [
          { code: 'unauthorized', claim: 'extensions', tenant: 'acme' },
          'token refused: the claim extensions must be a list of texts or whole numbers; left out, it means all',
        ],
        [
          { code: 'unauthorized', claim: 'queues', tenant: 'acme' },
          'token refused: the claim queues must be a list of texts or whole numbers; left out, it means all',
        ],
      ]);
    });

    it('a wrong signature costs little, with however many tenants', async () => {
      const tokens = verifier(MANY);
      expect(await outcome(tokens, signed('t7', '99 is the key of this tenant, or so'))).toBe(
        'tenant-mismatch',
      );
      // Beyond the first hundred the code is the other one; it opens nothing either way.
      expect(await outcome(tokens, signed('t7', '100 is the key of this tenant, or so'))).toBe(
        'bad-signature',
      );
      expect(await outcome(tokens, signed('t9999', '9999 is the key of this tenant, or so'))).toBe('t9999');
    });

    it("a wrong signature costs little, with however many keys of one name in a tenant's set", async () => {
      const sameName = await Promise.all(Array.from({ length: 9 }, () => providerKey('k1')));
      server.keys = sameName.map(({ jwk }) => jwk);
      const tokens = verifier({ acme: keysOf([], { jwksUrl: server.url }), globex: keysOf([GLOBEX]) });
      expect(await outcome(tokens, sameName[0]!.sign({ tenant: 'acme' }))).toBe('acme');
      expect(await outcome(tokens, sameName[7]!.sign({ tenant: 'globex' }))).toBe('tenant-mismatch');
      expect(await outcome(tokens, sameName[8]!.sign({ tenant: 'globex' }))).toBe('bad-signature');
    });
  });
});
