import { readFileSync } from 'node:fs';
import { tokenRefusal } from '../data/refusal.js';
import { en } from './en.js';
import { refusalText } from './refusal-text.js';
import { vi } from './vi.js';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.AAAA`;
const TOO_LONG = 'the token lives longer than tokens may';

describe.each([
  ['English', en, { long: /longer than tokens may/, revoked: /revoked/, tenant: /another tenant/ }],
  ['Vietnamese', vi, { long: /thời hạn quá dài/, revoked: /bị thu hồi/, tenant: /tài khoản tổng đài khác/ }],
] as const)('A refused token in %s', (_language, words, says) => {
  const textOf = (code: string, detail: string | null = null) =>
    refusalText(words, tokenRefusal(code, detail, jwt({ tenant: 'kho-hà-nội' })));

  it('that lives too long says so, and whom it would be allowed', () => {
    expect(textOf('unauthorized', TOO_LONG)).toMatch(says.long);
    expect(textOf('unauthorized', TOO_LONG)).toContain('--display');
  });

  it('that was revoked says so, and names no tenant', () => {
    expect(textOf('token-revoked')).toMatch(says.revoked);
    expect(textOf('token-revoked')).not.toContain('kho-hà-nội');
  });

  it('of another tenant says so, and names the one that it is for', () => {
    expect(textOf('tenant-mismatch')).toMatch(says.tenant);
    expect(textOf('tenant-mismatch')).toContain('“kho-hà-nội”');
  });

  it('has words of its own for every code that the bridge refuses a token with', () => {
    const source = readFileSync(
      new URL('../../../src/deliver/http/problem.filter.ts', import.meta.url),
      'utf8',
    );
    const codes = [...source.matchAll(/'?([\w-]+)'?: \[\s*HttpStatus\.UNAUTHORIZED/g)].map(
      ([, code]) => code!,
    );
    expect(codes).toEqual(expect.arrayContaining(['unauthorized', 'token-expired', 'tenant-mismatch']));
    // The pages put no token into an address.
    for (const code of codes.filter((one) => one !== 'token-in-url'))
      expect(words.refusals[code]).toMatch(/\p{L} \p{L}/u);
  });

  it('of a newer code names that code', () => {
    expect(textOf('from-the-future')).toContain('from-the-future');
  });
});
