import type { DeadLetter, StoredAttempt } from '../../src/store/webhook-store.js';
import type { Result } from '../../src/webhooks/sender.js';
import {
  NoSuchEndpointError,
  type Replayed,
  type ReplayOf,
  type WebhooksControl,
  type WebhookView,
} from '../../src/webhooks/webhooks-control.js';

export const DELIVERED: Result = { verdict: { kind: 'delivered' }, status: 200, tookMs: 12, error: null };

/** An endpoint that is active and up to date, but for what is given. */
export function webhookView(id: string, given: Partial<WebhookView> = {}): WebhookView {
  return {
    id,
    url: 'https://crm.example.com/…',
    state: 'active',
    cursor: 'e1:0000000000000003',
    lagEvents: 0,
    lagMs: 0,
    lastError: null,
    lastDeliveredAt: '2026-03-02T03:00:00.000Z',
    ...given,
  };
}

/** What is known of the webhooks of some tenants, by hand: each call is kept, and answered with what a test has put here. */
export class ScriptedWebhooks implements WebhooksControl {
  readonly tenants = new Map<string, WebhookView[]>();
  readonly calls: unknown[][] = [];
  attemptsOf: readonly StoredAttempt[] = [];
  deadOf: readonly DeadLetter[] = [];
  result: Result = DELIVERED;
  replayOf: (what: ReplayOf, signal: AbortSignal) => Promise<Replayed> = () =>
    Promise.resolve({ delivered: 1, last: DELIVERED, cursor: null });
  /** What every call waits for. */
  before: () => Promise<void> = () => Promise.resolve();

  async list(tenant: string): Promise<readonly WebhookView[]> {
    await this.#called('list', tenant);
    return this.tenants.get(tenant) ?? [];
  }

  async attempts(tenant: string, id: string): Promise<readonly StoredAttempt[]> {
    await this.#called('attempts', tenant, id);
    return this.attemptsOf;
  }

  async deadLetters(tenant: string, id: string): Promise<readonly DeadLetter[]> {
    await this.#called('dead', tenant, id);
    return this.deadOf;
  }

  async test(tenant: string, id: string): Promise<Result> {
    await this.#called('test', tenant, id);
    return this.result;
  }

  async replay(tenant: string, id: string, what: ReplayOf, signal: AbortSignal): Promise<Replayed> {
    await this.#called('replay', tenant, id, what);
    return this.replayOf(what, signal);
  }

  async resume(tenant: string, id: string): Promise<void> {
    await this.#called('resume', tenant, id);
  }

  async #called(name: string, tenant: string, id?: string, ...more: unknown[]): Promise<void> {
    this.calls.push([name, tenant, ...(id === undefined ? [] : [id]), ...more]);
    await this.before();
    const known = this.tenants.get(tenant) ?? [];
    if (id !== undefined && !known.some((view) => view.id === id)) throw new NoSuchEndpointError(id);
  }
}
