import { describe, expect, it } from '@jest/globals';
import { entry, leg } from '../../../test/support/history.js';
import { window } from '../../../test/support/parts.js';
import type { CreatedLeg } from '../model/call.js';
import { isAwaited, withCreated } from './created-parts.js';
import type { Placement } from './placement.js';

const unclear = leg({ signal: 'unclear' });
const beside = leg({ ext: '108', callId: 'leg-2', signal: 'unclear' });
const ringing = leg({ ext: '109', callId: 'leg-3' });
const place = (...legs: readonly (typeof unclear)[]): Placement => ({
  joins: null,
  legs: legs.map((seen) => ({ seen, joined: 'shown' })),
  entries: [],
});
const before: CreatedLeg = { seen: unclear, since: window(5), polls: 1 };
const known = new Map([[unclear.key, before]]);

describe('legs without a state', () => {
  it('begin no call by themselves', () => {
    expect(isAwaited(place(unclear), new Map())).toBe(true);
    expect(isAwaited(place(unclear, beside), new Map())).toBe(true);
  });

  it('begin one with a leg that rings, a queue entry, or one that has waited for long enough', () => {
    expect(isAwaited(place(unclear, ringing), new Map())).toBe(false);
    expect(isAwaited({ ...place(unclear), entries: [entry()] }, new Map())).toBe(false);
    expect(isAwaited(place(beside, unclear), known)).toBe(false);
  });

  it('bring along since when they were seen so', () => {
    const { legs } = withCreated(place(unclear, ringing), known);
    expect(legs.map(({ created }) => created)).toEqual([before, undefined]);
  });
});
