import { describe, expect, it } from '@jest/globals';
import { type ClockSample, EMPTY_STATE } from '../model/call.js';
import { isClockOff, onOurClock, skewOf, withSamples } from './pbx-clock.js';

const NOW = 1_000_000;

/** A row that said `delay` before the answer with it, and was not in the answer to the poll a second before. */
function fresh(delay: number, by = NOW): ClockSample {
  return { pbx: by - delay, after: by - 1_000, by };
}

/** A row of which no earlier poll says when it appeared. */
function old(delay: number, by = NOW): ClockSample {
  return { ...fresh(delay, by), after: null };
}

function skew(queue: readonly ClockSample[], monitor: readonly ClockSample[] = []): number | null {
  const { monitor: source } = EMPTY_STATE.sources;
  return skewOf({ monitor: { ...source, clock: monitor }, queue: { ...source, clock: queue } });
}

describe('the PBX’s clock', () => {
  it('is unknown without rows', () => {
    expect(skew([])).toBeNull();
  });

  it('is ahead if one row is, however it appeared', () => {
    expect(skew([old(-300_000)])).toBe(300_000);
    expect(skew([fresh(-300_000)])).toBe(301_000);
    expect(skew([fresh(500)], [old(-300_000)])).toBe(300_000);
  });

  it('is behind if two rows are that appeared between two polls, not if one is', () => {
    expect(skew([fresh(300_000)])).toBeNull();
    expect(skew([fresh(300_000), fresh(300_400, NOW + 5_000)])).toBe(-299_000);
    expect(skew([old(300_000), fresh(300_400)])).toBeNull();
    expect(skew([fresh(300_000)], [fresh(300_400, NOW + 5_000)])).toBe(-299_000);
  });

  it('is behind by the least delay, since a row may be shown late', () => {
    expect(skew([fresh(300_000), fresh(400_000, NOW + 5_000), fresh(500_000, NOW + 9_000)])).toBe(-299_000);
  });

  it('is right if one row is in time, however many are late', () => {
    const late = [5_000, 30_000, 300_000].map((delay, index) => fresh(delay, NOW + index));
    expect(skew([...late, fresh(400)])).toBe(0);
    expect(skew(late, [fresh(400)])).toBe(0);
    expect(skew([fresh(400)])).toBe(0);
    expect(skew([old(1_500)])).toBe(0);
  });

  it('is not off if slow polls may be why rows appear late', () => {
    const slow = (delay: number, by: number) => ({ ...fresh(delay, by), after: by - 60_000 });
    expect(skew([slow(50_000, NOW), slow(40_000, NOW + 60_000)])).toBe(0);
  });

  it('within two seconds has the smallest difference that explains the rows', () => {
    expect(skew([fresh(-700)])).toBe(700);
    expect(skew([fresh(3_000), fresh(3_200, NOW + 1)])).toBe(-1_000);
  });

  it('is not judged by rows of which none says anything', () => {
    expect(skew([old(300_000), old(500_000)])).toBeNull();
  });

  it('is judged by the six latest samples of both endpoints, since it may be set', () => {
    const ahead = old(-300_000);
    const later = [1, 2, 3, 4, 5, 6].map((index) => fresh(500, NOW + index));
    expect(skew([ahead, ...later.slice(0, 2)], later.slice(2, 5))).toBe(300_000);
    expect(skew([ahead, ...later.slice(0, 2)], later.slice(2))).toBe(0);
  });

  it('stays off by little more than two seconds while no row contradicts the earlier ones that have shown that, for ten minutes', () => {
    const at = (delay: number, seconds: number) => fresh(delay, NOW + seconds * 1_000);
    const behind = [at(4_050, 0), at(4_100, 1)];
    const rows = [2, 3, 4, 5, 6].map((seconds) => at(3_500, seconds));
    const since = (delay: number, seconds: number) => skew([...behind, ...rows, at(delay, seconds)]);
    expect(skew([...rows, at(3_500, 7)])).toBe(-1_500);
    expect(since(3_500, 600)).toBe(-2_775);
    expect(since(3_500, 602)).toBe(-1_500);
    expect(since(1_900, 600)).toBe(-1_500);

    const ahead = [at(-2_100, 0), ...rows.map((row) => ({ ...row, pbx: row.by + 1_500 }))];
    expect(skew([...ahead, at(-1_500, 600)])).toBe(2_800);
    expect(skew([...ahead, at(-1_500, 601)])).toBe(1_500);
    expect(skew([...ahead, at(0, 600)])).toBe(1_500);
  });

  it('is off beyond two seconds', () => {
    expect([null, 0, 2_000, -2_000, 2_001, -2_001].map(isClockOff)).toEqual([
      ...[false, false, false, false],
      ...[true, true],
    ]);
  });

  it('is corrected only if it is off, to the middle of the second', () => {
    expect([null, 2_000, -2_000].map((skewMs) => onOurClock(NOW, skewMs))).toEqual([NOW, NOW, NOW]);
    expect(onOurClock(NOW, 300_000)).toBe(NOW - 300_000 + 500);
    expect(onOurClock(NOW, -300_000)).toBe(NOW + 300_000 + 500);
  });
});

describe('samples of the PBX’s clock', () => {
  it('are kept of the two rows of an answer with the least delay, and the one with the most', () => {
    const [first, second, third, fourth] = [fresh(400), fresh(900), fresh(1_400), fresh(1_900)];
    expect(withSamples([], [third, first, second], NOW)).toEqual([first, second, third]);
    expect(withSamples([], [third, first, fourth, second], NOW)).toEqual([first, second, fourth]);
  });

  it('are one for all rows of one instant', () => {
    const [first, second] = [fresh(400), fresh(900)];
    expect(withSamples([], [first, first, second], NOW)).toEqual([first, second]);
    const known = [first];
    expect(withSamples(known, [{ ...first, by: NOW + 1_000 }], NOW + 1_000)).toBe(known);
  });

  it('are not kept of a row that says nothing', () => {
    expect(withSamples([], [old(2_001)], NOW)).toEqual([]);
    expect(withSamples([], [old(2_000)], NOW)).toEqual([old(2_000)]);
  });

  it('are the latest six', () => {
    const known = [0, 1, 2, 3, 4, 5].map((index) => fresh(400, NOW + index));
    const next = fresh(400, NOW + 10);
    expect(withSamples(known, [next], NOW + 10)).toEqual([...known.slice(1), next]);
  });

  it('end with the bridge’s own clock, if that is set back', () => {
    const next = fresh(400, NOW - 3_600_000);
    expect(withSamples([fresh(400)], [next], NOW - 3_600_000)).toEqual([next]);
  });
});
