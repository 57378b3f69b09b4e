import { ENDPOINTS, type Endpoint, type Instant } from '../core/observation.js';
import { fnv1a } from './hash.js';

/**
 * When an endpoint is asked next. Pure arithmetic over instants in milliseconds; randomness is passed in.
 *
 * - An answer: one interval after the request was sent, so that the rate does not depend on the PBX's speed.
 * - An absence to be confirmed: after `confirmMs`, at every endpoint that is answering.
 * - A failure: the interval doubled with each failure in a row up to `MAX_BACKOFF_MS`, spread by up to a quarter, and
 *   never before the upstream's `Retry-After`.
 * - Endpoints that are due at nearly the same time are asked together: a caller seen by both is then seen at once.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #endpoints: Record<Endpoint, { dueAt: Instant; failures: number }>;

  constructor(options: PaceOptions, firstAt: Instant) {
    this.#options = options;
    this.#endpoints = {
      monitor: { dueAt: firstAt, failures: 0 },
      queue: { dueAt: firstAt, failures: 0 },
    };
  }

  /** The endpoints to ask in a cycle that begins at `now`. */
  due(now: Instant): Endpoint[] {
    const together = now + this.#options.intervalMs / 4;
    return ENDPOINTS.filter((endpoint) => {
      const { dueAt, failures } = this.#endpoints[endpoint];
      // One that is backing off, or was asked to be left alone, is not asked a moment early.
      return dueAt <= (failures === 0 ? together : now);
    });
  }

  /** Milliseconds from `now` until an endpoint is due. */
  delay(now: Instant): number {
    const next = Math.min(...ENDPOINTS.map((endpoint) => this.#endpoints[endpoint].dueAt));
    return Math.max(0, next - now);
  }

  answered(endpoint: Endpoint, sentAt: Instant, now: Instant): void {
    const { intervalMs } = this.#options;
    const dueAt = Math.max(sentAt + intervalMs, now + intervalMs * BREATHER);
    this.#endpoints[endpoint] = { dueAt, failures: 0 };
  }

  failed(endpoint: Endpoint, now: Instant, retryAfterMs: number | null, random: () => number): void {
    const failures = this.#endpoints[endpoint].failures + 1;
    const ceiling = Math.max(this.#options.intervalMs, MAX_BACKOFF_MS);
    const backoff = Math.min(this.#options.intervalMs * 2 ** (failures - 1), ceiling);
    const spread = backoff * (1 + SPREAD * random());
    const wait = Math.max(spread, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
    this.#endpoints[endpoint] = { dueAt: now + wait, failures };
  }

  /** Brings the next cycle forward to confirm an absence. */
  confirm(now: Instant): void {
    const dueAt = now + Math.min(this.#options.confirmMs, this.#options.intervalMs);
    for (const endpoint of ENDPOINTS) {
      const { failures, dueAt: planned } = this.#endpoints[endpoint];
      if (failures === 0) this.#endpoints[endpoint] = { failures, dueAt: Math.min(planned, dueAt) };
    }
  }
}

export interface PaceOptions {
  readonly intervalMs: number;
  readonly confirmMs: number;
}

/** A PBX slower than the interval still gets a tenth of it to itself between two requests. */
const BREATHER = 0.1;
/** Long enough to leave a struggling PBX alone, short enough that an agent does not notice its return late. */
const MAX_BACKOFF_MS = 15_000;
const SPREAD = 0.25;
/** A `Retry-After` of hours would be a PBX that nobody watches: look again every five minutes. */
const MAX_RETRY_AFTER_MS = 300_000;

/** Where in the interval a tenant's polls begin: spread by its name, the same on every start. Milliseconds. */
export function startOffset(tenant: string, intervalMs: number): number {
  return fnv1a(tenant) % intervalMs;
}
