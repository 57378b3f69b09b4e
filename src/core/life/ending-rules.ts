import type { Call, Certainty, Leg, QueueEntry } from '../model/call.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';
import { type CycleFacts, sawMonitor } from '../parts/cycle-facts.js';
import { belongsToEntry } from '../parts/part.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';
import { honestTime, seenIn, timedAt, type Timed } from '../parts/honest-time.js';
import { onOurClock } from '../parts/pbx-clock.js';
import { isAfter, isSeenLater, lastOf, whenGone, type Window } from '../parts/window.js';
import { CALL_OUTCOMES, ENTRY_WORDS, type EntryState, entryState, outcomeFacts } from './outcome-rules.js';
import type { Ending } from './view.js';

/** A call at the end of a cycle. */
export interface Remains {
  /** The call without the legs that are gone. */
  readonly call: Call;
  /** The legs that went in this cycle. */
  readonly gone: readonly Leg[];
  /** The row with which the caller has come back as another call, before a poll showed the end of this one. */
  readonly returnRow: ObservedQueueEntry | null;
  /** A consultation held the call open, and its caller had gone. */
  readonly isLeft: boolean;
}

/** Says how and when a call ended, and how certain that is; null while the call goes on. */
export function endingOf(remains: Remains, cycle: CycleFacts): Ending | null {
  const { call, returnRow, isLeft } = remains;
  const outcome = CALL_OUTCOMES.decide(outcomeFacts(call, { cameBack: returnRow !== null, isLeft }, cycle));
  if (outcome === null) return null;
  const end = CALL_ENDS.decide(endFacts(remains, cycle));
  const { time, observed } = timeOf(end, windowOf(end.within, remains, cycle), remains, cycle);
  return { outcome, endedAt: time, observed, isStale: end.within === 'quiet' };
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
  readonly left: boolean;
  readonly doubted: boolean;
}

/** `within` names the window of the end, `at` the best estimate in it. */
export interface End {
  readonly at: 'seen' | 'pbx' | 'return' | 'answer' | 'quiet';
  readonly within: 'parts' | 'entry' | 'poll' | 'connected' | 'quiet' | 'talk';
  readonly certainty: Certainty;
}

const AT_WORDS: Readonly<Record<End['at'], string>> = {
  seen: 'the first poll that shows it',
  pbx: 'the queue’s time',
  return: 'the return of the caller',
  answer: 'the answer',
  quiet: 'since when the agent has had no leg',
};

const WITHIN_WORDS: Readonly<Record<End['within'], string>> = {
  parts: 'the last part went',
  entry: 'the entry went',
  poll: 'the caller came back',
  connected: 'the connected participant went',
  quiet: 'the agent’s leg went or, where there was none, since the row changed',
  talk: 'the agent’s leg went, if the row was there after that; else the last part',
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
    left: {
      heading: 'left',
      meaning:
        'a consultation held the call open, and its caller had gone when the connected participant did',
      values: YES_NO,
    },
    doubted: {
      heading: 'doubted',
      meaning:
        'a leg talked, and the row of the queue entry never said Answered; the last leg was there before the row went',
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
      when: { cameBack: false, entry: 'listed', left: false },
      then: { at: 'quiet', within: 'quiet', certainty: 'inferred' },
      why: 'the row is stale: nothing says when its caller went',
    },
    {
      when: { left: true },
      then: { at: 'seen', within: 'connected', certainty: 'inferred' },
      why: 'the extension that was consulted talks to the one that consulted it, or to no one',
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
      then: { at: 'seen', within: 'talk', certainty: 'inferred' },
      why: 'its row may be one that the answers lack',
    },
    {
      when: { answered: true, doubted: true },
      then: { at: 'seen', within: 'parts', certainty: 'inferred' },
      why: 'the caller may have hung up as the agent answered',
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
    {
      when: { cameBack: false, entry: 'listed', lastLegs: 'listed', left: false },
      why: 'such an entry has been quiet for long',
    },
    {
      when: { cameBack: false, entry: 'listed', lastLegs: 'unlisted', left: false },
      why: 'such an entry has been quiet for long',
    },
    { when: { left: true, answered: false }, why: 'a caller is transferred after an answer' },
    { when: { left: true, cameBack: true }, why: 'the call has no row of the queue any more' },
    { when: { doubted: true, answered: false }, why: 'there was no conversation' },
    { when: { doubted: true, entry: 'none' }, why: 'there is no row' },
    { when: { doubted: true, lastLegs: 'unlisted' }, why: 'that is doubt enough' },
    { when: { doubted: true, doubtful: true }, why: 'that is doubt enough' },
    { when: { doubted: true, entry: 'abandoned', lastLegs: 'none' }, why: 'that is doubt enough' },
    { when: { entry: 'none', timeGiven: true }, why: 'the time is on the entry’s row' },
    { when: { entry: 'none', monitorSeen: true }, why: 'no entry went' },
    { when: { entry: 'listed', monitorSeen: true }, why: 'no entry went' },
    { when: { entry: 'none', doubtful: true }, why: 'no entry is missing' },
    { when: { entry: 'listed', doubtful: true }, why: 'no entry is missing' },
    { when: { entry: 'abandoned', doubtful: true }, why: 'the row was there' },
  ],
});

