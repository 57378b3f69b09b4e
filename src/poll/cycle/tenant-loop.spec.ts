import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Endpoint, Observation } from '../../core/model/observation.js';
import { LEARNT_DIRECTION } from '../../../test/support/parts.js';
import { ManualTimers } from '../../../test/support/time.js';
import { pollResult } from '../../source/poll-result.js';
import type { CycleReport } from './poll-cycle.js';
import { CorruptStateError, NewerFormatError } from '../../store/errors.js';
import { TenantLoop } from './tenant-loop.js';
import { NOTHING_RECORDED } from './tenant-poller.js';

type Cycle = (endpoints: readonly Endpoint[], signal: AbortSignal, now: number) => Promise<CycleReport>;

function setUp(cycle: Cycle) {
  const timers = new ManualTimers();
  const state = { held: true, hints: 0 };
  const lines: { level: number; msg: string; reason?: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  let running = 0;
  let came: CycleReport | null = null;
  /** A test determines what a cycle asks, and its results. */
  const requests = {
    open: [] as Endpoint[],
    hasAnswers: false,
    answered: () => {},
    isIdle: Promise.resolve(),
    ask: async (endpoints: readonly Endpoint[], signal: AbortSignal) => {
      if (++running > 1) throw new Error('two cycles are under way');
      try {
        came = await cycle(endpoints, signal, timers.at);
      } finally {
        running -= 1;
      }
    },
    take: () => came!.polls,
    onAnswer: (listener: () => void) => void (requests.answered = listener),
    idle: () => requests.isIdle,
  };
  const loop = new TenantLoop({
    tenant: 'acme',
    requests,
    poller: {
      prepare: () => Promise.resolve(true),
      record: () => Promise.resolve(came!),
      expectRequests: () => void state.hints++,
    },
    holds: () => state.held,
    schedule: { intervalMs: 1_000, confirmMs: 200, adaptive: null },
    clock: timers,
    random: () => 0,
    newCycleId: () => 'c1',
    log,
  });
  loop.start();
  const turn = async () => {
    const delay = timers.fire();
    while (timers.nextInMs === null) await new Promise(setImmediate);
    return delay;
  };
  return { loop, timers, state, lines, turn, requests };
}

function report(sentAt: number, given: Partial<CycleReport> = {}, reason: string | null = null): CycleReport {
  const polls = (['monitor', 'queue'] as const).map((endpoint) => {
    const times = { endpoint, startedAt: sentAt, at: sentAt + 40 };
    const observation =
      reason === null
        ? ({ ...times, outcome: 'complete', reason, rows: new Map(), idleExtensions: new Map() } as const)
        : ({ ...times, outcome: 'failed', reason } as const);
    const status = reason === null ? 200 : 502;
    const result = pollResult(observation, { sentAt, status }, sentAt + 40);
    return { result, round: 1, isStale: false };
  });
  return { ...NOTHING_RECORDED, polls, ...given };
}

describe('a tenant’s loop', () => {
  it('logs whose direction the rows have when that is learnt, and only then', async () => {
    const direction = LEARNT_DIRECTION;
    const learnt = [null, direction, null];
    const { turn, lines } = setUp((_, __, now) =>
      Promise.resolve(report(now, { direction: learnt.shift()! })),
    );
    await turn();
    await turn();
    await turn();
    expect(lines.filter((line) => 'direction' in line)).toEqual([
      expect.objectContaining({
        direction: 'leg',
        source: 'learnt',
        msg: "direction of monitor rows: the leg's, learnt",
      }),
    ]);
  });

  it('runs a cycle at once for what is asked of the tenant’s owner, and asks no endpoint for it', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { loop, turn, timers, state } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      return Promise.resolve(endpoints.length > 0 ? report(now) : NOTHING_RECORDED);
    });
    await turn();
    await timers.pass(300);
    loop.asked();
    expect(timers.nextInMs).toBe(0);
    await turn();
    expect(asked).toEqual([['monitor', 'queue'], []]);
    expect(state.hints).toBe(1);
    expect(timers.nextInMs).toBe(700);
  });

  it('runs another cycle for what is asked during one, and waits with it while the store fails', async () => {
    let cycles = 0;
    const { loop, turn, timers } = setUp((_, __, now) => {
      cycles += 1;
      if (cycles <= 2) loop.asked();
      return cycles === 2 ? Promise.reject(new Error('away')) : Promise.resolve(report(now));
    });
    await turn();
    expect(timers.nextInMs).toBe(0);
    await turn();
    expect(timers.nextInMs).toBe(100);
    loop.asked();
    expect(timers.nextInMs).toBe(100);
    await turn();
    expect(timers.nextInMs).toBe(1_000);
  });

  it('plans the next cycle only when this one is done', async () => {
    let done: (report: CycleReport) => void = () => {};
    const { timers } = setUp(() => new Promise((resolve) => (done = resolve)));
    timers.fire();
    await new Promise(setImmediate);
    expect(timers.nextInMs).toBeNull();
    done(report(timers.at));
    await new Promise(setImmediate);
    expect(timers.nextInMs).not.toBeNull();
  });

  it('polls once an interval, and sooner when an absence waits to be confirmed', async () => {
    const confirms = [false, true, false, false];
    const { turn } = setUp((_, __, now) => Promise.resolve(report(now, { confirm: confirms.shift()! })));
    await turn();
    expect([await turn(), await turn(), await turn()]).toEqual([1_000, 200, 1_000]);
  });

  it('polls at its pace when the wall clock is set, in the middle of a cycle or between two', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn, timers } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      if (asked.length === 2) timers.skewMs -= 3_600_000;
      return Promise.resolve(report(now));
    });
    await turn();
    await turn();
    expect(await turn()).toBe(1_000);
    for (const step of [-3_600_000, 7_200_000]) {
      timers.skewMs += step;
      expect([await turn(), await turn(), await turn()]).toEqual([1_000, 1_000, 1_000]);
    }
    expect(asked.map(({ length }) => length)).toEqual(Array(9).fill(2));
  });

  it('logs once that the PBX’s clock is off, and once that it is right again', async () => {
    const skews = [null, 0, -300_000, -299_000, null, -300_500, 2_000, 0, 2_500];
    const { turn, lines } = setUp((_, __, now) => Promise.resolve(report(now, { skewMs: skews.shift()! })));
    while (skews.length > 0) await turn();
    expect(lines.filter(({ msg }) => msg.startsWith('PBX')).map(({ level, msg }) => [level, msg])).toEqual([
      [40, 'PBX clock is 300.0 s behind: its times are corrected and said to be observed'],
      [30, 'PBX clock is right again'],
      [40, 'PBX clock is 2.5 s ahead: its times are corrected and said to be observed'],
    ]);
  });

  it('asks again when the breaker lets it, while requests are held back', async () => {
    const { turn } = setUp((_, __, now) => {
      const { polls, ...rest } = report(now, {}, 'host down');
      return Promise.resolve({
        ...rest,
        polls: polls.map((poll) => ({ ...poll, result: { ...poll.result, heldBackMs: 7_000 } })),
      });
    });
    await turn();
    expect([await turn(), await turn()]).toEqual([7_000, 7_000]);
  });

  it('logs once that an endpoint fails, with the reason, and once that it recovered', async () => {
    const reasons = [null, 'HTTP 502', 'HTTP 502', 'HTTP 502', null, null];
    const { turn, lines } = setUp((_, __, now) => Promise.resolve(report(now, {}, reasons.shift())));
    for (let turns = 0; turns < 6; turns++) await turn();
    expect(lines.filter((line) => line.msg.startsWith('monitor')).map((line) => line.msg)).toEqual([
      'monitor failed: HTTP 502',
      'monitor recovered',
    ]);
  });

  it('logs nothing of polls that were held back because the host is down, and its own failures around them once', async () => {
    const failed = { reason: 'HTTP 502', heldBackMs: null };
    const heldBack = { ...failed, heldBackMs: 100 };
    const fine = { reason: null, heldBackMs: null };
    const polled = [fine, heldBack, failed, heldBack, fine, heldBack, fine];
    const { turn, lines } = setUp((_, __, now) => {
      const { reason, heldBackMs } = polled.shift()!;
      const { polls, ...rest } = report(now, {}, reason);
      return Promise.resolve({
        ...rest,
        polls: polls.map((poll) => ({ ...poll, result: { ...poll.result, heldBackMs } })),
      });
    });
    for (let turns = 0; turns < 7; turns++) await turn();
    expect(lines.filter((line) => line.msg.startsWith('monitor')).map((line) => line.msg)).toEqual([
      'monitor failed: HTTP 502',
      'monitor recovered',
    ]);
  });

  it('logs once that answers are incomplete, whatever the numbers in the reason, and once that they are complete', async () => {
    const reasons = ['1 of 9 rows bad', '1 of 8 rows bad', '2 of 9 rows bad', '8 of 9 rows came', null];
    const { turn, lines } = setUp((_, __, now) => {
      const { polls, ...rest } = report(now);
      const reason = reasons.shift() ?? null;
      const partial = (poll: (typeof polls)[number]) => ({
        ...poll,
        result: {
          ...poll.result,
          observation: {
            ...poll.result.observation,
            outcome: reason === null ? 'complete' : 'partial',
            reason,
          } as Observation,
        },
      });
      return Promise.resolve({ ...rest, polls: polls.map(partial) });
    });
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(lines.filter((line) => line.msg.startsWith('monitor')).map((line) => line.msg)).toEqual([
      'monitor incomplete: 1 of 9 rows bad',
      'monitor incomplete: 8 of 9 rows came',
      'monitor recovered',
    ]);
  });

  it('goes on when the store is away, logs it once, and waits longer each time', async () => {
    const { turn, lines } = setUp(() => Promise.reject(new Error('connection refused')));
    await turn();
    const delays: number[] = [];
    for (let turns = 0; turns < 6; turns++) delays.push(await turn());
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 2_000]);
    expect(lines.map((line) => line.msg)).toEqual(['store failed: connection refused']);
  });

  it('stops: waits for the cycle under way, aborts its polls and plans no other', async () => {
    const { loop, timers } = setUp(
      (_, signal, now) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(report(now)))),
    );
    timers.fire();
    await new Promise(setImmediate);
    await loop.stop();
    expect(timers.nextInMs).toBeNull();
  });

  it('polls the other endpoint at its pace while one does not answer', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn, requests } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      const { polls, ...rest } = report(now);
      requests.open = ['queue'];
      return Promise.resolve({ ...rest, polls: polls.filter(({ result }) => result.endpoint === 'monitor') });
    });
    await turn();
    expect([await turn(), await turn()]).toEqual([1_000, 1_000]);
    expect(asked).toEqual([['monitor', 'queue'], ['monitor'], ['monitor']]);
  });

  it('records a result that no cycle waited for at once, and asks no endpoint before it has', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn, timers, requests } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      requests.hasAnswers = false;
      return Promise.resolve({ ...report(now - 2_000), polls: [] });
    });
    await turn();
    timers.at += 2_000;
    requests.hasAnswers = true;
    requests.answered();
    expect([await turn(), await turn()]).toEqual([0, 0]);
    expect(asked.slice(1)).toEqual([[], ['monitor', 'queue']]);
  });

  it('takes an answer that came in the middle of a cycle in another one right after it', async () => {
    const { turn, timers, requests } = setUp((_, __, now) => {
      requests.hasAnswers = true;
      requests.answered();
      expect(timers.nextInMs).toBeNull();
      return Promise.resolve(report(now));
    });
    await turn();
    expect(timers.nextInMs).toBe(0);
  });

  it('asks an endpoint again at once whose answer was stale', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      const { polls, ...rest } = report(now);
      const isStale = asked.length === 1;
      return Promise.resolve({
        ...rest,
        polls: polls.map((poll) => ({ ...poll, isStale: isStale && poll.result.endpoint === 'queue' })),
      });
    });
    await turn();
    expect(await turn()).toBe(0);
    expect(asked[1]).toEqual(['queue']);
  });

  it('lets no answer shorten the pause that it makes for the store', async () => {
    const { turn, timers, requests } = setUp(() => Promise.reject(new Error('connection refused')));
    await turn();
    requests.hasAnswers = true;
    await turn();
    requests.answered();
    expect(timers.nextInMs).toBe(200);
  });

  it('plans nothing while every endpoint has a request open: a result wakes it', async () => {
    const { timers, requests } = setUp((_, __, now) => {
      requests.open = ['monitor', 'queue'];
      return Promise.resolve({ ...report(now), polls: [] });
    });
    timers.fire();
    await new Promise(setImmediate);
    expect(timers.nextInMs).toBeNull();
    requests.answered();
    expect(timers.nextInMs).toBe(0);
  });

  it('is stopped only when no request is under way any more', async () => {
    let end: () => void = () => {};
    const { loop, turn, requests } = setUp((_, __, now) => Promise.resolve(report(now)));
    await turn();
    requests.isIdle = new Promise((resolve) => (end = resolve));
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    end();
    await stopping;
  });

  it('claims again after a second when a cycle was fenced while the lease is held', async () => {
    const owned = [false, true];
    const { turn, lines } = setUp((_, __, now) => Promise.resolve(report(now, { owned: owned.shift()! })));
    await turn();
    expect(await turn()).toBe(1_000);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'commit rejected: fenced by another replica, or the store lost its memory; claiming again',
    ]);
  });

  it('neither polls nor claims when a cycle was fenced and the lease is not held any more', async () => {
    const { timers, state, lines } = setUp((_, __, now) => {
      state.held = false;
      return Promise.resolve(report(now, { owned: false }));
    });
    timers.fire();
    await new Promise(setImmediate);
    expect(timers.nextInMs).toBeNull();
    expect(lines).toEqual([]);
  });

  it('neither polls nor claims when it wakes up after its lease has expired', async () => {
    let cycles = 0;
    const { timers, state } = setUp((_, __, now) => Promise.resolve(report(now, { confirm: ++cycles > 1 })));
    state.held = false;
    timers.fire();
    await new Promise(setImmediate);
    expect([cycles, timers.nextInMs]).toEqual([0, null]);
  });

  it('does not poll while the stored state cannot be read, logs its keys once, and logs when the tenant is served again', async () => {
    const keys = Array.from({ length: 30 }, (_, n) => `call:${n}`);
    const corrupt = new CorruptStateError('acme', 'flags', keys);
    const errors = [corrupt, corrupt, new NewerFormatError('acme', 3, 1), null, null];
    const { turn, lines } = setUp(async (_, __, now) => {
      const error = errors.shift();
      if (error) throw error;
      return report(now);
    });
    await turn();
    expect([await turn(), await turn(), await turn(), await turn()]).toEqual([24_000, 24_000, 24_000, 1_000]);
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [40, 'tenant not served: The stored state of tenant acme is corrupt in field flags and 30 more'],
      [
        40,
        'tenant not served: The stored state of tenant acme has format 3, and this build knows formats up to 1',
      ],
      [30, 'tenant served again: its stored state can be read'],
    ]);
    expect(lines[0]).toMatchObject({ keys: ['flags', ...keys.slice(0, 19)] });
  });
});
