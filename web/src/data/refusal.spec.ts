import { readFileSync } from 'node:fs';
import { tokenRefusal } from './refusal.js';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.AAAA`;

describe('a refused token', () => {
  it.each(['not a token', 'a.b.c', 'eyJhbGciOiJIUzI1NiJ9', '{}'])(
    '%j cannot be read, whatever the bridge says',
    (token) => {
      expect(tokenRefusal('unauthorized', 'the token is no JWT', token)).toEqual({
        code: 'token-unreadable',
        tenant: null,
      });
      expect(tokenRefusal('bad-signature', null, token).code).toBe('token-unreadable');
    },
  );

  it.each(['tenant-mismatch', 'bad-signature'])('names the tenant that it is for: %s', (code) => {
    expect(tokenRefusal(code, null, jwt({ tenant: 'kho-hà-nội' }))).toEqual({ code, tenant: 'kho-hà-nội' });
    expect(tokenRefusal(code, null, jwt({ tenant: 5 })).tenant).toBeNull();
  });

  it.each(['token-expired', 'token-revoked'])(
    'names no tenant where that is not what is wrong: %s',
    (code) => {
      expect(tokenRefusal(code, null, jwt({ tenant: 'acme' }))).toEqual({ code, tenant: null });
    },
  );

  it('is one that lives too long, by the bridge’s own words', () => {
    const verifier = readFileSync(new URL('../../../src/deliver/access/token.ts', import.meta.url), 'utf8');
    expect(verifier).toContain("'the token lives longer than tokens may'");
    const refusal = tokenRefusal(
      'unauthorized',
      'the token lives longer than tokens may',
      jwt({ tenant: 'acme' }),
    );
    expect(refusal).toEqual({ code: 'token-too-long', tenant: null });
    expect(tokenRefusal('unauthorized', 'the claim queues must …', jwt({ tenant: 'acme' })).code).toBe(
      'unauthorized',
    );
  });
});
