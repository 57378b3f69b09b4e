import { parseConfig } from '../parse-config.js';
import type { ServiceKey } from './client-keys.js';
import { readTenantsFile, type TenantsFileResult } from './tenants-file.js';

const KEY = 'the-signing-key-of-acme-32-bytes-or-more';
const OTHER = 'another-signing-key-of-32-bytes-or-more-';
const JWKS = 'https://id.acme.example/jwks';
const TENANT = { baseUrl: 'https://pbx.example', token: 't' };
const SET: ServiceKey = { isSet: true, secret: null, jwksUrl: null };

function read(
  rows: readonly object[],
  {
    serviceKey = SET,
    files = {},
    env = {},
  }: { serviceKey?: ServiceKey; files?: Record<string, string>; env?: Record<string, string> } = {},
): TenantsFileResult {
  const tenants = rows.map((row, index) => ({ id: `t${index}`, ...TENANT, ...row }));
  const all: Record<string, string> = { '/etc/t.json': JSON.stringify({ tenants }), ...files };
  return readTenantsFile('/etc/t.json', {
    env,
    readText: (path) => {
      if (!Object.hasOwn(all, path)) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return all[path]!;
    },
    timeZone: 'UTC',
    country: 'VN',
    direction: 'auto',
    pollIntervalMs: 1000,
    deskTimes: { shortAbandonMs: 5_000, callbackMaxAgeMs: 604_800_000 },
    proxyOf: () => null,
    ca: null,
    serviceKey,
  });
}

function keysOf(row: object, more: Parameters<typeof read>[1] = {}) {
  const result = read([row], more);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  const keys = result.tenants[0]!.clientKeys;
  return keys && { ...keys, secrets: keys.secrets.map((secret) => secret.reveal()) };
}

function problemsOf(rows: readonly object[], more: Parameters<typeof read>[1] = {}): readonly string[] {
  const result = read(rows, more);
  return result.ok ? [] : result.problems;
}

const NAMES = {
  tenant: 'tenant',
  sub: 'sub',
  extensions: 'extensions',
  queues: 'queues',
  display: 'display',
  webhooks: 'webhooks',
  numbers: 'numbers',
  callbacks: 'callbacks',
};

