import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, connectedAt, entryPart, indexOf } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import type { Hotlines } from '../parts/hotlines.js';
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
const learn = (hotlines: Hotlines, calls: readonly (Call | null)[], others: readonly Call[] = []) =>
  learntHotlines(hotlines, calls, indexOf(others), { extensionOf: () => '107', skewMs: 0 });
const learnt = (given: Partial<Call> = {}) => learn(new Map(), [{ ...answered, ...given }]);

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
    expect(learn(learnt()!, [answered])).toBeNull();
    expect(learn(new Map(), [null])).toBeNull();
  });

  it('is learnt from a ring beside the entry, where the row names who talks to that customer', () => {
    const named = { ...seen, agentName: 'agent_no_7' };
    const queued = {
      ...answered,
      callId: 'queued',
      legs: [],
      entry: entryPart({ seen: named, answered: true }),
    };
    const talking = { ...answered, callId: 'talks', entry: null, hotline: number('19005678') };
    const beside = (other: Partial<Call> = {}, own: Partial<Call> = {}) => {
      const [one, two] = [
        { ...queued, ...own },
        { ...talking, ...other },
      ];
      const found = [learn(new Map(), [one], [one, two]), learn(new Map(), [two], [one, two])];
      return found.map((hotlines) => hotlines?.get('sales') ?? null);
    };
    expect(beside()).toEqual([['19005678'], ['19005678']]);
    for (const unsure of [
      beside({ connected: connectedAt('108') }),
      beside({ hotline: null }),
      beside({ queues: [{ id: 'support', name: 'Support' }] }),
      beside({ transfers: 1 }),
      beside({ legs: [] }),
      beside({ customer: number('anonymous') }, { customer: number('anonymous') }),
      beside({}, { entry: entryPart({ seen: named }) }),
      beside(
        {},
        {
          entry: entryPart({ seen: named, answered: true, absence: { ...absentSince(6), kind: 'vanished' } }),
        },
      ),
      beside({}, { entry: null }),
    ])
      expect(unsure).toEqual([null, null]);
  });
});
