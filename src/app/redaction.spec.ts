import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { redactText } from './redaction.js';

function logged(phoneNumbers: 'masked' | 'plain' = 'masked') {
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', phoneNumbers }, { write: (line) => lines.push(line) });
  return { log, lines };
}

describe('a line of the log', () => {
  it.each([
    ['Authorization: Bearer pXq7hunterSecret', 'Authorization: Bearer [secret]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnQiOiJhIn0.s1gn_ature says', '[secret] says'],
    ['connect to redis://user:pXq7hunter@db:6379', 'connect to redis://[secret]@db:6379'],
    ['{"password":"pXq7hunter","user":"u"}', '{"password":"[secret]","user":"u"}'],
    ['?token=pXq7hunter&after=1', '?token=[secret]&after=1'],
    ['api_key: pXq7hunter', 'api_key: [secret]'],
  ])('conceals what looks like a secret: %s', (text, shown) => {
    expect(redactText(text, true)).toBe(shown);
  });

  it.each([
    ['0912345678 calls', '***678 calls'],
    ['from +84912345678', 'from ***678'],
    ['+84 912 345 678', '***678'],
    ['"84912345678"', '"***678"'],
  ])('leaves three digits of what looks like a telephone number: %s', (text, shown) => {
    expect(redactText(text, true)).toBe(shown);
    expect(redactText(text, false)).toBe(text);
  });

  it.each([
    'no answer within 5000 ms',
    'connect ECONNREFUSED 127.0.0.1:6379',
    '2026-07-01T10:00:00.000Z',
    '12345678-1234-1234-1234-123456789012',
    'mhx0ab12-0912345678:42',
    '0000000000000042',
    'a token was asked for',
    'the password is not accepted',
  ])('says in full what is neither: %s', (text) => {
    expect(redactText(text, true)).toBe(text);
  });

  it('is redacted in its message, in fields at any depth, in errors and in a child logger’s fields', () => {
    const { log, lines } = logged();
    const error = Object.assign(new Error('AUTH password=pXq7hunter'), { command: { token: 'pXq7hunter' } });
    log
      .child({ caller: '0912345678' })
      .warn(
        { err: error, deep: [{ authorization: 'pXq7hunter', 'Proxy-Authorization': 'pXq7hunter' }] },
        'from 0912345678',
      );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/pXq7hunter|0912345/);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'warn', caller: '***678', msg: 'from ***678' });
  });

  it('keeps numbers where the operator wants that, and names that the operator gave', () => {
    const { log, lines } = logged('plain');
    log.info({ subject: '0912345678', tenant: '12345678' }, 'event');
    expect(JSON.parse(lines[0]!)).toMatchObject({ subject: '0912345678', tenant: '12345678' });
    const masked = logged();
    masked.log.info({ subject: '0912345678', tenant: '12345678' }, 'event');
    expect(JSON.parse(masked.lines[0]!)).toMatchObject({ subject: '***678', tenant: '12345678' });
  });
});
