import { describe, expect, it } from '@jest/globals';
import { leg, number } from '../../../test/support/history.js';
import { customerKey, hotlineMatch, likeness, mayBeInbound, WITHHELD } from './customer.js';

describe('a caller', () => {
  it('is known by the number in E.164, or as the PBX wrote it', () => {
    expect(customerKey(number('0914237383'))).toBe('+84914237383');
    expect(customerKey(number('107'))).toBe('107');
  });

  it.each([
    '',
    'anonymous',
    'Anonymous',
    'UNKNOWN',
    'restricted',
    'private',
    'unavailable',
    '0',
    '000',
    '+000',
  ])('withholds the number as %j', (raw) => {
    expect(customerKey(number(raw))).toBe(WITHHELD);
  });

  it('withholds the number where the row has none', () => {
    expect(customerKey(null)).toBe(WITHHELD);
  });

  it.each(['unknown-107', '0100', '+84', 'my private'])('does not withhold the number as %j', (raw) => {
    expect(customerKey(number(raw))).toBe(raw);
  });

  it('is never the same as another by a number that both withhold', () => {
    expect(likeness(WITHHELD, WITHHELD)).toBe('withheld');
    expect(likeness('+84914237383', '+84914237383')).toBe('same');
    expect(likeness('+84914237383', '+84987654321')).toBe('different');
    expect(likeness('+84914237383', WITHHELD)).toBe('different');
    expect(likeness(WITHHELD, '+84914237383')).toBe('different');
  });
});

describe('two hotlines', () => {
  const [one, other] = [number('19001234'), number('19005678')];

  it('are compared only where both are known', () => {
    expect(hotlineMatch(one, number('19001234'))).toBe('same');
    expect(hotlineMatch(one, other)).toBe('different');
    expect(hotlineMatch(one, null)).toBe('unknown');
    expect(hotlineMatch(null, one)).toBe('unknown');
    expect(hotlineMatch(null, null)).toBe('unknown');
  });
});

describe('a leg that can be of a customer’s inbound call', () => {
  it('says inbound, or local with the customer on it', () => {
    expect(mayBeInbound(leg())).toBe(true);
    expect(mayBeInbound(leg({ customer: null }))).toBe(true);
    expect(mayBeInbound(leg({ direction: 'local' }))).toBe(true);
    expect(mayBeInbound(leg({ direction: 'local', customer: null }))).toBe(false);
    expect(mayBeInbound(leg({ direction: 'outbound' }))).toBe(false);
  });
});
