import { language } from '../state/preferences.js';
import type { WebhookWords } from './webhook-words.js';
import { webhooksEn } from './webhooks-en.js';
import { webhooksVi } from './webhooks-vi.js';

/** As `words`, for the page about webhooks: the other pages do not load them. */
export function webhookWords(): WebhookWords {
  return language.value === 'vi' ? webhooksVi : webhooksEn;
}
