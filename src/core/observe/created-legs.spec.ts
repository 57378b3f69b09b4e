import { describe, expect, it } from '@jest/globals';
import { History, leg, summaryOf } from '../../../test/support/history.js';
import { at, cycleAt, monitorAnswer, window } from '../../../test/support/parts.js';
import { type CreatedLeg, EMPTY_STATE } from '../model/call.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { observeCreated } from './created-legs.js';

const seen = leg({ signal: 'unclear' });
const waits: CreatedLeg = { seen, since: window(5), polls: 1 };

function observed(
  known: readonly CreatedLeg[],
  rows: readonly (typeof seen)[],
  given: Partial<CycleFacts> = {},
) {
  const created = new Map(known.map((one) => [one.seen.key, one]));
  const { begun, created: awaited } = observeCreated(
    rows,
    { ...EMPTY_STATE, created },
    monitorAnswer(rows),
    cycleAt(6, given),
  );
  return { begun, awaited: awaited === null ? null : [...awaited.values()] };
}

describe('a leg that the PBX has created', () => {
  it('waits for its first ring, and keeps the window in which it appeared', () => {
    expect(observed([], [seen])).toEqual({ begun: [], awaited: [{ seen, since: window(6), polls: 1 }] });
  });

  it('begins a call without ringing when ABSENCE_POLLS complete answers have shown it', () => {
    expect(observed([waits], [seen])).toEqual({
      begun: [{ seen, since: window(5), polls: 2 }],
      awaited: [],
    });
  });

  it('is not counted by a partial answer', () => {
    const partial = { monitorComplete: false };
    expect(observed([], [seen], partial).awaited).toMatchObject([{ polls: 0 }]);
    expect(observed([waits], [seen], partial)).toMatchObject({ begun: [], awaited: [{ polls: 1 }] });
  });

  it('begins a call if it goes before that, but not for a partial answer without it', () => {
    expect(observed([waits], [])).toEqual({ begun: [waits], awaited: [] });
    expect(observed([waits], [], { monitorComplete: false })).toEqual({ begun: [], awaited: [waits] });
  });

  it('is no more awaited once a call has it', () => {
    const rows = [leg()];
    const result = observeCreated(
      [],
      { ...EMPTY_STATE, created: new Map([[seen.key, waits]]) },
      monitorAnswer(rows),
      cycleAt(6),
    );
    expect(result).toEqual({ begun: [], created: new Map() });
  });

  it('is left as it is without a monitor answer, and where there is none nothing is written', () => {
    const state = { ...EMPTY_STATE, created: new Map([[seen.key, waits]]) };
    const nothing = { begun: [], created: null };
    expect(observeCreated([], state, undefined, cycleAt(6, { monitor: null }))).toEqual(nothing);
    const failed = {
      endpoint: 'monitor',
      outcome: 'failed',
      reason: '503',
      startedAt: at(5),
      at: at(6),
    } as const;
    expect(observeCreated([], state, failed, cycleAt(6))).toEqual(nothing);
    expect(observeCreated([], EMPTY_STATE, monitorAnswer([]), cycleAt(6))).toEqual(nothing);
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
