import type { Call, Certainty, Leg } from '../model/call.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';
import { type CycleFacts, sawMonitor } from '../parts/cycle-facts.js';
import { belongsToEntry } from '../parts/part.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';
import { isAfter, lastOf, observedIn, whenGone, type Window } from '../parts/window.js';
import { CALL_OUTCOMES, ENTRY_WORDS, type EntryState, entryState, outcomeFacts } from './outcome-rules.js';
import type { Ending } from './view.js';

/**
 * Says how and when a call ended, and how certain that is; null while the call goes on.
 *
 * @param call the call without the legs that are gone
 * @param gone the legs that went in this cycle
 * @param returnRow the row with which the caller has come back as another call, before a poll showed the end of this one
 */
export function endingOf(
  call: Call,
  gone: readonly Leg[],
  returnRow: ObservedQueueEntry | null,
  cycle: CycleFacts,
): Ending | null {
  const outcome = CALL_OUTCOMES.decide(outcomeFacts(call, returnRow, cycle));
  if (outcome === null) return null;
  const { at, within, certainty } = CALL_ENDS.decide(endFacts(call, gone, returnRow, cycle));
  const window = windowOf(within, call, gone, cycle);
  const endedAt = instantOf(at, window, call, returnRow);
  return { outcome, endedAt, observed: observedIn(window, certainty) };
}

export interface EndFacts {
  readonly cameBack: boolean;
  readonly answered: boolean;
  readonly answeredSince: boolean;
  readonly entry: EntryState;
  readonly timeGiven: boolean;
  readonly monitorSeen: boolean;
  readonly lastLegs: 'none' | 'listed' | 'unlisted';
  readonly doubtful: boolean;
}

/** `within` names the window of the end, `at` the best estimate in it. */
export interface End {
  readonly at: 'seen' | 'pbx' | 'return' | 'answer';
  readonly within: 'parts' | 'entry' | 'poll';
  readonly certainty: Certainty;
}

const AT_WORDS: Readonly<Record<End['at'], string>> = {
  seen: 'the first poll that shows it',
  pbx: 'the queue’s time',
  return: 'the return of the caller',
  answer: 'the answer',
};

const WITHIN_WORDS: Readonly<Record<End['within'], string>> = {
  parts: 'the last part went',
  entry: 'the entry went',
  poll: 'the caller came back',
};

