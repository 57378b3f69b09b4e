import { describe, expect, it } from '@jest/globals';
import { type Endpoint, ENDPOINTS } from '../../core/model/observation.js';
import { Pace, startOffset } from './schedule.js';
import { type PollResult, pollResult } from '../../source/poll-result.js';

const never = () => 0;
const options = { intervalMs: 1_000, confirmMs: 200, adaptive: null, random: never };

/** What an endpoint answered to what was sent then; `ok: false`: it failed. */
function reply(
  endpoint: Endpoint,
  sentAt: number,
  given: { ok?: boolean; tookMs?: number } & Partial<
    Pick<PollResult, 'status' | 'retryAfterMs' | 'heldBackMs'>
  > = {},
): PollResult {
  const { ok = true, tookMs = 40, ...more } = given;
  const observation = { endpoint, outcome: ok ? 'complete' : 'failed' } as PollResult['observation'];
  return pollResult(observation, { sentAt, status: 200, ...more }, sentAt + tookMs);
}
const noAnswer = (endpoint: Endpoint, sentAt: number, given: Partial<PollResult> = {}) =>
  reply(endpoint, sentAt, { ok: false, status: null, ...given });

describe('the pace of polling', () => {
  it('asks one interval after the last request was sent, however long the answer took', () => {
    const pace = new Pace(options, 0);
    for (const endpoint of pace.due(0)) pace.record(reply(endpoint, 0), 400);
    expect(pace.delay(400)).toBe(600);
  });

  it('leaves a PBX that is slower than the interval a pause', () => {
    const pace = new Pace(options, 0);
    for (const endpoint of pace.due(0)) pace.record(reply(endpoint, 0), 3_000);
    expect(pace.delay(3_000)).toBe(100);
  });

  it('asks both endpoints together although one answered a little later', () => {
    const pace = new Pace(options, 0);
    pace.record(reply('monitor', 0), 10);
    pace.record(reply('queue', 120), 130);
    expect(pace.due(1_000)).toEqual(['monitor', 'queue']);
  });

  it('doubles the wait with each failure and leaves the healthy endpoint at its rate', () => {
    const pace = new Pace(options, 0);
    const waits: number[] = [];
    let now = 0;
    for (let failure = 0; failure < 7; failure++) {
      pace.record(noAnswer('monitor', now), now);
      waits.push(pace.delay(now, ['queue']));
      now += pace.delay(now, ['queue']);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    pace.record(noAnswer('monitor', now), now);
    pace.record(reply('queue', now), now);
    expect(pace.due(now + 1_000)).toEqual(['queue']);
  });

  it('does not ask an endpoint that has yet to answer, and the other one as if nothing were', () => {
    const pace = new Pace(options, 0);
    pace.record(reply('monitor', 0), 40);
    expect(pace.delay(400, ['queue'])).toBe(600);
    expect(pace.due(1_000, ['queue'])).toEqual(['monitor']);
    expect(pace.delay(1_000, ['monitor', 'queue'])).toBe(Infinity);
  });

  it('asks an endpoint at once whose answer was of no use, however it is polled', () => {
    const adaptive = { minIntervalMs: 250, maxIntervalMs: 1_000, budgetPerHour: 0 };
    for (const given of [options, { ...options, adaptive }]) {
      const pace = new Pace(given, 0);
      pace.record(reply('monitor', 4_900), 4_940);
      pace.record(reply('queue', 0), 5_000);
      pace.again('queue', 5_000);
      expect([pace.delay(5_000), pace.due(5_000)]).toEqual([0, ['queue']]);
    }
  });

  it('spreads retries by up to a quarter', () => {
    const pace = new Pace({ ...options, random: () => 0.999 }, 0);
    pace.record(noAnswer('monitor', 0), 0);
    expect(pace.delay(0, ['queue'])).toBeGreaterThan(1_240);
    expect(pace.delay(0, ['queue'])).toBeLessThanOrEqual(1_250);
  });

  it('honours Retry-After', () => {
    const pace = new Pace(options, 0);
    pace.record(noAnswer('monitor', 0, { retryAfterMs: 30_000 }), 0);
    expect(pace.delay(0, ['queue'])).toBe(30_000);
  });

  it('brings the confirming poll forward, except where an endpoint is failing', () => {
    const pace = new Pace(options, 0);
    pace.record(reply('queue', 0), 0);
    pace.record(noAnswer('monitor', 0, { retryAfterMs: 5_000 }), 0);
    pace.confirm(0);
    expect(pace.delay(0)).toBe(200);
    expect(pace.due(200)).toEqual(['queue']);
  });

  it('asks again when the host is to be looked at, without doubling, since nothing was sent', () => {
    const pace = new Pace(options, 0);
    pace.record(noAnswer('monitor', 0), 0);
    for (let refusals = 0; refusals < 5; refusals++)
      pace.record(noAnswer('monitor', 0, { heldBackMs: 4_000 }), 0);
    expect(pace.delay(0, ['queue'])).toBe(4_000);
    pace.record(noAnswer('monitor', 0, { heldBackMs: 0 }), 0);
    expect(pace.delay(0, ['queue'])).toBe(1_000);
    expect(pace.due(999, ['queue'])).toEqual([]);
    pace.record(noAnswer('monitor', 999), 999);
    expect(pace.delay(999, ['queue'])).toBe(2_000);
  });

  it('spreads tenants over the interval, each at the same place on every start', () => {
    const offsets = Array.from({ length: 1_000 }, (_, index) => startOffset(`tenant-${index}`, 1_000));
    const quarters = [0, 0, 0, 0];
    for (const offset of offsets) quarters[Math.floor(offset / 250)]! += 1;
    for (const count of quarters) expect(count).toBeGreaterThan(180);
    expect(startOffset('tenant-7', 1_000)).toBe(offsets[7]);
  });
});

describe('the adaptive pace of polling', () => {
  const adaptive = { minIntervalMs: 250, maxIntervalMs: 2_000, budgetPerHour: 0 };
  const setUp = (given: Partial<typeof adaptive> = {}) =>
    new Pace({ ...options, adaptive: { ...adaptive, ...given } }, 0);
  const answered = (pace: Pace, now = 0) => {
    for (const endpoint of pace.due(now)) pace.record(reply(endpoint, now), now);
  };

  it('is slow while nobody calls, and fast at the monitor while something rings', () => {
    const pace = setUp();
    const delays = (['idle', 'talking', 'waiting', 'ringing'] as const).map((activity) => {
      pace.turn(activity);
      pace.record(reply('monitor', 0), 0);
      pace.record(reply('queue', 0), 0);
      return pace.delay(0);
    });
    expect([delays[0], delays[3]]).toEqual([2_000, 250]);
    expect([...delays].sort((a, b) => b - a)).toEqual(delays);
    expect(pace.due(250)).toEqual(['monitor']);
  });

  it('hastens what was planned when something begins to ring', () => {
    const pace = setUp();
    answered(pace);
    expect(pace.delay(0)).toBe(2_000);
    pace.turn('ringing');
    expect(pace.delay(0)).toBe(250);
  });

  it('confirms an absence no sooner than a fixed second does, however fast it polls', () => {
    const pace = setUp({ minIntervalMs: 100 });
    pace.turn('ringing');
    for (let now = 0; now <= 400; now += 200) {
      expect(pace.due(now)).toEqual(['monitor', 'queue']);
      answered(pace, now);
      pace.confirm(now);
      expect(pace.delay(now)).toBe(200);
      expect(pace.due(now + 100)).toEqual([]);
    }
  });

  it.each([
    ['429', 429],
    ['503', 503],
    ['no answer', null],
  ])('halves at %s, once for both endpoints, and recovers in half a minute', (_, status) => {
    const pace = setUp();
    pace.turn('ringing');
    for (const endpoint of ENDPOINTS) pace.record(reply(endpoint, 0, { ok: false, status }), 10);
    const interval = (now: number) => {
      pace.record(reply('monitor', now), now);
      return pace.delay(now, ['queue']);
    };
    expect(interval(10)).toBe(500);
    expect(interval(15_010)).toBeCloseTo(250 / 0.75);
    expect(interval(30_010)).toBe(250);
  });

  it('does not slow down for what is one tenant’s mistake', () => {
    const pace = setUp();
    pace.turn('ringing');
    pace.record(reply('monitor', 0, { ok: false, status: 401 }), 0);
    pace.record(reply('monitor', 0), 0);
    pace.record(reply('queue', 0), 0);
    expect(pace.delay(0)).toBe(250);
  });

  it('slows down when answers take far longer than they usually do', () => {
    const pace = setUp();
    pace.turn('ringing');
    let now = 0;
    const delayAfter = (tookMs: number, polls: number) => {
      for (let poll = 0; poll < polls; poll++) {
        now += 1;
        pace.record(reply('monitor', now, { tookMs }), now);
      }
      return Math.round(pace.delay(now, ['queue']));
    };
    expect(delayAfter(80, 50)).toBe(250);
    expect(delayAfter(200, 50)).toBe(250);
    expect(delayAfter(900, 2)).toBeGreaterThan(480);
  });

  it('keeps a budget in every hour, spends what quiet left over, and still knows what matters more', () => {
    const pace = setUp({ budgetPerHour: 7_200 });
    const sent: number[] = [];
    const run = (from: number, to: number) => {
      for (let now = from; ; ) {
        now += pace.delay(now);
        if (now >= to) return;
        for (const endpoint of pace.due(now)) {
          sent.push(now);
          pace.record(reply(endpoint, now), now);
        }
      }
    };
    const minute = 60_000;
    run(0, 60 * minute);
    pace.turn('ringing');
    run(60 * minute, 61 * minute);
    const first = sent.filter((at) => at >= 60 * minute).length;
    expect(first).toBeGreaterThan(280);
    run(61 * minute, 180 * minute);
    for (let at = 0; at < 120 * minute; at += minute) {
      expect(sent.filter((one) => one >= at && one < at + 60 * minute).length).toBeLessThanOrEqual(7_200);
    }
    for (const endpoint of ENDPOINTS) pace.record(reply(endpoint, 180 * minute), 180 * minute);
    const ringing = pace.delay(180 * minute);
    pace.turn('idle');
    expect(pace.delay(180 * minute)).toBeGreaterThan(1.5 * ringing);
  });
});

describe('the pace of polling in a process that was paused', () => {
  it('asks at once, and once', () => {
    const hour = 3_600_000;
    const pace = new Pace(options, 0);
    for (const endpoint of pace.due(0)) pace.record(reply(endpoint, 0), 40);
    expect(pace.due(hour)).toEqual(['monitor', 'queue']);
    for (const endpoint of ENDPOINTS) pace.record(reply(endpoint, hour), hour + 40);
    expect(pace.delay(hour + 40)).toBe(960);
  });

  it('keeps its place in the interval: the first poll is planned', () => {
    const pace = new Pace(options, 600);
    expect(pace.delay(0)).toBe(600);
  });
});
