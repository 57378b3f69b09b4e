import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart } from '../../../test/support/history.js';
import {
  entryPart,
  absentSince,
  at,
  callOf,
  completeAt,
  cycleAt,
  indexOf,
  monitorAnswer,
  participant,
  window,
} from '../../../test/support/parts.js';
import { type Call, EMPTY_STATE, type EndedCall, type Leg, type TenantState } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { lastLegsOf } from '../parts/last-leg.js';
import { endedCallOf } from '../index/ended-call.js';
import { noChanges } from './changes.js';
import { listedLegs } from './listed-legs.js';
import { observeLegs } from './observe-legs.js';

interface Given {
  readonly calls?: readonly Call[];
  readonly ended?: readonly EndedCall[];
  readonly cycle?: Partial<CycleFacts>;
  readonly state?: Partial<TenantState>;
}

function observed(rows: readonly ObservedLeg[], { calls = [], ended, cycle, state }: Given = {}) {
  const changes = noChanges();
  const before = { ...EMPTY_STATE, sources: completeAt(5), ...state };
  const index = indexOf(calls, ended);
  const legs = listedLegs(monitorAnswer(rows, [], 6), index);
  observeLegs(legs, before, index, cycleAt(6, cycle), changes);
  return { legs: changes.legs.get('call-1') ?? [], isNew: changes.newLegs.map(({ key }) => key) };
}

const known = (given: Partial<Leg> = {}) => [
  callOf({ upstreamIds: ['leg-1'], legs: [legPart({ ...given })] }),
];
/** From the request to its answer, and how far the monitor may be behind its switch. */
const LAG = 40 + 300;
const NONE = { legs: [], isNew: [] };

describe('a known leg', () => {
  it('is unchanged while its row is', () => {
    expect(observed([leg()], { calls: known() })).toEqual(NONE);
  });

  it('is answered once a row says so, since the poll that shows it first, and never rings again', () => {
    const talks = leg({ signal: 'answered' });
    const [first] = observed([talks], { calls: known() }).legs;
    expect(first).toMatchObject({ state: 'answered', since: window(6), firstSeen: at(0) });
    const [again] = observed([leg()], { calls: known({ seen: talks, state: 'answered' }) }).legs;
    expect(again).toMatchObject({ state: 'answered', since: { after: null, by: at(0) } });
  });

  it('has waited for its customer once a row says so', () => {
    const wait = leg({ ringWait: true });
    expect(observed([wait], { calls: known() }).legs).toMatchObject([{ waited: true }]);
    const after = observed([leg({ signal: 'answered' })], { calls: known({ seen: wait, waited: true }) });
    expect(after.legs).toMatchObject([{ waited: true }]);
  });

  it('is back when a row shows it again, and keeps how it joined', () => {
    const calls = known({ absence: absentSince(5), joined: 'inferred' });
    expect(observed([leg()], { calls }).legs).toMatchObject([{ absence: null, joined: 'inferred' }]);
  });

  it('that rang is absent from a partial answer too, if its extension talks in the call', () => {
    const talks = leg({ callId: 'shared', signal: 'answered' });
    const legs = [legPart(), legPart({ seen: talks, state: 'answered' })];
    const given = {
      calls: [callOf({ upstreamIds: ['leg-1', 'shared'], legs })],
      cycle: { monitorComplete: false },
    };
    expect(observed([talks], given).legs).toMatchObject([
      { seen: { callId: 'leg-1' }, absence: { polls: 1 } },
    ]);
    expect(observed([], given)).toEqual(NONE);
    const elsewhere = [legPart(), legPart({ seen: { ...talks, extension: '108' }, state: 'answered' })];
    const other = { ...talks, extension: '108' };
    expect(
      observed([other], { ...given, calls: [callOf({ upstreamIds: ['shared'], legs: elsewhere })] }),
    ).toEqual(NONE);
  });

  it('is absent only from a complete answer', () => {
    expect(observed([], { calls: known() }).legs).toMatchObject([
      { absence: { polls: 1, lastPresent: at(5) - LAG, firstAbsent: at(6), unlisted: false } },
    ]);
    expect(observed([], { calls: known(), cycle: { monitorComplete: false } })).toEqual(NONE);
  });
});

