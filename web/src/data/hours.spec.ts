import { iso } from './data.fixtures.js';
import type { Interval, QueueStats } from './desk.js';
import { hoursOf, labelEvery } from './hours.js';

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse('2026-03-02T00:00:00Z');

/** A day up to an hour: how many were answered in each, and for how long it was not watched. */
function day(
  calls: Readonly<Record<number, number>>,
  unwatched: Readonly<Record<number, number>>,
  until: number,
): readonly (Interval & { queues: readonly QueueStats[] })[] {
  return Array.from({ length: until + 1 }, (_, hour) => ({
    from: iso(MIDNIGHT + hour * HOUR),
    to: iso(MIDNIGHT + (hour + 1) * HOUR),
    isOver: hour < until,
    unwatchedMs: { monitor: 0, queue: (unwatched[hour] ?? 0) * HOUR },
    queues: calls[hour] === undefined ? [] : [stats(calls[hour])],
  }));
}

function stats(answered: number): QueueStats {
  const inTime = { least: answered, most: answered };
  const none = { abandoned: 0, waiting: 0, shortAbandons: 0 };
  return {
    queue: { id: 'q', name: 'q' },
    offered: answered,
    answered,
    ...none,
    serviceLevel: { seconds: 20, inTime },
  };
}

const hourOf = (from: number) => (from - MIDNIGHT) / HOUR;
const at = (hour: number) => MIDNIGHT + hour * HOUR + HOUR / 2;

describe('the hours of a day', () => {
  it('begin with the first hour in which a caller came, and go on to the present', () => {
    const { hours } = hoursOf(day({ 8: 5, 12: 7 }, {}, 18), at(18));
    expect(hourOf(hours[0]!.from)).toBe(8);
    expect(hours).toHaveLength(11);
    expect(hours.at(-1)!.state).toBe('now');
    expect(hours.map(({ totals }) => totals.answered)).toEqual([5, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0]);
  });

  it('show few calls as few: the top of the scale is ten at least, and a round number above', () => {
    expect(hoursOf(day({ 8: 3 }, {}, 9), at(9)).most).toBe(10);
    expect(hoursOf(day({ 8: 37 }, {}, 9), at(9)).most).toBe(40);
    expect(hoursOf(day({ 8: 101 }, {}, 9), at(9)).most).toBe(200);
  });

  it('are ten at least, so that one bar does not fill the chart', () => {
    const { hours } = hoursOf(day({ 9: 3 }, {}, 9), at(9));
    expect(hours).toHaveLength(10);
    expect(hours.some(({ state, from }) => state === 'now' && hourOf(from) === 9)).toBe(true);
    expect(hours.filter(({ state }) => state === 'to-come')).not.toEqual([]);
    for (const [index, { from }] of hours.entries()) expect(from).toBe(hours[0]!.from + index * HOUR);
  });

  it('say where nothing was watched, as a share of the time that has passed', () => {
    const { hours, unwatchedUntil } = hoursOf(day({ 8: 1, 10: 1 }, { 9: 1, 10: 0.25 }, 10), at(10));
    expect(hours.slice(0, 3).map(({ unwatched }) => unwatched)).toEqual([0, 1, 0.5]);
    expect(unwatchedUntil).toBeNull();
  });

  it('of a bridge that began at nine have one hour of what was before, and say until when', () => {
    const dark = Object.fromEntries(Array.from({ length: 9 }, (_, hour) => [hour, 1]));
    const { hours, unwatchedUntil } = hoursOf(day({ 10: 4 }, dark, 11), at(11));
    expect(hours.slice(0, 3).map(({ from }) => hourOf(from))).toEqual([8, 9, 10]);
    expect(hours[0]!.unwatched).toBe(1);
    expect(unwatchedUntil).toBe(MIDNIGHT + 9 * HOUR);
  });

  it('of a day without anything are there, empty', () => {
    const { hours, most } = hoursOf(day({}, {}, 0), at(0));
    expect(hours).toHaveLength(10);
    expect(most).toBe(10);
    expect(hoursOf([], at(0)).hours).toEqual([]);
  });

  it('are of one day: late in the evening those before fill the chart, and not those of tomorrow', () => {
    const { hours } = hoursOf(day({ 22: 3 }, {}, 22), at(22));
    expect(hours.map(({ from }) => hourOf(from))).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it('have labels that never touch, whatever room there is', () => {
    for (let hours = 1; hours <= 25; hours += 1)
      for (const room of [40, 150, 300, 700]) {
        const every = labelEvery(hours, room, 38);
        expect(Math.max(1, Math.ceil(hours / every) - 1) * 38).toBeLessThanOrEqual(Math.max(38, room));
      }
    expect(labelEvery(10, 700, 38)).toBe(1);
  });
});
