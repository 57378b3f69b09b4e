import type { CallView, ObservedView, OfferOutcome, Queue } from '@pitel-event-bridge/client';

/** A call that has ended, as `GET /v1/calls/{callId}` and `GET /v1/calls?state=ended` answer: its last view, and its story. */
export interface EndedCall extends CallView {
  readonly story: {
    /** Each oldest first. */
    readonly visits: readonly Visit[];
    readonly segments: readonly Segment[];
    readonly offers: readonly EndedOffer[];
  };
}

interface KnownTime {
  readonly at: string;
  readonly observed: ObservedView;
}

export interface Visit {
  readonly queue: Queue;
  readonly joined: KnownTime;
  /** Null: not known. */
  readonly left: KnownTime | null;
  readonly how: 'answered' | 'abandoned' | 'flowed-out' | 'unknown';
}

export interface Segment {
  readonly extension: string;
  readonly agentName: string | null;
  /** The extension placed the call. */
  readonly placed: boolean;
  readonly from: KnownTime;
  /** Null: not known. */
  readonly to: KnownTime | null;
}

/** A ring that has ended. When it began is not kept. */
export interface EndedOffer {
  readonly extension: string;
  readonly agentName: string | null;
  readonly outcome: OfferOutcome;
  readonly at: string;
}

/** Of a call that is alive the same address answers with its view alone. */
export function isEndedCall(call: CallView | EndedCall): call is EndedCall {
  return 'story' in call;
}
