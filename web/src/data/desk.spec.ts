import type { QueueState } from '@pitel-event-bridge/client';
import { alarmsOf, newAlarms, stillAcknowledged, toneOf } from './alarms.js';
import { iso, NINE } from './data.fixtures.js';
import type { QueueStats, Range } from './desk.js';
import { longestWait, queueRows } from './queue-rows.js';
import { totalsByQueue, totalsOf } from './totals.js';

interface Given {
  readonly answered?: number;
  readonly abandoned?: number;
  readonly short?: number;
  readonly inTime?: Range;
  readonly seconds?: number;
  readonly name?: string | null;
}

function queueStats(id: string, given: Given = {}): QueueStats {
  const { answered = 0, abandoned = 0, short = 0, seconds = 20, name = id } = given;
  const inTime = given.inTime ?? { least: answered, most: answered };
  return {
    queue: { id, name },
    offered: answered + abandoned,
    answered,
    abandoned,
    waiting: 0,
    shortAbandons: short,
    serviceLevel: { seconds, inTime },
  };
}

function queueState(name: string, given: Partial<QueueState> = {}): QueueState {
  const queue = { id: `q-${name}`, name };
  return { queue, waiting: 0, ringing: 0, talking: 0, longestWait: null, thresholds: [], ...given };
}

const crossed = (rule: 'waiting' | 'longestWait', at: number) => ({ rule, limit: 5, since: iso(NINE + at) });

describe('totals', () => {
  it('are sums, with the service level of all calls, and short abandons left out of it', () => {
    const totals = totalsOf([
      queueStats('a', { answered: 8, abandoned: 2, short: 1, inTime: { least: 6, most: 7 } }),
      queueStats('b', { answered: 1, abandoned: 0 }),
    ]);
    expect(totals).toMatchObject({ offered: 11, answered: 9, abandoned: 2, measured: 10, seconds: 20 });
    expect(totals.level).toEqual({ least: 0.7, most: 0.8 });
    expect(totals.abandonedShare).toBe(0.1);
  });

  it('of no call have no level, and not one of 0 or 100 %', () => {
    expect(totalsOf([])).toMatchObject({ measured: 0, level: null, abandonedShare: null, seconds: null });
    expect(totalsOf([queueStats('a', { abandoned: 1, short: 1 })]).level).toBeNull();
  });

  it('name no limit where the queues have different ones', () => {
    expect(totalsOf([queueStats('a'), queueStats('b', { seconds: 30 })]).seconds).toBeNull();
  });

  it('of a queue have the name that it was called last', () => {
    const rows = [
      queueStats('a', { name: 'Old' }),
      queueStats('a', { name: 'New' }),
      queueStats('a', { name: null }),
    ];
    expect([...totalsByQueue(rows)].map(([id, { name }]) => [id, name])).toEqual([['a', 'New']]);
  });
});

describe('alarms', () => {
  const queues = [
    queueState('Sales', { thresholds: [crossed('waiting', 9_000)] }),
    queueState('Support', { thresholds: [crossed('longestWait', 1_000), crossed('waiting', 2_000)] }),
  ];
  const alarms = alarmsOf(queues);

  it('are the thresholds that are crossed, the first first', () => {
    expect(alarms.map(({ queue, rule }) => `${queue.name} ${rule}`)).toEqual([
      'Support longestWait',
      'Support waiting',
      'Sales waiting',
    ]);
  });

  it('are news when they were not there before; none is when the page begins', () => {
    expect(newAlarms(null, alarms)).toEqual([]);
    const known = new Set(alarms.slice(1).map(({ key }) => key));
    expect(newAlarms(known, alarms)).toEqual([alarms[0]]);
    const again = alarmsOf([queueState('Sales', { thresholds: [crossed('waiting', 99_000)] })]);
    expect(newAlarms(new Set(alarms.map(({ key }) => key)), again)).toEqual(again);
  });

  it('are acknowledged until they are over: the same threshold crossed again is not', () => {
    const acknowledged = new Set([alarms[2]!.key, 'another']);
    expect([...stillAcknowledged(acknowledged, alarms)]).toEqual([alarms[2]!.key]);
    const again = alarmsOf([queueState('Sales', { thresholds: [crossed('waiting', 99_000)] })]);
    expect(stillAcknowledged(acknowledged, again).size).toBe(0);
  });

  it('look calm only where there is none, and seen only where all were', () => {
    expect(toneOf([], new Set())).toBe('calm');
    expect(toneOf(alarms, new Set([alarms[0]!.key]))).toBe('alarm');
    expect(toneOf(alarms, new Set(alarms.map(({ key }) => key)))).toBe('acknowledged');
  });
});

describe('the rows of queues', () => {
  const none = totalsOf([]);
  const queues = [
    queueState('Billing'),
    queueState('Sales', { thresholds: [crossed('waiting', 0)], longestWait: { since: iso(NINE) } }),
    queueState('Care', { longestWait: { since: iso(NINE - 1_000) } }),
  ];

  it('begin with the queues in trouble; the others are where they always are', () => {
    expect(queueRows(queues, new Map(), none).map(({ name }) => name)).toEqual(['Sales', 'Billing', 'Care']);
  });

  it('say nothing of a day that is not known, and nothing has happened in a queue that the day does not name', () => {
    expect(queueRows(queues, null, none).every(({ day }) => day === null)).toBe(true);
    expect(queueRows(queues, new Map(), none).every(({ day }) => day === none)).toBe(true);
  });

  it('have the queues of the day too whose present is not known', () => {
    const days = totalsByQueue([queueStats('q-Sales', { answered: 3, name: 'Sales' })]);
    expect(queueRows(null, days, none)).toMatchObject([{ name: 'Sales', now: null, day: { answered: 3 } }]);
  });

  it('know who waits for longest', () => {
    expect(longestWait(queues)).toEqual({ since: NINE - 1_000, name: 'Care' });
    expect(longestWait([queueState('Billing')])).toBeNull();
  });
});
