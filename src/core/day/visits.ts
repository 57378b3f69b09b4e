import type { Call, QueueEntry } from '../model/call.js';
import type { DeskPoll } from '../desk-poll.js';
import { answerOf, type ObservedQueueEntry } from '../model/observation.js';
import { honestTime } from '../parts/honest-time.js';
import { lastWithoutNews } from '../parts/incomplete.js';
import { beganAfterQueue } from '../parts/overflow.js';
import { belongsToEntry, entryBegan } from '../parts/part.js';
import { type Window, whenGone, windowBetween } from '../parts/window.js';
import type { CallNews } from './call-news.js';
import { knownTime, notBefore, onClockOf, refined, seenAt } from './known-time.js';
import { VISIT_ENDS, type VisitFacts } from './visit-rules.js';
import type { KnownTime, QueueVisit, TalkSegment } from './story.js';

/**
 * Follows a caller's visits in queues: every queue entry that the call has had begins one, and `visit-rules.ts` says how it ended.
 *
 * @param call as the poll left it, also if it has ended
 * @param segments with those that this poll has begun
 * @param skewOf how far the PBX's clock is ahead; null if unknown
 * @returns the same array if nothing has changed
 */
export function followVisits(
  visits: readonly QueueVisit[],
  { call, segments, news }: { call: Call; segments: readonly TalkSegment[]; news: CallNews },
  poll: DeskPoll,
  skewOf: () => number | null,
): readonly QueueVisit[] {
  if (visits.length === 0 && call.entry === null && call.pastEntries.length === 0) return visits;
  const about = { call, segments, news, poll, skewMs: skewOf() };
  const all = [...visits, ...begunVisits(visits, about)];
  const isAnswered = all.some(({ how }) => how === 'answered');
  const followed = all.map((visit) =>
    visit.left === null ? ended(visit, isAnswered, about) : corrected(visit, all, about),
  );
  const isSame = followed.length === visits.length && followed.every((visit, nth) => visit === visits[nth]);
  return isSame ? visits : followed;
}

interface About {
  readonly call: Call;
  readonly segments: readonly TalkSegment[];
  readonly news: CallNews;
  readonly poll: DeskPoll;
  readonly skewMs: number | null;
}

/** The visits of entries that are not known yet. One that is over already is of an entry whose row still lingers. */
function begunVisits(visits: readonly QueueVisit[], about: About): readonly QueueVisit[] {
  const { call, poll } = about;
  const isKnown = (key: string) => visits.some((visit) => visit.key === key);
  const past = call.pastEntries.flatMap(({ entryKey }) =>
    isKnown(entryKey) ? [] : (rowOf(entryKey, poll) ?? []),
  );
  const { entry } = call;
  const current = entry === null || isKnown(entry.seen.entryKey) ? [] : [entry.seen];
  return [...past, ...current].map((row) => ({
    queue: { id: row.queueId, name: row.queueName },
    key: row.entryKey,
    joined: knownTime(honestTime(entryBegan(row), queueWindow(poll), about.skewMs)),
    left: null,
    how: null,
  }));
}

function rowOf(entryKey: string, { observations }: DeskPoll): ObservedQueueEntry | undefined {
  for (const row of answerOf(observations.queue)?.rows.values() ?? [])
    if (row.entryKey === entryKey) return row;
  return undefined;
}

/** The window of what the queue's answer of this poll is the first to show; without one, up to this poll. */
function queueWindow({ observations, before, at }: DeskPoll): Window {
  const answer = answerOf(observations.queue);
  return answer === null
    ? { after: null, by: at }
    : windowBetween(lastWithoutNews(before.queue, answer), answer.at);
}

/** The visit with its end, if it has ended. */
function ended(visit: QueueVisit, isAnswered: boolean, about: About): QueueVisit {
  const facts = factsOf(visit, isAnswered, about);
  const how = VISIT_ENDS.decide(facts);
  if (how === null) return visit;
  return endedAt(visit, how, endOf(visit, how, facts, about), about.skewMs);
}

function endedAt(
  visit: QueueVisit,
  how: QueueVisit['how'],
  end: KnownTime,
  skewMs: number | null,
): QueueVisit {
  const left = notBefore(end, visit.joined.at);
  return { ...visit, joined: onClockOf(visit.joined, left, skewMs), left, how };
}

