import type { JudgedEvent } from '../judge-report.js';
import { any, everywhere, is, isOfAnother, knows, type Lie, ofCall, one, says, with_ } from './telling.js';

/** Lies about what the call is: direction, queues, ids, links, the envelope. */

/** The `callId` of a call that names this one, and whose first event came after this event. */
function laterNaming(event: JudgedEvent, events: readonly JudgedEvent[]): string | undefined {
  const later = events.filter(({ data }) => data.linkedCallIds.includes(event.data.callId));
  return later.find((other) => {
    const [first] = ofCall(events, other);
    return first!.recordedtime > event.recordedtime && !event.data.linkedCallIds.includes(other.data.callId);
  })?.data.callId;
}

/** That of another call whose caller withheld the number, which neither came of this one nor brought it about. */
function otherWithheld(event: JudgedEvent, events: readonly JudgedEvent[]): string | undefined {
  const { customer, callId, linkedCallIds } = event.data;
  if (customer === null || customer.e164 !== null) return undefined;
  return events.find(
    ({ data, recordedtime }) =>
      data.callId !== callId &&
      data.customer?.raw === customer.raw &&
      recordedtime <= event.recordedtime &&
      ![...data.linkedCallIds, callId].some((id) => linkedCallIds.includes(id)) &&
      !linkedCallIds.includes(data.callId) &&
      !data.linkedCallIds.includes(callId),
  )?.data.callId;
}

/** An earlier call of the same caller, which had ended before this one began and of which this one has no id. */
function endedBefore(event: JudgedEvent, events: readonly JudgedEvent[]): string | undefined {
  const { customer, callId, upstreamIds } = event.data;
  const own = ofCall(events, event);
  const isLinked = own.some(({ data }) => data.linkedCallIds.length > 0);
  if (customer === null || customer.e164 === null || isLinked) return undefined;
  const [first] = own;
  return events.find(
    ({ type, data, recordedtime }) =>
      type === 'call-ended' &&
      data.customer?.e164 === customer.e164 &&
      data.callId !== callId &&
      recordedtime < first!.recordedtime &&
      !data.upstreamIds.some((id) => upstreamIds.includes(id)),
  )?.data.callId;
}

/** A link more, where there is a call that it can lead to. */
function oneMoreLink(
  name: string,
  to: (event: JudgedEvent, events: readonly JudgedEvent[]) => string | undefined,
): Lie {
  return one(
    name,
    'linkedCallIds',
    (event, events) => to(event, events) !== undefined,
    (event, events) => with_(event, { linkedCallIds: [...event.data.linkedCallIds, to(event, events)!] }),
  );
}

export const FACTS: readonly Lie[] = [
  ...['inbound', 'outbound', 'local'].map((direction) =>
    one(
      `the direction is ${direction}`,
      'direction',
      is((data) => data.direction !== direction),
      says({ direction }),
    ),
  ),
  one('the queue is null', 'queue', knows('queue'), says({ queue: null })),
  one('queue and queues are empty', 'queues', knows('queue'), says({ queue: null, queues: [] })),
  one('the queue is another', 'queues', knows('queue'), (event, events) => {
    const { queue } = events.find(
      ({ data }) => data.queue !== null && data.queue.id !== event.data.queue!.id,
    )!.data;
    return with_(event, { queue, queues: [queue!] });
  }),
  one('the queue has another name', 'queues', knows('queue'), ({ data, ...event }) => {
    const queue = { ...data.queue!, name: 'Other' };
    return { ...event, data: { ...data, queue, queues: [...data.queues.slice(0, -1), queue] } };
  }),
  one(
    'a queue of a direct call',
    'queues',
    is(({ queue, direction }) => queue === null && direction === 'inbound'),
    (event, events) => {
      const { queue } = events.find(({ data }) => data.queue !== null)!.data;
      return with_(event, { queue, queues: [queue!] });
    },
  ),
  one(
    'an earlier queue is left out',
    'queues',
    is(({ queues }) => queues.length > 1),
    (event) => with_(event, { queues: event.data.queues.slice(-1) }),
  ),
  one('baseline is flipped', 'baseline', any, (event) => with_(event, { baseline: !event.data.baseline })),
  everywhere('baseline is flipped', 'baseline', any, (event) =>
    with_(event, { baseline: !event.data.baseline }),
  ),
  one(
    'an upstream id is left out',
    'upstreamIds',
    is(({ upstreamIds }) => upstreamIds.length > 1),
    (event) => with_(event, { upstreamIds: event.data.upstreamIds.slice(1) }),
  ),
  one(
    'no upstream ids',
    'upstreamIds',
    is(({ upstreamIds }) => upstreamIds.length > 0),
    says({ upstreamIds: [] }),
  ),
  one('an upstream id is invented', 'upstreamIds', any, (event) =>
    with_(event, { upstreamIds: [...event.data.upstreamIds, 'invented'] }),
  ),
  one(
    'an upstream id twice',
    'upstreamIds',
    is(({ upstreamIds }) => upstreamIds.length > 0),
    ({ data, ...event }) => ({
      ...event,
      data: { ...data, upstreamIds: [...data.upstreamIds, data.upstreamIds[0]!] },
    }),
  ),
  one('the ids of another call', 'upstreamIds', any, (event, events) =>
    with_(event, {
      upstreamIds: [...event.data.upstreamIds, ...isOfAnother(event, events).data.upstreamIds],
    }),
  ),
  one(
    'a link is dropped',
    'linkedCallIds',
    is(({ linkedCallIds, callId }) => linkedCallIds.length > 0 && !callId.includes('~')),
    says({ linkedCallIds: [] }),
  ),
  everywhere(
    'links are dropped',
    'linkedCallIds',
    is(({ linkedCallIds }) => linkedCallIds.length > 0),
    says({ linkedCallIds: [] }),
  ),
  one('a link to no call', 'linkedCallIds', any, says({ linkedCallIds: ['invented'] })),
  one('a link to another caller', 'linkedCallIds', any, (event, events) =>
    with_(event, { linkedCallIds: [isOfAnother(event, events).data.callId] }),
  ),
  oneMoreLink('a link to a call that had not begun', laterNaming),
  oneMoreLink('a link to an earlier call of the same caller', endedBefore),
  oneMoreLink('a link to another caller who withholds the number', otherWithheld),
  one('a link to itself', 'linkedCallIds', any, (event) =>
    with_(event, { linkedCallIds: [event.data.callId] }),
  ),
  one('the subject is another', 'callId', any, (event, events) => ({
    ...event,
    subject: isOfAnother(event, events).subject,
  })),
  one('the tenant is another', 'tenant', any, says({ tenant: 'other' })),
  one('the source is another', 'tenant', any, (event) => ({ ...event, source: '/pitel/other' })),
];
