import type { Absence, Leg, Policy, QueueEntry } from '../model/call.js';
import type { LegSignal, QueueStatus } from '../model/observation.js';
import { isMonitorUnavailable, type CycleFacts, sawMonitor } from './cycle-facts.js';
import { RuleTable, YES_NO } from './rule-table.js';
import { whenGone, type Window } from './window.js';

/**
 * What an answer shows of a known part, and what follows if the part is missing. A part is gone when it has been absent
 * from ABSENCE_POLLS answers in a row (`isGone`); a poll that shows it again clears the absence.
 */

export interface KnownLegFacts {
  readonly row: LegSignal | 'missing';
  readonly complete: boolean;
}

export type KnownLeg = 'as before' | 'absent' | 'there' | 'answered';

const COMPLETE = {
  heading: 'complete',
  meaning:
    'the answer is complete, or what it lacks counts all the same (“What it means that an answer lacks a known part”)',
  values: YES_NO,
} as const;

/** The table never takes a leg back from answered to ringing. */
export const KNOWN_LEG = new RuleTable<KnownLegFacts, KnownLeg>({
  title: 'What a monitor answer shows of a known leg',
  facts: {
    row: {
      heading: 'row',
      meaning: 'what the answer shows',
      values: { ringing: 'ringing', answered: 'answered', unclear: 'unclear', missing: 'missing' },
    },
    complete: COMPLETE,
  },
  outcome: {
    'the leg is': (leg) =>
      ({
        'as before': 'as before',
        absent: 'absent in one more answer, state unchanged',
        there: 'there, state unchanged',
        answered: 'there, answered',
      })[leg],
  },
  rows: [
    {
      when: { row: 'missing', complete: false },
      then: 'as before',
      why: 'a partial answer may lack the row',
    },
    { when: { row: 'missing' }, then: 'absent', why: 'how a leg ends depends on whether it was answered' },
    { when: { row: 'answered' }, then: 'answered', why: 'the row says so' },
    {
      when: {},
      then: 'there',
      why: 'the row of an answered leg may say HELD, or an unknown word',
    },
  ],
  impossible: [],
});

export interface KnownEntryFacts {
  readonly row: QueueStatus | 'missing';
  readonly complete: boolean;
  readonly unchanged: boolean;
  readonly bridged: boolean;
  readonly before: 'listed' | 'vanished' | 'abandoned';
  readonly gone: boolean;
}

/** Null if the answer changes nothing about the entry. */
export type KnownEntry = {
  readonly absence: 'vanished' | 'abandoned' | null;
  readonly isAnswered: boolean;
} | null;

/** The table never takes an entry back from answered to unanswered. */
export const KNOWN_ENTRY = new RuleTable<KnownEntryFacts, KnownEntry>({
  title: 'What a queue answer shows of a known queue entry',
  facts: {
    row: {
      heading: 'row',
      meaning: 'what the answer shows',
      values: {
        waiting: 'Waiting',
        trying: 'Trying',
        answered: 'Answered',
        abandoned: 'Abandoned',
        unknown: 'another status',
        missing: 'missing',
      },
    },
    complete: COMPLETE,
    unchanged: { heading: 'unchanged', meaning: 'the row is the same as before', values: YES_NO },
    bridged: {
      heading: 'bridged',
      meaning: 'the row says when the caller was bridged to an agent, since joining or rejoining',
      values: YES_NO,
    },
    before: {
      heading: 'before',
      meaning: 'what the earlier answers showed of the entry',
      values: { listed: 'listed', vanished: 'missing', abandoned: 'Abandoned' },
    },
    gone: { heading: 'gone', meaning: 'its absence is confirmed', values: YES_NO },
  },
  outcome: {
    'the entry is': (entry) =>
      entry === null
        ? 'as before'
        : { vanished: 'absent: vanished', abandoned: 'absent: Abandoned', listed: 'listed' }[
            entry.absence ?? 'listed'
          ],
    state: (entry) => (entry?.isAnswered === true ? 'answered' : 'as before'),
  },
  rows: [
    {
      when: { row: 'missing', complete: false },
      then: null,
      why: 'a partial answer may lack the row',
    },
    {
      when: { row: 'missing', complete: true, gone: true },
      then: null,
      why: 'its absence is confirmed already',
    },
    {
      when: { row: 'missing', before: 'abandoned' },
      then: { absence: 'abandoned', isAnswered: false },
      why: 'the row was Abandoned before, and the queue deletes such a row later',
    },
    {
      when: { row: 'missing' },
      then: { absence: 'vanished', isAnswered: false },
      why: 'the queue deletes the row when the call ends, and when it sends the caller elsewhere',
    },
    {
      when: { row: 'abandoned', unchanged: true, gone: true },
      then: null,
      why: 'the row of a caller who has left remains for a while',
    },
    {
      when: { row: 'abandoned', bridged: true },
      then: { absence: 'abandoned', isAnswered: true },
      why: 'a restart of the call-centre module makes every row Abandoned',
    },
    {
      when: { row: 'abandoned' },
      then: { absence: 'abandoned', isAnswered: false },
      why: 'the row remains, but its status shows that the caller has left',
    },
    { when: { row: 'answered' }, then: { absence: null, isAnswered: true }, why: 'the row says so' },
    { when: {}, then: { absence: null, isAnswered: false }, why: 'the entry is there' },
  ],
  impossible: [
    { when: { row: 'missing', unchanged: true }, why: 'there is no row' },
    { when: { row: 'missing', bridged: true }, why: 'there is no row' },
    { when: { before: 'listed', unchanged: true }, why: 'an unchanged row of a listed entry is skipped' },
    { when: { before: 'listed', gone: true }, why: 'an entry that is listed is not gone' },
    { when: { row: 'abandoned', unchanged: true, before: 'vanished' }, why: 'the entry was Abandoned then' },
  ],
});

