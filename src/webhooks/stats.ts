import type { StoredAttempt, WebhookState } from '../store/webhook-store.js';

/** What an endpoint that this replica delivers to is doing. */
export interface OwnedEndpoint {
  readonly tenant: string;
  readonly id: string;
  readonly state: WebhookState;
  /** Events of the log that it has not got yet and is still owed. */
  readonly lagEvents: number;
  /** The age of the oldest of them, milliseconds; 0 without one. */
  readonly lagMs: number;
}

/** What became of an event for an endpoint. */
export type Settled = 'delivered' | 'expired' | 'dead';

export const SETTLED: readonly Settled[] = ['delivered', 'expired', 'dead'];
export const ATTEMPT_KINDS: readonly StoredAttempt['kind'][] = ['event', 'gap', 'test', 'replay'];
export const ATTEMPT_OUTCOMES: readonly StoredAttempt['outcome'][] = [
  'delivered',
  'endpoint-failed',
  'event-failed',
];

/** Counts what the webhooks of this process do, since its start. `src/health` publishes it. */
export class WebhookStats {
  readonly #attempts = new Map<string, number>();
  readonly #settled = new Map<Settled, number>();
  #gaps = 0;

  /** From memory, as it is read at each scrape. Set by what delivers. */
  owned: () => readonly OwnedEndpoint[] = () => [];

  attempted(kind: StoredAttempt['kind'], outcome: StoredAttempt['outcome']): void {
    const key = `${kind} ${outcome}`;
    this.#attempts.set(key, (this.#attempts.get(key) ?? 0) + 1);
  }

  settled(how: Settled, events = 1): void {
    this.#settled.set(how, (this.#settled.get(how) ?? 0) + events);
  }

  gapFound(): void {
    this.#gaps += 1;
  }

  /** Of the endpoints of this process, how many are in each state that needs attention. */
  get troubled(): Readonly<Record<'failing' | 'paused' | 'disabled', number>> {
    const states = this.owned().map(({ state }) => state);
    const count = (state: WebhookState) => states.filter((one) => one === state).length;
    return { failing: count('failing'), paused: count('paused'), disabled: count('disabled') };
  }

  attempts(kind: StoredAttempt['kind'], outcome: StoredAttempt['outcome']): number {
    return this.#attempts.get(`${kind} ${outcome}`) ?? 0;
  }

  get events(): ReadonlyMap<Settled, number> {
    return this.#settled;
  }

  /** How often the log no longer held what an endpoint was owed. */
  get gaps(): number {
    return this.#gaps;
  }
}
