import { describe, expect, it } from '@jest/globals';
import { Earliest } from './earliest.js';

describe('the earliest of the times of some calls', () => {
  it('is after every limit while there is none', () => {
    const times = new Earliest();
    expect(times.isAfter(Number.MAX_VALUE)).toBe(true);
    expect(times.until(Number.MAX_VALUE)).toEqual([]);
  });

  it('is due at its limit and not before', () => {
    const times = new Earliest();
    times.set('a', 20);
    times.set('b', 10);
    times.set('c', 30);
    expect([9, 10].map((limit) => times.isAfter(limit))).toEqual([true, false]);
    expect(times.until(9)).toEqual([]);
    expect(times.until(10)).toEqual(['b']);
    expect(times.until(29)).toEqual(['a', 'b']);
  });

  it('is the next one when the earliest is taken away', () => {
    const times = new Earliest();
    times.set('a', 20);
    times.set('b', 10);
    times.set('b', null);
    expect([19, 20].map((limit) => times.isAfter(limit))).toEqual([true, false]);
    times.set('a', null);
    expect(times.isAfter(Number.MAX_VALUE)).toBe(true);
  });

  it('follows a time that changes, to later and to earlier', () => {
    const times = new Earliest();
    times.set('a', 10);
    times.set('b', 20);
    times.set('a', 30);
    expect([19, 20].map((limit) => times.isAfter(limit))).toEqual([true, false]);
    expect(times.until(20)).toEqual(['b']);
    times.set('a', 5);
    expect(times.until(5)).toEqual(['a']);
  });

  it('does not change with a time that it never had, or has already', () => {
    const times = new Earliest();
    times.set('a', 10);
    times.set('b', null);
    times.set('a', 10);
    expect(times.until(10)).toEqual(['a']);
  });
});
