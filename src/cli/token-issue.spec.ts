import { decodeJwt, jwtVerify } from 'jose';
import { noFiles } from '../config/secrets/read-text.js';
import { issueToken, parseTokenArguments, tokenClaims } from './token-issue.js';

const SECRET = 'an-hs256-secret-of-32-bytes-or-more';
const NOW = 1_700_000_000;

const NOTHING = {
  extensions: [],
  queues: [],
  subject: undefined,
  isDisplay: false,
  isForCallbacks: false,
  isForWebhooks: false,
  numbers: null,
  withSample: false,
};

const issue = (argv: string, env: Record<string, string> = { AUTH_JWT_SECRET: SECRET }) =>
  issueToken(argv.split(' ').filter(Boolean), { env, readText: noFiles, nowSeconds: NOW, madeUp: 'made-up' });

describe('a client token', () => {
  it('is signed with the secret and carries tenant, extensions, issue and expiry', async () => {
    const result = await issue('--tenant acme --extension 107 --ttl 8h');
    if (!result.ok) throw new Error(result.problem);
    const { payload, protectedHeader } = await jwtVerify(result.value, new TextEncoder().encode(SECRET), {
      currentDate: new Date(NOW * 1000),
    });
    expect(protectedHeader.alg).toBe('HS256');
    expect(payload).toEqual({ tenant: 'acme', sub: '107', extensions: ['107'], iat: NOW, exp: NOW + 28_800 });
  });

  it('has no claim for what was not asked for, because an empty list would mean none', () => {
    expect(tokenClaims({ tenant: 'acme', ttlSeconds: 1, ...NOTHING }, NOW, 'made-up')).toEqual({
      tenant: 'acme',
      sub: 'made-up',
      iat: NOW,
      exp: NOW + 1,
    });
  });

  it.each<[string, object]>([
    ['--tenant acme', { tenant: 'acme', ttlSeconds: 28_800 }],
    [
      '--tenant=acme --extension 101 --extension 102,103 --extension 101',
      { tenant: 'acme', extensions: ['101', '102', '103'], ttlSeconds: 28_800 },
    ],
    [
      '--tenant acme --queue sales --queue a,b --ttl 30s',
      { tenant: 'acme', queues: ['sales', 'a', 'b'], ttlSeconds: 30 },
    ],
    [
      '--tenant acme --sub an.nguyen --display --ttl 365d',
      { tenant: 'acme', subject: 'an.nguyen', isDisplay: true, ttlSeconds: 31_536_000 },
    ],
    [
      '--tenant acme --queue sales --numbers full',
      { tenant: 'acme', queues: ['sales'], numbers: 'full', ttlSeconds: 28_800 },
    ],
    [
      '--tenant acme --callbacks --sub lan --queue Sales',
      { tenant: 'acme', isForCallbacks: true, subject: 'lan', queues: ['Sales'], ttlSeconds: 28_800 },
    ],
    ['--tenant acme --webhooks', { tenant: 'acme', isForWebhooks: true, ttlSeconds: 28_800 }],
  ])('is asked for by %s', (argv, value) => {
    expect(parseTokenArguments(argv.split(' '))).toEqual({ ok: true, value: { ...NOTHING, ...value } });
  });

  it('has the name that it was given as its subject, and lives longer than others only as a display', async () => {
    const result = await issue('--tenant acme --sub wall-3 --extension 107 --ttl 30d --display');
    if (!result.ok) throw new Error(result.problem);
    expect(decodeJwt(result.value)).toEqual({
      tenant: 'acme',
      sub: 'wall-3',
      jti: 'made-up',
      extensions: ['107'],
      display: true,
      iat: NOW,
      exp: NOW + 2_592_000,
    });
  });
});

describe('a token that cannot be given', () => {
  it.each<[string, string[], RegExp]>([
    ['no tenant', [], /^--tenant is required/],
    ['a malformed tenant', ['--tenant', 'Acme'], /^--tenant must be/],
    ['numbers of another kind', ['--tenant', 'a', '--numbers', 'none'], /^--numbers must be/],
    [
      'webhooks on a screen',
      ['--tenant', 'a', '--webhooks', '--display'],
      /^--webhooks needs .* without --display/,
    ],
    [
      'webhooks with masked numbers',
      ['--tenant', 'a', '--webhooks', '--numbers', 'masked'],
      /^--webhooks needs/,
    ],
    ['an unknown flag', ['--tenant', 'a', '--role', 'x'], /^arguments not understood; usage/],
    ['a flag without its value', ['--tenant'], /^arguments not understood; usage/],
    ['a stray word', ['acme'], /^arguments not understood; usage/],
    ['an empty extension', ['--tenant', 'a', '--extension', ''], /^--extension must be/],
    ['a malformed extension', ['--tenant', 'a', '--extension', '../1'], /^--extension must be/],
    ['an empty item in a list of queues', ['--tenant', 'a', '--queue', 'x,'], /^--queue must be/],
    ['a life of more than a year', ['--tenant', 'a', '--ttl', '400d'], /^--ttl must be/],
    ['a life of more than a day', ['--tenant', 'a', '--ttl', '25h'], /^--ttl is longer.*AUTH_MAX_TTL, 24h/],
    ['call-backs without a person', ['--tenant', 'a', '--callbacks'], /^--callbacks needs --sub/],
    [
      'call-backs on a screen',
      ['--tenant', 'a', '--callbacks', '--sub', 'x', '--display'],
      /^--callbacks needs a token without/,
    ],
    ['webhooks of a narrowed token', ['--tenant', 'a', '--webhooks', '--queue', 'x'], /^--webhooks needs/],
    ['an empty subject', ['--tenant', 'a', '--sub', ''], /^--sub must be/],
  ])('for %s says so in one line', async (_, argv, problem) => {
    const env = { AUTH_JWT_SECRET: SECRET };
    const result = await issueToken(argv, { env, readText: noFiles, nowSeconds: NOW, madeUp: 'made-up' });
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    expect(!result.ok && result.problem).not.toContain('\n');
  });

  it('lives as long as AUTH_MAX_TTL allows', async () => {
    const env = { AUTH_JWT_SECRET: SECRET, AUTH_MAX_TTL: '7d' };
    expect((await issue('--tenant acme --ttl 7d', env)).ok).toBe(true);
    expect(await issue('--tenant acme --ttl 169h', env)).toMatchObject({
      problem: expect.stringContaining('7d'),
    });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a malformed AUTH_MAX_TTL', { AUTH_JWT_SECRET: SECRET, AUTH_MAX_TTL: '1w' }, /^AUTH_MAX_TTL: must be/],
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
