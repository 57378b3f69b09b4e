import { Secret } from '../secrets/secret.js';
import type { WebhookEndpoint } from './webhook-endpoint.js';

/** Whether two lists, of which the second kept what the first has, hold the same in the same order. */
export function isSameWebhooks(one: readonly WebhookEndpoint[], other: readonly WebhookEndpoint[]): boolean {
  return one.length === other.length && one.every((endpoint, index) => endpoint === other[index]);
}

/** The list, in which each endpoint that is unchanged is the known object: its connections and its queue go on. */
export function keepingKnown(
  known: readonly WebhookEndpoint[],
  endpoints: readonly WebhookEndpoint[],
): readonly WebhookEndpoint[] {
  if (known.length === 0) return endpoints;
  const byId = new Map(known.map((endpoint) => [endpoint.id, endpoint]));
  return endpoints.map((endpoint) => {
    const before = byId.get(endpoint.id);
    return before !== undefined && revealed(before) === revealed(endpoint) ? before : endpoint;
  });
}

/** With secrets in the clear, to be compared and never to be kept. */
function revealed(endpoint: WebhookEndpoint): string {
  return JSON.stringify(endpoint, function (this: Readonly<Record<string, unknown>>, name, value: unknown) {
    // `JSON.stringify` has asked the secret for its JSON already.
    const given = this[name];
    if (given instanceof Secret) return given.reveal();
    if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
    return value;
  });
}
