import { describe, expect, it } from '@jest/globals';
import { entry, History, leg, legPart } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  entryPart,
  participant,
} from '../../../test/support/parts.js';
import { describeTable } from '../../../test/support/rule-tables.js';
import type { Call, Leg } from '../model/call.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { offerFacts, OFFER_ENDS, type OfferFacts } from './offer-rules.js';

const RINGING: OfferFacts = {
  ringsAgain: false,
  answeredHere: false,
  over: false,
  answered: false,
  legs: 'ringing',
  pending: false,
  connectedKnown: false,
  named: false,
  deduced: false,
  moved: false,
  keptRinging: false,
};
const ANSWERED: OfferFacts = { ...RINGING, answered: true, connectedKnown: true };
const BY_QUEUE: OfferFacts = { ...RINGING, answered: true };
const MISSING = { legs: 'missing', pending: true } as const;
const GONE = { legs: 'gone' } as const;
const STOPPED = { legs: 'gone', keptRinging: true } as const;

const answered = { outcome: 'answered', isInferred: false } as const;
const inferred = { outcome: 'answered', isInferred: true } as const;
const elsewhere = { outcome: 'answered-elsewhere', isInferred: false } as const;
const notAnswered = { outcome: 'not-answered', isInferred: false } as const;
const callerLeft = { outcome: 'caller-left', isInferred: false } as const;

describeTable(OFFER_ENDS, [
  [{ ...RINGING, ringsAgain: true }, notAnswered],
  [{ ...ANSWERED, ringsAgain: true }, notAnswered],

  [{ ...ANSWERED, answeredHere: true }, answered],
  [{ ...ANSWERED, answeredHere: true, ...GONE, over: true }, answered],
  [{ ...ANSWERED, answeredHere: true, ...MISSING }, answered],

  [{ ...RINGING, over: true, ...GONE }, callerLeft],
  [{ ...RINGING, over: true }, callerLeft],
  [{ ...RINGING, over: true, ...GONE, named: true }, callerLeft],

  [RINGING, null],
  [ANSWERED, null],
  [BY_QUEUE, null],
  [{ ...ANSWERED, pending: true }, null],

  [{ ...ANSWERED, over: true }, elsewhere],
  [{ ...BY_QUEUE, over: true, named: true }, elsewhere],

  [{ ...BY_QUEUE, ...MISSING }, null],
  [{ ...BY_QUEUE, ...MISSING, named: true }, null],
  [{ ...BY_QUEUE, ...MISSING, named: true, over: true }, inferred],

  [{ ...BY_QUEUE, ...GONE, named: true }, inferred],
  [{ ...BY_QUEUE, ...GONE, named: true, over: true }, inferred],
  [{ ...BY_QUEUE, ...STOPPED, named: true, over: true }, inferred],
  [{ ...RINGING, ...GONE, named: true }, notAnswered],
  [{ ...ANSWERED, ...GONE, named: true }, elsewhere],
  [{ ...ANSWERED, ...STOPPED, named: true }, notAnswered],

  [{ ...ANSWERED, ...GONE }, elsewhere],
  [{ ...ANSWERED, ...MISSING }, elsewhere],
  [{ ...ANSWERED, ...GONE, over: true }, elsewhere],
  [{ ...BY_QUEUE, ...GONE }, elsewhere],
  [{ ...BY_QUEUE, ...GONE, pending: true, over: true }, elsewhere],

  [{ ...ANSWERED, ...STOPPED, over: true }, callerLeft],
  [{ ...ANSWERED, ...STOPPED, over: true, pending: true }, callerLeft],
  [{ ...BY_QUEUE, ...STOPPED, over: true }, callerLeft],

  [{ ...RINGING, ...GONE, moved: true }, inferred],
  [{ ...RINGING, ...GONE, moved: true, over: true }, inferred],
  [{ ...ANSWERED, ...GONE, moved: true, answeredHere: true }, answered],
  [{ ...BY_QUEUE, ...GONE, deduced: true, named: true }, inferred],
  [{ ...BY_QUEUE, ...GONE, deduced: true, named: true, over: true }, inferred],
  [{ ...ANSWERED, ...GONE, deduced: true, named: true }, inferred],
  [
    { ...BY_QUEUE, ...GONE, deduced: true },
    { outcome: 'answered-elsewhere', isInferred: true },
  ],
  [
    { ...BY_QUEUE, ...GONE, deduced: true, over: true },
    { outcome: 'answered-elsewhere', isInferred: true },
  ],
  [
    { ...ANSWERED, ...GONE, deduced: true },
    { outcome: 'answered-elsewhere', isInferred: true },
  ],

  [{ ...RINGING, ...MISSING }, null],
  [{ ...RINGING, ...GONE, pending: true }, null],
  [{ ...ANSWERED, ...STOPPED, ...MISSING }, null],
  [{ ...ANSWERED, ...STOPPED, pending: true }, null],

  [{ ...RINGING, ...GONE }, notAnswered],
  [{ ...ANSWERED, ...STOPPED }, notAnswered],
  [{ ...BY_QUEUE, ...STOPPED }, notAnswered],
]);

