import { createPublicKey, createHmac } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { SignJWT } from 'jose';
import {
  DeliveryUnderTest,
  keysOf,
  LogWriter,
  ManualClock,
  token,
  transition,
} from '../../../test/support/delivery.js';
import { KeyServer, type ProviderKey, providerKey } from '../../../test/support/key-server.js';
import { OWN_CLAIM_NAMES } from '../../core/model/claims.js';
import { until } from '../../../test/support/until.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

/**
 * A holder of the keys of `acme`, its secret and its identity provider's key, tries to get something of `globex`, which has
 * a secret, or of `initech`, which has an identity provider: by every claim and trick that the authors could think of, over
 * Socket.IO, event streams and HTTP.
 */
const ACME = 'the signing key of acme, of 32 bytes or more';
const ACME_OLD = 'the signing key of acme before its rotation';
const GLOBEX = 'the signing key of globex, of 32 bytes or more';
const TENANTS = ['acme', 'acme-id', 'globex', 'initech'] as const;
const EXP = 4_102_444_800;
/** What only `globex` and `initech` know. */
const THEIRS = /0900000042|84900000042|hotline-of-theirs/;

type Json = Readonly<Record<string, unknown>>;

let store: MemoryStore;
let delivery: DeliveryUnderTest;
let clock: ManualClock;
let mine: KeyServer;
let theirs: KeyServer;
let hostile: KeyServer;
let myKey: ProviderKey;
let theirKey: ProviderKey;
let cursorOfGlobex: string;
const logs = new Map<string, LogWriter>();

const keys = () =>
  new Map([
    ['acme', keysOf([ACME])],
    ['acme-id', keysOf([], { jwksUrl: mine.url })],
    ['globex', keysOf([GLOBEX], { issuer: 'id.globex' })],
    ['initech', keysOf([], { jwksUrl: theirs.url, claims: { ...OWN_CLAIM_NAMES, tenant: 'org' } })],
  ]);

beforeAll(async () => {
  [mine, theirs, hostile] = await Promise.all([KeyServer.start(), KeyServer.start(), KeyServer.start()]);
  // The same kid on purpose.
  [myKey, theirKey] = await Promise.all([providerKey('k1'), providerKey('k1')]);
  mine.keys = [myKey.jwk];
  theirs.keys = [theirKey.jwk];
  hostile.keys = [myKey.jwk];
  store = new MemoryStore({ maxEvents: 1_000 });
  clock = new ManualClock();
  for (const tenant of TENANTS) logs.set(tenant, await new LogWriter(store, tenant).claim(`epoch-${tenant}`));
  await callsOfTheirs();
  await logs.get('acme')!.commit(transition('call-started', 'call-of-acme'));
  delivery = await DeliveryUnderTest.start(store, {
    clock,
    tenants: TENANTS,
    auth: { mode: 'jwt' },
    tenantKeys: keys(),
    failuresPerSecond: 10_000,
  });
  const { cursor } = (await (await delivery.get('/v1/calls', await ofGlobex())).json()) as { cursor: string };
  cursorOfGlobex = cursor;
});
afterAll(async () => {
  await delivery.stop();
  await store.close();
  for (const server of [mine, theirs, hostile]) server.stop();
});

const ofGlobex = () => token({ tenant: 'globex', iss: 'id.globex' }, { secret: GLOBEX });
const ofAcme = (claims: object = {}) => token({ tenant: 'acme', ...claims }, { secret: ACME });

