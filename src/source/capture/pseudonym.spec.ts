import fc from 'fast-check';
import { PhoneNumbers } from '../parse/phone-number.js';
import { Pseudonyms } from './pseudonym.js';

const pseudonyms = new Pseudonyms(Buffer.alloc(32, 7));
const hide = (text: string): string => pseudonyms.hide(text);
const numbers = new PhoneNumbers('VN');

describe('a pseudonymous number', () => {
  it('is another number of the same shape, the same every time', () => {
    const hidden = hide('"0914237383"');
    expect(hidden).toMatch(/^"0914\d{6}"$/);
    expect(hidden).not.toContain('0914237383');
    expect(hide('"0914237383"')).toBe(hidden);
  });

  it('depends on the key', () => {
    expect(new Pseudonyms(Buffer.alloc(32, 8)).hide('0914237383')).not.toBe(hide('0914237383'));
  });

  it('is the same line in every notation, and as valid as the number was', () => {
    const lines = ['0914237383', '84914237383', '+84914237383', '0914 237 383', '(091) 423-7383'].map(
      (written) => numbers.read(hide(written))!.e164,
    );
    expect(lines[0]).toMatch(/^\+84914\d{6}$/);
    expect(new Set(lines).size).toBe(1);
  });

  it('is no other number’s: different numbers remain different', () => {
    const seen = new Set(Array.from({ length: 5_000 }, (_, n) => hide(String(900_000_000 + n * 197))));
    expect(seen.size).toBe(5_000);
  });

  it('keeps length, separators and everything but the last six digits, whatever the number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?[2-9]\d{6,12}$/), (number) => {
        const hidden = hide(number);
        expect(hidden).toHaveLength(number.length);
        expect(hidden.slice(0, -6)).toBe(number.slice(0, -6));
      }),
    );
  });

  it('is found in free text too', () => {
    expect(hide('"Anh Nam KH0914237383"')).toMatch(/^"Anh Nam KH0914\d{6}"$/);
    expect(hide('"Nhi_Test_39989220"')).not.toBe('"Nhi_Test_39989220"');
  });
});

describe('what is no customer’s number', () => {
  it.each([
    ['an extension', '"107"'],
    ['a hotline', '"1900123456"'],
    ['a hotline with its country', '"+841800599920"'],
    ['a uuid, even one of digits', '"12345678-1234-1234-1234-123456789012"'],
    ['a time without a zone', '"2023-04-10 17:02:51"'],
    ['a time with one', '"2023-10-12T17:48:19+07:00"'],
    ['a time in seconds, in a field of times', '"joined_time": 1697107699'],
    ['an address', '"113.22.113.102"'],
    ['a device', '"Pitel/3.20.5"'],
    ['an escaped letter before digits', '"Nguy\\u1ec5123"'],
    ['anonymous', '"anonymous"'],
  ])('stays as it is: %s', (_, text) => {
    expect(hide(text)).toBe(text);
  });
});
