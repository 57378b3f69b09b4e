import { readWebhooksFile } from '../../src/config/webhooks/webhooks-file.js';
import type { WebhookEndpoint } from '../../src/config/webhooks/webhook-endpoint.js';

/** The token of a bot that there is not. */
export const BOT_TOKEN = '123456789:AAqX7hunter2Qx7hunter2_Qx7zZ';

const ADDRESSES = {
  telegram: {},
  slack: { urlEnv: 'SLACK_URL' },
  notice: { url: 'https://chat.example/hook?key=k' },
} as const;
export const NOTICE_KINDS = Object.keys(ADDRESSES) as (keyof typeof ADDRESSES)[];

/** An endpoint for messages as the configuration gives it, of a tenant in Vietnam. @throws with the problems */
export function noticeEndpoint(
  name: keyof typeof ADDRESSES,
  { template = {}, ...more }: { readonly template?: object; readonly [field: string]: unknown } = {},
): WebhookEndpoint {
  const values = name === 'telegram' ? { values: { chatId: '-100123' }, valuesEnv: { botToken: 'BOT' } } : {};
  const row = { id: 'floor', ...ADDRESSES[name], template: { name, ...values, ...template }, ...more };
  const result = readWebhooksFile('w.json', {
    env: { BOT: BOT_TOKEN, SLACK_URL: 'https://hooks.slack.example/services/T0/B0/x7hunter2' },
    readText: () => JSON.stringify({ endpoints: [row] }),
    timeZone: 'Asia/Ho_Chi_Minh',
  });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.endpoints[0]!;
}
