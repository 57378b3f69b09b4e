import type { BridgeEvent, CallEventType } from '@pitel-event-bridge/client';

/** The events whose `data` is the view of a call. */
export type CallEvent = Extract<BridgeEvent, { type: CallEventType }>;

/** Decides by the name and not by a list, so that a call event type that is newer than this page counts as one. */
export function isCallEvent(event: BridgeEvent): event is CallEvent {
  return event.type.startsWith('call-');
}