function factsOf(visit: QueueVisit, isAnswered: boolean, about: About): VisitFacts {
  const { call, news, poll } = about;
  const entry = currentEntry(visit, call);
  const row = entry?.seen ?? rowOf(visit.key, poll);
  const said = entry === null ? row?.status === 'answered' : entry.answered;
  const isOver = news.ended !== null;
  return {
    said,
    answered: !said && answeredDuring(visit, isAnswered, about) !== null,
    overflowed: entry !== null && isOverflowed(entry, call),
    left: entry === null,
    over: !isOver ? 'no' : news.ended.outcome === 'abandoned' ? 'abandoned' : 'otherwise',
    row: entry?.absence?.kind ?? 'listed',
  };
}

/** The entry of the visit, if it is the call's current one. */
function currentEntry({ key }: QueueVisit, { entry }: Call): QueueEntry | null {
  return entry !== null && entry.seen.entryKey === key ? entry : null;
}

/** Whether the row, which never said Answered, is Abandoned, and a leg that began then or later talks. */
function isOverflowed(entry: QueueEntry, { legs }: Call): boolean {
  const { seen, answered, absence } = entry;
  if (answered || absence?.kind !== 'abandoned' || !belongsToEntry(seen.abandonedAt, seen)) return false;
  return legs.some(
    (leg) => leg.state === 'answered' && leg.seen.startedAt !== null && beganAfterQueue(leg, entry),
  );
}

/** When the call was answered, or transferred to an agent, during the visit; null if it was not. */
function answeredDuring(visit: QueueVisit, isAnswered: boolean, about: About): KnownTime | null {
  const { call, news } = about;
  if (news.answered !== null) return news.answered;
  // The queue may show an entry after the monitor has shown its answer.
  if (!isAnswered && call.answeredAt !== null && call.answeredAt >= visit.joined.at)
    return answerOfCall(visit, about);
  return news.transfers.at(-1)?.time ?? null;
}

function answerOfCall({ joined }: QueueVisit, { call, segments }: About): KnownTime {
  const [at, certainty] = [call.answeredAt!, call.answeredCertainty!];
  const first = segments.find(({ from }) => from.at === at);
  return first?.from ?? { at, earliest: joined.earliest, latest: at, certainty };
}

function endOf(
  visit: QueueVisit,
  how: NonNullable<QueueVisit['how']>,
  { over }: VisitFacts,
  about: About,
): KnownTime {
  const { call, news, poll, skewMs } = about;
  const entry = currentEntry(visit, call);
  const row = entry?.seen ?? rowOf(visit.key, poll);
  const window = queueWindow(poll);
  switch (how) {
    case 'answered':
      return answerTime(visit, row, about) ?? seenAt(window, 'inferred');
    case 'abandoned':
      if (over === 'abandoned') return news.ended!.time;
      return leftTime(entry?.seen, whenGone(entry!.absence!), skewMs);
    case 'flowed-out':
      return leftTime(row, (entry?.absence ?? null) === null ? window : whenGone(entry!.absence!), skewMs);
    case 'unknown':
      return { ...news.ended!.time, certainty: 'inferred' };
  }
}

function answerTime(visit: QueueVisit, row: ObservedQueueEntry | undefined, about: About): KnownTime | null {
  const { call, news, poll, skewMs } = about;
  const isOfCall = call.answeredAt !== null && call.answeredAt >= visit.joined.at && call.transfers === 0;
  if (news.answered !== null) return news.answered;
  if (row !== undefined && belongsToEntry(row.bridgedAt, row))
    return knownTime(honestTime(row.bridgedAt, queueWindow(poll), skewMs, visit.joined.at));
  if (isOfCall) return answerOfCall(visit, about);
  return news.transfers.at(-1)?.time ?? null;
}

/** When the queue let the caller go, as its row says or, without a time, as the polls show. */
function leftTime(row: ObservedQueueEntry | undefined, window: Window, skewMs: number | null): KnownTime {
  const time = row !== undefined && belongsToEntry(row.abandonedAt, row) ? row.abandonedAt : null;
  return knownTime(honestTime(time, window, skewMs));
}

/** A visit that has ended, with what is known better now: it was no answer, or the PBX says when it was. */
function corrected(visit: QueueVisit, visits: readonly QueueVisit[], about: About): QueueVisit {
  const { call, skewMs } = about;
  if (visit.how !== 'answered') return visit;
  const entry = currentEntry(visit, call);
  if (entry !== null && isOverflowed(entry, call))
    return endedAt(visit, 'flowed-out', leftTime(entry.seen, whenGone(entry.absence!), skewMs), skewMs);
  if (visit !== visits.find(({ how }) => how === 'answered')) return visit;
  const left = refined(visit.left!, call);
  return left === visit.left || left.at < visit.joined.at ? visit : { ...visit, left };
}
