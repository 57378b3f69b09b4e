import type { BridgeEvent, CallEventType } from '@pitel-event-bridge/client';

/** The events whose `data` is the view of a call. */
export type CallEvent = Extract<BridgeEvent, { type: CallEventType }>;

/** By its name and not by a list, so that a kind of call event that is new to this page counts as one. */
export function isCallEvent(event: BridgeEvent): event is CallEvent {
  return event.type.startsWith('call-');
}
