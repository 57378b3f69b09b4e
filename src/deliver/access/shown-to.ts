import { sumOfParts } from '../../core/callbacks/callback-view.js';
import type {
  BridgeEvent,
  CallbackEventView,
  CallbackView,
  CallView,
  EventType,
} from '../../core/model/event.js';
import { type Audience, type Exposure, exposureOf, exposureOfCallback } from './audience.js';
import { maskedCall, maskedCallback, maskedEvent, maskingOf } from './mask.js';

/**
 * How an event reads for an audience. Most read the same for everybody who sees them; a call-back shows a token of some queues
 * what their calls made of it, and a token that shows no whole numbers has them masked (`mask.ts`).
 *
 * Pure, and the only place: every transport, the log over HTTP and the webhooks go through `shownTo`.
 */

/** The view that everybody has who sees an event as it is in the log. */
export const AS_IT_IS = '';
const MASKED = '*';

/** Null where the audience does not see the event; the event itself where it reads as it is in the log. */
export function shownTo(
  event: BridgeEvent,
  audience: Audience,
  exposure: Exposure = exposureOf(event),
): BridgeEvent | null {
  if (audience.unrestricted) return event;
  if (!audience.sees(event.type, exposure)) return null;
  const whole = isMasked(audience, exposure) ? maskedEvent(event) : event;
  const parts = audience.partsSeen(exposure);
  if (parts === null) return whole;
  const data = whole.data as CallbackEventView;
  return { ...whole, data: { ...data, callback: callbackOfParts(data.callback, parts) } } as BridgeEvent;
}

/** A call as it reads for an audience that sees it. */
export function callShownTo(call: CallView, audience: Audience, exposure: Exposure): CallView {
  return isMasked(audience, exposure) ? maskedCall(call) : call;
}

/** A call-back as it reads for an audience that sees it. */
export function callbackShownTo(
  callback: CallbackView,
  audience: Audience,
  exposure: Exposure = exposureOfCallback(callback),
): CallbackView {
  const whole = isMasked(audience, exposure) ? maskedCallback(callback) : callback;
  const parts = audience.partsSeen(exposure);
  return parts === null ? whole : callbackOfParts(whole, parts);
}

/** Only calls and call-backs have numbers. */
export function isMasked(audience: Audience, exposure: Exposure): boolean {
  return (
    audience.masksSome && (exposure.state !== null || exposure.parts !== null) && audience.masks(exposure)
  );
}

/** Names how an event reads for an audience that sees it: for audiences with the same name it reads the same. */
export function viewName(audience: Audience, exposure: Exposure): string {
  const parts = audience.partsSeen(exposure);
  const masked = isMasked(audience, exposure) ? MASKED : AS_IT_IS;
  return parts === null ? masked : masked + parts.join(',');
}

/**
 * Whether what an audience sees of this type may read for it otherwise than in the log: then the text of an event alone does
 * not say how.
 */
export function mayReadOtherwise(audience: Audience, type: string): boolean {
  if (audience.unrestricted) return false;
  return type.startsWith('callback-') || (audience.masksSome && maskingOf(type as EventType) !== 'none');
}

/** The call-back as if there were no parts but those at these places, of which there is at least one. */
function callbackOfParts(callback: CallbackView, places: readonly number[]): CallbackView {
  const parts = places.map((place) => callback.parts[place]!);
  return { ...callback, ...sumOfParts(parts), parts };
}