describe('an extension that rings again after it has talked', () => {
  const talked = legPart({ state: 'answered', absence: absentSince(9) });
  const rings = legPart({ seen: leg({ callId: 'leg-2', signal: 'ringing' }) });
  const answeredHere = (...legs: readonly Leg[]) =>
    offerFacts(participant('107'), callOf({ answeredAt: at(1), connected: connectedAt('107'), legs }), {
      gone: [talked],
      over: false,
      isDeduced: false,
      movedFrom: null,
      isUndecided: false,
      facts: cycleAt(9),
    }).answeredHere;

  it('has not answered that ring yet, while its first leg is missing or gone', () => {
    expect(answeredHere(talked, rings)).toBe(false);
    expect(answeredHere(rings)).toBe(false);
    expect(answeredHere(talked)).toBe(true);
    expect(answeredHere()).toBe(true);
    expect(answeredHere({ ...talked, absence: null }, rings)).toBe(true);
  });
});

/** In which these legs go, and nothing else happens. */
function plainCycle(gone: readonly Leg[]) {
  const facts = cycleAt(19);
  return { gone, over: false, isDeduced: false, movedFrom: null, isUndecided: false, facts };
}

describe('an extension that is called again after it has talked', () => {
  /** It answered, sent the caller on to another queue, and rings again; its second ring is missing. */
  const again = legPart({ seen: leg({ callId: 'leg-2' }), absence: absentSince(9) });
  const seen = entry({ status: 'answered', agentName: 'agent-107' });
  const call = callOf({ answeredAt: at(1), connected: connectedAt('107'), entry: entryPart({ seen }) });
  const end = (legs: readonly Leg[], gone: readonly Leg[]) => {
    return OFFER_ENDS.decide(offerFacts(participant('107'), { ...call, legs }, plainCycle(gone)));
  };

  it('has answered nowhere else, nor here because it did before', () => {
    expect(end([again], [])).toBeNull();
    expect(end([], [again])).toEqual({ outcome: 'not-answered', isInferred: false });
  });
});

describe('an offer of a call of which only the row is left', () => {
  const rang = legPart({ seen: leg({ ext: '108', callId: 'leg-2' }), absence: absentSince(9, 2) });
  const answered = entryPart({ seen: entry({ status: 'answered' }), answered: true });
  const call = callOf({ answeredAt: at(1), connected: connectedAt('107'), entry: answered });
  const outcome = (given: Partial<Call>, gone: readonly Leg[] = [rang]) => {
    return OFFER_ENDS.decide(offerFacts(participant('108'), { ...call, ...given }, plainCycle(gone)))
      ?.outcome;
  };

  it('ended with its caller, if the agent had gone before: the row is stale', () => {
    expect(outcome({})).toBe('caller-left');
    const waits = entryPart({ seen: entry({ queueId: 'other', status: 'trying' }) });
    expect(outcome({ entry: waits })).toBe('not-answered');
    const another = legPart({ seen: leg({ ext: '109', callId: 'leg-3' }) });
    expect(outcome({ legs: [another] })).toBe('not-answered');
  });

  it('ended elsewhere, if another extension answered next and has gone, too', () => {
    const hidden = legPart({ state: 'answered', absence: absentSince(3, 2) });
    const seen = leg({ ext: '109', callId: 'leg-3', signal: 'answered' });
    const next = legPart({ seen, state: 'answered', absence: absentSince(9, 2) });
    expect(outcome({ entry: null }, [hidden, rang, next])).toBe('answered-elsewhere');
  });
});

