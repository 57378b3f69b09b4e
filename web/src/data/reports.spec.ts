import { dayIn, HOURS_MOST_DAYS, lengthOf, periodBetween, periodOf } from './period.js';
import {
  byAgent,
  byDay,
  byHour,
  byQueue,
  isBlind,
  isPartlyUnwatched,
  runsOf,
  shareText,
  sumOf,
  totalOf,
  unwatchedShare,
  unwatchedOf,
} from './report-rows.js';
import { scaleOf } from './chart-scale.js';
import type { AgentInterval, QueueInterval, QueueStats } from './stats.js';

const MARCH_2 = Date.UTC(2026, 2, 1, 17);
const HOUR = 3_600_000;

function stats(given: Partial<QueueStats> = {}, id = 'q1'): QueueStats {
  return {
    queue: { id, name: `Queue ${id}` },
    offered: 10,
    answered: 8,
    abandoned: 2,
    flowedOut: 0,
    unknown: 0,
    waiting: 0,
    shortAbandons: 1,
    abandonedShare: 1 / 9,
    serviceLevel: { seconds: 20, inTime: { least: 6, most: 7 }, share: { least: 6 / 9, most: 7 / 9 } },
    speedOfAnswer: { ms: 12_000, known: 7, unknown: 1 },
    talk: { ms: 60_000, known: 8, unknown: 0 },
    ...given,
  };
}

function hour(
  nth: number,
  queues: readonly QueueStats[],
  unwatchedMs = { monitor: 0, queue: 0 },
): QueueInterval {
  const from = MARCH_2 + nth * HOUR;
  return {
    day: dayIn('Asia/Ho_Chi_Minh', from),
    from: new Date(from).toISOString(),
    to: new Date(from + HOUR).toISOString(),
    isOver: true,
    unwatchedMs,
    queues,
  };
}

describe('the rows of a report', () => {
  it('are the service’s own numbers where there is one interval', () => {
    const own = stats();
    expect(sumOf([own])).toMatchObject({
      offered: own.offered,
      abandonedShare: own.abandonedShare,
      serviceLevel: own.serviceLevel.share,
      inTime: own.serviceLevel.inTime,
      seconds: 20,
      speedOfAnswer: own.speedOfAnswer,
      talk: own.talk,
    });
    expect(sumOf([])).toMatchObject({
      serviceLevel: null,
      abandonedShare: null,
      speedOfAnswer: { ms: null },
    });
  });

  it('add counts and ranges, and weigh means by how many are known', () => {
    const other = stats({
      answered: 1,
      abandoned: 0,
      shortAbandons: 0,
      serviceLevel: { seconds: 30, inTime: { least: 1, most: 1 }, share: { least: 1, most: 1 } },
      speedOfAnswer: { ms: 4_000, known: 1, unknown: 0 },
      talk: { ms: null, known: 0, unknown: 1 },
    });
    expect(sumOf([stats(), other])).toMatchObject({
      answered: 9,
      seconds: null,
      serviceLevel: { least: 0.7, most: 0.8 },
      abandonedShare: 0.1,
      speedOfAnswer: { ms: 11_000, known: 8, unknown: 1 },
      talk: { ms: 60_000, known: 8, unknown: 1 },
    });
  });

  it('are a day, an hour of the day in the tenant’s zone, or a queue', () => {
    const intervals = [hour(9, [stats()]), hour(10, [stats(), stats({}, 'q2')]), hour(33, [stats()])];
    const now = MARCH_2 + 100 * HOUR;
    expect(byHour(intervals, 'Asia/Ho_Chi_Minh', now).map(({ key, sum }) => [key, sum.offered])).toEqual([
      ['09', 20],
      ['10', 20],
    ]);
    expect(byDay(intervals, now).map(({ key, sum }) => [key, sum.offered])).toEqual([
      ['2026-03-02', 10],
      ['2026-03-02', 20],
      ['2026-03-03', 10],
    ]);
    expect(byQueue(intervals).map(({ name, sum }) => [name, sum.offered])).toEqual([
      ['Queue q1', 30],
      ['Queue q2', 10],
    ]);
    expect(totalOf(intervals, now)).toMatchObject({ sum: { offered: 40 }, spanMs: 3 * HOUR, isOver: true });
  });

  it('say for how long nothing was watched, as a range where two sources may have failed at once', () => {
    const both = hour(0, [], { monitor: 40 * 60_000, queue: 30 * 60_000 });
    expect(unwatchedOf([both], MARCH_2 + 2 * HOUR)).toEqual({ least: 40 * 60_000, most: HOUR });
    expect(unwatchedOf([both], MARCH_2 + 50 * 60_000)).toEqual({ least: 40 * 60_000, most: 50 * 60_000 });
    expect(unwatchedOf([hour(0, [], { monitor: 0, queue: 60_000 })], MARCH_2 + 2 * HOUR)).toEqual({
      least: 60_000,
      most: 60_000,
    });
  });

  it('have no numbers where nothing was watched, and are one line where that went on', () => {
    const all = { monitor: HOUR, queue: HOUR };
    const rows = byHour(
      [
        hour(0, [], all),
        hour(1, [], all),
        hour(2, [], all),
        hour(3, [], { monitor: 60_000, queue: 0 }),
        hour(4, [stats()], all),
        hour(5, [], all),
      ],
      'Asia/Ho_Chi_Minh',
      MARCH_2 + 24 * HOUR,
    );
    expect(rows.map(isBlind)).toEqual([true, true, true, false, false, true]);
    expect(rows.map(isPartlyUnwatched)).toEqual([true, true, true, false, true, true]);
    expect(rows.map(unwatchedShare)).toEqual([1, 1, 1, 0.05, 1, 1]);
    expect(runsOf(rows).map((run) => run.map(({ key }) => key))).toEqual([
      ['00', '01', '02'],
      ['03'],
      ['04'],
      ['05'],
    ]);
  });

  it('are agents, with the time that is in no state', () => {
    const interval: AgentInterval = {
      ...hour(0, []),
      agents: [
        {
          agent: { extension: '1001', name: null },
          answered: 0,
          placed: 0,
          talk: { ms: null, known: 0, unknown: 0 },
          talking: 0,
          notAnswered: 0,
          inState: { ringing: 0, talking: 0, 'no-call': 0, 'not-registered': 0, 'not-watched': 0 },
        },
        {
          agent: { extension: '101', name: 'Lan' },
          answered: 3,
          placed: 1,
          talk: { ms: 30_000, known: 4, unknown: 0 },
          talking: 0,
          notAnswered: 2,
          inState: {
            ringing: 60_000,
            talking: 120_000,
            'no-call': 600_000,
            'not-registered': 0,
            'not-watched': 0,
          },
        },
      ],
    };
    const rows = byAgent([interval, interval], MARCH_2 + 2 * HOUR);
    expect(rows.map(({ extension }) => extension)).toEqual(['101', '1001']);
    expect(rows[0]).toMatchObject({
      name: 'Lan',
      answered: 6,
      notAnswered: 4,
      talk: { ms: 30_000, known: 8 },
      inState: { talking: 240_000 },
      notKnownMs: 2 * HOUR - 2 * 780_000,
    });
  });
});