export interface EntryAbsenceFacts {
  readonly monitorSeen: boolean;
  readonly monitorUnavailable: boolean;
}

/**
 * A caller whose entry is Abandoned or has vanished may go on at an extension outside the queue, and only the monitor
 * shows that.
 */
export const ENTRY_ABSENCE = new RuleTable<EntryAbsenceFacts, 'counts' | 'waits'>({
  title: 'Whether an answer confirms that a queue entry is gone',
  facts: {
    monitorSeen: {
      heading: 'monitor seen',
      meaning: 'a complete monitor answer was requested after the entry went',
      values: YES_NO,
    },
    monitorUnavailable: {
      heading: 'monitor unavailable',
      meaning: 'the monitor is down, or the entry went 10 s ago or more',
      values: YES_NO,
    },
  },
  outcome: {
    'the answer that would confirm it': (outcome) =>
      outcome === 'counts' ? 'confirms it' : 'does not count yet',
  },
  rows: [
    {
      when: { monitorSeen: false, monitorUnavailable: false },
      then: 'waits',
      why: 'the caller may have gone on at an extension',
    },
    { when: {}, then: 'counts', why: 'the monitor has answered since, or will not answer soon' },
  ],
  impossible: [],
});

export interface UnlistedFacts {
  readonly unregistered: boolean;
  readonly listsIdle: boolean;
  readonly listedSince: boolean;
}

export const LEG_UNLISTED = new RuleTable<UnlistedFacts, boolean>({
  title: 'Whether a missing leg is unlisted',
  facts: {
    unregistered: {
      heading: 'unregistered',
      meaning: 'the extension is known not to be registered',
      values: YES_NO,
    },
    listsIdle: {
      heading: 'lists idle',
      meaning: 'the tenant’s monitor lists extensions without a call',
      values: YES_NO,
    },
    listedSince: {
      heading: 'listed',
      meaning: 'it has listed the extension since the leg went missing',
      values: YES_NO,
    },
  },
  outcome: { 'the leg is': (isUnlisted) => (isUnlisted ? '`unlisted`' : '`listed`') },
  rows: [
    { when: { unregistered: true }, then: true, why: 'the PBX says so' },
    {
      when: { unregistered: false, listsIdle: true, listedSince: false },
      then: true,
      why: 'the monitor lists the extensions that are registered',
    },
    { when: {}, then: false, why: 'the extension is listed, or nothing is known of it' },
  ],
  impossible: [
    {
      when: { listsIdle: false, listedSince: true },
      why: 'such a monitor lists no extension without a call',
    },
  ],
});

/** Counts one more answer without the part. */
function absentAgain(
  before: Absence | null,
  poll: Window,
  { absencePolls }: Policy,
): Omit<Absence, 'unlisted'> {
  const { after, by } = before === null ? poll : whenGone(before);
  return {
    polls: Math.min((before?.polls ?? 0) + 1, absencePolls),
    lastPresent: after,
    firstAbsent: by,
  };
}

export function absentLeg(
  { seen, state, joined, firstSeen, since, waited, absence }: Leg,
  poll: Window,
  unlisted: boolean,
  policy: Policy,
): Leg {
  const { polls, lastPresent, firstAbsent } = absentAgain(absence, poll, policy);
  const missing = { polls, lastPresent, firstAbsent, unlisted };
  return { seen, state, joined, firstSeen, since, waited, absence: missing };
}

/** In which window the entry went; `unlisted`: its end is inferred. */
export interface AbsencePoll {
  readonly window: Window;
  readonly unlisted: boolean;
}

export function entryAbsence(
  before: Absence | null,
  kind: 'vanished' | 'abandoned',
  poll: AbsencePoll,
  cycle: CycleFacts,
): NonNullable<QueueEntry['absence']> {
  const { policy } = cycle;
  const absence = absentAgain(before, poll.window, policy);
  const window = whenGone(absence);
  const facts = {
    monitorSeen: sawMonitor(cycle, window),
    monitorUnavailable: isMonitorUnavailable(cycle, window),
  };
  const most = ENTRY_ABSENCE.decide(facts) === 'counts' ? policy.absencePolls : policy.absencePolls - 1;
  return { ...absence, polls: Math.min(absence.polls, most), kind, unlisted: poll.unlisted };
}
