import type { Incomplete } from '../model/call.js';
import type { Instant, MonitorAnswer, QueueAnswer } from '../model/observation.js';
import { RuleTable, YES_NO } from './rule-table.js';

/**
 * What it means that an answer does not show a known part. A partial answer may lack a row, so as a rule it means
 * nothing. But no state may wait for ever: an upstream that spoils one row of each answer would otherwise keep every
 * call alive.
 */

export interface LackFacts {
  readonly mayHide: boolean;
  readonly kind: 'leg' | 'entry';
  readonly idle: boolean;
  readonly partial: 'shortly' | 'long';
  readonly missing: 'shortly' | 'long' | 'very long';
}

/** `doubtful`: the part counts as absent, and how it ended is inferred. */
export type Lack = 'nothing' | 'absent' | 'doubtful';

export const PART_LACKS = new RuleTable<LackFacts, Lack>({
  title: 'What it means that an answer lacks a known part',
  facts: {
    mayHide: {
      heading: 'may hide it',
      meaning:
        'the answer is partial: it lacks rows, or has a row that cannot be read and that was not there, with the same bytes, in an answer before the first one with this part',
      values: YES_NO,
    },
    kind: { heading: 'part', meaning: 'what the part is', values: { leg: 'leg', entry: 'queue entry' } },
    idle: {
      heading: 'idle',
      meaning: 'the answer lists the leg’s extension without a call',
      values: YES_NO,
    },
    partial: {
      heading: 'partial',
      meaning: 'for how long there have been partial answers, without a complete one and without an outage',
      values: { shortly: 'less than 60 s', long: '60 s' },
    },
    missing: {
      heading: 'missing',
      meaning: 'for how long they have not shown the part',
      values: { shortly: 'less than 60 s', long: '60 s', 'very long': '15 min' },
    },
  },
  outcome: {
    'the part is': (lack) =>
      ({ nothing: 'as before', absent: 'absent', doubtful: 'absent; its end is `inferred`' })[lack],
  },
  rows: [
    { when: { mayHide: false }, then: 'absent', why: 'no other row can be this part' },
    {
      when: { kind: 'leg', idle: true, partial: 'long' },
      then: 'doubtful',
      why: 'the extension is listed without a call, and no complete answer can be expected soon',
    },
    {
      when: { kind: 'entry', missing: 'long' },
      then: 'doubtful',
      why: 'no complete answer can be expected soon',
    },
    { when: { missing: 'very long' }, then: 'doubtful', why: 'nothing waits for ever' },
    { when: {}, then: 'nothing', why: 'a partial answer may lack the row' },
  ],
  impossible: [
    { when: { kind: 'entry', idle: true }, why: 'a queue entry has no extension' },
    { when: { partial: 'shortly', missing: 'long' }, why: 'only those answers count' },
    { when: { partial: 'shortly', missing: 'very long' }, why: 'only those answers count' },
  ],
});

/** A part that an answer does not show. */
export interface LackingPart {
  readonly key: string;
  /** A leg's extension; null: a queue entry. */
  readonly extension: string | null;
}

/** @param run the observations since the last complete one, with this answer; null if it is complete */
export function lackOf(
  { key, extension }: LackingPart,
  answer: MonitorAnswer | QueueAnswer,
  run: Incomplete | null,
): Lack {
  if (answer.outcome === 'complete' || run === null) return 'absent';
  return PART_LACKS.decide({
    mayHide: mayHide(key, answer, run),
    kind: extension === null ? 'entry' : 'leg',
    idle: extension !== null && 'idleExtensions' in answer && answer.idleExtensions.has(extension),
    partial: lasts(run.partialSince, answer.at) >= LONG_MS ? 'long' : 'shortly',
    missing: missingFor(key, answer.at, run),
  });
}

/** Whether a row that cannot be read, or that did not come, may be this part. */
function mayHide(key: string, answer: MonitorAnswer | QueueAnswer, run: Incomplete): boolean {
  if (answer.unreadable === undefined) return true;
  const first = run.appeared.get(key);
  if (first === undefined) return run.unreadable.size > 0;
  for (const since of run.unreadable.values()) if (since >= first) return true;
  return false;
}

function missingFor(key: string, at: Instant, { missing, partialSince }: Incomplete): LackFacts['missing'] {
  const ms = Math.min(lasts(missing.get(key)?.since ?? null, at), lasts(partialSince, at));
  if (ms >= VERY_LONG_MS) return 'very long';
  return ms >= LONG_MS ? 'long' : 'shortly';
}

function lasts(since: Instant | null, at: Instant): number {
  return since === null ? 0 : at - since;
}

const LONG_MS = 60_000;
/** For a leg that nothing shows to be over. Longer than nearly all calls, and short enough that somebody notices. */
const VERY_LONG_MS = 900_000;