describe("a tenant's keys in the tenants' file", () => {
  it.each<[string, object]>([
    ['the text itself', { signingKey: KEY }],
    ['a variable', { signingKeyEnv: 'ACME_KEY' }],
    ['a file', { signingKeyFile: 'acme.key' }],
    ['a list of one', { signingKeyFile: ['/etc/acme.key'] }],
  ])('may be a secret, given by %s', (_, row) => {
    expect(keysOf(row, { env: { ACME_KEY: ` ${KEY} ` }, files: { '/etc/acme.key': `${KEY}\n` } })).toEqual({
      secrets: [KEY],
      jwksUrl: null,
      issuer: null,
      audience: null,
      algorithms: ['HS256'],
      claims: NAMES,
    });
  });

  it('may be two secrets during a rotation, of which the first signs', () => {
    expect(keysOf({ signingKey: [OTHER, KEY] })).toMatchObject({ secrets: [OTHER, KEY] });
    const env = { A: KEY, B: OTHER };
    expect(keysOf({ signingKeyEnv: ['B', 'A'] }, { env })).toMatchObject({ secrets: [OTHER, KEY] });
    const result = read([{ signingKeyEnv: ['B', 'A'] }], { env });
    expect(result.ok && result.variables).toEqual(['B', 'A']);
  });

  it('may be a key set, narrowed by issuer, audience and algorithms, with other names of claims', () => {
    const row = {
      jwksUrl: JWKS,
      issuer: 'https://id.acme.example/',
      audience: 'bridge',
      algorithms: ['ES256', 'RS256', 'ES256'],
      claims: { tenant: 'https://acme.example/tenant', extensions: 'ext' },
    };
    expect(keysOf(row)).toEqual({
      secrets: [],
      ...row,
      algorithms: ['ES256', 'RS256'],
      claims: { ...NAMES, ...row.claims },
    });
    expect(keysOf({ jwksUrl: JWKS })!.algorithms).not.toContain('HS256');
  });

  it('are none where the service-wide key counts', () => {
    expect(keysOf({})).toBeNull();
  });

  const placeholders = ['{{ key of thirty-two bytes or so }}', '<the key of acme, at least 32 bytes>'];
  it.each<[object, RegExp]>([
    [{ signingKey: KEY, jwksUrl: JWKS }, /^tenants\[0\] may have only one of signingKey, /],
    [{ signingKey: KEY, signingKeyEnv: 'K' }, /^tenants\[0\] may have only one of/],
    [{ signingKey: 'short' }, /^tenants\[0\]\.signingKey must be at least 32 bytes/],
    [{ signingKey: [KEY, 'short'] }, /^tenants\[0\]\.signingKey\[1\] must be at least 32 bytes/],
    [{ signingKey: KEY, algorithms: ['HS512'] }, /^tenants\[0\]\.signingKey must be at least 64 bytes/],
    [{ signingKey: `${KEY}\0` }, /^tenants\[0\]\.signingKey must be at least 32 bytes of text in one line/],
    [{ signingKey: placeholders[0] }, /not an unfilled placeholder/],
    [{ signingKey: placeholders[1] }, /not an unfilled placeholder/],
    [{ signingKey: [KEY, KEY] }, /^tenants\[0\]\.signingKey\[1\] is the same key again/],
    [
      { signingKey: [KEY, OTHER, `${OTHER}3`] },
      /^tenants\[0\]\.signingKey must be a text, or a list of one or two/,
    ],
    [{ signingKey: [] }, /^tenants\[0\]\.signingKey must be a text, or a list of one or two/],
    [{ signingKey: 7 }, /^tenants\[0\]\.signingKey must be a text, or a list of one or two/],
    [{ signingKeyEnv: 'constructor' }, /^tenants\[0\]\.signingKeyEnv names a variable that is not set/],
    [{ signingKeyFile: 'gone' }, /^tenants\[0\]\.signingKeyFile cannot be read \(ENOENT\)/],
    [{ jwksUrl: 'ftp://id.example' }, /^tenants\[0\]\.jwksUrl must be an http or https address/],
    [{ jwksUrl: 'https://u:p@id.example' }, /^tenants\[0\]\.jwksUrl must be an http or https address/],
    [{ issuer: 'x' }, /^tenants\[0\]\.issuer needs one of signingKey, /],
    [{ claims: { sub: 'x' } }, /^tenants\[0\]\.claims needs one of/],
    [
      { signingKey: KEY, algorithms: ['RS256'] },
      /^tenants\[0\]\.algorithms may be, with signingKey, only of HS256/,
    ],
    [
      { jwksUrl: JWKS, algorithms: ['HS256'] },
      /^tenants\[0\]\.algorithms may be, with jwksUrl, only of RS256/,
    ],
    [{ jwksUrl: JWKS, algorithms: ['none'] }, /^tenants\[0\]\.algorithms\[0\] must be one of HS256/],
    [{ jwksUrl: JWKS, algorithms: [] }, /^tenants\[0\]\.algorithms must not be empty/],
    [{ signingKey: KEY, claims: { sub: 'tenant' } }, /^tenants\[0\]\.claims must be different names/],
    [
      { signingKey: KEY, claims: { sub: 'iss' } },
      /^tenants\[0\]\.claims must be different names, and none of exp/,
    ],
    [
      { signingKey: KEY, claims: { role: 'x' } },
      /^tenants\[0\]\.claims may have no other fields than tenant/,
    ],
    [{ signingKey: KEY, claims: { sub: 'a"b' } }, /^tenants\[0\]\.claims\.sub must be the name of a claim/],
  ])('are refused when they are %j', (row, problem) => {
    const problems = problemsOf([row]);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    for (const secret of [KEY, OTHER, 'short', ...placeholders])
      expect(problems.join()).not.toContain(secret);
  });

  it('belong to one tenant: its holder could sign for the other', () => {
    expect(problemsOf([{ signingKey: KEY }, { signingKey: [OTHER, KEY] }])).toEqual([
      'tenants[1].signingKey[1] is also the key of an earlier tenant: its holder could sign for both',
    ]);
    const [found] = read([{ signingKey: KEY }, {}]).ok ? [true] : [false];
    expect(found).toBe(true);
  });

  it('are not the service-wide key', () => {
    const parsed = parseConfig(
      {
        TENANTS_FILE: 't.json',
        REDIS_URL: 'redis://h:1',
        AUTH_JWT_SECRET: KEY,
      },
      () => JSON.stringify({ tenants: [{ id: 'a', ...TENANT, signingKey: KEY }] }),
    );
    expect(parsed).toEqual({
      ok: false,
      problems: [
        'TENANTS_FILE: tenants[0].signingKey is also the key of AUTH_JWT_SECRET: its holder could sign for both',
      ],
    });
    expect(
      problemsOf([{ jwksUrl: JWKS }], { serviceKey: { isSet: true, secret: null, jwksUrl: JWKS } }),
    ).toEqual(['tenants[0].jwksUrl is AUTH_JWKS_URL, whose keys open every tenant']);
  });

  it('are a key set of several tenants only where issuer or audience tells them apart', () => {
    const [a, b] = [
      { jwksUrl: JWKS, audience: 'a' },
      { jwksUrl: JWKS, audience: 'b' },
    ];
    expect(problemsOf([a, b])).toEqual([]);
    expect(problemsOf([a, a])).toEqual([
      expect.stringMatching(/^tenants\[1\]\.jwksUrl is the key set of an earlier/),
    ]);
  });

  interface Named {
    readonly issuer?: string;
    readonly audience?: string;
  }
  it.each<[boolean, Named, Named]>([
    [true, { issuer: 'i' }, { issuer: 'j' }],
    [true, { issuer: 'i', audience: 'a' }, { issuer: 'i', audience: 'b' }],
    [true, { issuer: 'i', audience: 'a' }, { issuer: 'j', audience: 'a' }],
    [true, { issuer: 'i', audience: 'a' }, { issuer: 'j' }],
    [true, { issuer: 'i', audience: 'a' }, { audience: 'b' }],
    [false, {}, {}],
    [false, {}, { issuer: 'j' }],
    [false, {}, { audience: 'b' }],
    [false, {}, { issuer: 'j', audience: 'b' }],
    [false, { issuer: 'i' }, { audience: 'b' }],
    [false, { issuer: 'i' }, { issuer: 'i', audience: 'b' }],
    [false, { audience: 'a' }, { issuer: 'j', audience: 'a' }],
    [false, { issuer: 'i', audience: 'a' }, { issuer: 'i', audience: 'a' }],
  ])('share a key set: %s, with %j and %j, in whichever order', (may, one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ]) {
      const rows = [
        { jwksUrl: JWKS, ...first },
        { jwksUrl: JWKS, ...second },
      ];
      expect(problemsOf(rows)).toHaveLength(may ? 0 : 1);
    }
  });

  it('are one key set however its address is spelt', () => {
    const { host } = new URL(JWKS);
    const spelt = [JWKS.replace(host, host.toUpperCase()), JWKS.replace(host, `${host}:443`)];
    for (const jwksUrl of spelt) {
      expect(problemsOf([{ jwksUrl: JWKS }, { jwksUrl }])).toEqual([
        expect.stringMatching(/^tenants\[1\]\.jwksUrl is the key set of an earlier/),
      ]);
      expect(problemsOf([{ jwksUrl }], { serviceKey: { isSet: true, secret: null, jwksUrl: JWKS } })).toEqual(
        ['tenants[0].jwksUrl is AUTH_JWKS_URL, whose keys open every tenant'],
      );
    }
  });
});

