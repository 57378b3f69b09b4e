import { Secret } from '../../src/config/secrets/secret.js';
import type { WebhookEndpoint } from '../../src/config/webhooks/webhook-endpoint.js';

/** 32 bytes, of a test. */
export const WEBHOOK_SECRET = 'whsec_cGl0ZWwtZXZlbnQtYnJpZGdlLXdlYmhvb2tzLW9uZSE=';
export const OTHER_WEBHOOK_SECRET = 'whsec_cGl0ZWwtZXZlbnQtYnJpZGdlLXdlYmhvb2tzLXR3byE=';

/** An endpoint with the defaults of the configuration, that may be at a loopback address. */
export function webhookEndpoint(url: string, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id: 'crm',
    url: new Secret(url),
    secrets: [new Secret(WEBHOOK_SECRET)],
    types: null,
    extensions: null,
    queues: null,
    numbers: 'full',
    maxAge: {
      default: 72 * 3_600_000,
      byType: new Map([
        ['call-offered', 60_000],
        ['call-offer-ended', 60_000],
      ]),
    },
    headers: new Map(),
    timeoutMs: 15_000,
    ratePerSecond: null,
    from: { kind: 'now' },
    template: null,
    allowHttp: true,
    allowAddresses: ['127.0.0.0/8', '::1'],
    ...more,
  };
}

/** Headers of which each name is followed by its value. */
export function byName(headers: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]!]] : [])),
  );
}
