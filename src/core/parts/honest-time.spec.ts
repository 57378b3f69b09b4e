import { describe, expect, it } from '@jest/globals';
import { honestTime, refinedTime, seenIn, timedAt } from './honest-time.js';

/** Polls at 10 and 14 seconds. */
const window = { after: 10_000, by: 14_000 };

describe('the time of something', () => {
  it('is that of the first poll that shows it, without one of the PBX', () => {
    const seen = { time: 14_000, observed: { earliest: 10_000, latest: 14_000, certainty: 'observed' } };
    expect(honestTime(null, window, 0)).toEqual(seen);
    expect(honestTime(null, window, 300_000)).toEqual(seen);
    expect(seenIn(window, 'observed')).toEqual(seen);
  });

  it.each([
    ['in the window', 12_000, 13_000],
    ['in its last second', 13_500, 14_000],
    ['at the poll that shows it', 14_000, 14_000],
    ['a little before the window', 8_000, 9_000],
    ['long before it, by a clock that is right', -50_000, -49_000],
  ])('is the PBX’s, with its second as the window: %s', (_, pbx, latest) => {
    expect(honestTime(pbx, window, 0)).toEqual({
      time: pbx,
      observed: { earliest: pbx, latest, certainty: 'upstream' },
    });
  });

  it('is observed if the PBX’s time is after the poll that shows it', () => {
    expect(honestTime(14_001, window, 0)).toEqual(seenIn(window, 'observed'));
    expect(honestTime(14_001, window, null)).toEqual(seenIn(window, 'observed'));
  });

  it('is observed, and the window reaches back, if nothing shows whether the clock is behind or the row late', () => {
    expect(honestTime(7_999, window, null)).toEqual({
      time: 14_000,
      observed: { earliest: 7_999, latest: 14_000, certainty: 'observed' },
    });
    expect(honestTime(8_000, window, null)).toMatchObject({ observed: { certainty: 'upstream' } });
    const first = { after: null, by: 14_000 };
    expect(honestTime(-50_000, first, null)).toMatchObject({ time: -50_000 });
  });

  it.each([
    ['ahead', 312_000, 300_000, 12_500],
    ['behind', -288_000, -300_000, 12_500],
    ['and corrected beyond the poll that shows it', 314_000, 300_000, 14_000],
    ['and corrected to before the poll that did not show it', 308_000, 300_000, 10_000],
  ])('is corrected and observed if the clock is off: %s', (_, pbx, skewMs, time) => {
    expect(honestTime(pbx, window, skewMs)).toEqual({
      time,
      observed: { earliest: 10_000, latest: 14_000, certainty: 'observed' },
    });
  });

  it('is corrected to long before the polls if the row is shown late', () => {
    expect(honestTime(304_999, window, 300_000)).toEqual({
      time: 5_499,
      observed: { earliest: 5_499, latest: 14_000, certainty: 'observed' },
    });
  });

  it('is kept within the polls as far as the clock’s estimate may be off: by half of what lies between two polls', () => {
    expect(honestTime(305_000, window, 300_000)).toMatchObject({
      time: 10_000,
      observed: { earliest: 10_000 },
    });
    const earliest = (pbx: number, by: number) =>
      honestTime(pbx, { after: 10_000, by }, 300_000).observed.earliest;
    expect([306_500, 306_499].map((pbx) => earliest(pbx, 11_000))).toEqual([10_000, 6_999]);
    expect([304_500, 304_499].map((pbx) => earliest(pbx, 60_000))).toEqual([10_000, 4_999]);
  });

  it('is not before the step before it', () => {
    expect(honestTime(12_000, window, 0, 12_700)).toEqual({
      time: 12_700,
      observed: { earliest: 12_000, latest: 13_000, certainty: 'upstream' },
    });
    expect(honestTime(12_000, window, 0, 13_500)).toEqual({
      time: 13_500,
      observed: { earliest: 10_000, latest: 14_000, certainty: 'observed' },
    });
    expect(seenIn(window, 'inferred', 14_100)).toEqual({
      time: 14_100,
      observed: { earliest: 10_000, latest: 14_100, certainty: 'inferred' },
    });
  });

  it('widens the window if it was deduced and lies outside', () => {
    expect(timedAt(9_000, window, 'inferred').observed).toMatchObject({ earliest: 9_000, latest: 14_000 });
    expect(timedAt(15_000, window, 'inferred').observed).toMatchObject({ earliest: 10_000, latest: 15_000 });
    expect(timedAt(12_000, { after: null, by: 14_000 }, 'inferred').observed).toMatchObject({
      earliest: null,
    });
  });
});

describe('the time of an answer that a poll had shown', () => {
  const between = { startedAt: 10_000, seenAt: 14_000 };

  it('is refined by the PBX’s time', () => {
    expect(refinedTime(12_000, between, 0)).toEqual({ time: 12_000, certainty: 'upstream' });
  });

  it('remains between the start and the poll', () => {
    expect(refinedTime(9_000, between, 0)).toEqual({ time: 10_000, certainty: 'observed' });
    expect(refinedTime(15_000, between, 0)).toEqual({ time: 14_000, certainty: 'observed' });
  });

  it('is not refined by the time of a later answer, or by a clock that is unknown or off', () => {
    expect(refinedTime(312_000, between, 300_000)).toBeNull();
    expect(refinedTime(16_001, between, 0)).toBeNull();
    expect(refinedTime(12_000, between, null)).toBeNull();
  });
});
