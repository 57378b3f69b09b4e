import { describe, expect, it } from '@jest/globals';
import { History, leg, summaryOf } from '../../../test/support/history.js';
import { at, cycleAt, monitorAnswer, window } from '../../../test/support/parts.js';
import { type CreatedLeg, EMPTY_STATE, type Incomplete } from '../model/call.js';
import { awaitedLegs, awaitsPoll, ripeLegs } from './created-legs.js';

const seen = leg({ signal: 'unclear' });
const waits: CreatedLeg = { seen, since: window(5), polls: 1 };
/** Of such a leg nothing is known. */
const other: CreatedLeg = { ...waits, seen: { ...seen, direction: 'local' } };

const stateWith = (...known: readonly CreatedLeg[]) => ({
  ...EMPTY_STATE,
  created: new Map(known.map((one) => [one.seen.key, one])),
});
const cycle = cycleAt(6);
const partial = cycleAt(6, { monitorComplete: false });
/** A partial answer whose unreadable row had been there before the leg. */
const run: Incomplete = {
  since: at(1),
  polls: 3,
  answered: true,
  partialSince: at(1),
  last: { startedAt: at(6) - 40, at: at(6), whole: true },
  lastWhole: at(6) - 40,
  unreadable: new Map([['row', at(1)]]),
  appeared: new Map([[seen.key, at(5)]]),
  missing: new Map(),
};
const whole = cycleAt(6, {
  monitorComplete: false,
  incomplete: { monitor: run, queue: null },
  lackOf: () => 'absent',
});
const failed = {
  endpoint: 'monitor',
  outcome: 'failed',
  reason: '503',
  startedAt: at(5),
  at: at(6),
} as const;

describe('a leg that the PBX has created begins a call without ringing', () => {
  const ripe = (known: CreatedLeg, rows: readonly (typeof seen)[], facts = cycle) => [
    ...ripeLegs(stateWith(known), monitorAnswer(rows), facts).keys(),
  ];

  it('when ABSENCE_POLLS complete answers have shown it', () => {
    expect(ripe(waits, [seen])).toEqual([seen.key]);
    expect(ripe({ ...waits, polls: 0 }, [seen])).toEqual([]);
    expect(ripe(waits, [seen], partial)).toEqual([]);
  });

  it('if it goes before that, but not for a partial answer without it', () => {
    expect(ripe({ ...waits, polls: 0 }, [])).toEqual([seen.key]);
    expect(ripe(waits, [], partial)).toEqual([]);
  });

  it('also where the answer is partial for a row that was there before it, and that it cannot be', () => {
    expect(ripe(waits, [seen], whole)).toEqual([seen.key]);
    expect(ripe(waits, [], whole)).toEqual([seen.key]);
    const since = { ...run, unreadable: new Map([['row', at(6)]]) };
    expect(
      ripe(
        waits,
        [seen],
        cycleAt(6, { monitorComplete: false, incomplete: { monitor: since, queue: null } }),
      ),
    ).toEqual([]);
  });

  it('not if it rings, or is no customer’s', () => {
    expect(ripe(waits, [leg()])).toEqual([]);
    expect(ripe(other, [])).toEqual([]);
    expect(ripe({ ...waits, seen: { ...seen, customer: null, hotline: null } }, [])).toEqual([]);
    expect(ripe({ ...waits, seen: { ...seen, customer: null } }, [])).toEqual([seen.key]);
  });

  it('not without a monitor answer', () => {
    expect(ripeLegs(stateWith(waits), undefined, cycle).size).toBe(0);
    expect(ripeLegs(stateWith(waits), failed, cycle).size).toBe(0);
  });
});

describe('the created legs that are awaited', () => {
  const awaited = (known: readonly CreatedLeg[], rows: readonly (typeof seen)[], facts = cycle) => {
    const after = awaitedLegs(rows, stateWith(...known), monitorAnswer(rows), facts);
    return after === null ? null : [...after.values()];
  };

  it('are counted up to ABSENCE_POLLS, and keep the window in which they appeared', () => {
    expect(awaited([], [seen])).toEqual([{ seen, since: window(6), polls: 1 }]);
    expect(awaited([waits], [seen])).toEqual([{ seen, since: window(5), polls: 2 }]);
    expect(awaited([{ ...waits, polls: 2 }], [seen])).toEqual([{ seen, since: window(5), polls: 2 }]);
  });

  it('are not counted by a partial answer, and not forgotten where it lacks them', () => {
    expect(awaited([], [seen], partial)).toMatchObject([{ polls: 0 }]);
    expect(awaited([waits], [seen], partial)).toMatchObject([{ polls: 1 }]);
    expect(awaited([waits], [], partial)).toEqual([waits]);
    expect(awaited([waits], [seen], whole)).toMatchObject([{ polls: 2 }]);
    expect(awaited([waits], [])).toEqual([]);
  });

  it('are left as they are without a monitor answer, and where there are none nothing is written', () => {
    expect(awaitedLegs([], stateWith(waits), undefined, cycleAt(6, { monitor: null }))).toBeNull();
    expect(awaitedLegs([], stateWith(waits), failed, cycle)).toBeNull();
    expect(awaitedLegs([], EMPTY_STATE, monitorAnswer([]), cycle)).toBeNull();
  });

  it('need a poll soon while it decides about a customer’s leg', () => {
    const needs = (one: CreatedLeg) => awaitsPoll(stateWith(one).created, 2);
    expect([needs(waits), needs({ ...waits, polls: 2 }), needs(other)]).toEqual([true, false, false]);
  });

  it('are announced if they go, and need a poll soon, if they have a state', () => {
    const picks = { ...other, seen: { ...other.seen, signal: 'answered' } } as const;
    expect([...ripeLegs(stateWith(picks), monitorAnswer([]), cycle).keys()]).toEqual([picks.seen.key]);
    expect(awaitsPoll(stateWith(picks).created, 2)).toBe(true);
  });
});

describe('the call of a device that never rings', () => {
  it('starts without an offer, and ends as abandoned, inferred', () => {
    const history = new History();
    history.poll({ at: 0 });
    expect(history.emitted({ legs: [seen] })).toEqual([]);
    expect(history.confirm).toBe(true);
    expect(history.emitted({ legs: [seen] })).toEqual(['call-started']);
    for (let poll = 0; poll < 3; poll++) history.poll();
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(history.transitions.at(-1)!.data).toMatchObject({ observed: { certainty: 'inferred' } });
  });

  it('is one call also if its leg went after a single poll', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ legs: [seen] });
    for (let poll = 0; poll < 3; poll++) history.poll();
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-abandoned',
      'call-ended abandoned',
    ]);
  });

  it('is offered when it rings after all', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ legs: [seen] });
    expect(history.emitted({ legs: [leg()] })).toEqual(['call-started', 'call-offered 107']);
  });
});