/** A call, and with it an event, of each of the others. */
async function callsOfTheirs(): Promise<void> {
  const secret = { customer: { raw: '0900000042', e164: '+84900000042', national: '0900000042' } };
  for (const tenant of ['globex', 'initech']) {
    const log = logs.get(tenant)!;
    const id = `c-${log.sequence}`;
    await log.commit(
      transition('call-started', id, {
        ...secret,
        hotline: { raw: 'hotline-of-theirs', e164: null, national: null },
      }),
    );
  }
}

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signed with a text as an HMAC key, whatever header and payload say. */
function forged(header: Json | string, payload: Json | string, secret: string | Buffer = ACME): string {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const HS256 = { alg: 'HS256', typ: 'JWT' };

/** The same, of a payload that is no text. */
function forgedBytes(payload: Buffer, header: Json = {}): string {
  const input = `${part({ ...HS256, ...header })}.${payload.toString('base64url')}`;
  return `${input}.${createHmac('sha256', ACME).update(input).digest('base64url')}`;
}

/** The payload for another, with these bytes at the beginning of the tenant. */
function bytesWith(bytes: Buffer, rest: string): Buffer {
  return Buffer.concat([
    Buffer.from('{"tenant":"'),
    bytes,
    Buffer.from(`${rest}","iss":"id.globex","exp":${EXP}}`),
  ]);
}

/** An object with these members and one that is as deep as a token may be long. */
function nested(opening: string, members: string): string {
  const depth = Math.floor(5_600 / (opening.length + 1));
  return `{${members},"deep":${opening.repeat(depth)}0${(opening === '[' ? ']' : '}').repeat(depth)}}`;
}

/** A token whose header was changed after it was signed. */
function withHeader(text: string, header: Json): string {
  return [part(header), ...text.split('.').slice(1)].join('.');
}

/** A signature of two numbers, as other protocols write it. */
function derOf(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  const numbers = [bytes.subarray(0, 32), bytes.subarray(32)].map((number) =>
    Buffer.concat([Buffer.from([2, 33, 0]), number]),
  );
  return Buffer.concat([Buffer.from([0x30, 70]), ...numbers]).toString('base64url');
}
const globex = (more: Json = {}): Json => ({
  tenant: 'globex',
  iss: 'id.globex',
  exp: EXP,
  display: true,
  numbers: 'full',
  ...more,
});
const initech = (more: Json = {}): Json => ({
  org: 'initech',
  exp: EXP,
  display: true,
  numbers: 'full',
  ...more,
});
const pem = () =>
  createPublicKey({ key: theirKey.jwk as never, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  }) as string;
const der = () =>
  createPublicKey({ key: theirKey.jwk as never, format: 'jwk' }).export({ type: 'spki', format: 'der' });

type Trick = readonly [name: string, forge: () => string | Promise<string>];

const TENANT_VALUES: readonly unknown[] = [
  'globex',
  'Globex',
  'GLOBEX',
  ' globex',
  'globex ',
  'globex\n',
  'globex\0',
  'globex\0acme',
  'acme\0globex',
  'globex/../acme',
  'ｇｌｏｂｅｘ',
  'gl\u00f6bex',
  'glo\u0308bex',
  'globe\u200bx',
  'acme,globex',
  'acme globex',
  '*',
  '',
  ['globex'],
  ['acme', 'globex'],
  [['globex']],
  { id: 'globex' },
  { tenant: 'globex' },
  { toString: 'globex' },
  0,
  1,
  true,
  null,
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];

/** Each of them opens nothing at all. */
const TRICKS: readonly Trick[] = [
  ...TENANT_VALUES.map((tenant): Trick => [
    `the tenant ${JSON.stringify(tenant)}`,
    () => forged(HS256, globex({ tenant })),
  ]),
  ...['globex', '../globex', "globex' OR '1'='1", '/etc/hostname', '/dev/null', 'k1', '', '__proto__'].map(
    (kid): Trick => [`the kid ${JSON.stringify(kid)}`, () => forged({ ...HS256, kid }, globex())],
  ),
  ...[['globex'], { globex: 1 }, 7, null, true].map((kid): Trick => [
    `a kid that is ${JSON.stringify(kid)}`,
    () => forged({ ...HS256, kid }, globex()),
  ]),
  ...[
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'hs256',
    'HS256 ',
    'RS256',
    'ES256',
    'EdDSA',
    'dir',
    'A256GCM',
    'HS0',
  ].map((alg): Trick => [`the algorithm ${JSON.stringify(alg)}`, () => forged({ ...HS256, alg }, globex())]),
  ...['none', 'HS256', 'ES256'].map((alg): Trick => [
    `no signature and ${alg}`,
    () => `${part({ alg })}.${part(globex())}.`,
  ]),
  ...[['HS256'], { alg: 'HS256' }, null, 256].map((alg): Trick => [
    `an algorithm that is ${JSON.stringify(alg)}`,
    () => forged({ alg }, globex()),
  ]),
  ['two algorithms', () => forged('{"alg":"none","alg":"HS256"}', globex())],
  ['the algorithm by inheritance', () => forged('{"__proto__":{"alg":"HS256"}}', globex())],

  // A public key as a secret.
  ['the public key in PEM as a secret', () => forged({ ...HS256, kid: 'k1' }, initech(), pem())],
  ['the same without its last line break', () => forged({ ...HS256, kid: 'k1' }, initech(), pem().trim())],
  ['the public key in DER as a secret', () => forged({ ...HS256, kid: 'k1' }, initech(), der())],
  ['the JWK as a secret', () => forged({ ...HS256, kid: 'k1' }, initech(), JSON.stringify(theirKey.jwk))],
  ['the x of the JWK as a secret', () => forged({ ...HS256, kid: 'k1' }, initech(), theirKey.jwk.x)],
  ['the empty secret', () => forged(HS256, globex(), '')],
  ["the tenant's name as a secret", () => forged(HS256, globex(), 'globex')],

  // Keys that the token brings along, or says where to find.
  ['a jku', () => myKey.sign(initech(), { jku: hostile.url })],
  ['an x5u', () => myKey.sign(initech(), { x5u: hostile.url })],
  ['a jwk', () => myKey.sign(initech(), { jwk: myKey.jwk })],
  ['an x5c', () => myKey.sign(initech(), { x5c: [der().toString('base64')] })],
  ['a jku for a tenant with a secret', () => myKey.sign(globex(), { jku: hostile.url })],
  ['an iss that is an address', () => myKey.sign(initech({ iss: hostile.url }))],
  ["the own provider's key for a tenant with a provider, with its kid", () => myKey.sign(initech())],
  ["the own provider's key for a tenant with a secret", () => myKey.sign(globex())],
  ['the own secret for a tenant with a provider', () => forged({ ...HS256, kid: 'k1' }, initech())],
  ["the own provider's key, and the claim's own name", () => myKey.sign({ tenant: 'initech' })],

  // Claims that are there twice, or under another name.
  [
    'two tenants, the own first',
    () => forged(HS256, `{"tenant":"acme","tenant":"globex","iss":"id.globex","exp":${EXP}}`),
  ],
  [
    'two tenants, the own last',
    () => forged(HS256, `{"tenant":"globex","tenant":"acme","iss":"id.globex","exp":${EXP}}`),
  ],
  [
    'two tenants, one of them escaped',
    () => forged(HS256, `{"tenant":"acme","ten\\u0061nt":"globex","exp":${EXP}}`),
  ],
  [
    'two tenants by the names of two tenants',
    () => forged(HS256, globex({ tenant: 'acme', org: 'initech' })),
  ],
  [
    'the tenant in a prototype',
    () => forged(HS256, `{"__proto__":{"tenant":"globex"},"iss":"id.globex","exp":${EXP}}`),
  ],
  [
    'the tenant in a constructor',
    () => forged(HS256, { constructor: { prototype: { tenant: 'globex' } }, exp: EXP }),
  ],
  ['the tenant in another case', () => forged(HS256, { Tenant: 'globex', TENANT: 'globex', exp: EXP })],
  ['the tenant by the name that another uses', () => forged(HS256, { org: 'globex', exp: EXP })],
  ['the tenant within a claim', () => forged(HS256, { claims: globex(), exp: EXP })],
  ['the tenant as the subject', () => forged(HS256, { sub: 'globex', iss: 'id.globex', exp: EXP })],
  ['the payload as a list', () => forged(HS256, JSON.stringify([globex()]))],
  ['the payload as a text', () => forged(HS256, JSON.stringify(JSON.stringify(globex())))],
  ['a payload with a byte order mark', () => forged(HS256, `\ufeff${JSON.stringify(globex())}`)],
  [
    'two payloads',
    () => forged(HS256, JSON.stringify(globex()) + JSON.stringify({ tenant: 'acme', exp: EXP })),
  ],

  // Pieces of good tokens.
  [
    'the payload changed under a good signature',
    async () => {
      const [head, , signature] = (await ofAcme()).split('.');
      return `${head}.${part(globex())}.${signature}`;
    },
  ],
  [
    "another's payload with the own signature",
    async () => {
      const [head, payload] = (await ofGlobex()).split('.');
      return `${head}.${payload}.${(await ofAcme()).split('.')[2]}`;
    },
  ],
  ['a good token without its last character', async () => (await ofGlobex()).slice(0, -1)],
  ['a good token with a part more', async () => `${await ofGlobex()}.${part({})}`],
  ['a good token with padding', async () => `${await ofGlobex()}=`],
  ['two tokens in one', async () => `${await ofAcme()}.${(await ofGlobex()).split('.').slice(1).join('.')}`],
  ['a token within a token', async () => forged({ ...HS256, cty: 'JWT' }, await ofAcme())],
  [
    'an unencoded payload',
    () => {
      const header = part({ ...HS256, b64: false, crit: ['b64'] });
      const payload = JSON.stringify(globex()).replaceAll('.', '');
      return `${header}.${payload}.${createHmac('sha256', ACME).update(`${header}.${payload}`).digest('base64url')}`;
    },
  ],
  [
    'a header that is critical and unknown',
    () => forged({ ...HS256, crit: ['tenant'], tenant: 'globex' }, globex()),
  ],
  ['a tenant in the header', () => forged({ ...HS256, tenant: 'globex' }, { iss: 'id.globex', exp: EXP })],
  [
    'an encrypted form',
    () => `${part({ alg: 'dir', enc: 'A256GCM' })}..${part('iv')}.${part(globex())}.${part('tag')}`,
  ],
  [
    'JSON instead of the compact form',
    () =>
      JSON.stringify({ payload: part(globex()), signatures: [{ protected: part(HS256), signature: 'x' }] }),
  ],
  ['a key that was rotated away', () => forged(HS256, { tenant: 'acme', exp: EXP, display: true }, ACME_OLD)],

  // Other claims, for the tenant of another.
  ['the issuer of the own tenant', () => forged(HS256, globex({ iss: 'id.acme' }))],
  ['both issuers', () => forged(HS256, globex({ iss: ['id.globex', 'id.acme'] }))],
  ['an expiry that is a text', () => forged(HS256, globex({ exp: 'never' }))],
  ['no expiry', () => forged(HS256, globex({ exp: undefined }))],
  [
    'every right that there will be',
    () => forged(HS256, globex({ numbers: 'full', callbacks: true, webhooks: true, admin: true })),
  ],
  [
    'HS512 with the own key',
    () => new SignJWT(globex()).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.alloc(64, ACME)),
  ],
  ['a token of 9 KB', () => forged(HS256, globex({ pad: 'x'.repeat(9_000) }))],

  // Texts that one reader may understand otherwise than another.
  ...['[', '{"a":'].map((opening): Trick => [
    `a payload as deep as a token is long, of ${opening}`,
    () => forged(HS256, nested(opening, `"tenant":"globex","iss":"id.globex","exp":${EXP}`)),
  ]),
  ['a header as deep as a token is long', () => forged(nested('[', '"alg":"HS256"'), globex({ pad: '' }))],
  ['the tenant in overlong UTF-8', () => forgedBytes(bytesWith(Buffer.from([0xc1, 0xa7]), 'lobex'))],
  ['the tenant behind bytes that are no UTF-8', () => forgedBytes(bytesWith(Buffer.from([0xff]), 'globex'))],
  ['a payload in UTF-16', () => forgedBytes(Buffer.from(JSON.stringify(globex()), 'utf16le'))],
  [
    'half a surrogate before the tenant',
    () => forged(HS256, `{"tenant":"\\ud800globex","iss":"id.globex","exp":${EXP}}`),
  ],
  [
    'a claim whose name only begins like the tenant',
    () => forged(HS256, `{"tenant\\u0000":"globex","tenant ":"globex","iss":"id.globex","exp":${EXP}}`),
  ],
  [
    'a payload that is compressed',
    () => forgedBytes(deflateRawSync(JSON.stringify(globex())), { zip: 'DEF' }),
  ],
  [
    'a comment in the payload',
    () => forged(HS256, `{"tenant":"globex"/*,"tenant":"acme"*/,"iss":"id.globex","exp":${EXP}}`),
  ],

  // Secrets and signatures of no key at all.
  ...['undefined', 'null', '[object Object]', '\0'.repeat(32), 'globex'.repeat(8), 'HS256'].map(
    (secret): Trick => [`${JSON.stringify(secret)} as a secret`, () => forged(HS256, globex(), secret)],
  ),
  [
    "the signature of another's good token as a secret",
    async () => forged(HS256, globex(), Buffer.from((await ofGlobex()).split('.')[2]!, 'base64url')),
  ],
  ...[0, 255].map((byte): Trick => [
    `a signature of curves of ${byte} alone`,
    () =>
      `${part({ alg: 'ES256', kid: 'k1' })}.${part(initech())}.${Buffer.alloc(64, byte).toString('base64url')}`,
  ]),
  [
    'a signature of curves in DER',
    async () => {
      const [head, payload, signature] = (await myKey.sign(initech())).split('.');
      return `${head}.${payload}.${derOf(signature!)}`;
    },
  ],
  [
    'another curve by the header',
    () => myKey.sign(initech()).then((text) => withHeader(text, { alg: 'ES384', kid: 'k1' })),
  ],
  [
    "another's key by the header alone",
    () =>
      myKey.sign(initech()).then((text) => withHeader(text, { alg: 'ES256', kid: 'k1', iss: theirs.url })),
  ],

  // Numbers at their ends.
  ...['1e999', '-1', '1e308', '"4102444800"', '[4102444800]'].map((exp): Trick => [
    `an expiry of ${exp}`,
    () => forged(HS256, `{"tenant":"globex","iss":"id.globex","exp":${exp}}`),
  ]),
];

