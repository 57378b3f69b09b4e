import { describe, expect, it } from '@jest/globals';
import { Slices } from './slices.js';

describe('slices', () => {
  function given(budgetMs: number) {
    let now = 0;
    const turns: (() => void)[] = [];
    const urgent = { waits: false };
    const slices = new Slices({
      budgetMs,
      monotonic: () => now,
      nextTurn: (resume) => void turns.push(resume),
      givesWay: () => urgent.waits,
    });
    const done: string[] = [];
    /** A job that takes so long. */
    const job = (name: string, ms: number) =>
      slices.run(() => {
        now += ms;
        done.push(name);
        return name;
      });
    return { slices, done, job, turns, urgent, turn: () => turns.shift()!() };
  }

  it('run as many jobs in a turn as fit, in order, and leave the others to the next', async () => {
    const { done, job, turns, turn } = given(5);
    const all = Promise.all([job('a', 2), job('b', 2), job('c', 2), job('d', 9), job('e', 1)]);
    expect([done, turns.length]).toEqual([[], 1]);
    turn();
    expect(done).toEqual(['a', 'b', 'c']);
    turn();
    expect(done).toEqual(['a', 'b', 'c', 'd']);
    turn();
    expect([await all, turns]).toEqual([['a', 'b', 'c', 'd', 'e'], []]);
  });

  it('take jobs that come while others run, behind those that wait', () => {
    const { slices, done, job, turn, turns } = given(5);
    void slices.run(() => void job('late', 1));
    void job('early', 1);
    turn();
    expect([done, turns.length]).toEqual([['early'], 1]);
    turn();
    expect([done, turns]).toEqual([['early', 'late'], []]);
  });

  it('go on after a job that throws, which rejects for its own caller', async () => {
    const { slices, job, turn } = given(5);
    const failed = slices.run(() => {
      throw new Error('broken');
    });
    const next = job('next', 1);
    turn();
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('have a quarter of the time while something more urgent waits', () => {
    const { done, job, turn, urgent } = given(8);
    urgent.waits = true;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) void job(name, 1);
    turn();
    expect(done).toEqual(['a', 'b']);
    urgent.waits = false;
    turn();
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
