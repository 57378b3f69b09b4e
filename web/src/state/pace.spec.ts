import { jest } from '@jest/globals';
import { Pace } from './pace.js';

const OPTIONS = { everyMs: 20_000, soonMs: 1_000, leastMs: 10_000 };

describe('a pace', () => {
  let asked: number[];
  let answer: () => Promise<void>;
  let pace: Pace;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    asked = [];
    answer = () => Promise.resolve();
    pace = new Pace(() => (asked.push(Date.now()), answer()), OPTIONS);
    pace.start();
  });

  afterEach(() => {
    pace.stop();
    jest.useRealTimers();
  });

  it('asks at once and then now and then, while nothing happens', async () => {
    await jest.advanceTimersByTimeAsync(45_000);
    expect(asked).toEqual([0, 20_000, 40_000]);
  });

  it('asks once for a burst of nudges, soon after the first', async () => {
    await jest.advanceTimersByTimeAsync(15_000);
    for (let n = 0; n < 100; n += 1) {
      pace.nudge();
      await jest.advanceTimersByTimeAsync(5);
    }
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual([0, 16_000]);
  });

  it('never asks sooner than it may, however it is nudged', async () => {
    for (let n = 0; n < 599; n += 1) {
      pace.nudge();
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(asked).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
  });

  it('does not ask while an answer is awaited, and makes up for a nudge of that time', async () => {
    let answered: () => void = () => undefined;
    answer = () => new Promise((resolve) => (answered = resolve));
    await jest.advanceTimersByTimeAsync(20_000);
    await jest.advanceTimersByTimeAsync(0);
    pace.nudge();
    await jest.advanceTimersByTimeAsync(30_000);
    const before = asked.length;
    answered();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked).toHaveLength(before + 1);
  });

  it('asks nothing after it was stopped, and nothing more for an answer that comes then', async () => {
    pace.stop();
    pace.nudge();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
  });
});
