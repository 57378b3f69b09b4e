import { LogWriter, silent, transition } from './delivery.js';
import { VirtualTime } from './virtual-time.js';
import { webhookEndpoint } from './webhook-endpoint.js';
import { DELIVERED } from './webhook-log.js';
import type { Clock } from '../../src/base/clock.js';
import type { WebhookEndpoint } from '../../src/config/webhooks/webhook-endpoint.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { DeliverStats } from '../../src/deliver/stats.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { MemoryWebhookStore } from '../../src/store/memory/memory-webhook-store.js';
import type { Announcement } from '../../src/webhooks/queue/health.js';
import { WebhookService } from '../../src/webhooks/run/webhook-service.js';
import type { Outgoing, Result, Sender } from '../../src/webhooks/sender.js';
import { WebhookStats } from '../../src/webhooks/stats.js';

/** What a receiver got. */
interface Arrival {
  readonly endpoint: string;
  readonly at: number;
  readonly id: string;
  readonly body: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly sequence?: string;
  };
}

/** Receivers in virtual time, in place of a network: `src/webhooks/send` has the tests of that. */
class VirtualReceivers implements Sender {
  readonly arrivals: Arrival[] = [];
  readonly #time: VirtualTime;
  /** How long a request takes, by endpoint. */
  readonly tookMs = new Map<string, number>();
  /** What an endpoint answers; `delivered` without one. A result without a status did not arrive. */
  readonly answers = new Map<string, (arrival: Arrival) => Result>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  async send(
    { id: endpoint }: WebhookEndpoint,
    { id, body }: Outgoing,
    signal: AbortSignal,
  ): Promise<Result> {
    const arrival = { endpoint, at: this.#time.now, id, body: JSON.parse(body) as Arrival['body'] };
    const result = this.answers.get(endpoint)?.(arrival) ?? DELIVERED;
    if (result.status !== null) this.arrivals.push(arrival);
    await this.#time.pass(this.tookMs.get(endpoint) ?? 10, signal);
    if (!signal.aborted) return result;
    return {
      verdict: { kind: 'endpoint-failed', retryAfterMs: null },
      status: null,
      tookMs: 0,
      error: 'given up',
    };
  }

  of(endpoint: string): readonly Arrival[] {
    return this.arrivals.filter((arrival) => arrival.endpoint === endpoint);
  }

  /** The sequences that an endpoint got, in their order. */
  sequences(endpoint = 'crm'): readonly number[] {
    return this.of(endpoint).map(({ body }) => Number(body.sequence ?? 0));
  }
}

/** Owners of a tenant's webhooks over stores in memory, in virtual time. */
export class WebhooksUnderTest {
  readonly time = new VirtualTime(Date.UTC(2026, 2, 2, 3));
  readonly store: MemoryStore;
  readonly progress = new MemoryWebhookStore();
  readonly receivers = new VirtualReceivers(this.time);
  readonly announced: (Announcement & { readonly endpoint: string; readonly at: number })[] = [];
  readonly stats = new WebhookStats();
  readonly clock: Clock = this.time.clock();
  endpoints: WebhookEndpoint[];
  readonly log: LogWriter;

  constructor(endpoints: WebhookEndpoint[] = [webhookEndpoint('https://crm.example/')], maxEvents = 100_000) {
    this.endpoints = endpoints;
    this.store = new MemoryStore({ maxEvents, now: () => this.time.now });
    this.log = new LogWriter(this.store);
  }

  /** A replica of its own. */
  replica(): WebhookService {
    return new WebhookService({
      endpointsOf: () => this.endpoints,
      store: this.progress,
      logs: this.store,
      sender: this.receivers,
      announce: (_, endpoint, announcement) => {
        this.announced.push({ endpoint, at: this.time.now, ...announcement });
        return Promise.resolve(true);
      },
      stats: this.stats,
      deliverStats: new DeliverStats(),
      clock: this.clock,
      random: () => 0.5,
      log: silent,
    });
  }

  /** Events of calls, one commit for all. */
  commit(...calls: readonly (string | Parameters<typeof transition>)[]): Promise<BridgeEvent[]> {
    return this.log.commit(
      ...calls.map((call) =>
        typeof call === 'string' ? transition('call-started', call) : transition(...call),
      ),
    );
  }

  async pass(ms: number): Promise<void> {
    const end = this.time.now + ms;
    await this.time.runUntil(end);
    this.time.now = end;
  }
}
