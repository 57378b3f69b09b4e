import { describe, expect, it } from '@jest/globals';
import { ClockStep } from './clock-step.js';

describe('a step of the clock', () => {
  it('back is told once, by how much the clock is behind its last reading', () => {
    const step = new ClockStep();
    expect([5_000, 5_010, 2_010, 2_010, 2_020].map((now) => step.back(now))).toEqual([0, 0, 3_000, 0, 0]);
  });

  it('forward cannot be told from time that has passed, and is none', () => {
    const step = new ClockStep();
    expect([0, 3_600_000].map((now) => step.back(now))).toEqual([0, 0]);
  });

  it('is none at the first reading, whatever that is', () => {
    expect(new ClockStep().back(-1)).toBe(0);
  });
});
