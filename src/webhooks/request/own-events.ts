import type { WebhookGap } from '../../store/webhook-store.js';

/**
 * Events that only webhooks have, and that are in no log: CloudEvents as JSON, in the form of the log's. They have no
 * `sequence` and no `epoch`, as they are at no position.
 */

/**
 * Says that events are missing. Depends on its arguments alone, so that every try, on whichever replica, is the same.
 * @param gap `from` and `to` are cursors: missing is what lies after `from`, up to `to`
 */
export function deliveryGap(tenant: string, endpoint: string, gap: WebhookGap): string {
  const { from, to, count, reason } = gap;
  return JSON.stringify({
    specversion: '1.0',
    id: [tenant, endpoint, 'delivery-gap', from, to].join('/'),
    source: `/pitel/${tenant}`,
    type: 'delivery-gap',
    subject: endpoint,
    datacontenttype: 'application/json',
    dataschema: 'urn:pitel-event-bridge:schema:delivery-gap:1',
    data: { tenant, endpoint, from, to, count, reason },
  });
}

/**
 * Something to try an endpoint with, which means nothing.
 * @param at milliseconds since the epoch; two tests at one instant are the same event
 */
export function webhookTest(tenant: string, endpoint: string, at: number): string {
  const time = new Date(at).toISOString();
  return JSON.stringify({
    specversion: '1.0',
    id: [tenant, endpoint, 'webhook-test', time].join('/'),
    source: `/pitel/${tenant}`,
    type: 'webhook-test',
    subject: endpoint,
    time,
    datacontenttype: 'application/json',
    dataschema: 'urn:pitel-event-bridge:schema:webhook-test:1',
    data: { tenant, endpoint },
  });
}