describe('the extension of an absent leg is unlisted', () => {
  const unlisted = (given: Given) => observed([], { calls: known(), ...given }).legs[0]!.absence!.unlisted;
  const registration = (registered: boolean, extension = '107') =>
    new Map([
      [
        extension,
        {
          extension,
          extensionId: 'uuid-107',
          registered,
          since: at(0),
          checked: { startedAt: at(1), at: at(1) },
        },
      ],
    ]);

  it('if the answer does not list it, where idle ones are', () => {
    const listsIdle = { listsIdle: true };
    expect(unlisted({ state: listsIdle })).toBe(true);
    expect(unlisted({ state: listsIdle, cycle: { isListed: (ext) => ext === '107' } })).toBe(false);
    expect(unlisted({})).toBe(false);
  });

  it('not if it was listed in a poll since it went', () => {
    const calls = known({ absence: absentSince(5, 1, false) });
    expect(unlisted({ calls, state: { listsIdle: true } })).toBe(false);
    const before = known({ absence: absentSince(5, 1, true) });
    expect(unlisted({ calls: before, state: { listsIdle: true } })).toBe(true);
  });

  it('if it is known not to be registered, by number or uuid', () => {
    expect(unlisted({ state: { registrations: registration(false) } })).toBe(true);
    expect(unlisted({ state: { registrations: registration(true) } })).toBe(false);
    expect(unlisted({ state: { registrations: registration(false, 'uuid-107') } })).toBe(true);
  });
});

