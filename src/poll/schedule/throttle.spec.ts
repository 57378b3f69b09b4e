import { pollResult } from '../../source/poll-result.js';
import { Throttle } from './throttle.js';

const answer = (sentAt: number, tookMs: number) =>
  pollResult({ endpoint: 'queue', outcome: 'complete' } as never, { sentAt, status: 200 }, sentAt + tookMs);

describe('the share of the chosen rate', () => {
  it('is halved by trouble, and raised again within half a minute', () => {
    const throttle = new Throttle(0);
    throttle.troubled(0, 1_000);
    expect(throttle.rate(1_000)).toBe(0.5);
    expect(throttle.rate(16_000)).toBe(0.75);
    expect(throttle.rate(31_000)).toBe(1);
    expect(throttle.rate(90_000)).toBe(1);
  });

  it('is halved once by two requests that fail together', () => {
    const throttle = new Throttle(0);
    throttle.troubled(900, 1_000);
    throttle.troubled(910, 1_000);
    expect(throttle.rate(1_000)).toBe(0.5);
    throttle.troubled(1_000, 1_000);
    expect(throttle.rate(1_000)).toBe(0.25);
  });

  it('never falls below an eighth, so that the end of an outage is seen', () => {
    const throttle = new Throttle(0);
    for (let trouble = 0; trouble < 10; trouble++) throttle.troubled(1_000, 1_000);
    expect(throttle.rate(1_000)).toBe(1 / 8);
  });

  it('is halved by answers that take several times as long as usual, and not by a single one', () => {
    const throttle = new Throttle(0);
    for (let poll = 0; poll < 10; poll++) throttle.answered(answer(0, 100), 0);
    throttle.answered(answer(0, 1_000), 0);
    expect(throttle.rate(0)).toBe(1);
    throttle.answered(answer(0, 1_000), 0);
    throttle.answered(answer(0, 1_000), 0);
    expect(throttle.rate(0)).toBe(0.5);
  });
});
