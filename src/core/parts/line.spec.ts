import { PhoneNumbers } from '../../source/parse/phone-number.js';
import { lineOf } from './line.js';

const numbers = new PhoneNumbers('VN');
const line = (raw: string, country = 'VN') => lineOf(numbers.parse(raw), country);

describe('the line of a customer', () => {
  it.each([
    ['0905123222', '+84905123222'],
    ['+84905123222', '+84905123222'],
    ['84 905 123 222', '+84905123222'],
    ['+14155550123', '+14155550123'],
  ])('of %s is its E.164 form', (raw, expected) => {
    expect(line(raw)).toBe(expected);
  });

  it.each([
    ['01692345678', '+84392345678'],
    ['+841692345678', '+84392345678'],
    ['841202345678', '+84702345678'],
    ['0169 234 5678', '+84392345678'],
    ['01992345678', '+84592345678'],
  ])('of %s, which was replaced in 2018, is its successor', (raw, expected) => {
    expect(line(raw)).toBe(expected);
    expect(line(expected)).toBe(expected);
  });

  it.each([
    ['0438234567', '+842438234567'],
    ['05113821234', '+842363821234'],
    ['0613821234', '+842513821234'],
    ['03203821234', '+842203821234'],
  ])('of %s, a landline that was replaced in 2017, is its successor', (raw, expected) => {
    expect(line(raw)).toBe(expected);
  });

  it.each(['0838234567', '0333821234', '0583821234', '0763821234'])(
    'of %s, which is a live mobile number today, is itself',
    (raw) => {
      expect(line(raw)).toBe(`+84${raw.slice(1)}`);
    },
  );

  it.each(['0543821234', '0313821234', '0803821234'])(
    'of %s, which looks like a mobile number, is never mapped',
    (raw) => {
      expect(line(raw)).not.toMatch(/^\+842/);
    },
  );

  it.each(['19001234', '107', '012345', '0169234567', '016923456789', 'sip:khach@example'])(
    'of %s is the text itself',
    (raw) => {
      expect(line(raw)).toBe(raw);
    },
  );

  it('is not known where the number is withheld', () => {
    expect(lineOf(null, 'VN')).toBeNull();
    for (const raw of ['anonymous', '0000', 'Restricted']) expect(line(raw)).toBeNull();
  });

  it('of a national number of another country is no Vietnamese one', () => {
    expect(line('01692345678', 'DE')).toBe('01692345678');
    expect(line('+841692345678', 'DE')).toBe('+84392345678');
  });
});