function endFacts({ call, gone, returnRow, isLeft }: Remains, cycle: CycleFacts): EndFacts {
  const { entry, answeredAt } = call;
  const time = abandonedTime(call, returnRow);
  const lastLegs =
    gone.length === 0 ? 'none' : gone.some((leg) => isUnlisted(leg, call)) ? 'unlisted' : 'listed';
  const state = entryState(call);
  const isDoubtful = entry?.absence?.kind === 'vanished' && entry.absence.unlisted;
  const isUncertain = isDoubtful || lastLegs === 'unlisted' || (state === 'abandoned' && lastLegs === 'none');
  const isOfLast = (extension: string) => gone.some(({ seen }) => seen.extension === extension);
  const hasRungBefore = call.participants.some(({ extension }) => !isOfLast(extension));
  const isElsewhere =
    entry !== null && entry.absence !== null && gone.some((leg) => isAfterEntry(leg, entry, hasRungBefore));
  return {
    cameBack: returnRow !== null,
    answered: answeredAt !== null,
    answeredSince: returnRow !== null && answeredAt !== null && leftAt(call, returnRow, cycle) < answeredAt,
    entry: state,
    timeGiven: time !== null,
    monitorSeen: entry !== null && entry.absence !== null && sawMonitor(cycle, whenGone(entry.absence)),
    lastLegs,
    doubtful: isDoubtful,
    left: isLeft,
    doubted: answeredAt !== null && entry !== null && !entry.answered && !isUncertain && !isElsewhere,
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

/**
 * Whether no poll showed the leg before the row had gone: the queue did not ring it. But a row that is deleted, with no status to
 * say why, goes with the leg of an agent; where none had rung before, that is the leg which the same poll shows first. Nor is it certain
 * of a leg that began no later than in the second in which the caller left: the PBX may have moved its time as the agent answered.
 */
function isAfterEntry({ firstSeen, seen }: Leg, entry: QueueEntry, hasRungBefore: boolean): boolean {
  const absence = entry.absence!;
  const [leg, gone] = [{ after: null, by: firstSeen }, whenGone(absence)];
  if (absence.kind === 'vanished') return hasRungBefore ? !isSeenLater(gone, leg) : isSeenLater(leg, gone);
  const { abandonedAt } = entry.seen;
  const isNoLater =
    seen.startedAt !== null && belongsToEntry(abandonedAt, entry.seen) && seen.startedAt <= abandonedAt!;
  return isNoLater ? isSeenLater(leg, gone) : !isSeenLater(gone, leg);
}

/** When the caller left the queue, as the PBX gives it. A row keeps this time when the caller comes back. */
function abandonedTime({ entry }: Call, returnRow: ObservedQueueEntry | null): Instant | null {
  if (entry === null) return null;
  const { seen } = entry;
  const isOfEntry = (time: Instant | null) => belongsToEntry(time, seen);
  if (returnRow === null) return isOfEntry(seen.abandonedAt) ? seen.abandonedAt : null;
  const times = [returnRow.abandonedAt, seen.abandonedAt];
  // A caller who waits, or talks, has not left again: then even a time in the second of the return is of this entry.
  const isOfReturn = (time: Instant | null) =>
    returnRow.status === 'abandoned' && belongsToEntry(time, returnRow);
  return times.find((time) => isOfEntry(time) && !isOfReturn(time)) ?? null;
}

function leftAt(call: Call, returnRow: ObservedQueueEntry, cycle: CycleFacts): Instant {
  const { absence } = call.entry!;
  const seen =
    absence?.kind === 'abandoned' ? whenGone(absence).by : returnedAt(returnRow, cycle.queue!.by, cycle);
  const time = abandonedTime(call, returnRow);
  return time === null ? seen : onOurClock(time, cycle.skewMs);
}

function windowOf(
  within: End['within'],
  { call, gone }: Pick<Remains, 'call' | 'gone'>,
  cycle: CycleFacts,
): Window {
  const { entry, consultation } = call;
  switch (within) {
    case 'entry':
      return whenGone(entry!.absence!);
    case 'poll':
      return cycle.queue!;
    case 'connected':
      return consultation!.went;
    case 'quiet':
      return entry!.quiet ?? { after: entry!.changedAt, by: cycle.now };
    case 'talk': {
      const quiet = gone.length > 0 ? null : (entry?.quiet ?? null);
      return quiet ?? windowOf('parts', { call, gone }, cycle);
    }
    case 'parts': {
      const absences = [
        ...gone.map((leg) => leg.absence!),
        ...(entry === null || entry.absence === null ? [] : [entry.absence]),
      ];
      // Of a consultation whose last leg has moved on to the caller, no part went.
      return absences.length === 0 ? (cycle.monitor ?? cycle.queue!) : lastOf(absences.map(whenGone));
    }
  }
}

/** When the caller came back, on the bridge's clock: as the row says, and no later than a poll showed it. */
function returnedAt({ rejoinedAt }: ObservedQueueEntry, seenAt: Instant, { skewMs }: CycleFacts): Instant {
  return rejoinedAt === null ? seenAt : Math.min(onOurClock(rejoinedAt, skewMs), seenAt);
}

function timeOf(
  { at, certainty }: End,
  window: Window,
  { call, returnRow }: Remains,
  cycle: CycleFacts,
): Timed {
  const notBefore = call.answeredAt ?? call.startedAt;
  switch (at) {
    case 'seen':
      return seenIn(window, certainty, notBefore);
    case 'pbx': {
      const { time, observed } = honestTime(abandonedTime(call, returnRow), window, cycle.skewMs, notBefore);
      return { time, observed: certainty === 'inferred' ? { ...observed, certainty } : observed };
    }
    case 'return':
      return timedAt(returnedAt(returnRow!, window.by, cycle), window, certainty, notBefore);
    case 'answer':
      return timedAt(call.answeredAt!, window, certainty, notBefore);
    case 'quiet':
      return timedAt(call.entry!.quiet?.by ?? window.by, window, certainty, notBefore);
  }
}
