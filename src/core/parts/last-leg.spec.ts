import { describe, expect, it } from '@jest/globals';
import { leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at } from '../../../test/support/parts.js';
import { hasJustGone, lastLegName, lastLegsOf, legName } from './last-leg.js';

const seen = leg({ startedAt: at(0) });

describe('the name of a leg', () => {
  it('is the same under another id, and another at another extension, customer or second', () => {
    expect(legName({ ...seen, key: '107|other', callId: 'other' })).toBe(legName(seen));
    expect(legName({ ...seen, extension: '108' })).not.toBe(legName(seen));
    expect(legName({ ...seen, customer: number('0987654321') })).not.toBe(legName(seen));
    expect(legName({ ...seen, startedAt: at(1) })).not.toBe(legName(seen));
  });

  it('is another where the number is withheld in another way', () => {
    const withheld = (raw: string) => legName({ ...seen, customer: number(raw) });
    expect(withheld('anonymous')).toBe(withheld('anonymous'));
    expect(withheld('anonymous')).not.toBe(withheld('unknown'));
    expect(withheld('')).toBe(legName({ ...seen, customer: null }));
  });

  it('is none without a time: then it may be any leg', () => {
    expect(legName(leg())).toBeNull();
  });
});

describe('a leg that has gone', () => {
  const [gone, ...more] = lastLegsOf([
    legPart({ seen, absence: absentSince(5) }),
    legPart({ absence: absentSince(5) }),
  ]);

  it('keeps its name, if it has one', () => {
    expect(lastLegName(gone!)).toBe(legName(seen));
    expect(more).toEqual([]);
  });

  it('may be shown again under another id for 2 s', () => {
    expect(gone!.goneAt).toBe(at(5));
    expect([at(5), at(7), at(7) + 1].map((now) => hasJustGone(gone!, now))).toEqual([true, true, false]);
  });
});
