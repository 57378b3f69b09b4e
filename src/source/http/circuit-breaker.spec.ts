import { describe, expect, it } from '@jest/globals';
import { CircuitBreaker, type Permit, type Refusal } from './circuit-breaker.js';

const A = { name: 'a' };
const B = { name: 'b' };

function setUp({ tenants = 2, random = 0 } = {}) {
  const time = { now: 1_000 };
  const breaker = new CircuitBreaker({
    time: { monotonic: () => time.now },
    random: () => random,
    tenants: () => tenants,
  });
  const begin = (tenant: object): Permit => {
    const permit = breaker.begin(tenant);
    if ('reason' in permit) throw new Error(`refused: ${permit.reason}`);
    return permit;
  };
  const fail = (...by: object[]) => {
    for (const tenant of by) breaker.failed(begin(tenant), 'no answer within 5000 ms');
  };
  /** Milliseconds until the host may be asked again. */
  const wait = () => (breaker.refusal() as Refusal).retryInMs;
  return { time, breaker, begin, fail, wait };
}

describe('a circuit breaker', () => {
  it('opens at the fifth failure in a row, and refuses at once with the reason', () => {
    const { breaker, fail } = setUp();
    fail(A, B, A, B);
    expect(breaker.state).toBe('closed');
    fail(A);
    expect(breaker.state).toBe('open');
    expect(breaker.begin(B)).toEqual({
      reason: 'host down (no answer within 5000 ms): not asked, retrying within 15 s',
      retryInMs: 500,
    });
  });

  it('forgets failures at any answer', () => {
    const { breaker, fail } = setUp();
    fail(A, B, A, B);
    breaker.answered();
    fail(A, B, A, B);
    expect(breaker.state).toBe('closed');
  });

  it('does not open for the failures of one tenant among several', () => {
    const { breaker, fail } = setUp();
    fail(...Array<object>(50).fill(A));
    expect(breaker.state).toBe('closed');
    fail(B);
    expect(breaker.state).toBe('open');
  });

  it('opens for the only tenant of a host', () => {
    const { breaker, fail } = setUp({ tenants: 1 });
    fail(A, A, A, A, A);
    expect(breaker.state).toBe('open');
  });

  it('lets one probe through at a time, each after twice the delay of the last, up to 15 s', () => {
    const { time, breaker, begin, fail, wait } = setUp();
    fail(A, B, A, B, A);
    const delays: number[] = [];
    for (let probes = 0; probes < 8; probes++) {
      delays.push(wait());
      time.now += wait() - 1;
      expect(breaker.refusal()).not.toBeNull();
      time.now += 1;
      const probe = begin(B);
      expect(breaker.state).toBe('probing');
      expect(breaker.begin(A)).toMatchObject({ retryInMs: 0 });
      breaker.failed(probe, 'connection refused');
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('spreads its delays by up to a quarter, downwards', () => {
    const { fail, wait } = setUp({ random: 0.999 });
    fail(A, B, A, B, A);
    expect(wait()).toBeCloseTo(375, 0);
  });

  it('closes when the probe is answered, and when a late answer to another request comes', () => {
    for (const late of [false, true]) {
      const { time, breaker, begin, fail, wait } = setUp();
      fail(A, B, A, B, A);
      if (!late) {
        time.now += wait();
        begin(A);
      }
      breaker.answered();
      expect(breaker.state).toBe('closed');
      // The count begins again: four failures are too few.
      fail(A, B, A, B);
      expect(breaker.state).toBe('closed');
    }
  });

  it('begins a new outage with the shortest delay', () => {
    const { time, breaker, begin, fail, wait } = setUp();
    fail(A, B, A, B, A);
    time.now += wait();
    breaker.failed(begin(A), 'connection refused');
    expect(wait()).toBe(1_000);
    breaker.answered();
    fail(A, B, A, B, A);
    expect(wait()).toBe(500);
  });

  it('is not kept open by what was sent before it opened', () => {
    const { breaker, begin, fail, wait } = setUp();
    const before = [begin(A), begin(B)];
    fail(A, B, A, B, A);
    for (const permit of before) breaker.failed(permit, 'no answer within 5000 ms');
    expect(wait()).toBe(500);
  });

  it('makes the next request the probe when one ends without a verdict', () => {
    const { time, breaker, begin, fail, wait } = setUp();
    fail(A, B, A, B, A);
    time.now += wait();
    const probe = begin(A);
    breaker.unknown(probe);
    expect(breaker.state).toBe('open');
    begin(B);
    // Reported again, now that another request is the probe.
    breaker.unknown(probe);
    expect(breaker.state).toBe('probing');
  });

  it('lets no request wait in line to be the probe', () => {
    const { time, breaker, fail, wait } = setUp();
    fail(A, B, A, B, A);
    time.now += wait();
    expect(breaker.refusal(false)).toMatchObject({ retryInMs: 0 });
    expect(breaker.refusal(true)).toBeNull();
  });
});
