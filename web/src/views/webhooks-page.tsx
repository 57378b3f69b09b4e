import { useEffect, useState } from 'preact/hooks';
import { words } from '../i18n/i18n.js';
import { webhookWords } from '../i18n/webhook-i18n.js';
import { claims } from '../state/access.js';
import { Webhooks } from '../state/webhooks.js';
import { Header } from './header.js';
import { WebhookCard } from './webhook-card.js';

/** Each webhook of the tenant: its state, what it has not got yet, its last attempts, and what can be done about them. */
export function WebhooksPage() {
  const said = words();
  const hooks = webhookWords();
  const [webhooks] = useState(() => new Webhooks());
  useEffect(() => () => webhooks.close(), [webhooks]);
  const standing = webhooks.standing.value;
  const list = webhooks.list.value;
  return (
    <div class="webhooks-page" data-standing={standing}>
      <Header current="webhooks" tenant={claims.value.tenant} />
      <main id="content" tabIndex={-1}>
        <h1>{said.webhooks}</h1>
        {standing === 'not-granted' ? (
          <div class="refusal" role="alert">
            <p>{hooks.notGranted}</p>
            <p>{hooks.notGrantedHint}</p>
          </div>
        ) : (
          <>
            <p>{hooks.intro}</p>
            <p class="standing-line" role="status">
              {standing === 'reading' && hooks.reading}
              {standing === 'away' && hooks.away}
            </p>
            {standing === 'shown' && list.length === 0 && <p class="empty">{hooks.noneConfigured}</p>}
            {list.map((webhook) => (
              <WebhookCard key={webhook.id} webhook={webhook} webhooks={webhooks} />
            ))}
          </>
        )}
      </main>
    </div>
  );
}