export const CALL_ENDS = new RuleTable<EndFacts, End>({
  title: 'When a call ended, and how certain that is',
  facts: {
    cameBack: {
      heading: 'came back',
      meaning:
        'the caller is back on the same row of the queue, as another call, before a poll showed the end of this one',
      values: YES_NO,
    },
    answered: { heading: 'answered', meaning: 'the call was answered', values: YES_NO },
    answeredSince: {
      heading: 'answered later',
      meaning: 'the answer is later than the time at which the caller left this call',
      values: YES_NO,
    },
    entry: {
      heading: 'queue entry',
      meaning: 'what the last queue answer showed of it',
      values: ENTRY_WORDS,
    },
    timeGiven: { heading: 'time given', meaning: 'the queue says when the caller left', values: YES_NO },
    monitorSeen: {
      heading: 'monitor seen',
      meaning: 'a complete monitor answer was requested after the entry went',
      values: YES_NO,
    },
    lastLegs: {
      heading: 'last legs',
      meaning:
        'the legs that went in this poll. `unlisted`: the extension of one is not listed or not registered any more, and the queue did not delete the entry with that leg',
      values: {
        none: 'none',
        listed: '`listed`',
        unlisted: '`unlisted`',
      },
    },
    doubtful: {
      heading: 'doubtful',
      meaning: 'only partial answers show that the entry is missing, for a long time',
      values: YES_NO,
    },
  },
  outcome: {
    time: ({ at }) => AT_WORDS[at],
    'the window is when': ({ within }) => WITHIN_WORDS[within],
    certainty: ({ certainty }) => `\`${certainty}\``,
  },
  rows: [
    {
      when: { cameBack: true, answeredSince: true, entry: 'abandoned' },
      then: { at: 'answer', within: 'entry', certainty: 'inferred' },
      why: 'legs of the next call were taken for legs of this one',
    },
    {
      when: { cameBack: true, answeredSince: true },
      then: { at: 'answer', within: 'poll', certainty: 'inferred' },
      why: 'legs of the next call were taken for legs of this one',
    },
    {
      when: { cameBack: true, entry: 'abandoned', timeGiven: true },
      then: { at: 'pbx', within: 'entry', certainty: 'upstream' },
      why: 'the row keeps the time at which the caller left before',
    },
    {
      when: { cameBack: true, entry: 'abandoned' },
      then: { at: 'seen', within: 'entry', certainty: 'observed' },
      why: 'a poll had shown that the caller left',
    },
    {
      when: { cameBack: true, timeGiven: true },
      then: { at: 'pbx', within: 'poll', certainty: 'upstream' },
      why: 'the row keeps the time at which the caller left before',
    },
    {
      when: { cameBack: true },
      then: { at: 'return', within: 'poll', certainty: 'inferred' },
      why: 'the caller left before that, but no poll shows when',
    },
    {
      when: { answered: true, lastLegs: 'unlisted' },
      then: { at: 'seen', within: 'parts', certainty: 'inferred' },
      why: 'the leg may have vanished with its registration, and the conversation may go on',
    },
    {
      when: { answered: true, entry: 'abandoned', lastLegs: 'none' },
      then: { at: 'seen', within: 'parts', certainty: 'inferred' },
      why: 'a restart of the call-centre module makes every row Abandoned',
    },
    {
      when: { answered: true, doubtful: true },
      then: { at: 'seen', within: 'parts', certainty: 'inferred' },
      why: 'its row may be one that the answers lack',
    },
    {
      when: { answered: true },
      then: { at: 'seen', within: 'parts', certainty: 'observed' },
      why: 'one poll showed the call and a later one its end',
    },
    {
      when: { entry: 'abandoned', monitorSeen: false, timeGiven: true },
      then: { at: 'pbx', within: 'entry', certainty: 'inferred' },
      why: 'the caller may have gone on at an extension while the monitor was unavailable',
    },
    {
      when: { entry: 'abandoned', monitorSeen: false },
      then: { at: 'seen', within: 'entry', certainty: 'inferred' },
      why: 'the caller may have gone on at an extension while the monitor was unavailable',
    },
    {
      when: { entry: 'abandoned', timeGiven: true },
      then: { at: 'pbx', within: 'entry', certainty: 'upstream' },
      why: 'the row says when',
    },
    {
      when: { entry: 'abandoned' },
      then: { at: 'seen', within: 'entry', certainty: 'observed' },
      why: 'the row does not say when',
    },
    {
      when: { doubtful: true },
      then: { at: 'seen', within: 'parts', certainty: 'inferred' },
      why: 'its row may be one that the answers lack',
    },
    {
      when: { entry: 'vanished' },
      then: { at: 'seen', within: 'parts', certainty: 'observed' },
      why: 'one poll showed the entry and a later one its end, but not its outcome',
    },
    {
      when: {},
      then: { at: 'seen', within: 'parts', certainty: 'inferred' },
      why: 'no poll shows whether a ringing leg that is gone was answered in between',
    },
  ],
  impossible: [
    { when: { answered: false, answeredSince: true }, why: 'there is no answer' },
    {
      when: { cameBack: false, answeredSince: true },
      why: 'only a caller who came back can have left before the answer',
    },
    { when: { cameBack: true, entry: 'none' }, why: 'a caller comes back to the row of the queue entry' },
    { when: { cameBack: false, entry: 'listed' }, why: 'the entry is a part that is left' },
    { when: { cameBack: false, entry: 'none', lastLegs: 'none' }, why: 'the last part of the call went' },
    { when: { entry: 'none', timeGiven: true }, why: 'the time is on the entry’s row' },
    { when: { entry: 'none', monitorSeen: true }, why: 'no entry went' },
    { when: { entry: 'listed', monitorSeen: true }, why: 'no entry went' },
    { when: { entry: 'none', doubtful: true }, why: 'no entry is missing' },
    { when: { entry: 'listed', doubtful: true }, why: 'no entry is missing' },
    { when: { entry: 'abandoned', doubtful: true }, why: 'the row was there' },
  ],
});

