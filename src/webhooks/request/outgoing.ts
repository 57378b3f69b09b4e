import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import type { Outgoing } from '../sender.js';
import type { ParsedEvent } from './event-fields.js';
import { noticeRequest } from './notice-request.js';
import { render } from './render.js';
import { webhookId } from './webhook-id.js';

/** An event as JSON, and its id where it is known: parsing an event again costs more than signing it. */
export interface OutgoingText {
  readonly json: string;
  readonly id?: string;
}

/**
 * Makes the request of an event: a CloudEvent in HTTP structured mode, whose body is the log's own text, or what the
 * endpoint's template makes of it. The same event always gives the same request.
 * @param json the event as the log, or `own-events.ts`, has it
 * @returns null where the endpoint's template has no request for this event
 */
export function outgoingOf(
  endpoint: Pick<WebhookEndpoint, 'template' | 'url' | 'numbers'>,
  json: string,
  id?: string,
): Outgoing | null {
  return outgoingOfAll(endpoint, [{ json, ...(id === undefined ? {} : { id }) }]);
}

/**
 * The same of several events, where the endpoint takes them together: messages to people. Its id is that of the first.
 * @param texts at least one, and only one for all other endpoints
 */
export function outgoingOfAll(
  endpoint: Pick<WebhookEndpoint, 'template' | 'url' | 'numbers'>,
  texts: readonly OutgoingText[],
): Outgoing | null {
  const { template, url } = endpoint;
  const [{ json, id }] = texts as readonly [OutgoingText];
  if (template === null) {
    const given = webhookId(id ?? parsed(json).id);
    return { id: given, method: 'POST', url: null, headers: CLOUD_EVENT, body: json };
  }
  const events = texts.map((text) => parsed(text.json));
  const { notices } = template;
  const request =
    notices === null
      ? render(template, url.reveal(), events[0]!)
      : noticeRequest(endpoint, { ...template, notices }, events);
  return request && { id: webhookId(id ?? events[0]!.id), ...request };
}

function parsed(json: string): ParsedEvent {
  return JSON.parse(json) as ParsedEvent;
}

const CLOUD_EVENT: ReadonlyMap<string, string> = new Map([['content-type', 'application/cloudevents+json']]);
