import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { at, callOf, connectedAt, entryPart } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import { learntHotlines } from './learnt-hotlines.js';

const seen = entry({ queueId: 'sales', status: 'answered' });
const talks = legPart({ seen: leg({ hotline: number('19001234') }), state: 'answered' });
const answered = callOf({
  customer: number('0914237383'),
  entry: entryPart({ seen, answered: true }),
  answeredAt: at(5),
  connected: connectedAt('107'),
  legs: [talks],
});
const learnt = (given: Partial<Call> = {}) => learntHotlines(new Map(), [{ ...answered, ...given }]);

describe('the hotline of a queue', () => {
  it('is learnt from the leg of an answered caller', () => {
    expect([...learnt()!]).toEqual([['sales', ['19001234']]]);
  });

  it('is not learnt where the customer withholds the number, the leg shows none or may be another call’s', () => {
    for (const unsure of [
      { customer: null },
      { customer: number('anonymous') },
      { legs: [legPart({ seen: leg({ hotline: null }), state: 'answered' })] },
      { legs: [{ ...talks, joined: 'inferred' as const }] },
      { transfers: 1 },
      { entry: null },
    ])
      expect({ unsure, learnt: learnt(unsure) }).toEqual({ unsure, learnt: null });
  });

  it('is nothing new where it is known, or the call has ended', () => {
    expect(learntHotlines(learnt()!, [answered])).toBeNull();
    expect(learntHotlines(new Map(), [null])).toBeNull();
  });
});
