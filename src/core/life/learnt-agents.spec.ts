import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, connectedAt, entryPart, indexOf } from '../../../test/support/parts.js';
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
const learnt = (given: Partial<Call> = {}, others: readonly Call[] = []) =>
  learntAgents(new Map(), [{ ...answered, ...given }], { index: indexOf(others), skewMs: 0 });

const nothing = { index: indexOf([]), skewMs: 0 };

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

  it('is not learnt from a leg that had talked for 3 s when the caller was answered', () => {
    const bridged = (seconds: number) =>
      learnt({
        legs: [legPart({ state: 'answered', since: { after: at(3), by: at(4) } })],
        entry: entryPart({ seen: { ...seen, bridgedAt: at(seconds) }, answered: true }),
      });
    expect(bridged(7)).not.toBeNull();
    expect(bridged(7.001)).toBeNull();
  });

  it('is not learnt where a leg that is no queue’s began to talk to the number as well', () => {
    const talksToo = legPart({
      seen: leg({ ext: '108', callId: 'leg-2' }),
      state: 'answered',
      since: { after: at(3), by: at(5) },
    });
    const other = callOf({ callId: 'other', customer: answered.customer, legs: [talksToo] });
    expect(learnt({}, [answered, other])).toBeNull();
    for (const unlike of [
      { customer: number('0987654321') },
      { direction: 'outbound' as const },
      { entry: entryPart() },
      { legs: [{ ...talksToo, absence: absentSince(6) }] },
      { legs: [{ ...talksToo, state: 'ringing' as const }] },
      { legs: [{ ...talksToo, since: { after: at(8.001), by: at(9) } }] },
    ])
      expect({ unlike, learnt: learnt({}, [answered, { ...other, ...unlike }]) }).not.toMatchObject({
        learnt: null,
      });
  });

  it('is nothing new where it is known, or the call has ended', () => {
    expect(learntAgents(learnt()!, [answered], nothing)).toBeNull();
    expect(learntAgents(new Map(), [null], nothing)).toBeNull();
  });
});