describe('an offer kept ringing', () => {
  /** Extension 107 answered and went at second 5. */
  const talked = legPart({ state: 'answered', absence: absentSince(5, 2) });
  const rang = (seconds: number) =>
    legPart({ seen: leg({ ext: '108', callId: 'leg-2' }), absence: absentSince(seconds, 2) });
  const call = callOf({ answeredAt: at(1), connected: connectedAt('107'), legs: [talked] });
  const kept = (seconds: number, elsewhere: boolean, of = call) =>
    offerFacts(participant('108', { elsewhere }), of, {
      gone: [rang(seconds)],
      over: false,
      isDeduced: false,
      movedFrom: null,
      isUndecided: false,
      facts: cycleAt(9),
    }).keptRinging;

  it('if it outlasted the connected participant’s leg', () => {
    expect([4, 5, 6].map((seconds) => kept(seconds, false))).toEqual([false, false, true]);
    expect(kept(6, false, { ...call, legs: [{ ...talked, absence: null }] })).toBe(false);
    expect(kept(6, false, { ...call, answeredAt: null })).toBe(false);
  });

  it('not if it rang when another answered: that ends it, even if its row remains for longer', () => {
    expect(kept(6, true)).toBe(false);
  });
});

describe('an offer is named by the queue', () => {
  const named = (agentName: string | null, extensionOf: CycleFacts['extensionOf'] = () => undefined) =>
    offerFacts(
      participant('107'),
      callOf({ answeredAt: at(1), entry: entryPart({ seen: entry({ status: 'answered', agentName }) }) }),
      {
        gone: [],
        over: false,
        isDeduced: false,
        movedFrom: null,
        isUndecided: false,
        facts: cycleAt(9, { extensionOf }),
      },
    ).named;

  it('if the row names its agent, or one who is known to be at its extension', () => {
    expect(named('agent-107')).toBe(true);
    expect(named('agent_no_7')).toBe(false);
    expect(named('agent_no_7', () => '107')).toBe(true);
    expect(named('agent_no_7', () => '108')).toBe(false);
    expect(named(null)).toBe(false);
  });
});

describe('an offer is answered', () => {
  const talked = legPart({ state: 'answered', absence: absentSince(9) });
  const rings = legPart({ seen: leg({ ext: '107', callId: 'leg-2' }) });
  const isAnswered = (legs: Call['legs']) =>
    offerFacts(participant('107'), callOf({ answeredAt: at(1), connected: connectedAt('107'), legs }), {
      gone: [],
      over: false,
      isDeduced: false,
      movedFrom: null,
      isUndecided: false,
      facts: cycleAt(9),
    }).answeredHere;

  it('by a leg of its extension, but not by one that is missing while another rings', () => {
    expect(isAnswered([talked])).toBe(true);
    expect(isAnswered([talked, rings])).toBe(false);
    expect(isAnswered([talked, { ...rings, state: 'answered' }])).toBe(true);
  });
});

describe('the next ring of an extension, whose leg the PBX has created before it rings', () => {
  const first = leg({ callId: 'ring-1', startedAt: at(3) });
  const next = leg({ callId: 'ring-2', startedAt: at(14), signal: 'unclear' });
  const rings = { ...next, signal: 'ringing' } as const;
  const trying = { entries: [entry({ status: 'trying', agentName: 'agent-107' })] };
  const waiting = { entries: [entry()] };
  const rung = () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 3, ...trying, legs: [first] });
    return history;
  };

  it('is an offer of its own, where the poll that first misses the leg before it shows it', () => {
    const history = rung();
    expect(history.emitted({ at: 14, ...trying, legs: [next] })).toEqual([]);
    expect(history.emitted({ at: 14.2, ...trying, legs: [rings] })).toEqual([
      'call-offer-ended 107 not-answered',
      'call-offered 107',
    ]);
    expect(history.emitted({ at: 14.4, ...trying, legs: [rings] })).toEqual([]);
  });

  it('so is one that is there when the leg before it is confirmed as gone', () => {
    const history = rung();
    expect(history.emitted({ at: 13, ...waiting })).toEqual([]);
    expect(history.poll({ at: 14, ...trying, legs: [next] })).toMatchObject([
      {
        type: 'call-offer-ended',
        data: { offer: { outcome: 'not-answered' }, observed: { latest: new Date(at(13)).toISOString() } },
      },
    ]);
    expect(history.emitted({ at: 14.2, ...trying, legs: [rings] })).toEqual(['call-offered 107']);
  });

  it('is the same offer, where another device of the extension rings on', () => {
    const history = rung();
    const device = leg({ callId: 'ring-1b', startedAt: at(3), signal: 'unclear' });
    history.poll({ at: 4, ...trying, legs: [first, device] });
    history.poll({ at: 5, ...trying, legs: [first, { ...device, signal: 'ringing' }] });
    for (const seconds of [6, 6.2])
      expect(history.emitted({ at: seconds, ...trying, legs: [{ ...device, signal: 'ringing' }] })).toEqual(
        [],
      );
  });
});
