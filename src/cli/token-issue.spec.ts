import { jwtVerify } from 'jose';
import { issueToken, parseTokenArguments, parseTtl, tokenClaims } from './token-issue.js';

const SECRET = 'an-hs256-secret-of-32-bytes-or-more';
const NOW = 1_700_000_000;

const issue = (argv: string, env: Record<string, string> = { AUTH_JWT_SECRET: SECRET }) =>
  issueToken(argv.split(' ').filter(Boolean), env, NOW);

describe('a client token', () => {
  it('is signed with the secret and carries tenant, extensions, issue and expiry', async () => {
    const result = await issue('--tenant acme --extension 107 --ttl 8h');
    if (!result.ok) throw new Error(result.problem);
    const { payload, protectedHeader } = await jwtVerify(result.value, new TextEncoder().encode(SECRET), {
      currentDate: new Date(NOW * 1000),
    });
    expect(protectedHeader.alg).toBe('HS256');
    expect(payload).toEqual({ tenant: 'acme', extensions: ['107'], iat: NOW, exp: NOW + 28_800 });
  });

  it('has no claim for what was not asked for, because an empty list would mean none', () => {
    expect(tokenClaims({ tenant: 'acme', extensions: [], queues: [], ttlSeconds: 1 }, NOW)).toEqual({
      tenant: 'acme',
      iat: NOW,
      exp: NOW + 1,
    });
  });

  it.each<[string, object]>([
    ['--tenant acme', { tenant: 'acme', extensions: [], queues: [], ttlSeconds: 28_800 }],
    [
      '--tenant=acme --extension 101 --extension 102,103 --extension 101',
      { tenant: 'acme', extensions: ['101', '102', '103'], queues: [], ttlSeconds: 28_800 },
    ],
    [
      '--tenant acme --queue sales --queue a,b --ttl 30s',
      { tenant: 'acme', extensions: [], queues: ['sales', 'a', 'b'], ttlSeconds: 30 },
    ],
  ])('is asked for by %s', (argv, value) => {
    expect(parseTokenArguments(argv.split(' '))).toEqual({ ok: true, value });
  });

  it.each([
    ['30s', 30],
    ['15m', 900],
    ['8h', 28_800],
    ['7d', 604_800],
    ['365d', 31_536_000],
    ['366d', undefined],
    ['8761h', undefined],
    ['0s', undefined],
    ['8', undefined],
    ['-1h', undefined],
    ['1.5h', undefined],
    ['1w', undefined],
    ['', undefined],
  ])('with the life time %j lives %p seconds', (text, seconds) => {
    expect(parseTtl(text)).toBe(seconds);
  });
});

describe('a token that cannot be given', () => {
  it.each<[string, string[], RegExp]>([
    ['no tenant', [], /^--tenant is required/],
    ['a malformed tenant', ['--tenant', 'Acme'], /^--tenant must be/],
    ['an unknown flag', ['--tenant', 'a', '--role', 'x'], /^arguments not understood; usage/],
    ['a flag without its value', ['--tenant'], /^arguments not understood; usage/],
    ['a stray word', ['acme'], /^arguments not understood; usage/],
    ['an empty extension', ['--tenant', 'a', '--extension', ''], /^--extension must be/],
    ['a malformed extension', ['--tenant', 'a', '--extension', '../1'], /^--extension must be/],
    ['an empty item in a list of queues', ['--tenant', 'a', '--queue', 'x,'], /^--queue must be/],
    ['a life of more than a year', ['--tenant', 'a', '--ttl', '400d'], /^--ttl must be/],
  ])('for %s says so in one line', async (_, argv, problem) => {
    const result = await issueToken(argv, { AUTH_JWT_SECRET: SECRET }, NOW);
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    expect(!result.ok && result.problem).not.toContain('\n');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no secret', {}, /^AUTH_JWT_SECRET is not set/],
    ['an empty secret', { AUTH_JWT_SECRET: ' ' }, /^AUTH_JWT_SECRET is not set/],
    ['a short secret', { AUTH_JWT_SECRET: 'sH0rt' }, /^AUTH_JWT_SECRET: must be at least 32 bytes$/],
    [
      'a key set only',
      { AUTH_JWKS_URL: 'https://id.example/jwks' },
      /tokens come from the identity provider/,
    ],
  ])('for %s says so without showing it', async (_, env, problem) => {
    expect(await issue('--tenant acme', env)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});
