import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart } from '../../../test/support/history.js';
import { absentSince, at, callOf, connectedAt, entryPart } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import { learntAgents } from './learnt-agents.js';

const seen = entry({ status: 'answered', agentName: 'agent_7', agentId: 'u-7' });
const talks = legPart({ state: 'answered' });
const answered = callOf({
  entry: entryPart({ seen, answered: true }),
  answeredAt: at(5),
  connected: connectedAt('107'),
  legs: [talks],
});
const learnt = (given: Partial<Call> = {}) => learntAgents(new Map(), [{ ...answered, ...given }]);

describe('the extension of an agent', () => {
  it('is learnt by each of the row’s names, from the leg that talks', () => {
    expect([...learnt()!]).toEqual([
      ['agent_7', '107'],
      ['u-7', '107'],
    ]);
  });

  it('is learnt while other extensions ring', () => {
    const rings = legPart({ seen: leg({ ext: '108', callId: 'leg-2' }) });
    expect(learnt({ legs: [talks, rings] })).not.toBeNull();
    expect(
      learnt({ legs: [talks, { ...rings, state: 'answered', absence: absentSince(6) }] }),
    ).not.toBeNull();
  });

  it('is not learnt where that is not sure', () => {
    const row = answered.entry!;
    const second = legPart({ seen: leg({ ext: '108', callId: 'leg-2' }), state: 'answered' });
    for (const unsure of [
      { transfers: 1 },
      { connected: null },
      { connected: connectedAt('108') },
      { entry: null },
      { entry: { ...row, answered: false } },
      { entry: { ...row, absence: { kind: 'vanished' as const, ...absentSince(6) } } },
      { legs: [] },
      { legs: [talks, second] },
      { legs: [{ ...talks, joined: 'inferred' as const }] },
      { legs: [{ ...talks, joined: 'listens' as const }] },
      { legs: [{ ...talks, absence: absentSince(6) }] },
      { legs: [legPart()] },
    ])
      expect({ unsure, learnt: learnt(unsure) }).toEqual({ unsure, learnt: null });
  });

  it('is not learnt from a leg that began to talk 3 s or more after the caller was answered', () => {
    const since = (after: number) => legPart({ state: 'answered', since: { after: at(after), by: at(20) } });
    expect(learnt({ legs: [since(7.999)] })).not.toBeNull();
    expect(learnt({ legs: [since(8)] })).toBeNull();
  });

  it('is nothing new where it is known, or the call has ended', () => {
    expect(learntAgents(learnt()!, [answered])).toBeNull();
    expect(learntAgents(new Map(), [null])).toBeNull();
  });
});
