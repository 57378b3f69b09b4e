import { describe, expect, it } from '@jest/globals';
import { Rotation } from './rotation.js';

describe('a rotation', () => {
  function given(budgetMs: number) {
    let now = 0;
    const turns: (() => void)[] = [];
    const rotation = new Rotation({
      budgetMs,
      monotonic: () => now,
      nextTurn: (resume) => void turns.push(resume),
    });
    const done: string[] = [];
    /** A job of so many steps, each of which takes so long. */
    const start = (name: string, steps: number, ms: number) => {
      let step = 0;
      rotation.start(() => {
        now += ms;
        step += 1;
        done.push(`${name}${step}`);
        return step < steps;
      });
    };
    const turn = () => {
      done.length = 0;
      turns.shift()!();
      return [...done];
    };
    return { rotation, done, start, turns, turn };
  }

  it('runs a job at once while the turn has time, and the rest of it in the turns after', () => {
    const { done, start, turns, turn } = given(5);
    start('a', 7, 2);
    expect(done).toEqual(['a1', 'a2', 'a3']);
    expect(turn()).toEqual(['a4', 'a5', 'a6']);
    expect(turn()).toEqual(['a7']);
    expect(turn()).toEqual([]);
    expect(turns).toEqual([]);
  });

  it('gives all jobs of a turn one budget', () => {
    const { done, start, turn } = given(5);
    start('a', 1, 3);
    start('b', 1, 3);
    start('c', 1, 9);
    expect(done).toEqual(['a1', 'b1']);
    expect(turn()).toEqual(['c1']);
    turn();
    start('d', 1, 3);
    expect(done).toEqual(['d1']);
  });

  it('takes a step of each in rotation, so that a short job does not wait for a long one', () => {
    const { done, start, turn } = given(4);
    start('a', 100, 2);
    start('b', 3, 2);
    start('c', 1, 2);
    expect(done).toEqual(['a1', 'a2']);
    expect(turn()).toEqual(['a3', 'b1']);
    expect(turn()).toEqual(['c1', 'a4']);
    expect(turn()).toEqual(['b2', 'a5']);
    expect(turn()).toEqual(['b3', 'a6']);
    expect(turn()).toEqual(['a7', 'a8']);
  });

  it('takes a step in each turn, however long that is', () => {
    const { start, turn } = given(5);
    start('a', 3, 9);
    expect(turn()).toEqual(['a2']);
    expect(turn()).toEqual(['a3']);
  });

  it('takes jobs that a step starts behind those that wait', () => {
    const { rotation, done, start, turn } = given(4);
    start('a', 4, 2);
    rotation.start(() => {
      start('late', 1, 2);
      return false;
    });
    expect(done).toEqual(['a1', 'a2']);
    expect(turn()).toEqual(['a3', 'a4']);
    expect(turn()).toEqual(['late1']);
  });
});