describe('the service-wide key', () => {
  const env = { TENANTS_FILE: 't.json', REDIS_URL: 'redis://h:1' };
  const parse = (more: Record<string, string>, rows: readonly object[]) =>
    parseConfig({ ...env, ...more }, () =>
      JSON.stringify({ tenants: rows.map((row, index) => ({ id: `t${index}`, ...TENANT, ...row })) }),
    );
  const warningsOf = (more: Record<string, string>, rows: readonly object[]) => {
    const result = parse(more, rows);
    if (!result.ok) throw new Error(result.problems.join('\n'));
    return result.warnings;
  };

  it('is not needed where every tenant has keys of its own', () => {
    const result = parse({}, [{ signingKey: KEY }, { jwksUrl: JWKS }]);
    expect(result.ok && [result.config.auth, result.warnings]).toEqual([{ mode: 'jwt' }, []]);
    expect(parse({}, [{ signingKey: KEY }, {}])).toEqual({
      ok: false,
      problems: [
        'TENANTS_FILE: tenants[1] must have one of signingKey, signingKeyEnv, signingKeyFile, jwksUrl, as neither AUTH_JWT_SECRET nor AUTH_JWKS_URL is set',
      ],
    });
  });

  it('is said at the start to open all tenants, where there are several', () => {
    const secret = { AUTH_JWT_SECRET: OTHER };
    expect(warningsOf(secret, [{}])).toEqual([]);
    expect(warningsOf(secret, [{}, { signingKey: KEY }])).toEqual([
      'AUTH_JWT_SECRET: opens all 2 tenants (1 have keys of their own): give each tenant a signingKey or a jwksUrl, and leave it to the operators',
    ]);
    expect(warningsOf({ AUTH_JWKS_URL: JWKS }, [{ signingKey: KEY }, { signingKey: `${KEY}2` }])).toEqual([
      'AUTH_JWKS_URL: opens all 2 tenants (2 have keys of their own): leave it to the operators',
    ]);
  });

  it('is a problem of its own where it is malformed, and not one of every tenant', () => {
    expect(parse({ AUTH_JWT_SECRET: 'short' }, [{}])).toEqual({
      ok: false,
      problems: ['AUTH_JWT_SECRET: must be at least 32 bytes'],
    });
  });

  it("warns of tenants' keys that are not used, and of key sets over plain http", () => {
    expect(warningsOf({ AUTH_MODE: 'none' }, [{ signingKey: KEY }])).toEqual([
      "TENANTS_FILE: the tenants' keys are not used, because AUTH_MODE is none",
    ]);
    expect(warningsOf({}, [{ jwksUrl: 'http://id.example/jwks' }])).toEqual([
      'TENANTS_FILE: a jwksUrl is plain http; who can change that answer can sign tokens',
    ]);
  });
});
