import { readTenantsFile } from './tenants-file.js';

const ACME = { id: 'acme', baseUrl: 'https://acme.example', token: 'acme-token' };

const NO_WAY = {
  proxyOf: () => null,
  deskTimes: { shortAbandonMs: 5_000, callbackMaxAgeMs: 604_800_000 },
  ca: null,
  serviceKey: { isSet: true, secret: null, jwksUrl: null },
};

function read(content: unknown, files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const all: Record<string, string> = { '/etc/bridge/tenants.json': text, ...files };
  return readTenantsFile('/etc/bridge/tenants.json', {
    env,
    readText: (path) => {
      const found = all[path];
      if (found === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
      return found;
    },
    timeZone: 'Asia/Ho_Chi_Minh',
    country: 'VN',
    direction: 'auto',
    pollIntervalMs: 1000,
    ...NO_WAY,
  });
}

function problems(content: unknown): readonly string[] {
  const result = read(content);
  return result.ok ? [] : result.problems;
}

describe('the file of tenants', () => {
  it('gives each tenant its own zone and country, or those of the environment', () => {
    const result = read({
      tenants: [
        ACME,
        { id: 'berlin', baseUrl: 'https://b.example', apiKey: 'k', timeZone: 'Europe/Berlin', country: 'de' },
      ],
    });
    expect(result.ok && result.tenants).toMatchObject([
      { id: 'acme', timeZone: 'Asia/Ho_Chi_Minh', country: 'VN', credential: { kind: 'token' } },
      { id: 'berlin', timeZone: 'Europe/Berlin', country: 'DE', credential: { kind: 'api-key' } },
    ]);
  });

  it.each([
    ['token', 'the-secret', 'token'],
    ['tokenEnv', 'ACME_SECRET', 'token'],
    ['tokenFile', 'acme.secret', 'token'],
    ['tokenFile', '/run/secrets/acme', 'token'],
    ['apiKey', 'the-secret', 'api-key'],
    ['apiKeyEnv', 'ACME_SECRET', 'api-key'],
    ['apiKeyFile', './acme.secret', 'api-key'],
  ])('takes the credential from %s: %s', (field, value, kind) => {
    const files = { '/etc/bridge/acme.secret': 'the-secret\n', '/run/secrets/acme': 'the-secret' };
    const tenants = [{ id: 'acme', baseUrl: 'https://a.example', [field]: value }];
    const result = read({ tenants }, files, { ACME_SECRET: 'the-secret' });
    const credential = result.ok ? result.tenants[0]?.credential : undefined;
    expect(credential?.kind).toBe(kind);
    expect(credential?.kind === 'token' ? credential.token.reveal() : credential?.apiKey.reveal()).toBe(
      'the-secret',
    );
    expect(result.ok && result.variables).toEqual(field.endsWith('Env') ? ['ACME_SECRET'] : []);
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'does not take %s for a variable that is set, which every object has',
    (name) => {
      const tenant = { id: 'acme', baseUrl: 'https://a.example' };
      for (const field of ['tokenEnv', 'apiKeyEnv'])
        expect(problems({ tenants: [{ ...tenant, [field]: name }] })).toEqual([
          `tenants[0].${field} names a variable that is not set`,
        ]);
    },
  );

  it('is refused whole, with every reason, when one tenant is wrong', () => {
    expect(
      problems({
        tenants: [
          ACME,
          { id: 'Not Good', baseUrl: 'https://b.example/v3', token: 't' },
          { baseUrl: 7, token: 't', timeZone: 'Mars/Base', country: 'XX' },
        ],
      }),
    ).toEqual([
      expect.stringMatching(/^tenants\[1\]\.id must be 1 to 63/),
      expect.stringMatching(/^tenants\[1\]\.baseUrl must be an http or https origin/),
      'tenants[2].id must be a text',
      'tenants[2].baseUrl must be a text',
      expect.stringMatching(/^tenants\[2\]\.timeZone must be a time zone/),
      expect.stringMatching(/^tenants\[2\]\.country must be a two-letter/),
    ]);
  });

  it.each(['UK', 'EU', 'ZZ', 'AN'])('refuses %s as a country, whose numbers cannot be read', (country) => {
    expect(problems({ tenants: [{ ...ACME, country }] })).toEqual([
      'tenants[0].country must be a two-letter country code such as VN; the United Kingdom is GB',
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no tenants', { tenants: [] }, /^tenants must name at least one tenant$/],
    ['a list alone', [ACME], /^must hold an object with the one field tenants$/],
    ['tenants that are no list', { tenants: { acme: ACME } }, /^tenants must be a list$/],
    [
      'another field beside tenants',
      { tenants: [ACME], tenant: [] },
      /^must hold an object with the one field/,
    ],
    [
      'an unknown field',
      { tenants: [{ ...ACME, timezone: 'UTC' }] },
      /^tenants\[0\] may have no other fields than id/,
    ],
    ['a tenant that is no object', { tenants: ['acme'] }, /^tenants\[0\] must be an object$/],
    ['one id twice', { tenants: [ACME, ACME] }, /^tenants\[1\]\.id is taken by an earlier tenant$/],
    [
      'no credential',
      { tenants: [{ ...ACME, token: undefined }] },
      /^tenants\[0\] must have exactly one of token, /,
    ],
    [
      'two credentials',
      { tenants: [{ ...ACME, apiKeyEnv: 'K' }] },
      /^tenants\[0\] must have exactly one of token, /,
    ],
    [
      'an empty credential',
      { tenants: [{ ...ACME, token: ' ' }] },
      /^tenants\[0\]\.token must not be empty$/,
    ],
    [
      'a malformed token',
      { tenants: [{ ...ACME, token: 'Bearer x' }] },
      /^tenants\[0\]\.token must be visible/,
    ],
    [
      'an unset variable',
      { tenants: [{ ...ACME, token: undefined, tokenEnv: 'UNSET' }] },
      /^tenants\[0\]\.tokenEnv names a variable that is not set$/,
    ],
    [
      'an absent file of a credential',
      { tenants: [{ ...ACME, token: undefined, apiKeyFile: 'gone' }] },
      /^tenants\[0\]\.apiKeyFile cannot be read \(ENOENT\)$/,
    ],
  ])('is refused with %s', (_, content, problem) => {
    expect(problems(content)).toEqual([expect.stringMatching(problem)]);
  });

  it('may be YAML, with comments and unquoted texts', () => {
    const text = `# yaml-language-server: $schema=tenants.schema.json
tenants:
  - id: acme # the first
    baseUrl: https://acme.example
    tokenEnv: ACME_SECRET
    pollIntervalMs: 500
  - { id: '007', baseUrl: "https://b.example", apiKeyFile: acme.secret, country: NO }
`;
    const result = read(text, { '/etc/bridge/acme.secret': 'k\n' }, { ACME_SECRET: 't' });
    expect(result.ok && result.tenants).toMatchObject([
      { id: 'acme', pollIntervalMs: 500, country: 'VN', credential: { kind: 'token' } },
      { id: '007', pollIntervalMs: 1000, country: 'NO', credential: { kind: 'api-key' } },
    ]);
  });

  it.each<[string, string, string]>([
    ['JSON that breaks', '{"tenants": [\n  {"id": "acme", "token": "Hd7secretQp" "baseUrl": ""}\n]}', '2:41'],
    ['a text that does not end', '{"token": "Hd7secretQp', '1:23'],
    ['YAML that breaks', 'tenants:\n  - id: acme\n   token: Hd7secretQp\n', '3:1'],
    ['a tab that indents', 'tenants:\n\t- token: Hd7secretQp\n', '2:1'],
  ])('names the position where %s, and not the text there', (_, broken, where) => {
    const [line, column] = where.split(':');
    expect(problems(broken)).toEqual([`is not valid YAML or JSON (line ${line}, column ${column})`]);
  });

  it.each([
    'Hd7secretQp',
    '{"token": Hd7secretQp}',
    'Hd7: secretQp',
    '? [Hd7secretQp]\n: 1',
    '!Hd7secretQp x',
  ])('quotes nothing of %j', (text) => {
    const found = problems(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).not.toMatch(/Hd7|secretQp/);
  });

  it.each<[string, string, RegExp]>([
    ['a key twice in YAML', 'tenants: []\ntenants: []\n', /^has a key twice \(line 2, column 1\)$/],
    [
      'a key twice in JSON',
      '{"tenants": [{"id": "a", "id": "b"}]}',
      /^has a key twice \(line 1, column 26\)$/,
    ],
    ['an alias', 'tenants:\n  - &a { id: a }\n  - *a\n', /^uses an alias/],
    [
      'a bomb of aliases',
      `a: &a [x]\n${[...'bcdefghij'].map((name, i) => `${name}: &${name} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}`,
      /^uses an alias/,
    ],
    ['a tag', 'tenants: !!js/function x\n', /^uses a tag that is not known \(line 1, column 10\)$/],
    [
      'two documents',
      'tenants: []\n---\ntenants: []\n',
      /^holds more than one document \(line 2, column 1\)$/,
    ],
    ['a merge key', 'tenants:\n  - <<: { id: a }\n', /no other fields/],
  ])('is refused with %s', (_, text, problem) => {
    expect(problems(text).filter((found) => problem.test(found))).toHaveLength(1);
  });

  it('takes 10,000 tenants and not one more', () => {
    const many = (count: number) => ({
      tenants: Array.from({ length: count }, (_, index) => ({ ...ACME, id: `tenant-${index}` })),
    });
    const result = read(many(10_000));
    expect(result.ok && result.tenants.length).toBe(10_000);
    expect(problems(many(10_001))).toEqual(['tenants must name at most 10000 tenants']);
  });

  it.each([99, 60_001, 500.5, '500', null])('refuses %j as an interval', (pollIntervalMs) => {
    expect(problems({ tenants: [{ ...ACME, pollIntervalMs }] })).toEqual([
      'tenants[0].pollIntervalMs must be a whole number from 100 to 60000 milliseconds',
    ]);
  });

  it('lets each tenant say whose direction its monitor lists', () => {
    const result = read({
      tenants: [
        { ...ACME, direction: 'leg' },
        { ...ACME, id: 'other' },
      ],
    });
    expect(result).toMatchObject({
      ok: true,
      tenants: [
        { id: 'acme', direction: 'leg' },
        { id: 'other', direction: 'auto' },
      ],
    });
    expect(problems({ tenants: [{ ...ACME, direction: 'legs' }] })).toEqual([
      'tenants[0].direction must be auto, call or leg',
    ]);
  });

  it('names the failure and not the path when it cannot be read', () => {
    const result = readTenantsFile('/x', {
      env: {},
      readText: () => {
        throw Object.assign(new Error('EACCES: permission denied, open /x'), { code: 'EACCES' });
      },
      timeZone: 'UTC',
      country: 'VN',
      direction: 'auto',
      pollIntervalMs: 1000,
      ...NO_WAY,
    });
    expect(result).toEqual({ ok: false, problems: ['cannot be read (EACCES)'] });
  });
});