const PATHS = [
  '/v1/calls',
  '/v1/calls/c-0',
  '/v1/events?limit=100',
  '/v1/events?since=2020-01-01T00:00:00Z',
  '/v1/events/stream',
  '/v1/sources',
  '/v1/extensions/107/registration',
];

describe("a holder of a tenant's keys", () => {
  it('sees its own calls, and those of the others are there, so that what follows can fail', async () => {
    const bearers = [await ofAcme(), await ofGlobex(), await theirKey.sign({ org: 'initech' })];
    for (const bearer of bearers) expect((await delivery.get('/v1/calls', bearer)).status).toBe(200);
    await callsOfTheirs();
    await logs.get('acme')!.commit(transition('call-started', 'call-of-acme-live'));
    for (const path of ['/v1/calls', '/v1/events?limit=100']) {
      const [own, ...others] = bearers.map((bearer) => async () => (await delivery.get(path, bearer)).text());
      await until(async () => (await own!()).includes('call-of-acme-live'));
      for (const other of others) await until(async () => THEIRS.test(await other()));
    }
    expect((await delivery.get('/v1/calls', await myKey.sign({ tenant: 'acme-id' }))).status).toBe(200);
  });

  it.each(TRICKS)('gets nothing of another by %s', async (_, forge) => {
    const text = await forge();
    for (const path of PATHS) {
      const answer = await fetch(`${delivery.url}${path}`, {
        headers: { authorization: `Bearer ${visible(text)}` },
      });
      expect([path, answer.status]).toEqual([path, 401]);
      const said = (await answer.text()) + JSON.stringify([...answer.headers]);
      expect(said).not.toMatch(THEIRS);
      const signature = text.split('.').at(-1)!;
      // A short one may be part of an id by chance.
      expect(signature.length >= 16 && said.includes(signature)).toBe(false);
    }
    for (const transports of [['websocket'], ['polling']])
      expect(REFUSED).toContain(
        await delivery.refusal({ token: text, tenant: 'globex', cursor: cursorOfGlobex }, { transports }),
      );

    const live = delivery.connect({ token: await ofAcme() });
    await live.first('snapshot');
    const answer = await live.request('refresh', { token: text });
    expect(answer).toEqual({ ok: false, code: expect.any(String) });
    await callsOfTheirs();
    await logs.get('acme')!.commit(transition('call-started', `call-of-acme-${logs.get('acme')!.sequence}`));
    await live.first('call-started');
    expect(JSON.stringify(live.messages)).not.toMatch(THEIRS);
    live.socket.disconnect();
    expect(hostile.requests).toBe(0);
  });

  it.each<[string, Json]>([
    ['its lists', { extensions: ['107', 'c-0'], queues: ['hotline-of-theirs', '*'] }],
    ['a subject of another', { sub: 'globex' }],
    ['further rights', { numbers: 'full', callbacks: true, webhooks: true, scope: '*', roles: ['admin'] }],
    ['a second tenant elsewhere', { tenants: ['globex'], org: 'globex', aud: 'globex' }],
  ])('gets its own and nothing more by %s in a good token', async (_, claims) => {
    const good = await ofAcme(claims);
    for (const path of PATHS.filter((each) => !each.includes('stream'))) {
      for (const query of [
        '',
        'tenant=globex',
        `after=${encodeURIComponent(cursorOfGlobex)}`,
        'extensions=107',
      ]) {
        const answer = await delivery.get(`${path}${path.includes('?') ? '&' : '?'}${query}`, good, {
          'x-tenant': 'globex',
          cookie: `token=${await ofGlobex()}`,
          'x-forwarded-user': 'globex',
        });
        expect(await answer.text()).not.toMatch(THEIRS);
      }
    }
  });

  it('gets a reset and its own snapshot for a cursor of another, on both ways of listening', async () => {
    const good = await ofAcme();
    const socket = delivery.connect(
      { token: good, cursor: cursorOfGlobex, tenant: 'globex' },
      { query: { tenant: 'globex' } },
    );
    await socket.first('snapshot');
    const stream = await delivery.get(
      `/v1/events/stream?after=${encodeURIComponent(cursorOfGlobex)}&tenant=globex`,
      good,
    );
    const reader = stream.body!.getReader();
    const decoder = new TextDecoder();
    let heard = '';
    await callsOfTheirs();
    const before = logs.get('acme')!.sequence;
    await logs.get('acme')!.commit(transition('call-started', `call-of-acme-${before}`));
    await socket.first('call-started');
    while (!heard.includes(`call-of-acme-${before}`))
      heard += decoder.decode((await reader.read()).value, { stream: true });
    expect(heard + JSON.stringify(socket.messages)).not.toMatch(THEIRS);
    expect(socket.names[0]).toBe('reset');
    await reader.cancel();
    socket.socket.disconnect();
  });

  it('is shut out within a second when its key is taken away, on both ways of listening, and no other is', async () => {
    const socket = delivery.connect({ token: await ofAcme() });
    const stream = await delivery.get('/v1/events/stream', await ofAcme());
    const other = delivery.connect({ token: await ofGlobex() });
    await Promise.all([socket.first('snapshot'), other.first('snapshot')]);
    delivery.rekey(TENANTS, new Map([...keys(), ['acme', keysOf([ACME, ACME_OLD])]]));
    clock.advance(1_000);
    expect(socket.disconnected).toBeNull();
    delivery.rekey(TENANTS, new Map([...keys(), ['acme', keysOf([ACME_OLD])]]));
    clock.advance(1_000);
    expect(await socket.first('closing')).toEqual({ code: 'bad-signature' });
    expect(await stream.text()).toContain('event: closing\ndata: {"code":"bad-signature"}');
    expect(await delivery.refusal({ token: await ofAcme() })).toBe('bad-signature');
    expect(other.socket.connected).toBe(true);
    delivery.rekey(TENANTS, keys());
    await delivery.connect({ token: await ofAcme() }).first('snapshot');
  });
});

const REFUSED = ['unauthorized', 'bad-signature', 'tenant-mismatch', 'token-expired'];

/** What a header can carry of it. */
function visible(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '');
}
