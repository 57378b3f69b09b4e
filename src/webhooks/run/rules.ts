import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import type { EventType } from '../../core/model/event.js';
import { type Audience, audienceOf } from '../../deliver/access/audience.js';
import type { Rules } from '../queue/rules.js';
import { NOTICES_PER_MESSAGE } from '../request/notice-request.js';

/** Which events an endpoint gets, for how long and how fast. */
export function rulesOf(tenant: string, endpoint: WebhookEndpoint): Rules {
  const { maxAge, ratePerSecond } = endpoint;
  const audience = audienceOfEndpoint(tenant, endpoint);
  return {
    wants: (entry) => audience.unrestricted || audience.sees(entry.type, entry.exposure),
    maxAge: ({ type }) => maxAge.byType.get(type) ?? maxAge.default,
    ratePerSecond,
    together: endpoint.template?.notices ? NOTICES_PER_MESSAGE : 1,
  };
}

/** An endpoint sees what a token with the same lists would. Messages to people mask numbers by themselves (`request/notice.ts`). */
export function audienceOfEndpoint(
  tenant: string,
  { types, extensions, queues, template, ...endpoint }: WebhookEndpoint,
): Audience {
  const numbers = template?.notices ? 'full' : endpoint.numbers;
  const scope = {
    ...(extensions === null ? {} : { extensions }),
    ...(queues === null ? {} : { queues }),
  };
  const filter = types === null ? {} : { types: types as readonly EventType[] };
  return audienceOf({ tenant, expiresAt: Infinity, numbers, ...scope }, filter);
}