describe('a share', () => {
  it('is a range where it is one, rounded outwards, and whole only where it is', () => {
    expect(shareText({ least: 0.784, most: 0.811 })).toBe('78–82\u00a0%');
    expect(shareText({ least: 0.8, most: 0.8 })).toBe('80\u00a0%');
    expect(shareText({ least: 0.998, most: 1 })).toBe('99–100\u00a0%');
    expect([shareText(1), shareText(0.999), shareText(0), shareText(0.001)]).toEqual([
      '100\u00a0%',
      '99\u00a0%',
      '0\u00a0%',
      '1\u00a0%',
    ]);
  });
});

describe('the scale of a chart', () => {
  it('is never lower than ten, and ends above the most', () => {
    expect(scaleOf(0)).toEqual({ top: 10, steps: [0, 2, 4, 6, 8, 10] });
    expect(scaleOf(3).top).toBe(10);
    for (const most of [11, 89, 100, 101, 1_234, 99_999]) {
      const { top, steps } = scaleOf(most);
      expect(top).toBeGreaterThanOrEqual(most);
      expect(top).toBeLessThan(most * 1.5);
      expect(steps.length).toBeLessThanOrEqual(7);
    }
  });
});

describe('a period', () => {
  it.each([
    ['today', '2026-03-04', '2026-03-04'],
    ['yesterday', '2026-03-03', '2026-03-03'],
    ['this-week', '2026-03-02', '2026-03-04'],
    ['last-week', '2026-02-23', '2026-03-01'],
    ['this-month', '2026-03-01', '2026-03-04'],
    ['last-month', '2026-02-01', '2026-02-28'],
  ] as const)('is %s from %s to %s on Wednesday, 4 March', (preset, from, to) => {
    expect(periodOf(preset, '2026-03-04')).toEqual({ from, to });
  });

  it('begins its week on Monday also on a Sunday', () => {
    expect(periodOf('this-week', '2026-03-08')).toEqual({ from: '2026-03-02', to: '2026-03-08' });
  });

  it('is free, up to what the service keeps', () => {
    expect(periodBetween('2026-03-02', '2026-03-01')).toBeNull();
    expect(periodBetween('', '2026-03-01')).toBeNull();
    expect(periodBetween('2024-01-01', '2026-03-01')).toBeNull();
    expect(lengthOf(periodBetween('2026-03-01', '2026-03-31')!)).toBe(HOURS_MOST_DAYS);
  });

  it('is of the tenant’s zone', () => {
    expect(dayIn('Asia/Ho_Chi_Minh', Date.UTC(2026, 2, 1, 17))).toBe('2026-03-02');
    expect(dayIn('Asia/Ho_Chi_Minh', Date.UTC(2026, 2, 1, 16, 59))).toBe('2026-03-01');
  });
});
