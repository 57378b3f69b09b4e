import type { ObservedView } from '@pitel-event-bridge/client';
import type { EndedCall, EndedOffer, Segment, Visit } from './ended-call.js';
import { type Bar, type Mark, spanOf, type Timeline } from './timeline.js';

/**
 * The life of an ended call from its record in the history, for when the log no longer has its events. A ring is a mark and no bar:
 * when it began is not kept.
 */
export function storyTimeline(call: EndedCall): Timeline {
  const from = Date.parse(call.startedAt);
  const end = Date.parse(call.endedAt ?? call.observed.latest);
  const { visits, segments, offers } = call.story;
  const marks = [
    ...visits.flatMap(visitMarks),
    ...segments.map(segmentMark),
    ...offers.map(offerMark),
    endMark(call, end),
  ].sort((a, b) => a.at - b.at);
  const bars = [...callBars(call, from, end), ...segments.map((segment) => segmentBar(segment, end))];
  return { ...spanOf(marks, from, end), isOver: true, isPartial: false, bars, marks };
}

function callBars({ answeredAt, story }: EndedCall, from: number, end: number): Bar[] {
  const call = { extension: null, agentName: null };
  const answered = answeredAt === null ? null : Math.max(from, Date.parse(answeredAt));
  const state = story.visits.length > 0 ? 'queued' : 'ringing';
  const before: Bar = { ...call, state, from, to: answered ?? end };
  return answered === null ? [before] : [before, { ...call, state: 'answered', from: answered, to: end }];
}

function segmentBar({ extension, agentName, from, to }: Segment, end: number): Bar {
  return {
    extension,
    agentName,
    state: 'answered',
    from: Date.parse(from.at),
    to: to === null ? end : Date.parse(to.at),
  };
}

function visitMarks({ queue, joined, left, how }: Visit, nth: number): Mark[] {
  const about = { extension: null, queue: queue.name };
  const join: Mark = {
    key: `joined ${nth}`,
    type: 'queue-joined',
    ...about,
    outcome: null,
    ...known(joined.at, joined.observed),
  };
  // The answer and the hang-up have marks of their own.
  if (left === null || how !== 'flowed-out') return [join];
  return [
    join,
    { key: `left ${nth}`, type: 'queue-left', ...about, outcome: how, ...known(left.at, left.observed) },
  ];
}

function segmentMark({ extension, from }: Segment, nth: number): Mark {
  return {
    key: `talks ${nth}`,
    type: nth === 0 ? 'call-answered' : 'call-transferred',
    extension,
    queue: null,
    outcome: null,
    ...known(from.at, from.observed),
  };
}

function offerMark({ extension, outcome, at }: EndedOffer, nth: number): Mark {
  const instant = Date.parse(at);
  return {
    key: `rang ${nth}`,
    type: 'call-offer-ended',
    extension,
    queue: null,
    outcome,
    at: instant,
    earliest: instant,
    latest: instant,
    certainty: null,
  };
}

function endMark({ endedAt, outcome, observed }: EndedCall, end: number): Mark {
  return {
    key: 'ended',
    type: outcome === 'abandoned' ? 'call-abandoned' : 'call-ended',
    extension: null,
    queue: null,
    outcome,
    ...known(endedAt ?? new Date(end).toISOString(), observed),
  };
}

function known(at: string, { earliest, latest, certainty }: ObservedView) {
  return {
    at: Date.parse(at),
    earliest: earliest === null ? null : Date.parse(earliest),
    latest: Date.parse(latest),
    certainty,
  };
}
