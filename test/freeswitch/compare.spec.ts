import { describe, expect, it } from '@jest/globals';
import type { CallEvent, CallView } from '../../src/core/model/event.js';
import { compare } from './compare.js';
import { eventsOf, linesOf } from './recorded.js';
import { Truth, type TruthEvent } from './truth.js';
import { type Scenario, trueCallsOf } from './truth-calls.js';

const truth = new Truth(linesOf('run/truth').map((line) => JSON.parse(line) as TruthEvent));
const scenarios = linesOf('run/scenarios').map((line) => JSON.parse(line) as Scenario);
const scenario = scenarios.find(({ name }) => name === 'ringgroup_answered')!;
const happened = trueCallsOf(scenario, truth);
const all = (await eventsOf('run/every-second')).filter(({ type }) => type.startsWith('call-'));
const events = all as readonly CallEvent[];

const wrong = (changed: readonly CallEvent[]) => compare(scenario, happened, changed, 1_000).wrong;
const changing = (type: CallEvent['type'], change: (data: CallView) => Partial<CallView>) =>
  events.map((event) =>
    event.type === type ? { ...event, data: { ...event.data, ...change(event.data) } } : event,
  );
const without = (type: CallEvent['type']) => events.filter((event) => event.type !== type);
/** A second and a half later. */
const later = ({ observed }: CallView) => {
  const shifted = (text: string | null) =>
    text === null ? null : new Date(Date.parse(text) + 1_500).toISOString();
  return {
    observed: { ...observed, earliest: shifted(observed.earliest), latest: shifted(observed.latest)! },
  };
};

describe('the comparison with what a switch says happened', () => {
  it('finds nothing wrong in what was announced of a ring group', () => {
    expect(happened).toHaveLength(1);
    expect(wrong(events)).toEqual([]);
  });

  it.each<[string, readonly CallEvent[]]>([
    ['a call that is missing', []],
    ['a call too many', [...events, ...events.map((event) => ({ ...event, subject: `${event.subject}~2` }))]],
    ['an outcome', changing('call-ended', () => ({ outcome: 'abandoned' }))],
    ['an end that is missing', without('call-ended')],
    ['an answer outside of its window', changing('call-answered', later)],
    ['an end outside of its window', changing('call-ended', later)],
    ['an offer outside of its window', changing('call-offered', later)],
    ['an offer that is missing', without('call-offered')],
    [
      "an offer's outcome",
      changing('call-offer-ended', ({ offer }) => ({ offer: { ...offer!, outcome: 'caller-left' } })),
    ],
    [
      'a transfer that did not happen',
      events.flatMap((event) =>
        event.type === 'call-answered' ? [event, { ...event, type: 'call-transferred' as const }] : [event],
      ),
    ],
  ])('notices %s', (_, changed) => {
    expect(wrong(changed)).not.toEqual([]);
  });
});
