import { describe, expect, it } from '@jest/globals';
import { Pace, startOffset } from './pace.js';

const options = { intervalMs: 1_000, confirmMs: 200 };
const never = () => 0;

describe('the pace of polling', () => {
  it('asks one interval after the last request was sent, however long the answer took', () => {
    const pace = new Pace(options, 0);
    for (const endpoint of pace.due(0)) pace.answered(endpoint, 0, 400);
    expect(pace.delay(400)).toBe(600);
  });

  it('leaves a PBX that is slower than the interval a pause', () => {
    const pace = new Pace(options, 0);
    for (const endpoint of pace.due(0)) pace.answered(endpoint, 0, 3_000);
    expect(pace.delay(3_000)).toBe(100);
  });

  it('asks both endpoints together although one answered a little later', () => {
    const pace = new Pace(options, 0);
    pace.answered('monitor', 0, 10);
    pace.answered('queue', 120, 130);
    expect(pace.due(1_000)).toEqual(['monitor', 'queue']);
  });

  it('doubles the wait with each failure and leaves the healthy endpoint at its rate', () => {
    const pace = new Pace(options, 0);
    const waits: number[] = [];
    let now = 0;
    for (let failure = 0; failure < 7; failure++) {
      pace.answered('queue', now + 100_000, now);
      pace.failed('monitor', now, null, never);
      waits.push(pace.delay(now));
      now += pace.delay(now);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    pace.failed('monitor', now, null, never);
    pace.answered('queue', now, now);
    expect(pace.due(now + 1_000)).toEqual(['queue']);
  });

  it('spreads retries by up to a quarter', () => {
    const pace = new Pace(options, 0);
    pace.answered('queue', 100_000, 0);
    pace.failed('monitor', 0, null, () => 0.999);
    expect(pace.delay(0)).toBeGreaterThan(1_240);
    expect(pace.delay(0)).toBeLessThanOrEqual(1_250);
  });

  it('honours Retry-After, but looks again after five minutes', () => {
    const pace = new Pace(options, 0);
    pace.answered('queue', 10_000_000, 0);
    pace.failed('monitor', 0, 30_000, never);
    expect(pace.delay(0)).toBe(30_000);
    pace.failed('monitor', 0, 86_400_000, never);
    expect(pace.delay(0)).toBe(300_000);
  });

  it('brings the confirming poll forward, except where an endpoint is failing', () => {
    const pace = new Pace(options, 0);
    pace.answered('queue', 0, 0);
    pace.failed('monitor', 0, 5_000, never);
    pace.confirm(0);
    expect(pace.delay(0)).toBe(200);
    expect(pace.due(200)).toEqual(['queue']);
  });

  it('spreads tenants over the interval, each at the same place on every start', () => {
    const offsets = Array.from({ length: 1_000 }, (_, index) => startOffset(`tenant-${index}`, 1_000));
    const quarters = [0, 0, 0, 0];
    for (const offset of offsets) quarters[Math.floor(offset / 250)]! += 1;
    for (const count of quarters) expect(count).toBeGreaterThan(180);
    expect(startOffset('tenant-7', 1_000)).toBe(offsets[7]);
  });
});
