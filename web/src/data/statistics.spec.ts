import { callView, iso, NINE, SALES } from './data.fixtures.js';
import { dayOf } from './day.js';
import { overTime } from './over-time.js';
import { type CallRecord, DayRecords, recordOf, totalsByQueue, totalsOf } from './statistics.js';

const GOAL = { thresholdMs: 20_000, ignoreAbandonedMs: 0 };

function answered(waitMs: number | null, given: Partial<CallRecord> = {}): CallRecord {
  const inferred = waitMs === null;
  return { kind: 'answered', at: NINE, waitMs, queueId: 'q1', queueName: 'Sales', inferred, ...given };
}
const abandoned = (waitMs: number | null, given: Partial<CallRecord> = {}): CallRecord => ({
  ...answered(waitMs, given),
  kind: 'abandoned',
});

describe('what a call counts as', () => {
  it('is answered as soon as it is, and stays so when it has ended', () => {
    const alive = callView({ answeredAt: iso(NINE + 8_000), waitMs: 8_000 });
    const record = { kind: 'answered', at: NINE + 8_000, waitMs: 8_000, inferred: false };
    expect(recordOf(alive, false)).toMatchObject(record);
    expect(recordOf({ ...alive, outcome: 'answered', endedAt: iso(NINE + 60_000) }, true)).toMatchObject(
      record,
    );
  });

  it('is abandoned only by its ending, not by how an offer ended', () => {
    const view = callView({ outcome: 'abandoned', endedAt: iso(NINE + 30_000), waitMs: 30_000 });
    expect(recordOf(view, true)).toMatchObject({ kind: 'abandoned', at: NINE + 30_000, waitMs: 30_000 });
    expect(recordOf(view, false)).toBeNull();
  });

  it('is deduced where the bridge says so', () => {
    expect(recordOf(callView({ answeredAt: iso(NINE), waitMs: null }), false)?.inferred).toBe(true);
    const observed = { earliest: iso(NINE), latest: iso(NINE), certainty: 'inferred' } as const;
    const left = callView({ outcome: 'abandoned', endedAt: iso(NINE), observed });
    expect(recordOf(left, true)?.inferred).toBe(true);
  });

  it('is null for outbound and local calls, and for calls whose end is not known', () => {
    expect(recordOf(callView({ direction: 'outbound', answeredAt: iso(NINE) }), false)).toBeNull();
    expect(recordOf(callView({ direction: 'local', answeredAt: iso(NINE) }), false)).toBeNull();
    expect(recordOf(callView({ outcome: 'unknown', endedAt: iso(NINE) }), true)).toBeNull();
  });
});

describe('the day’s records', () => {
  it('count a call once, however often it is announced, and forget yesterday at midnight', () => {
    const records = new DayRecords();
    const day = dayOf(NINE);
    for (let times = 0; times < 3; times += 1) records.note('c1', answered(1_000));
    records.note('c2', abandoned(1_000, { at: day.from - 1 }));
    expect(records.in(day)).toHaveLength(1);
    const next = dayOf(day.to);
    expect(next.from).toBe(day.to);
    records.note('c3', answered(1_000, { at: next.from }));
    records.keepOnly(next);
    expect(records.in(next)).toHaveLength(1);
    expect(records.in(day)).toHaveLength(0);
  });
});

describe('the service level', () => {
  it('is answered in time by all who waited in a queue; the threshold itself is in time', () => {
    const totals = totalsOf([answered(20_000), answered(20_001), abandoned(3_000), abandoned(null)], GOAL);
    expect(totals).toMatchObject({ answered: 2, abandoned: 2, measured: 4, inTime: 1, serviceLevel: 0.25 });
  });

  it('leaves out calls that came straight to an extension, and answers whose wait is not known', () => {
    const direct = answered(1_000, { queueId: null, queueName: null });
    const totals = totalsOf([direct, answered(null), answered(5_000)], GOAL);
    expect(totals).toMatchObject({
      answered: 3,
      measured: 1,
      unmeasured: 1,
      answeredInferred: 1,
      serviceLevel: 1,
    });
  });

  it('leaves out callers who left at once, when asked to', () => {
    const goal = { ...GOAL, ignoreAbandonedMs: 5_000 };
    const totals = totalsOf([answered(1_000), abandoned(4_999), abandoned(5_000)], goal);
    expect(totals).toMatchObject({ abandoned: 2, measured: 2, serviceLevel: 0.5 });
  });

  it('is unknown, not perfect, while nothing was measured', () => {
    expect(totalsOf([], GOAL).serviceLevel).toBeNull();
  });

  it('is counted by queue', () => {
    const other = { queueId: 'q0', queueName: 'Care' };
    const queues = totalsByQueue([answered(1_000), abandoned(1_000, other), answered(null, other)], GOAL);
    expect(queues.map(({ name, serviceLevel }) => [name, serviceLevel])).toEqual([
      ['Care', 0],
      [SALES.name, 1],
    ]);
  });
});

describe('the day over time', () => {
  const MINUTE = 60_000;

  it('begins with the first call, ends now, and has its quiet intervals', () => {
    const over = overTime(
      [answered(1_000), abandoned(1_000, { at: NINE + 3 * MINUTE })],
      GOAL,
      NINE + 4 * MINUTE,
    );
    expect(over.intervalMs).toBe(MINUTE);
    expect(over.from).toEqual([0, 1, 2, 3, 4].map((n) => NINE + n * MINUTE));
    expect(over.answered).toEqual([1, 0, 0, 0, 0]);
    expect(over.abandoned).toEqual([0, 0, 0, 1, 0]);
    expect(over.serviceLevel).toEqual([1, null, null, 0, null]);
  });

  it('takes longer intervals as the day grows, and counts what a PBX ahead of us calls the future', () => {
    const over = overTime(
      [answered(1_000), answered(1_000, { at: NINE + 9 * 60 * MINUTE })],
      GOAL,
      NINE + 8 * 60 * MINUTE,
    );
    expect(over.intervalMs).toBe(15 * MINUTE);
    expect(over.from.length).toBeLessThanOrEqual(33);
    expect(over.answered.reduce((sum, count) => sum + count, 0)).toBe(2);
  });
});
