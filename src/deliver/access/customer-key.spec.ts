import { PhoneNumbers } from '../../source/parse/phone-number.js';
import { customerKey, keysOfCustomer } from './customer-key.js';

const numbers = new PhoneNumbers('VN');
const read = (text: string) => numbers.parse(text);
/** Whether a search for `written` finds a call whose customer the PBX writes as `raw`. */
const finds = (written: string, raw: string) =>
  keysOfCustomer(written, read).includes(customerKey(numbers.parse(raw)));

describe('a customer is found', () => {
  it.each([
    '0914237383',
    '+84914237383',
    '84914237383',
    '0084914237383',
    '0914 237 383',
    '091.423.7383',
    '(091) 423-7383',
    // `?customer=+84914237383`, as it comes out of an address.
    ' 84914237383',
    ' 0914237383',
  ])('by %j, however the PBX writes it', (written) => {
    for (const raw of ['0914237383', '+84914237383', '84914237383', '0914.237.383'])
      expect([raw, finds(written, raw)]).toEqual([raw, true]);
  });

  it('by a number from abroad, also with its plus as a space', () => {
    for (const written of ['+12025550123', ' 12025550123', '0012025550123'])
      expect([written, finds(written, '+12025550123')]).toEqual([written, true]);
  });

  it.each([
    ['19001234', '1900.1234'],
    ['107', '107'],
    ['anonymous', 'anonymous'],
    ['0914237383', 'sip:0914237383'],
  ])('by %j where the number has no certain form, as %j', (written, raw) => {
    expect(finds(written, raw)).toBe(true);
  });

  it.each([
    ['0914237384', '0914237383'],
    ['914237', '0914237383'],
    ['7383', '0914237383'],
    ['', '0914237383'],
    ['+', 'anonymous'],
    ['107', '0914237107'],
    // The digits are those of another line: the one is certain, and of another country.
    ['+1 2025550123', '02025550123'],
  ])('not by %j where it is %j', (written, raw) => {
    expect(finds(written, raw)).toBe(false);
  });

  it('by the digits of a country of which nothing is known', () => {
    expect(keysOfCustomer('0914 237 383', () => null)).toEqual(['0914237383']);
  });
});
