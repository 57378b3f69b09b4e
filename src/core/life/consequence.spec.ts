import { describe, expect, it } from '@jest/globals';
import { entry, History, leg, legPart, summaryOf } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  entryPart,
  participant,
  window,
} from '../../../test/support/parts.js';
import { consequenceOf } from './consequence.js';

const trying = entry({ status: 'trying', agentName: 'agent-107' });
const gone = [legPart({ seen: leg(), absence: absentSince(6, 2) })];
const vanished = { kind: 'vanished', ...absentSince(6, 2) } as const;
/** The queue rang extension 107, and its leg and its row are gone without an answer. */
const rung = entryPart({ seen: trying, rang: 'named', absence: vanished });
const call = callOf({ entry: rung, participants: [participant('107')] });
const by = (given: Partial<typeof call>, legs = gone, cycle = cycleAt(7)) => {
  const found = consequenceOf({ ...call, ...given }, legs, cycle);
  return found === null ? null : (found.connected?.extension ?? 'one of several');
};

describe('a Trying entry that vanishes', () => {
  it('was answered, if a leg of it was seen', () => {
    expect(by({})).toBe('107');
    expect(by({ entry: { ...rung, rang: 'unnamed' } })).toBe('107');
    expect(by({ entry: { ...rung, rang: 'no' } })).toBeNull();
    expect(by({ entry: null })).toBeNull();
  });

  it('was not, if the caller had left, it is not confirmed as gone, was not Trying, or a leg is there', () => {
    expect(by({ entry: { ...rung, absence: { ...vanished, kind: 'abandoned' } } })).toBeNull();
    expect(by({ entry: { ...rung, absence: { ...vanished, polls: 1 } } })).toBeNull();
    for (const status of ['waiting', 'answered', 'unknown'] as const)
      expect(by({ entry: { ...rung, seen: { ...trying, status } } })).toBeNull();
    expect(by({ legs: [legPart()] })).toBeNull();
  });

  it('was answered between the last poll with one of its parts and the first without the last of them', () => {
    const later = { ...rung, absence: { ...vanished, lastPresent: at(6), firstAbsent: at(7) } };
    const windowOf = (legs = gone) => consequenceOf({ ...call, entry: later }, legs, cycleAt(8))!.window;
    expect(windowOf()).toEqual({ after: at(5), by: at(7) });
    expect(windowOf([])).toEqual({ after: at(6), by: at(7) });
    const unknown = legPart({ absence: { ...absentSince(6, 2), lastPresent: null } });
    expect(windowOf([unknown])).toEqual({ after: null, by: at(7) });
  });
});

describe('a ring-all row that begins to name an agent', () => {
  const named = entryPart({ seen: trying, rang: 'unnamed' });

  it('has been answered when its legs go, even if it still is not Answered', () => {
    expect(by({ entry: named })).toBe('107');
    expect(consequenceOf({ ...call, entry: named }, gone, cycleAt(7))!.window).toEqual(window(6));
    expect(consequenceOf({ ...call, entry: named }, [], cycleAt(7))!.window).toEqual(window(7));
  });

  it('was answered when its legs went, also where that was confirmed before the queue was asked again', () => {
    const { lastPresent, firstAbsent } = absentSince(4, 2);
    const stopped = participant('107', { ringingStopped: { lastPresent, firstAbsent } });
    const open = { ...call, entry: named, participants: [stopped] };
    expect(consequenceOf(open, [], cycleAt(7))!.window).toEqual(window(4));
    const ended = { ...open, participants: [{ ...stopped, offerOpen: false }] };
    expect(consequenceOf(ended, [], cycleAt(7))!.window).toEqual(window(7));
  });

  it('has not, if it named one while it rang, names none, or was Abandoned', () => {
    expect(by({ entry: { ...named, rang: 'named' } })).toBeNull();
    expect(by({ entry: { ...named, seen: { ...trying, agentName: 'ring-all' } } })).toBeNull();
    expect(by({ entry: { ...named, absence: { ...vanished, kind: 'abandoned' } } })).toBeNull();
  });
});

describe('the extension that answered', () => {
  const two = [participant('107'), participant('108')];

  it('is the one that the row names, or the only one at which the call was offered', () => {
    expect(by({ participants: two })).toBe('one of several');
    expect(by({ participants: two }, gone, cycleAt(7, { extensionOf: () => '108' }))).toBe('108');
    expect(by({ participants: two }, gone, cycleAt(7, { extensionOf: () => '109' }))).toBe('one of several');
    expect(by({ participants: [participant('107', { offerOpen: false }), participant('108')] })).toBe('108');
    expect(by({ participants: [participant('107', { offerOpen: false })] })).toBe('one of several');
  });

  it('is described as its legs did', () => {
    expect(consequenceOf(call, gone, cycleAt(7))!.connected).toEqual(connectedAt('107'));
  });
});

describe('a call whose answer no poll showed', () => {
  it('is answered, inferred, and its offers end answered and answered elsewhere', () => {
    const history = new History();
    const legs = [leg(), leg({ ext: '108', callId: 'leg-2' })];
    history.poll({ at: 0 });
    history.poll({ entries: [{ ...trying, agentName: 'ring-all' }], legs });
    for (let poll = 0; poll < 3; poll++) history.poll({ entries: [trying], idle: ['107', '108'] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-offered 107',
      'call-offered 108',
      'call-answered',
      'call-offer-ended 107 answered',
      'call-offer-ended 108 answered-elsewhere',
    ]);
    for (const { data } of history.transitions.slice(3))
      expect(data).toMatchObject({ observed: { certainty: 'inferred' } });
    for (let poll = 0; poll < 3; poll++) history.poll({ idle: ['107', '108'] });
    expect(history.transitions.slice(6).map(summaryOf)).toEqual(['call-ended answered']);
  });

  it('of which no leg was ever seen ends as unknown', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ entries: [trying] });
    for (let poll = 0; poll < 3; poll++) history.poll();
    expect(history.transitions.map(summaryOf)).toEqual(['call-started', 'call-ended unknown']);
  });
});
