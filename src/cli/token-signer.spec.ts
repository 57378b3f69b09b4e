import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { issueToken } from './token-issue.js';

const SERVICE = 'the service-wide secret, of 32 bytes or more';
const ACME = 'the signing key of acme, of 32 bytes or more';
const ACME_OLD = 'the signing key of acme before this one, still good';
const NOW = 1_700_000_000;
const TENANT = { baseUrl: 'https://pbx.example', token: 't' };

const FILE = {
  tenants: [
    { id: 'acme', ...TENANT, signingKeyFile: ['new.key', 'old.key'] },
    {
      id: 'globex',
      ...TENANT,
      signingKey: 'x'.repeat(64),
      algorithms: ['HS512', 'HS256'],
      issuer: 'crm.globex',
      audience: 'bridge',
      claims: { tenant: 'org', extensions: 'lines', display: 'wall' },
    },
    { id: 'initech', ...TENANT, jwksUrl: 'https://id.initech.example/jwks' },
    { id: 'umbrella', ...TENANT },
  ],
};

function issue(argv: string, env: Record<string, string>, file: object = FILE) {
  const files: Record<string, string> = {
    '/etc/t.json': JSON.stringify(file),
    '/etc/new.key': `${ACME}\n`,
    '/etc/old.key': ACME_OLD,
  };
  const readText = (path: string) => {
    if (!Object.hasOwn(files, path)) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return files[path]!;
  };
  return issueToken(argv.split(' '), { env, readText, nowSeconds: NOW, madeUp: 'made-up' });
}

const WITH_FILE = { TENANTS_FILE: '/etc/t.json', AUTH_JWT_SECRET: SERVICE };
const verified = async (result: Awaited<ReturnType<typeof issue>>, secret: string) => {
  if (!result.ok) throw new Error(result.problem);
  const { payload } = await jwtVerify(result.value, new TextEncoder().encode(secret), {
    currentDate: new Date(NOW * 1000),
  });
  return payload;
};

describe('the key that signs a token', () => {
  it('is the first of the tenant', async () => {
    expect(await verified(await issue('--tenant acme', WITH_FILE), ACME)).toMatchObject({ tenant: 'acme' });
  });

  it('comes with all that the tenant demands of its tokens', async () => {
    const result = await issue('--tenant globex --extension 107 --queue sales --display', WITH_FILE);
    if (!result.ok) throw new Error(result.problem);
    expect(decodeProtectedHeader(result.value).alg).toBe('HS512');
    expect(decodeJwt(result.value)).toEqual({
      org: 'globex',
      sub: '107',
      lines: ['107'],
      queues: ['sales'],
      wall: true,
      jti: 'made-up',
      iss: 'crm.globex',
      aud: 'bridge',
      iat: NOW,
      exp: NOW + 28_800,
    });
  });

  it.each(['umbrella', 'initech'])(
    'is the service-wide one, which opens every tenant, for %s',
    async (tenant) => {
      expect(await verified(await issue(`--tenant ${tenant}`, WITH_FILE), SERVICE)).toMatchObject({ tenant });
    },
  );

  it('is none where tokens come from an identity provider alone', async () => {
    const file = { tenants: FILE.tenants.slice(0, 3) };
    expect(await issue('--tenant initech', { TENANTS_FILE: '/etc/t.json' }, file)).toEqual({
      ok: false,
      problem:
        "the tenant's jwksUrl is set: tokens come from the identity provider whose key set that is, not from here",
    });
  });
});

describe('the tenant of a token', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'another',
      WITH_FILE,
      '--tenant another is not configured: TENANTS_FILE has acme, globex, initech, umbrella',
    ],
    [
      'acme',
      { PITEL_BASE_URL: 'https://pbx.example', AUTH_JWT_SECRET: SERVICE },
      '--tenant acme is not configured: TENANT_ID is default',
    ],
    [
      'acme',
      { TENANT_ID: 'globex', AUTH_JWT_SECRET: SERVICE },
      '--tenant acme is not configured: TENANT_ID is globex',
    ],
  ])('%s is refused where it is not configured', async (tenant, env, problem) => {
    expect(await issue(`--tenant ${tenant}`, env)).toEqual({ ok: false, problem });
  });

  it('is any where the environment names none', async () => {
    expect((await issue('--tenant acme', { AUTH_JWT_SECRET: SERVICE })).ok).toBe(true);
  });

  it('cannot be checked with a file that the bridge would refuse', async () => {
    const file = { tenants: [{ id: 'acme', ...TENANT, signingKey: 'Sh0rt' }, { id: 'b' }] };
    const result = await issue('--tenant acme', WITH_FILE, file);
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(/^TENANTS_FILE: tenants\[1\]/) });
    expect(JSON.stringify(result)).not.toContain('Sh0rt');
  });
});
