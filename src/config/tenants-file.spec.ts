import { readTenantsFile } from './tenants-file.js';

const ACME = { id: 'acme', baseUrl: 'https://acme.example', token: 'acme-token' };

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
      { tenants: [{ ...ACME, token: undefined, tokenEnv: 'NOBODY' }] },
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

  it('tells where JSON breaks without quoting what stands there', () => {
    const broken = '{"tenants": [\n  {"id": "acme", "token": "Hd7secretQp" "baseUrl": ""}\n]}';
    expect(problems(broken)).toEqual(['is not valid JSON (line 2, column 41)']);
    for (const text of ['Hd7secretQp', '{"token": Hd7secretQp}', '{"token": "Hd7secretQp']) {
      expect(problems(text)).toEqual([
        expect.stringMatching(/^is not valid JSON( \(line \d+, column \d+\))?$/),
      ]);
    }
  });

  it('names the failure and not the path when it cannot be read', () => {
    const result = readTenantsFile('/x', {
      env: {},
      readText: () => {
        throw Object.assign(new Error('EACCES: permission denied, open /x'), { code: 'EACCES' });
      },
      timeZone: 'UTC',
      country: 'VN',
    });
    expect(result).toEqual({ ok: false, problems: ['cannot be read (EACCES)'] });
  });
});
