import { describe, expect, it } from '@jest/globals';
import { type Endpoint, ENDPOINTS } from '../../core/model/observation.js';
import { Schedule, startOffset } from './schedule.js';
import { type PollResult, pollResult } from '../../source/poll-result.js';

const never = () => 0;
const options = { intervalMs: 1_000, confirmMs: 200, adaptive: null, random: never };

/** The result of a request that was sent then; `ok: false`: it failed. */
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

describe('the schedule of polling', () => {
  it('asks one interval after the last request was sent, however long the answer took', () => {
    const schedule = new Schedule(options, 0);
    for (const endpoint of schedule.due(0)) schedule.record(reply(endpoint, 0), 400);
    expect(schedule.delay(400)).toBe(600);
  });

  it('leaves a PBX that is slower than the interval a pause', () => {
    const schedule = new Schedule(options, 0);
    for (const endpoint of schedule.due(0)) schedule.record(reply(endpoint, 0), 3_000);
    expect(schedule.delay(3_000)).toBe(100);
  });

  it('asks both endpoints together although one answered a little later', () => {
    const schedule = new Schedule(options, 0);
    schedule.record(reply('monitor', 0), 10);
    schedule.record(reply('queue', 120), 130);
    expect(schedule.due(1_000)).toEqual(['monitor', 'queue']);
  });

  it('doubles the wait with each failure and leaves the healthy endpoint at its rate', () => {
    const schedule = new Schedule(options, 0);
    const waits: number[] = [];
    let now = 0;
    for (let failure = 0; failure < 7; failure++) {
      schedule.record(noAnswer('monitor', now), now);
      waits.push(schedule.delay(now, ['queue']));
      now += schedule.delay(now, ['queue']);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    schedule.record(noAnswer('monitor', now), now);
    schedule.record(reply('queue', now), now);
    expect(schedule.due(now + 1_000)).toEqual(['queue']);
  });

  it('waits after a failure that follows an answer as after the first one', () => {
    const schedule = new Schedule(options, 0);
    for (let failure = 0; failure < 3; failure++) schedule.record(noAnswer('monitor', 0), 0);
    schedule.record(reply('monitor', 10_000), 10_000);
    schedule.record(noAnswer('monitor', 11_000), 11_000);
    expect(schedule.delay(11_000, ['queue'])).toBe(1_000);
  });

  it('does not ask an endpoint that has a request open, and asks the other one as usual', () => {
    const schedule = new Schedule(options, 0);
    schedule.record(reply('monitor', 0), 40);
    expect(schedule.delay(400, ['queue'])).toBe(600);
    expect(schedule.due(1_000, ['queue'])).toEqual(['monitor']);
    expect(schedule.delay(1_000, ['monitor', 'queue'])).toBe(Infinity);
  });

  it('asks an endpoint at once whose answer was stale, with fixed and adaptive intervals', () => {
    const adaptive = { minIntervalMs: 250, maxIntervalMs: 1_000, budgetPerHour: 0 };
    for (const given of [options, { ...options, adaptive }]) {
      const schedule = new Schedule(given, 0);
      schedule.record(reply('monitor', 4_900), 4_940);
      schedule.record(reply('queue', 0), 5_000);
      schedule.again('queue', 5_000);
      expect([schedule.delay(5_000), schedule.due(5_000)]).toEqual([0, ['queue']]);
    }
  });

  it('spreads retries by up to a quarter', () => {
    const schedule = new Schedule({ ...options, random: () => 0.999 }, 0);
    schedule.record(noAnswer('monitor', 0), 0);
    expect(schedule.delay(0, ['queue'])).toBeGreaterThan(1_240);
    expect(schedule.delay(0, ['queue'])).toBeLessThanOrEqual(1_250);
  });

  it('honours Retry-After', () => {
    const schedule = new Schedule(options, 0);
    schedule.record(noAnswer('monitor', 0, { retryAfterMs: 30_000 }), 0);
    expect(schedule.delay(0, ['queue'])).toBe(30_000);
  });

  it('brings the confirming poll forward, except where an endpoint is failing', () => {
    const schedule = new Schedule(options, 0);
    schedule.record(reply('queue', 0), 0);
    schedule.record(noAnswer('monitor', 0, { retryAfterMs: 5_000 }), 0);
    schedule.confirm(0);
    expect(schedule.delay(0)).toBe(200);
    expect(schedule.due(200)).toEqual(['queue']);
  });

  it('asks again when the breaker lets it, without doubling, since nothing was sent', () => {
    const schedule = new Schedule(options, 0);
    schedule.record(noAnswer('monitor', 0), 0);
    for (let refusals = 0; refusals < 5; refusals++)
      schedule.record(noAnswer('monitor', 0, { heldBackMs: 4_000 }), 0);
    expect(schedule.delay(0, ['queue'])).toBe(4_000);
    schedule.record(noAnswer('monitor', 0, { heldBackMs: 0 }), 0);
    expect(schedule.delay(0, ['queue'])).toBe(1_000);
    expect(schedule.due(999, ['queue'])).toEqual([]);
    schedule.record(noAnswer('monitor', 999), 999);
    expect(schedule.delay(999, ['queue'])).toBe(2_000);
  });

  it('spreads tenants over the interval, each at the same place on every start', () => {
    const offsets = Array.from({ length: 1_000 }, (_, index) => startOffset(`tenant-${index}`, 1_000));
    const quarters = [0, 0, 0, 0];
    for (const offset of offsets) quarters[Math.floor(offset / 250)]! += 1;
    for (const count of quarters) expect(count).toBeGreaterThan(180);
    expect(startOffset('tenant-7', 1_000)).toBe(offsets[7]);
  });
});

describe('the adaptive schedule of polling', () => {
  const adaptive = { minIntervalMs: 250, maxIntervalMs: 2_000, budgetPerHour: 0 };
  const setUp = (given: Partial<typeof adaptive> = {}) =>
    new Schedule({ ...options, adaptive: { ...adaptive, ...given } }, 0);
  const answered = (schedule: Schedule, now = 0) => {
    for (const endpoint of schedule.due(now)) schedule.record(reply(endpoint, now), now);
  };

  it('is slow while there is no call, and fast at the monitor while an extension rings', () => {
    const schedule = setUp();
    const delays = (['idle', 'talking', 'waiting', 'ringing'] as const).map((activity) => {
      schedule.turn(activity);
      schedule.record(reply('monitor', 0), 0);
      schedule.record(reply('queue', 0), 0);
      return schedule.delay(0);
    });
    expect([delays[0], delays[3]]).toEqual([2_000, 250]);
    expect([...delays].sort((a, b) => b - a)).toEqual(delays);
    expect(schedule.due(250)).toEqual(['monitor']);
  });

  it('brings a planned request forward when an extension begins to ring', () => {
    const schedule = setUp();
    answered(schedule);
    expect(schedule.delay(0)).toBe(2_000);
    schedule.turn('ringing');
    expect(schedule.delay(0)).toBe(250);
  });

  it('confirms an absence no sooner than a fixed second does, however fast it polls', () => {
    const schedule = setUp({ minIntervalMs: 100 });
    schedule.turn('ringing');
    for (let now = 0; now <= 400; now += 200) {
      expect(schedule.due(now)).toEqual(['monitor', 'queue']);
      answered(schedule, now);
      schedule.confirm(now);
      expect(schedule.delay(now)).toBe(200);
      expect(schedule.due(now + 100)).toEqual([]);
    }
  });

  it.each([
    ['429', 429],
    ['503', 503],
    ['no answer', null],
  ])('halves at %s, once for both endpoints, and recovers in half a minute', (_, status) => {
    const schedule = setUp();
    schedule.turn('ringing');
    for (const endpoint of ENDPOINTS) schedule.record(reply(endpoint, 0, { ok: false, status }), 10);
    const interval = (now: number) => {
      schedule.record(reply('monitor', now), now);
      return schedule.delay(now, ['queue']);
    };
    expect(interval(10)).toBe(500);
    expect(interval(15_010)).toBeCloseTo(250 / 0.75);
    expect(interval(30_010)).toBe(250);
  });

  it('does not slow down for what is one tenant’s mistake', () => {
    const schedule = setUp();
    schedule.turn('ringing');
    schedule.record(reply('monitor', 0, { ok: false, status: 401 }), 0);
    schedule.record(reply('monitor', 0), 0);
    schedule.record(reply('queue', 0), 0);
    expect(schedule.delay(0)).toBe(250);
  });

  it('slows down when answers take far longer than they usually do', () => {
    const schedule = setUp();
    schedule.turn('ringing');
    let now = 0;
    const delayAfter = (tookMs: number, polls: number) => {
      for (let poll = 0; poll < polls; poll++) {
        now += 1;
        schedule.record(reply('monitor', now, { tookMs }), now);
      }
      return Math.round(schedule.delay(now, ['queue']));
    };
    expect(delayAfter(80, 50)).toBe(250);
    expect(delayAfter(200, 50)).toBe(250);
    expect(delayAfter(900, 2)).toBeGreaterThan(480);
  });

  it('keeps a budget in every hour, spends what quiet minutes saved, and still prefers urgent polls', () => {
    const schedule = setUp({ budgetPerHour: 7_200 });
    const sent: number[] = [];
    const run = (from: number, to: number) => {
      for (let now = from; ;) {
        now += schedule.delay(now);
        if (now >= to) return;
        for (const endpoint of schedule.due(now)) {
          sent.push(now);
          schedule.record(reply(endpoint, now), now);
        }
      }
    };
    const minute = 60_000;
    run(0, 60 * minute);
    schedule.turn('ringing');
    run(60 * minute, 61 * minute);
    const first = sent.filter((at) => at >= 60 * minute).length;
    expect(first).toBeGreaterThan(280);
    run(61 * minute, 180 * minute);
    for (let at = 0; at < 120 * minute; at += minute) {
      expect(sent.filter((one) => one >= at && one < at + 60 * minute).length).toBeLessThanOrEqual(7_200);
    }
    for (const endpoint of ENDPOINTS) schedule.record(reply(endpoint, 180 * minute), 180 * minute);
    const ringing = schedule.delay(180 * minute);
    schedule.turn('idle');
    expect(schedule.delay(180 * minute)).toBeGreaterThan(1.5 * ringing);
  });
});

describe('the schedule of polling in a process that was paused', () => {
  it('asks at once, and once', () => {
    const hour = 3_600_000;
    const schedule = new Schedule(options, 0);
    for (const endpoint of schedule.due(0)) schedule.record(reply(endpoint, 0), 40);
    expect(schedule.due(hour)).toEqual(['monitor', 'queue']);
    for (const endpoint of ENDPOINTS) schedule.record(reply(endpoint, hour), hour + 40);
    expect(schedule.delay(hour + 40)).toBe(960);
  });

  it('keeps its place in the interval: the first poll is planned', () => {
    const schedule = new Schedule(options, 600);
    expect(schedule.delay(0)).toBe(600);
  });
});
