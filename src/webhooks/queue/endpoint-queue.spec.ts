import { ManualTime } from '../../../test/support/time.js';
import {
  AWAY,
  DELIVERED,
  GONE,
  progressAt,
  REFUSED,
  resultOf,
  TestLog,
} from '../../../test/support/webhook-log.js';
import { type EndpointProgress, OPEN_MAX } from '../../store/webhook-store.js';
import type { Result } from '../sender.js';
import { EndpointQueue } from './endpoint-queue.js';
import { itemsIn, type Sending } from './gate.js';
import type { Rules } from './rules.js';

const HOUR = 3_600_000;
const MAX_AGE = 72 * HOUR;

describe('the queue of an endpoint', () => {
  let time: ManualTime;
  let log: TestLog;
  let queue: EndpointQueue;

  const rules = (given: Partial<Rules> = {}): Rules => ({
    wants: () => true,
    maxAge: () => MAX_AGE,
    ratePerSecond: null,
    together: 1,
    ...given,
  });
  const begin = (
    progress: EndpointProgress = progressAt({ epoch: 'e1', sequence: 0 }),
    given: Partial<Rules> = {},
  ) => (queue = new EndpointQueue({ rules: rules(given), progress, time, random: () => 0.5 }));
  const write = (...subjects: string[]) => {
    log.write(time.now(), ...subjects);
    queue.lookAgain();
    read();
  };
  const read = () => {
    for (let limit = queue.wanted; limit > 0; limit = queue.wanted) {
      const { slice, stretch } = log.read(queue.position.sequence, limit);
      queue.take(slice, stretch);
    }
  };
  /** All that may be sent now. */
  const sent = (): Sending[] => {
    const all: Sending[] = [];
    for (let one = queue.next(); one !== null; one = queue.next()) all.push(one);
    return all;
  };
  const sequences = (sendings: readonly Sending[]) => sendings.map(({ item }) => item!.event.sequence);
  /** Sends what may be sent now and answers it, until nothing may be. */
  const run = (answer: (sequence: number) => Result = () => DELIVERED): number[] => {
    const all: number[] = [];
    for (read(); ; read()) {
      const some = sent();
      if (some.length === 0) return all;
      for (const one of some) {
        all.push(one.item?.event.sequence ?? 0);
        queue.settle(one, answer(one.item?.event.sequence ?? 0));
      }
    }
  };
  const pass = (ms: number) => void (time.at += ms);
  const saved = () => queue.progress().progress;

  beforeEach(() => {
    time = new ManualTime(Date.UTC(2026, 2, 2, 3));
    log = new TestLog();
    begin();
  });

  it('sends the events of one call one after the other, and those of others meanwhile', () => {
    write('a', 'a', 'b', 'a', 'c');
    const first = sent();
    expect(sequences(first)).toEqual([1, 3, 5]);
    queue.settle(first[1]!, DELIVERED);
    expect(sent()).toEqual([]);
    queue.settle(first[0]!, DELIVERED);
    expect(sequences(sent())).toEqual([2]);
  });

  it('has no more than eight in flight', () => {
    write(...Array.from({ length: 20 }, (_, n) => `c${n}`));
    expect(sequences(sent())).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('tries what was refused again after 1 s, 5 s, 30 s, 2 min, 10 min, then every half hour', () => {
    write('a');
    const waits = Array.from({ length: 8 }, () => {
      queue.settle(sent()[0]!, REFUSED);
      const ms = saved().open[0]!.nextAt - time.now();
      pass(ms - 1);
      expect(sent()).toEqual([]);
      pass(1);
      return ms;
    });
    const later = 1_800_000;
    expect(waits).toEqual([1_000, 5_000, 30_000, 120_000, 600_000, later, later, later]);
  });

  it('holds up the later events of a call that is refused, and no other call', () => {
    write('a', 'a', 'b', 'b');
    expect(run((sequence) => (sequence === 1 ? REFUSED : DELIVERED))).toEqual([1, 3, 4]);
    pass(1_000);
    expect(run()).toEqual([1, 2]);
  });

  it('gives up what is too old, and then the next of its call has its turn', () => {
    begin(progressAt({ epoch: 'e1', sequence: 0 }), {
      maxAge: ({ sequence }) => (sequence === 1 ? 60_000 : MAX_AGE),
    });
    write('a', 'a');
    pass(59_999);
    expect(sequences(sent())).toEqual([1]);
    begin(saved(), {
      maxAge: ({ sequence }) => (sequence === 1 ? 60_000 : MAX_AGE),
    });
    pass(1);
    expect(run()).toEqual([2]);
    const { progress, dead } = queue.progress();
    expect(dead).toMatchObject([{ cursor: 'e1:0000000000000001', reason: 'expired', tries: 0 }]);
    expect(progress.counts).toEqual({ delivered: 1, expired: 1, dead: 0 });
  });

  it('calls dead what was refused until it was too old', () => {
    write('a');
    run(() => REFUSED);
    pass(MAX_AGE);
    // Paused for the same 72 hours.
    queue.next();
    queue.resume();
    expect(run()).toEqual([]);
    expect(queue.progress().dead).toMatchObject([{ reason: 'refused', tries: 1 }]);
  });

  it('loses no try of an event to a fault of the endpoint', () => {
    write('a', 'b', 'c');
    for (const one of sent()) queue.settle(one, AWAY);
    expect(queue.waitMs).toBe(1_000);
    pass(1_000);
    const [probe, ...others] = sent();
    expect(others).toEqual([]);
    queue.settle(probe!, DELIVERED);
    expect(run()).toEqual([2, 3]);
    expect(saved()).toMatchObject({ through: { sequence: 3 }, open: [], counts: { delivered: 3, dead: 0 } });
  });

  it('probes with another event where one makes the endpoint fail, and then counts that as refused', () => {
    write('poison', 'b', 'c');
    const crash = (sequence: number) =>
      sequence === 1 ? resultOf({ kind: 'endpoint-failed', retryAfterMs: null }, 502) : DELIVERED;
    const [poison] = sent();
    queue.settle(poison!, AWAY);
    pass(1_000);
    // 2 and 3 were in flight when it failed.
    begin(saved());
    read();
    const all: number[] = [];
    for (let n = 0; n < 5; n++) {
      all.push(...run(crash));
      pass(1_000);
    }
    expect(all).toContain(2);
    expect(all).toContain(3);
    pass(60_000);
    run(crash);
    expect(saved().open).toMatchObject([{ sequence: 1, tries: expect.any(Number) as number }]);
    expect(saved().open[0]!.tries).toBeGreaterThan(0);
  });

  it('takes no try from an event at which the endpoint asks for a pause, whatever was delivered since', () => {
    write('a', 'b', 'c');
    const busy = (sequence: number) =>
      sequence === 1 ? resultOf({ kind: 'endpoint-failed', retryAfterMs: null }, 429) : DELIVERED;
    for (let n = 0; n < 100; n++) {
      run(busy);
      pass(1_000);
    }
    expect(saved()).toMatchObject({
      through: { sequence: 3 },
      open: [{ sequence: 1, tries: 0 }],
      counts: { delivered: 2 },
    });
  });

  it.each([
    ['taken', DELIVERED],
    ['refused', REFUSED],
  ])('obeys Retry-After also where requests that were under way are %s after it', (_, result) => {
    write('a', 'b', 'c');
    const [one, ...others] = sent();
    queue.settle(one!, resultOf({ kind: 'endpoint-failed', retryAfterMs: 8_000 }, 429));
    pass(300);
    for (const other of others) queue.settle(other, result);
    expect(queue.waitMs).toBe(7_700);
    pass(3_000);
    write('d');
    expect(sent()).toEqual([]);
    pass(4_699);
    expect(sent()).toEqual([]);
    pass(1);
    expect(sent()).toHaveLength(1);
  });

  it('obeys Retry-After', () => {
    write('a', 'b');
    const [one, other] = sent();
    queue.settle(one!, resultOf({ kind: 'endpoint-failed', retryAfterMs: 120_000 }, 429));
    queue.settle(other!, AWAY);
    expect(queue.waitMs).toBe(120_000);
    pass(119_999);
    expect(sent()).toEqual([]);
    pass(1);
    expect(sent()).toHaveLength(1);
  });

  it('sends no faster than the rate', () => {
    begin(undefined, { ratePerSecond: 2 });
    write('a', 'b', 'c');
    expect(run()).toEqual([1]);
    expect(queue.waitMs).toBe(500);
    pass(499);
    expect(run()).toEqual([]);
    pass(1);
    expect(run()).toEqual([2]);
  });

  it('announces a failure after five minutes, and the recovery', () => {
    write('a');
    for (let ms = 0; ms < 5 * 60_000; ms += 1_000) {
      run(() => AWAY);
      pass(1_000);
    }
    queue.next();
    expect(queue.state).toBe('failing');
    const failing = queue.announcement!;
    expect(failing.type).toBe('webhook-failing');
    queue.announced(failing);
    begin(saved());
    pass(30_000);
    expect(run()).toEqual([1]);
    expect(queue.announcement).toEqual({ type: 'webhook-recovered', since: failing.since, reason: null });
  });

  it('tries at once, when it recovers, what was refused while it failed', () => {
    write('a', 'b');
    for (let ms = 0; ms < 20 * 60_000; ms += 1_000) {
      run(() => REFUSED);
      pass(1_000);
    }
    expect(queue.state).toBe('failing');
    write('c');
    expect(run().toSorted()).toEqual([1, 2, 3]);
  });

  it('stops at 410 until it is resumed, and reads nothing meanwhile', () => {
    write('a', 'b');
    const [one, other] = sent();
    queue.settle(one!, GONE);
    queue.settle(other!, DELIVERED);
    log.write(time.now(), 'c');
    queue.lookAgain();
    expect([queue.state, queue.wanted, queue.next(), queue.waitMs]).toEqual(['disabled', 0, null, null]);
    begin(saved());
    expect([queue.state, queue.wanted]).toEqual(['disabled', 0]);
    queue.resume();
    expect(run()).toEqual([1, 3]);
  });

  it('goes on after a hand-over without a repeat but of what was in flight', () => {
    write('a', 'b', 'c', 'd', 'e');
    const all = sent();
    queue.settle(all[1]!, DELIVERED);
    queue.settle(all[3]!, DELIVERED);
    const progress = saved();
    expect(progress).toMatchObject({ through: { sequence: 4 }, open: [{ sequence: 1 }, { sequence: 3 }] });
    begin(progress);
    expect(run()).toEqual([1, 3, 5]);
    expect(saved()).toMatchObject({ through: { sequence: 5 }, open: [] });
  });

  it('remembers over a hand-over how often an event was refused', () => {
    write('a', 'b');
    run((sequence) => (sequence === 1 ? REFUSED : DELIVERED));
    begin(saved());
    expect(run()).toEqual([]);
    expect(saved().open).toMatchObject([{ sequence: 1, tries: 1 }]);
    pass(1_000);
    expect(run()).toEqual([1]);
  });

  it('goes past what is not for the endpoint', () => {
    begin(undefined, { wants: ({ sequence }) => sequence % 10 === 0 });
    write(...Array.from({ length: 35 }, (_, n) => `c${n}`));
    expect(run()).toEqual([10, 20, 30]);
    expect(saved()).toMatchObject({ through: { sequence: 35 }, open: [] });
  });

  it('announces a gap before what follows, where retention has passed', () => {
    log.write(time.now(), 'a', 'b', 'c', 'd');
    log.trim(2);
    read();
    const [gap, ...others] = sent();
    expect(others).toEqual([]);
    expect(gap!.gap).toEqual({
      from: 'e1:0000000000000000',
      to: 'e1:0000000000000002',
      count: 2,
      reason: 'cursor-too-old',
    });
    begin(saved());
    read();
    const [again] = sent();
    expect(again!.gap).toEqual(gap!.gap);
    queue.settle(again!, DELIVERED);
    expect(run()).toEqual([3, 4]);
    expect(saved().gap).toBeNull();
  });

  it('counts in a gap only what was owed', () => {
    write('a', 'b', 'c', 'd');
    run((sequence) => (sequence === 2 ? REFUSED : DELIVERED));
    const progress = saved();
    log.write(time.now(), 'e', 'f', 'g');
    log.trim(5);
    begin(progress);
    read();
    const [gap] = sent();
    expect(gap!.gap).toMatchObject({ to: 'e1:0000000000000005', count: 2 });
    queue.settle(gap!, DELIVERED);
    expect(run()).toEqual([6, 7]);
  });

  it('counts in a gap once what was in flight and then missed too, over a hand-over', () => {
    write('a');
    expect(sequences(sent())).toEqual([1]);
    log.write(time.now(), 'a');
    log.trim(2);
    queue.lookAgain();
    read();
    begin(saved());
    read();
    const [gap] = sent();
    expect(gap!.gap).toMatchObject({ from: 'e1:0000000000000000', to: 'e1:0000000000000002', count: 2 });
  });

  it('goes on in an epoch that continues the one before, without a gap', () => {
    write('a', 'b');
    run();
    log.failOver('e2');
    write('c');
    expect(run()).toEqual([3]);
    expect(saved()).toMatchObject({ through: { epoch: 'e2', sequence: 3 }, gap: null });
  });

  it('announces a gap where the newest of the log was lost, and delivers what took its place', () => {
    write('a', 'b', 'c');
    run((sequence) => (sequence === 3 ? REFUSED : DELIVERED));
    log.failOver('e2', 2);
    log.write(time.now(), 'x', 'y');
    queue.lookAgain();
    read();
    const [gap] = sent();
    expect(gap!.gap).toMatchObject({ to: 'e2:0000000000000002', count: null, reason: 'cursor-unknown' });
    queue.settle(gap!, DELIVERED);
    expect(run()).toEqual([3, 4]);
    expect(saved()).toMatchObject({ through: { epoch: 'e2', sequence: 4 }, open: [] });
  });

  it('announces a gap in another log, which it takes from its beginning', () => {
    write('a', 'b', 'c');
    const inFlight = sent();
    log.lose('e9');
    log.write(time.now(), 'x', 'y');
    queue.lookAgain();
    read();
    for (const one of inFlight) queue.settle(one, DELIVERED);
    expect(saved()).toMatchObject({ through: { epoch: 'e9', sequence: 0 } });
    const [gap] = sent();
    expect(gap!.gap).toEqual({
      from: 'e1:0000000000000000',
      to: 'e9:0000000000000000',
      count: null,
      reason: 'epoch-changed',
    });
    queue.settle(gap!, DELIVERED);
    expect(run()).toEqual([1, 2]);
  });

  it('does not stop for a receiver that refuses the gap itself', () => {
    log.write(time.now(), 'a', 'b');
    log.trim(1);
    read();
    for (let tries = 0; tries < 3; tries++) {
      queue.settle(sent()[0]!, REFUSED);
      pass(60_000);
    }
    expect(run()).toEqual([2]);
  });

  it('makes an event that the log lost before it could be sent a gap', () => {
    write('a', 'b');
    const [one, other] = sent();
    expect(queue.lost(one!, one!.item!)).toMatchObject({
      rest: null,
      gap: { from: 'e1:0000000000000000', to: 'e1:0000000000000001', count: 1 },
    });
    queue.settle(other!, DELIVERED);
    expect(saved()).toMatchObject({ through: { sequence: 2 }, open: [], gap: { count: 1 } });
  });

  describe('of a receiver that takes several events together', () => {
    const START = progressAt({ epoch: 'e1', sequence: 0 });
    const together = (...sendings: readonly Sending[]) =>
      sendings.map((sending) => itemsIn(sending).map(({ event }) => event.sequence));

    it('sends the first of each call in one request, no more than it takes', () => {
      begin(START, { together: 3 });
      write('a', 'a', 'b', 'c', 'd');
      const requests = sent();
      expect(together(...requests)).toEqual([[1, 3, 4], [5]]);
      for (const one of requests) queue.settle(one, DELIVERED);
      expect(together(...sent())).toEqual([[2]]);
      expect(saved()).toMatchObject({ counts: { delivered: 4 } });
    });

    it('sends the first at once, and what comes before the next is due with that', () => {
      begin(START, { together: 15, ratePerSecond: 0.05 });
      write('a');
      expect(together(...sent())).toEqual([[1]]);
      write('b', 'c');
      pass(10_000);
      write('d');
      expect(sent()).toEqual([]);
      pass(10_000);
      expect(together(...sent())).toEqual([[2, 3, 4]]);
    });

    it('owes all of them again when the receiver is away, and sends them together again', () => {
      begin(START, { together: 3 });
      write('a', 'b');
      queue.settle(sent()[0]!, AWAY);
      pass(1_000);
      const [probe] = sent();
      expect(together(probe!)).toEqual([[1, 2]]);
      queue.settle(probe!, DELIVERED);
      expect(saved()).toMatchObject({ through: { sequence: 2 }, open: [], counts: { delivered: 2 } });
    });

    it('sends what was refused together one by one, so that none holds up another', () => {
      begin(START, { together: 3 });
      write('a', 'b', 'c');
      queue.settle(sent()[0]!, REFUSED);
      pass(1_000);
      const requests = sent();
      expect(together(...requests)).toEqual([[1], [2], [3]]);
      queue.settle(requests[0]!, REFUSED);
      queue.settle(requests[1]!, DELIVERED);
      queue.settle(requests[2]!, DELIVERED);
      expect(saved()).toMatchObject({ counts: { delivered: 2 }, open: [{ sequence: 1, tries: 2 }] });
    });

    it('sends the others where the log has lost one', () => {
      begin(START, { together: 3 });
      write('a', 'b', 'c');
      const [request] = sent();
      const { rest, gap } = queue.lost(request!, request!.more[0]!);
      expect(gap).toMatchObject({ from: 'e1:0000000000000001', to: 'e1:0000000000000002', count: 1 });
      expect(together(rest!)).toEqual([[1, 3]]);
      queue.settle(rest!, DELIVERED);
      expect(saved()).toMatchObject({ through: { sequence: 3 }, open: [], counts: { delivered: 2 } });
    });
  });

  it('holds and stores a bounded number, and gives up first what others were delivered beside', () => {
    const subjects = Array.from({ length: 3 * OPEN_MAX }, (_, n) => `c${n}`);
    write(...subjects);
    const refused = (sequence: number) => (sequence % 2 === 0 ? REFUSED : DELIVERED);
    for (let ms = 0; ms < HOUR; ms += 10_000) {
      run(refused);
      expect(saved().open.length).toBeLessThanOrEqual(OPEN_MAX);
      pass(10_000);
    }
    expect(queue.counts.delivered).toBe(1.5 * OPEN_MAX);
    expect(queue.counts.dead).toBeGreaterThan(0);
    expect(queue.waiting + queue.counts.delivered + queue.counts.dead).toBe(3 * OPEN_MAX);
  });

  it('says how many wait, and since when', () => {
    write('a', 'b', 'c');
    expect([queue.waiting, queue.oldestRecordedAt]).toEqual([3, time.now()]);
    run((sequence) => (sequence === 2 ? REFUSED : DELIVERED));
    pass(1_000);
    expect([queue.waiting, queue.oldestRecordedAt]).toEqual([1, time.now() - 1_000]);
    run();
    expect([queue.waiting, queue.oldestRecordedAt]).toEqual([0, null]);
  });
});
