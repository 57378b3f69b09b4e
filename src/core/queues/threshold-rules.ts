import { RuleTable, YES_NO } from '../parts/rule-table.js';

/** Decides when a queue's threshold is crossed and cleared. */

export interface ThresholdFacts {
  readonly watched: boolean;
  readonly crossed: 'no' | 'yes' | 'another limit';
  readonly holds: 'yes' | 'perhaps' | 'no';
  readonly calm: 'none' | 'short' | 'long';
}

/** How long a threshold that was crossed must not hold before it is cleared, so that the next caller does not cross it again. */
export const CALM_MS = 5_000;

/** `calm`: it has just ceased to hold; `resume`: it holds again before it was cleared. */
export type ThresholdStep = 'none' | 'cross' | 'calm' | 'resume' | 'clear';

export const THRESHOLD_STEPS = new RuleTable<ThresholdFacts, ThresholdStep>({
  title: 'When a threshold is crossed and cleared',
  facts: {
    watched: {
      heading: 'watched',
      meaning: 'both endpoints are up, and the latest answer of the queue is complete',
      values: YES_NO,
    },
    crossed: {
      heading: 'crossed',
      meaning:
        'the last event of this rule and queue. `another limit`: the rule has changed since, or is gone',
      values: { no: 'no', yes: 'yes', 'another limit': 'another limit' },
    },
    holds: {
      heading: 'holds',
      meaning:
        'the rule, by the callers who wait. `yes`: certainly. `perhaps`: only with callers whose rows have just vanished, or by less than the second that the PBX cuts off',
      values: { yes: 'yes', perhaps: 'perhaps', no: 'no' },
    },
    calm: {
      heading: 'calm',
      meaning: 'how long it has not held. `long`: 5 s',
      values: { none: 'not at all', short: 'short', long: 'long' },
    },
  },
  outcome: {
    emitted: (step) =>
      step === 'cross' ? '`queue-threshold-crossed`' : step === 'clear' ? '`queue-threshold-cleared`' : '–',
    calm: (step) => (step === 'calm' ? 'begins' : step === 'resume' ? 'ends' : ''),
  },
  rows: [
    {
      when: { watched: false },
      then: 'none',
      why: 'what happens in the queue is not known',
    },
    {
      when: { crossed: 'another limit' },
      then: 'clear',
      why: 'nothing else would ever end it; a new limit that holds is crossed in the same poll',
    },
    { when: { crossed: 'no', holds: 'yes' }, then: 'cross', why: 'it holds' },
    { when: { crossed: 'no' }, then: 'none', why: 'a crossing is certain or none' },
    {
      when: { holds: 'no', calm: 'none' },
      then: 'calm',
      why: 'the next caller may join in a moment',
    },
    { when: { holds: 'no', calm: 'long' }, then: 'clear', why: 'it has lasted' },
    { when: { holds: 'no' }, then: 'none', why: 'it has not lasted yet' },
    { when: { calm: 'none' }, then: 'none', why: 'it goes on' },
    { when: {}, then: 'resume', why: 'it holds again: it has been crossed all along' },
  ],
  impossible: [
    { when: { crossed: 'no', calm: 'short' }, why: 'only what is crossed can cease to hold' },
    { when: { crossed: 'no', calm: 'long' }, why: 'only what is crossed can cease to hold' },
  ],
});
