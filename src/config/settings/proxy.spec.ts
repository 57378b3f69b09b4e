import { parseConfig } from '../parse-config.js';
import { EnvironmentProxies } from './proxy.js';

const HTTPS = 'http://secure.example:3128/';
const HTTP = 'http://plain.example:3128/';
const proxyFor = (origin: string, env: Record<string, string>) =>
  new EnvironmentProxies({ HTTPS_PROXY: HTTPS, HTTP_PROXY: HTTP, ...env }).of(origin)?.reveal() ?? null;

describe('the proxy of the environment', () => {
  it('is that of the scheme, and in lower case before upper case', () => {
    expect(proxyFor('https://pbx.example', {})).toBe(HTTPS);
    expect(proxyFor('http://pbx.example', {})).toBe(HTTP);
    expect(proxyFor('https://pbx.example', { https_proxy: 'other.example:80' })).toBe(
      'http://other.example/',
    );
    expect(proxyFor('https://pbx.example', { https_proxy: ' ' })).toBe(HTTPS);
    expect(proxyFor('https://pbx.example', { HTTPS_PROXY: '' })).toBeNull();
  });

  it.each([
    ['*', 'https://pbx.example', true],
    ['pbx.example', 'https://pbx.example', true],
    ['.example', 'https://pbx.example', true],
    ['*.example', 'https://pbx.example:8443', true],
    ['PBX.example', 'https://pbx.EXAMPLE', true],
    ['bx.example', 'https://pbx.example', false],
    ['other.example pbx.example', 'https://pbx.example', true],
    ['other.example,,pbx.example:443', 'https://pbx.example', true],
    ['pbx.example:80', 'http://pbx.example', true],
    ['pbx.example:8443', 'https://pbx.example', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://10.example', false],
    ['10.1.2.3', 'https://10.1.2.3:8443', true],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['::1', 'https://[::1]:8443', true],
    ['[::1]:8443', 'https://[::1]:8443', true],
    ['[::1]:8444', 'https://[::1]:8443', false],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['', 'https://pbx.example', false],
  ])('NO_PROXY=%s of %s: %p', (list, origin, excepted) => {
    expect(proxyFor(origin, { NO_PROXY: list }) === null).toBe(excepted);
    expect(proxyFor(origin, { NO_PROXY: '*', no_proxy: list || 'none.example' }) === null).toBe(excepted);
  });
});

describe('a proxy in the configuration', () => {
  const BASE = {
    PITEL_BASE_URL: 'https://pbx.example',
    PITEL_TOKEN: 't',
    STORE: 'memory',
    AUTH_MODE: 'none',
  };
  const read = (env: Record<string, string>, files: Record<string, string> = {}) =>
    parseConfig({ ...BASE, ...env }, (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return text;
    });
  const proxyOf = (env: Record<string, string>) => {
    const result = read(env);
    if (!result.ok) throw new Error(result.problems.join());
    return result.config.tenants[0]!.proxy?.reveal() ?? null;
  };

  it('is PITEL_PROXY before that of the environment', () => {
    expect(proxyOf({})).toBeNull();
    expect(proxyOf({ HTTPS_PROXY: HTTPS })).toBe(HTTPS);
    expect(proxyOf({ HTTPS_PROXY: HTTPS, PITEL_PROXY: 'https://u:p%40@own.example:3129/' })).toBe(
      'https://u:p%40@own.example:3129/',
    );
    expect(proxyOf({ HTTPS_PROXY: 'socks5://own.example', PITEL_PROXY: 'none' })).toBeNull();
  });

  it.each([
    'socks5://h:1',
    'http://',
    'http://h:1/path',
    'http://h?x',
    'http://u:%zz@h',
    'two words',
    'http://h:99999',
  ])('that is %j is refused, and not repeated', (PITEL_PROXY) => {
    const problem =
      'must be none, or an http or https address such as http://proxy.example:3128, without a path, and with user and password percent-encoded';
    expect(read({ PITEL_PROXY })).toEqual({ ok: false, problems: [`PITEL_PROXY: ${problem}`] });
    expect(read({ https_proxy: PITEL_PROXY })).toEqual({
      ok: false,
      problems: [`https_proxy: ${problem}; PITEL_PROXY wins over it`],
    });
    // The PBX is not asked over this one.
    expect(read({ HTTP_PROXY: PITEL_PROXY }).ok).toBe(true);
  });

  it('is that of each tenant, of PITEL_PROXY or of the environment', () => {
    const tenants = [
      { id: 'own', baseUrl: 'https://a.example', token: 't', proxy: 'own.example:1' },
      { id: 'none', baseUrl: 'https://b.example', token: 't', proxy: 'none' },
      { id: 'usual', baseUrl: 'https://c.example', token: 't' },
    ];
    const of = (env: Record<string, string>) => {
      const single = { PITEL_BASE_URL: '', PITEL_TOKEN: '' };
      const result = read(
        { ...single, TENANTS_FILE: 't.json', ...env },
        { 't.json': JSON.stringify({ tenants }) },
      );
      if (!result.ok) throw new Error(result.problems.join());
      return result.config.tenants.map(({ proxy }) => proxy?.reveal() ?? null);
    };
    const own = 'http://own.example:1/';
    expect(of({})).toEqual([own, null, null]);
    expect(of({ HTTPS_PROXY: HTTPS })).toEqual([own, null, HTTPS]);
    expect(of({ HTTPS_PROXY: HTTPS, PITEL_PROXY: HTTP })).toEqual([own, null, HTTP]);
    expect(of({ HTTPS_PROXY: HTTPS, NO_PROXY: 'c.example' })).toEqual([own, null, null]);
  });

  it.each([
    ['/etc/ca.pem', {}, 'PITEL_CA_FILE: /etc/ca.pem cannot be read (ENOENT)'],
    ['ca.crt', { 'ca.crt': 'none' }, 'PITEL_CA_FILE: ca.crt holds no certificate in PEM form'],
    ['s3cret-in-the-wrong-place', {}, 'PITEL_CA_FILE: cannot be read (ENOENT)'],
  ])('beside a file %s of certificates that is none names it and what is wrong', (path, files, problem) => {
    expect(read({ PITEL_CA_FILE: path }, files)).toEqual({ ok: false, problems: [problem] });
  });

  it("beside a tenant's file of certificates that is none names the tenant, the file and what is wrong", () => {
    const tenant = { baseUrl: 'https://a.example', token: 't', caFile: 'ca.pem' };
    const tenants = [
      { id: 'a', ...tenant },
      { id: 'b', ...tenant, caFile: '/missing.pem' },
    ];
    const single = { PITEL_BASE_URL: '', PITEL_TOKEN: '' };
    const files = { '/etc/t.json': JSON.stringify({ tenants }), '/etc/ca.pem': '' };
    expect(read({ ...single, TENANTS_FILE: '/etc/t.json' }, files)).toEqual({
      ok: false,
      problems: [
        'TENANTS_FILE: tenants[0].caFile ca.pem holds no certificate in PEM form',
        'TENANTS_FILE: tenants[1].caFile /missing.pem cannot be read (ENOENT)',
      ],
    });
  });
});