function endFacts(
  call: Call,
  gone: readonly Leg[],
  returnRow: ObservedQueueEntry | null,
  cycle: CycleFacts,
): EndFacts {
  const { entry, answeredAt } = call;
  const time = abandonedTime(call, returnRow);
  return {
    cameBack: returnRow !== null,
    answered: answeredAt !== null,
    answeredSince: returnRow !== null && answeredAt !== null && leftAt(call, returnRow, cycle) < answeredAt,
    entry: entryState(call),
    timeGiven: time !== null,
    monitorSeen: entry !== null && entry.absence !== null && sawMonitor(cycle, whenGone(entry.absence)),
    lastLegs: gone.length === 0 ? 'none' : gone.some((leg) => isUnlisted(leg, call)) ? 'unlisted' : 'listed',
    doubtful: entry?.absence?.kind === 'vanished' && entry.absence.unlisted,
  };
}

/**
 * Whether a leg may have vanished with the registration of its extension while the conversation goes on: the extension is
 * not listed any more, or not registered, and the queue has not deleted its row with the leg, as it does when the leg
 * ends.
 */
function isUnlisted({ absence }: Leg, { entry }: Call): boolean {
  if (!absence!.unlisted) return false;
  // A row that had gone earlier, at a transfer, shows nothing about a leg that was there after that.
  return entry?.absence?.kind !== 'vanished' || isAfter(whenGone(absence!), whenGone(entry.absence));
}

/** When the caller left the queue, as the PBX gives it. A row keeps this time when the caller comes back. */
function abandonedTime({ entry }: Call, returnRow: ObservedQueueEntry | null): Instant | null {
  if (entry === null) return null;
  const { seen } = entry;
  const isOfEntry = (time: Instant | null) => belongsToEntry(time, seen);
  if (returnRow === null) return isOfEntry(seen.abandonedAt) ? seen.abandonedAt : null;
  const times = [returnRow.abandonedAt, seen.abandonedAt];
  return times.find((time) => isOfEntry(time) && !belongsToEntry(time, returnRow)) ?? null;
}

function leftAt(call: Call, returnRow: ObservedQueueEntry, cycle: CycleFacts): Instant {
  const { absence } = call.entry!;
  const seen =
    absence?.kind === 'abandoned' ? whenGone(absence).by : (returnRow.rejoinedAt ?? cycle.queue!.by);
  return abandonedTime(call, returnRow) ?? seen;
}

function windowOf(
  within: End['within'],
  { entry }: Call,
  gone: readonly Leg[],
  { queue }: CycleFacts,
): Window {
  switch (within) {
    case 'entry':
      return whenGone(entry!.absence!);
    case 'poll':
      return queue!;
    case 'parts': {
      const absences = gone.map((leg) => leg.absence!);
      return lastOf((entry === null ? absences : [...absences, entry.absence!]).map(whenGone));
    }
  }
}

function instantOf(at: End['at'], { by }: Window, call: Call, returnRow: ObservedQueueEntry | null): Instant {
  switch (at) {
    case 'seen':
      return by;
    case 'pbx':
      return abandonedTime(call, returnRow)!;
    case 'return':
      return returnRow!.rejoinedAt ?? by;
    case 'answer':
      return call.answeredAt!;
  }
}