describe('a new leg', () => {
  const named = leg({ startedAt: at(1) });
  const again = leg({ startedAt: at(1), callId: 'phantom', signal: 'answered' });
  const isNew = (row: ObservedLeg, given: Given = {}) => observed([row], given).isNew.length > 0;

  it('is one in any state', () => {
    for (const signal of ['ringing', 'answered', 'unclear'] as const)
      expect(isNew(leg({ signal }))).toBe(true);
  });

  it('without a state is one of a call whose id it shows', () => {
    const row = leg({ ext: '108', signal: 'unclear', direction: 'local', callId: 'leg-1' });
    expect(observed([leg(), row], { calls: known() }).isNew).toEqual(['108|leg-1']);
  });

  it('is none that lingers from a call that has ended', () => {
    const ended: EndedCall = {
      callId: 'ended',
      upstreamIds: ['leg-1'],
      entries: [],
      rows: [],
      endedAt: at(5),
      lingering: ['107|leg-1'],
    };
    expect(isNew(leg(), { ended: [ended] })).toBe(false);
    expect(isNew(leg({ ext: '108' }), { ended: [ended] })).toBe(true);
  });

  it('is none that shows under another id what lingers from a call that has ended, however much later', () => {
    const ended = [endedCallOf(callOf({ legs: [legPart({ seen: named })] }), at(5))];
    expect(isNew(again, { ended, cycle: { now: at(60) } })).toBe(false);
    expect(isNew({ ...again, startedAt: at(2) }, { ended })).toBe(true);
    expect(isNew({ ...again, extension: '108' }, { ended })).toBe(true);
  });

  it('is none that shows a leg under another id in the poll that misses it', () => {
    const calls = known({ seen: named, state: 'answered' });
    expect(isNew(again, { calls })).toBe(false);
    expect(isNew({ ...again, startedAt: at(2) }, { calls })).toBe(true);
    expect(isNew({ ...again, startedAt: null }, { calls: known() })).toBe(true);
    expect(isNew({ ...again, signal: 'ringing' }, { calls })).toBe(true);
    expect(observed([named, again], { calls }).isNew).toEqual([again.key]);
  });

  it('is none that shows a leg under another id up to 2 s after it went, of a live or an ended call', () => {
    const lastLegs = lastLegsOf([legPart({ seen: named, absence: absentSince(4, 2) })]);
    const live = [callOf({ lastLegs })];
    const ended: EndedCall[] = [
      { callId: 'ended', upstreamIds: [], entries: [], rows: [], endedAt: at(4), lastLegs },
    ];
    for (const given of [{ calls: live }, { ended }]) {
      expect(isNew(again, { ...given, cycle: { now: at(6) } })).toBe(false);
      expect(isNew(again, { ...given, cycle: { now: at(6) + 1 } })).toBe(true);
    }
  });

  it('is one that an ended call has just lost, and that is there again under the only id that it had', () => {
    const lastLegs = lastLegsOf([legPart({ seen: named, absence: absentSince(5, 2) })]);
    const ended = (...upstreamIds: string[]): EndedCall[] => [
      { callId: 'ended', upstreamIds, entries: [], rows: [], endedAt: at(5), lastLegs },
    ];
    const back = { ...named, signal: 'answered' as const };
    expect(isNew(back, { ended: ended('leg-1') })).toBe(true);
    expect(isNew(back, { ended: ended('leg-1', 'shared') })).toBe(false);
    expect(isNew(again, { ended: ended('leg-1') })).toBe(false);
  });

  it('is one that shows a leg’s name and the id of a call', () => {
    const other = callOf({ callId: 'call-2', upstreamIds: ['phantom'] });
    expect(isNew(again, { calls: [...known({ seen: named }), other] })).toBe(true);
  });

  it('is none that shows a connected leg under the id with which it rang for another call, as was thought', () => {
    const participants = [participant('107')];
    const rang = callOf({ callId: 'call-2', upstreamIds: ['phantom'], participants });
    const talked = known({ seen: named, state: 'answered' });
    expect(isNew(again, { calls: [...talked, rang] })).toBe(false);
    // It is the customer's id, to whom a consulted leg is connected.
    expect(isNew(again, { calls: [...talked, { ...rang, participants: [] }] })).toBe(true);
    const ofCaller = { ...rang, entry: entryPart({ seen: entry({ callId: 'phantom' }) }) };
    expect(isNew(again, { calls: [...talked, ofCaller] })).toBe(true);
  });

  it('is none that shows a connected leg again under the id with which it rang', () => {
    const talks = { ...leg({ startedAt: at(1), signal: 'answered', callId: 'own' }) };
    const connected = legPart({ seen: leg({ startedAt: at(1), callId: 'shared' }), state: 'answered' });
    const call = (given: Partial<Call> = {}) => [
      callOf({ upstreamIds: ['own', 'shared'], legs: [connected], ...given }),
    ];
    expect(isNew(talks, { calls: call() })).toBe(false);
    expect(isNew({ ...talks, signal: 'ringing' }, { calls: call() })).toBe(true);
    expect(isNew({ ...talks, startedAt: at(2) }, { calls: call() })).toBe(true);
    const ofCaller = entryPart({ seen: entry({ callId: 'own' }) });
    expect(isNew(talks, { calls: call({ entry: ofCaller }) })).toBe(true);
    // It is the caller's id when the leg is connected.
    expect(isNew(talks, { calls: call({ legs: [{ ...connected, state: 'ringing' }] }) })).toBe(true);
    // Nor is it the leg that rang, coming back.
    const rang = legPart({ seen: { ...talks, signal: 'ringing' }, absence: absentSince(5) });
    const changed = observed([talks], { calls: call({ legs: [rang, connected] }) }).legs;
    expect(Object.fromEntries(changed.map(({ seen, absence }) => [seen.callId, absence?.polls]))).toEqual({
      own: 2,
      shared: 1,
    });
    const lastLegs = lastLegsOf([{ ...connected, absence: absentSince(4, 2) }]);
    expect(isNew(talks, { calls: call({ legs: [], lastLegs }), cycle: { now: at(6) } })).toBe(false);
    expect(isNew(talks, { calls: call({ legs: [], lastLegs }), cycle: { now: at(6) + 1 } })).toBe(true);
  });
});
