import type { Observed } from '../model/call.js';
import {
  type CallbackChange,
  type CallbackEventType,
  type CallbackEventView,
  observedView,
  type Transition,
} from '../model/event.js';
import type { Instant } from '../model/observation.js';
import type { Callback, CallbackEnd } from './callback.js';
import { callbackView } from './callback-view.js';

/** When something happened to a call-back, and how certain that is. */
export interface Happened {
  readonly time: Instant;
  readonly observed: Observed;
}

/** Of what a person or the clock does, which the bridge sees itself. */
export function happenedAt(time: Instant): Happened {
  return { time, observed: { earliest: time, latest: time, certainty: 'observed' } };
}

export function dueTransition(callback: Callback, happened: Happened): Transition {
  return transition('callback-due', callback, happened, {});
}

export function missedAgainTransition(callback: Callback, callId: string, happened: Happened): Transition {
  return transition('callback-updated', callback, happened, { change: 'missed', missedCallId: callId });
}

/** @param by `sub` of the person who did it; null: no person did */
export function updatedTransition(
  callback: Callback,
  change: Exclude<CallbackChange, 'missed'>,
  happened: Happened,
  by: string | null,
): Transition {
  return transition('callback-updated', callback, happened, { change, ...(by === null ? {} : { by }) });
}

export function doneTransition(
  callback: Callback,
  { reason, by, probable }: CallbackEnd,
  happened: Happened,
): Transition {
  const more = { ...(by === null ? {} : { by }), ...(probable ? { probable: true as const } : {}) };
  return transition('callback-done', callback, happened, { reason, ...more });
}

function transition(
  type: CallbackEventType,
  callback: Callback,
  { time, observed }: Happened,
  more: Pick<CallbackEventView, 'change' | 'missedCallId' | 'reason' | 'by' | 'probable'>,
): Transition {
  return {
    type,
    subject: `callback/${callback.id}`,
    discriminator: String(callback.events),
    time,
    data: { callback: callbackView(callback), ...more, observed: observedView(observed) },
  };
}
