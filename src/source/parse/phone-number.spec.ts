import { isHotlineLike, isShortExtension, PhoneNumbers, sameLine } from './phone-number.js';

const numbers = new PhoneNumbers('VN');
const e164 = (raw: string): string | null | undefined => numbers.read(raw)?.e164;

describe('a Vietnamese number', () => {
  it('is the same number in each of its three spellings', () => {
    for (const raw of ['0914237383', '84914237383', '+84914237383', '0084914237383', '+84 91 423 73 83']) {
      expect(numbers.read(raw)).toEqual({ raw, e164: '+84914237383', national: '0914237383' });
    }
  });

  it('that begins with 084 is a mobile, not an international number', () => {
    expect(e164('0841234567')).toBe('+84841234567');
    expect(e164('84841234567')).toBe('+84841234567');
  });

  it('may be a landline', () => {
    expect(e164('02871091234')).toBe('+842871091234');
  });
});

describe('what is not certain has no E.164', () => {
  it('is kept as the PBX wrote it', () => {
    for (const raw of [
      '18001234',
      '1900123456',
      '+841900123456',
      '107',
      '113',
      '24052364',
      'anonymous',
      'Anonymous <0914237383>',
      '0',
      '6591234567',
      '9'.repeat(30),
      'x'.repeat(5_000),
    ]) {
      expect(numbers.read(raw)).toEqual({ raw, e164: null, national: null });
    }
  });
});

it('a number of another country has no national form here', () => {
  expect(numbers.read('+6591234567')).toEqual({ raw: '+6591234567', e164: '+6591234567', national: null });
});

it('no text is no number', () => {
  expect(numbers.read('')).toBeNull();
});

it("the tenant's country decides how a national number is read", () => {
  expect(new PhoneNumbers('SG').read('91234567')?.e164).toBe('+6591234567');
  expect(() => new PhoneNumbers('XX')).toThrow(RangeError);
});

it('a repeated number is the same object, and the cache is bounded', () => {
  const some = new PhoneNumbers('VN');
  const first = some.read('0914237383');
  expect(some.read('0914237383')).toBe(first);
  for (let extension = 0; extension < 80_000; extension++) some.read(String(extension));
  expect(some.read('0914237383')).not.toBe(first);
});

it('lines are compared by E.164, and by their digits where there is none', () => {
  const line = (raw: string) => numbers.read(raw)!;
  expect(sameLine(line('0914237383'), line('+84914237383'))).toBe(true);
  expect(sameLine(line('1900 1234'), line('19001234'))).toBe(true);
  expect(sameLine(line('0914237383'), line('0914237384'))).toBe(false);
  expect(sameLine(line('anonymous'), line('unknown'))).toBe(false);
});

it('hotlines and extensions are recognised by their form', () => {
  expect(['19001234', '1800123456', '+841900123456', '01900123456'].every(isHotlineLike)).toBe(true);
  expect(['0914237383', '190', '24052364', 'anonymous'].some(isHotlineLike)).toBe(false);
  expect(['10', '107', '999999'].every(isShortExtension)).toBe(true);
  expect(['1', '012', '1234567', '', '10a'].some(isShortExtension)).toBe(false);
});
