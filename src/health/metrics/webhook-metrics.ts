import { Counter, Gauge, type Registry } from 'prom-client';
import { WEBHOOK_STATES } from '../../store/webhook-store.js';
import { ATTEMPT_KINDS, ATTEMPT_OUTCOMES, SETTLED, type WebhookStats } from '../../webhooks/stats.js';

export type WebhookSources = Pick<WebhookStats, 'owned' | 'attempts' | 'events' | 'gaps'>;

/**
 * Webhooks, as far as this replica delivers them. Series with the labels `tenant` and `webhook` exist only while it delivers
 * to no more than `endpointsMax` endpoints.
 */
export function registerWebhookMetrics(
  registry: Registry,
  webhooks: WebhookSources,
  endpointsMax: number,
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const gaugeOfEach = (name: string, help: string, field: 'lagEvents' | 'lagMs', unit: number) =>
    new Gauge({
      name,
      help,
      labelNames: ['tenant', 'webhook'],
      registers,
      collect() {
        this.reset();
        const owned = webhooks.owned();
        if (owned.length > endpointsMax) return;
        for (const endpoint of owned)
          this.set({ tenant: endpoint.tenant, webhook: endpoint.id }, endpoint[field] / unit);
      },
    });

  new Counter({
    name: 'pitel_webhook_attempts_total',
    help: 'Requests to webhooks by what was sent (event, gap, test, replay) and by what came of it',
    labelNames: ['kind', 'outcome'],
    registers,
    collect() {
      this.reset();
      // Also those without a count: `increase()` does not see the increments before a series begins.
      for (const kind of ATTEMPT_KINDS)
        for (const outcome of ATTEMPT_OUTCOMES) this.inc({ kind, outcome }, webhooks.attempts(kind, outcome));
    },
  });
  new Counter({
    name: 'pitel_webhook_events_total',
    help: 'Events by what became of them for a webhook: delivered, expired (too old), dead (refused until too old)',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const outcome of SETTLED) this.inc({ outcome }, webhooks.events.get(outcome) ?? 0);
    },
  });
  new Counter({
    name: 'pitel_webhook_gaps_total',
    help: 'How often the log no longer held what a webhook was owed',
    registers,
    collect() {
      this.reset();
      this.inc(webhooks.gaps);
    },
  });
  new Gauge({
    name: 'pitel_webhook_endpoints',
    help: 'Webhooks that this replica delivers to, by state',
    labelNames: ['state'],
    registers,
    collect() {
      const owned = webhooks.owned();
      for (const state of WEBHOOK_STATES)
        this.set({ state }, owned.filter((endpoint) => endpoint.state === state).length);
    },
  });
  gauge('pitel_webhook_lag_events', 'Events that these webhooks have not got yet, of all of them', () =>
    webhooks.owned().reduce((sum, { lagEvents }) => sum + lagEvents, 0),
  );
  gauge(
    'pitel_webhook_lag_max_seconds',
    'The age of the oldest event that one of these webhooks has not got yet',
    () => webhooks.owned().reduce((most, { lagMs }) => Math.max(most, lagMs / 1_000), 0),
  );
  gaugeOfEach('pitel_webhook_endpoint_lag_events', 'The same for each webhook', 'lagEvents', 1);
  gaugeOfEach('pitel_webhook_endpoint_lag_seconds', 'The same for each webhook', 'lagMs', 1_000);
}
