import type { EndedCallRecord } from '../../core/day/ended-call-record.js';
import type { EndedOffer, KnownTime, QueueVisit, TalkSegment } from '../../core/day/story.js';
import type { OfferOutcome, Queue } from '../../core/model/call.js';
import { type CallView, observedView, type ObservedView, rfc3339 } from '../../core/model/event.js';

/** A call that has ended, as HTTP shows it: `data` of its `call-ended`, and what it has been through. */
export interface EndedCallView extends CallView {
  readonly story: StoryView;
}

interface StoryView {
  /** Oldest first. */
  readonly visits: readonly VisitView[];
  readonly segments: readonly SegmentView[];
  readonly offers: readonly EndedOfferView[];
}

/** When something happened, and how certain that is. */
interface KnownTimeView {
  readonly at: string;
  readonly observed: ObservedView;
}

/** A visit in a queue. */
interface VisitView {
  readonly queue: Queue;
  readonly joined: KnownTimeView;
  /** Null: not known. */
  readonly left: KnownTimeView | null;
  readonly how: NonNullable<QueueVisit['how']>;
}

/** An agent's part of the conversation, hold included. */
interface SegmentView {
  readonly extension: string;
  readonly agentName: string | null;
  /** The extension placed the call; else it came to it. */
  readonly placed: boolean;
  readonly from: KnownTimeView;
  /** Null: not known. */
  readonly to: KnownTimeView | null;
}

/** A ring at an extension, and how it ended. */
interface EndedOfferView {
  readonly extension: string;
  readonly agentName: string | null;
  readonly outcome: OfferOutcome;
  readonly at: string;
}

/** @param call the record's view, as it reads for the token that it is shown to */
export function endedCallView(call: CallView, { story }: EndedCallRecord): EndedCallView {
  return {
    ...call,
    story: {
      visits: story.visits.map(visitView),
      segments: story.segments.map(segmentView),
      offers: story.offers.map(offerView),
    },
  };
}

function visitView({ queue, joined, left, how }: QueueVisit): VisitView {
  // Of a call that has ended every visit has ended too; one of which nothing else is known is an unknown one.
  return { queue, joined: timeView(joined), left: left && timeView(left), how: how ?? 'unknown' };
}

function segmentView({ extension, agentName, placed, from, to }: TalkSegment): SegmentView {
  return { extension, agentName, placed, from: timeView(from), to: to && timeView(to) };
}

function offerView({ extension, agentName, outcome, at }: EndedOffer): EndedOfferView {
  return { extension, agentName, outcome, at: rfc3339(at) };
}

function timeView(time: KnownTime): KnownTimeView {
  return { at: rfc3339(time.at), observed: observedView(time) };
}
