import type { BridgeEvent, EventType } from '@pitel-event-bridge/client';
import { searchFor } from './search.js';

/** The newest events, newest first, and the filter that chooses among them. */
export type FeedKind = 'calls' | 'offers' | 'callbacks' | 'queues' | 'registrations' | 'sources' | 'webhooks';

export interface FeedFilter {
  /** Empty: all kinds. */
  readonly kinds: ReadonlySet<FeedKind>;
  /** A part of a number, name, queue, extension or id; upper and lower case are the same. */
  readonly text: string;
}

/** Some minutes of a busy floor. Older events are in the log. */
export const MAX_FEED = 500;

const KINDS: Readonly<Record<EventType, FeedKind>> = {
  'call-started': 'calls',
  'call-answered': 'calls',
  'call-transferred': 'calls',
  'call-abandoned': 'calls',
  'call-ended': 'calls',
  'call-offered': 'offers',
  'call-offer-ended': 'offers',
  'extension-registered': 'registrations',
  'extension-unregistered': 'registrations',
  'source-down': 'sources',
  'source-degraded': 'sources',
  'source-up': 'sources',
  'webhook-failing': 'webhooks',
  'webhook-recovered': 'webhooks',
  'queue-threshold-crossed': 'queues',
  'queue-threshold-cleared': 'queues',
  'callback-due': 'callbacks',
  'callback-updated': 'callbacks',
  'callback-done': 'callbacks',
};

/** @param arrived oldest first */
export function extendFeed(
  feed: readonly BridgeEvent[],
  arrived: readonly BridgeEvent[],
): readonly BridgeEvent[] {
  return [...arrived.slice(-MAX_FEED).reverse(), ...feed].slice(0, MAX_FEED);
}

/** The first `most` that match, newest first. */
export function filterFeed(
  feed: readonly BridgeEvent[],
  { kinds, text }: FeedFilter,
  most: number,
): readonly BridgeEvent[] {
  const matches = searchFor(text, words);
  const found: BridgeEvent[] = [];
  for (const event of feed) {
    if (found.length === most) break;
    // An event type that is newer than this page has no kind: it is shown only while no kind is chosen.
    if (kinds.size > 0 && !kinds.has(KINDS[event.type])) continue;
    if (matches(event)) found.push(event);
  }
  return found;
}

function words({ subject, type, data }: BridgeEvent): readonly string[] {
  if (!('callId' in data)) return [subject, type];
  const { customer, queue, agent, extensions, offer } = data;
  return [
    subject,
    type,
    customer?.raw,
    customer?.e164,
    customer?.national,
    queue?.name,
    agent?.name,
    agent?.extension,
    offer?.extension,
    ...extensions.map(({ extension }) => extension),
  ].filter((word) => typeof word === 'string');
}
