import { readWebhooksFile } from '../../src/config/webhooks/webhooks-file.js';
import type { WebhookEndpoint } from '../../src/config/webhooks/webhook-endpoint.js';

/** An endpoint as the configuration gives it, of a tenant in Vietnam. @throws with the problems */
export function templateEndpoint(url: string, template: unknown): WebhookEndpoint {
  const result = readTemplate(url, template);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.endpoints[0]!;
}

/** What is wrong with a template. */
export function templateProblems(template: unknown): readonly string[] {
  const result = readTemplate('https://crm.example/', template);
  return result.ok ? [] : result.problems;
}

function readTemplate(url: string, template: unknown) {
  const text = JSON.stringify({ endpoints: [{ id: 'crm', url, template }] });
  return readWebhooksFile('w.json', { env: {}, readText: () => text, timeZone: 'Asia/Ho_Chi_Minh' });
}
