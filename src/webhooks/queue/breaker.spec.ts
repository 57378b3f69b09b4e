import { Breaker, IN_FLIGHT_MAX } from './breaker.js';

describe('the breaker of an endpoint', () => {
  it('lets as many requests through at once as one endpoint may have', () => {
    const breaker = new Breaker();
    expect(breaker.admits(IN_FLIGHT_MAX - 1, 0)).toBe(true);
    expect(breaker.admits(IN_FLIGHT_MAX, 0)).toBe(false);
  });

  it('keeps everything back after a fault, and lets one probe through when its wait is over', () => {
    const breaker = new Breaker();
    breaker.failed(breaker.generation, null, 0);
    expect(breaker.admits(0, 999)).toBe(false);
    expect(breaker.admits(0, 1_000)).toBe(true);
    expect(breaker.admits(1, 1_000)).toBe(false);
  });

  it('waits 1 s, 5 s and then 30 s between probes', () => {
    const breaker = new Breaker();
    const waits = [0, 1, 2, 3, 4].map(() => {
      breaker.failed(breaker.generation, null, 0);
      return breaker.probeAt;
    });
    expect(waits).toEqual([1_000, 5_000, 30_000, 30_000, 30_000]);
  });

  it('counts the failures of requests that were begun together as one', () => {
    const breaker = new Breaker();
    const { generation } = breaker;
    for (let n = 0; n < 8; n++) breaker.failed(generation, null, n);
    expect(breaker.probeAt).toBe(1_000);
  });

  it('obeys the wait that the endpoint asks for, whether it is longer or shorter', () => {
    const breaker = new Breaker();
    breaker.failed(breaker.generation, 200, 0);
    expect(breaker.probeAt).toBe(200);
    breaker.failed(breaker.generation, 90_000, 200);
    expect(breaker.probeAt).toBe(90_200);
    breaker.failed(0, 120_000, 300);
    expect(breaker.probeAt).toBe(120_300);
  });

  it.each([8_000, null])('lets no request that was begun before a fault end its wait: %s', (retryAfterMs) => {
    const breaker = new Breaker();
    const { generation } = breaker;
    breaker.failed(generation, retryAfterMs, 0);
    for (let n = 0; n < 7; n++) breaker.answered(generation);
    const wait = retryAfterMs ?? 1_000;
    expect([breaker.admits(0, wait - 1), breaker.admits(0, wait), breaker.admits(1, wait)]).toEqual([
      false,
      true,
      false,
    ]);
    // They are no probe that was answered either: the next wait is the second one.
    breaker.failed(breaker.generation, null, wait);
    expect(breaker.probeAt).toBe(wait + 5_000);
  });

  it('closes with one request at a time, and lets one more through for every four that are answered', () => {
    const breaker = new Breaker();
    breaker.failed(breaker.generation, null, 0);
    breaker.answered(breaker.generation);
    expect([breaker.admits(0, 1), breaker.admits(1, 1)]).toEqual([true, false]);
    for (let n = 0; n < 4; n++) breaker.answered(breaker.generation);
    expect([breaker.admits(1, 1), breaker.admits(2, 1)]).toEqual([true, false]);
    for (let n = 0; n < 100; n++) breaker.answered(breaker.generation);
    expect([breaker.admits(7, 1), breaker.admits(8, 1)]).toEqual([true, false]);
  });

  it('begins with a probe where an outage is known of', () => {
    const breaker = Breaker.probing(50);
    expect([breaker.admits(0, 49), breaker.admits(0, 50), breaker.admits(1, 50)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('probes at once when somebody says that the endpoint works again', () => {
    const breaker = new Breaker();
    breaker.failed(breaker.generation, 3_600_000, 0);
    breaker.retry(10);
    expect([breaker.admits(0, 10), breaker.admits(1, 10)]).toEqual([true, false]);
  });
});
