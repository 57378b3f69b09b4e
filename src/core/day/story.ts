import type { OfferOutcome, Queue } from '../model/call.js';
import type { Instant } from '../model/observation.js';

/** What a live call has been through, as far as its end will have to be recorded and counted: the view has only the present. */
export interface CallStory {
  readonly callId: string;
  /** When the call began. */
  readonly started: KnownTime;
  /** Oldest first. */
  readonly visits: readonly QueueVisit[];
  readonly segments: readonly TalkSegment[];
  readonly offers: readonly EndedOffer[];
}

/** When something happened, as exactly as it is known: not before `earliest` and not after `latest`. */
export interface KnownTime {
  readonly at: Instant;
  /** Null: it may have been any time before. */
  readonly earliest: Instant | null;
  readonly latest: Instant;
  readonly certainty: 'upstream' | 'observed' | 'inferred';
}

/** One caller's membership of one queue. */
export interface QueueVisit {
  readonly queue: Queue;
  /** `ObservedQueueEntry.entryKey`, which sets it apart from another visit in the same queue. */
  readonly key: string;
  readonly joined: KnownTime;
  /** Null while the caller waits. */
  readonly left: KnownTime | null;
  readonly how: 'answered' | 'abandoned' | 'flowed-out' | 'unknown' | null;
}

/** An agent's part of the conversation. */
export interface TalkSegment {
  readonly extension: string;
  readonly agentName: string | null;
  /** The extension began the call; false: the call came to it. */
  readonly placed: boolean;
  readonly from: KnownTime;
  /** Null while it lasts. While the leg is missing, when it went: it may come back. */
  readonly to: KnownTime | null;
}

export interface EndedOffer {
  readonly extension: string;
  readonly agentName: string | null;
  readonly outcome: OfferOutcome;
  readonly at: Instant;
}

/** More than any call is offered, but in a queue that rings all its agents all day: the newest are kept, all are counted. */
export const OFFERS_KEPT = 200;
/** The same of visits and of segments: more than what a call remembers of queues (`MAX_PAST_OF_CALL`). */
export const VISITS_KEPT = 200;
