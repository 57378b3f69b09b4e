import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Endpoint } from '../../core/model/observation.js';
import { CorruptStateError, NewerFormatError } from '../../store/errors.js';
import { TenantLoop } from './tenant-loop.js';
import type { Timers } from '../../base/timers.js';
import type { CycleReport } from './tenant-poller.js';

/** Time stands still until a test runs what is planned. */
class ManualTimers implements Timers {
  now = 0;
  held = true;
  planned: { delayMs: number; run: () => void } | null = null;

  set(_name: string, delayMs: number, run: () => void): void {
    this.planned = { delayMs, run };
  }

  clear(): void {
    this.planned = null;
  }

  fire(): number {
    const { delayMs, run } = this.planned!;
    this.planned = null;
    this.now += delayMs;
    run();
    return delayMs;
  }
}

type Cycle = (endpoints: readonly Endpoint[], signal: AbortSignal, now: number) => Promise<CycleReport>;

function setUp(cycle: Cycle) {
  const timers = new ManualTimers();
  const lines: { level: number; msg: string; reason?: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  let running = 0;
  const poller = {
    open: [] as Endpoint[],
    hasAnswers: false,
    answered: () => {},
    isIdle: Promise.resolve(),
    cycle: async (endpoints: readonly Endpoint[], signal: AbortSignal) => {
      if (++running > 1) throw new Error('two cycles are under way');
      try {
        return await cycle(endpoints, signal, timers.now);
      } finally {
        running -= 1;
      }
    },
    onAnswer: (listener: () => void) => void (poller.answered = listener),
    idle: () => poller.isIdle,
  };
  const loop = new TenantLoop({
    tenant: 'acme',
    poller,
    holds: () => timers.held,
    pace: { intervalMs: 1_000, confirmMs: 200, adaptive: null },
    clock: () => timers.now,
    random: () => 0,
    timers,
    newCycleId: () => 'c1',
    log,
  });
  loop.start();
  const turn = async () => {
    const delay = timers.fire();
    while (timers.planned === null) await new Promise(setImmediate);
    return delay;
  };
  return { loop, timers, lines, turn, poller };
}

function report(sentAt: number, given: Partial<CycleReport> = {}, reason: string | null = null): CycleReport {
  const outcome = reason === null ? 'complete' : 'failed';
  const polls = (['monitor', 'queue'] as const).map((endpoint) => ({
    endpoint,
    outcome,
    reason,
    sentAt,
    latencyMs: 40,
    status: reason === null ? 200 : 502,
    retryAfterMs: null,
    heldBackMs: null,
    outdated: false,
  })) as CycleReport['polls'];
  return { polls, confirm: false, owned: true, transitions: [], activity: 'idle', ...given };
}

describe('a tenant’s loop', () => {
  it('plans the next cycle only when this one is done', async () => {
    let done: (report: CycleReport) => void = () => {};
    const { timers } = setUp(() => new Promise((resolve) => (done = resolve)));
    timers.fire();
    await new Promise(setImmediate);
    expect(timers.planned).toBeNull();
    done(report(timers.now));
    await new Promise(setImmediate);
    expect(timers.planned).not.toBeNull();
  });

  it('polls once an interval, and sooner when an absence waits to be confirmed', async () => {
    const confirms = [false, true, false, false];
    const { turn } = setUp((_, __, now) => Promise.resolve(report(now, { confirm: confirms.shift()! })));
    await turn();
    expect([await turn(), await turn(), await turn()]).toEqual([1_000, 200, 1_000]);
  });

  it('goes on polling when the clock is set back, in the middle of a cycle or between two', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn, timers } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      if (asked.length === 2) timers.now -= 3_600_000;
      const { polls, ...rest } = report(now);
      return Promise.resolve({
        ...rest,
        polls: polls.filter(({ endpoint }) => endpoints.includes(endpoint)),
      });
    });
    await turn();
    await turn();
    expect(await turn()).toBe(1_000);
    timers.now -= 3_600_000;
    // Nothing is due yet by what it knew; one interval later everything is.
    expect([await turn(), await turn(), await turn()]).toEqual([1_000, 1_000, 1_000]);
    expect(asked.map(({ length }) => length)).toEqual([2, 2, 2, 0, 2, 2]);
  });

  it('looks again when the host does, while it is held back', async () => {
    const { turn } = setUp((_, __, now) => {
      const { polls, ...rest } = report(now, {}, 'host down');
      return Promise.resolve({ ...rest, polls: polls.map((poll) => ({ ...poll, heldBackMs: 7_000 })) });
    });
    await turn();
    expect([await turn(), await turn()]).toEqual([7_000, 7_000]);
  });

  it('says once that an endpoint fails, with the reason, and once that it answers again', async () => {
    const reasons = [null, 'HTTP 502', 'HTTP 502', 'HTTP 502', null, null];
    const { turn, lines } = setUp((_, __, now) => Promise.resolve(report(now, {}, reasons.shift())));
    for (let turns = 0; turns < 6; turns++) await turn();
    expect(lines.filter((line) => line.msg.startsWith('monitor')).map((line) => line.msg)).toEqual([
      'monitor: HTTP 502',
      'monitor answers properly again',
    ]);
  });

  it('goes on when the store is away, says so once, and waits longer each time', async () => {
    const { turn, lines } = setUp(() => Promise.reject(new Error('connection refused')));
    await turn();
    const delays: number[] = [];
    for (let turns = 0; turns < 6; turns++) delays.push(await turn());
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 2_000]);
    expect(lines.map((line) => line.msg)).toEqual(['store: connection refused']);
  });

  it('stops: waits for the cycle under way, cuts its polls off and plans no other', async () => {
    const { loop, timers } = setUp(
      (_, signal, now) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(report(now)))),
    );
    timers.fire();
    await loop.stop();
    expect(timers.planned).toBeNull();
  });

  it('polls the other endpoint at its pace while one does not answer', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn, poller } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      const { polls, ...rest } = report(now);
      poller.open = ['queue'];
      return Promise.resolve({ ...rest, polls: polls.filter(({ endpoint }) => endpoint === 'monitor') });
    });
    await turn();
    expect([await turn(), await turn()]).toEqual([1_000, 1_000]);
    expect(asked).toEqual([['monitor', 'queue'], ['monitor'], ['monitor']]);
  });

  it('sees at once to an answer that no cycle waited for, and asks nobody before it has', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn, timers, poller } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      poller.hasAnswers = false;
      return Promise.resolve({ ...report(now - 2_000), polls: [] });
    });
    await turn();
    timers.now += 2_000;
    poller.hasAnswers = true;
    poller.answered();
    expect([await turn(), await turn()]).toEqual([0, 0]);
    expect(asked.slice(1)).toEqual([[], ['monitor', 'queue']]);
  });

  it('takes an answer that came in the middle of a cycle in another one right after it', async () => {
    const { turn, timers, poller } = setUp((_, __, now) => {
      poller.hasAnswers = true;
      poller.answered();
      expect(timers.planned).toBeNull();
      return Promise.resolve(report(now));
    });
    await turn();
    expect(timers.planned?.delayMs).toBe(0);
  });

  it('asks again at once whose answer came too late to be looked at', async () => {
    const asked: (readonly Endpoint[])[] = [];
    const { turn } = setUp((endpoints, _, now) => {
      asked.push(endpoints);
      const { polls, ...rest } = report(now);
      const outdated = asked.length === 1;
      return Promise.resolve({
        ...rest,
        polls: polls.map((poll) => ({ ...poll, outdated: outdated && poll.endpoint === 'queue' })),
      });
    });
    await turn();
    expect(await turn()).toBe(0);
    expect(asked[1]).toEqual(['queue']);
  });

  it('lets no answer shorten the pause that it makes for the store', async () => {
    const { turn, timers, poller } = setUp(() => Promise.reject(new Error('connection refused')));
    await turn();
    poller.hasAnswers = true;
    await turn();
    poller.answered();
    expect(timers.planned?.delayMs).toBe(200);
  });

  it('plans nothing while every endpoint has yet to answer: the answer wakes it', async () => {
    const { timers, poller } = setUp((_, __, now) => {
      poller.open = ['monitor', 'queue'];
      return Promise.resolve({ ...report(now), polls: [] });
    });
    timers.fire();
    await new Promise(setImmediate);
    expect(timers.planned).toBeNull();
    poller.answered();
    expect(timers.planned?.delayMs).toBe(0);
  });

  it('is stopped only when no request is under way any more', async () => {
    let end: () => void = () => {};
    const { loop, turn, poller } = setUp((_, __, now) => Promise.resolve(report(now)));
    await turn();
    poller.isIdle = new Promise((resolve) => (end = resolve));
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    end();
    await stopping;
  });

  it('claims anew after a second when a cycle was fenced while the lease is held', async () => {
    const owned = [false, true];
    const { turn, lines } = setUp((_, __, now) => Promise.resolve(report(now, { owned: owned.shift()! })));
    await turn();
    expect(await turn()).toBe(1_000);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'the store did not take the last cycle: claiming the tenant anew',
    ]);
  });

  it('goes silent when a cycle was fenced and the lease is not held any more', async () => {
    const { timers, lines } = setUp((_, __, now) => {
      timers.held = false;
      return Promise.resolve(report(now, { owned: false }));
    });
    timers.fire();
    await new Promise(setImmediate);
    expect(timers.planned).toBeNull();
    expect(lines).toEqual([]);
  });

  it('neither polls nor claims when it wakes up past its lease', async () => {
    let cycles = 0;
    const { timers } = setUp((_, __, now) => Promise.resolve(report(now, { confirm: ++cycles > 1 })));
    timers.held = false;
    timers.fire();
    await new Promise(setImmediate);
    expect([cycles, timers.planned]).toEqual([0, null]);
  });

  it('rests while the stored state cannot be read, names its keys once, and says when it is served again', async () => {
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
      [30, 'stored state read again: the tenant is served'],
    ]);
    expect(lines[0]).toMatchObject({ keys: ['flags', ...keys.slice(0, 19)] });
  });
});
