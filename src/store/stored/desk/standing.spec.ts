import { describe, expect, it } from '@jest/globals';
import type { KnownQueue } from '../../../core/queues/known-queue.js';
import { readStanding, standingPatch } from './standing.js';

describe('a queue with a threshold that is crossed', () => {
  const known: KnownQueue = {
    id: 'sales',
    name: 'Sales',
    lastAt: 5_000,
    crossed: [{ rule: 'waiting', limit: 2, since: 3_000, heldAt: 4_000, calm: null }],
  };
  const stored = (queue: object) => readStanding([['queue:sales', JSON.stringify(queue)]]);

  it('is read as it was written, with when it last certainly held', () => {
    const { set } = standingPatch({
      stories: new Map(),
      queues: new Map([['sales', known]]),
      agents: new Map(),
    });
    expect(readStanding(set)).toMatchObject({
      state: { queues: new Map([['sales', known]]) },
      unreadable: [],
    });
  });

  it('is read as it was written, with what may hold', () => {
    const doubting = { ...known, doubted: [{ rule: 'longestWait', limit: 30, after: null }] } as const;
    expect(stored(doubting).state.queues.get('sales')).toEqual(doubting);
    expect(stored({ ...known, doubted: [{ rule: 'waiting' }] }).unreadable).toEqual(['queue:sales']);
  });

  it('is read from a build that did not note that', () => {
    const { rule, limit, since, calm } = known.crossed[0]!;
    const { state, unreadable } = stored({ ...known, crossed: [{ rule, limit, since, calm }] });
    expect(unreadable).toEqual([]);
    expect(state.queues.get('sales')?.crossed).toEqual([{ rule, limit, since, heldAt: null, calm }]);
  });

  it('is left where it is if that is no time', () => {
    const crossed = [{ ...known.crossed[0]!, heldAt: 'yesterday' }];
    expect(stored({ ...known, crossed })).toMatchObject({ unreadable: ['queue:sales'] });
  });
});
