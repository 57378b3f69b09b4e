import { Backoff } from '../../base/backoff.js';
import { fnv1a } from '../../base/spread-hash.js';
import { ENDPOINTS, type Endpoint } from '../../core/model/observation.js';
import { hasFailed, type PollResult } from '../../source/poll-result.js';
import type { Activity } from './activity.js';
import { AdaptiveTempo, type AdaptiveOptions, FixedTempo, type Tempo } from './interval.js';

/**
 * When an endpoint is asked next. Pure arithmetic over instants of the monotonic clock, in milliseconds; randomness is
 * passed in.
 *
 * - An answer: one interval after the request was sent, so that the rate does not depend on the PBX's speed. The tempo
 *   says how long an interval is; when it changes, what is planned changes with it.
 * - An absence to be confirmed: after `confirmMs`, at every endpoint that is answering.
 * - An answer that was of no use: at once, as far as the budget goes.
 * - A failure: `intervalMs` doubled with each failure in a row up to `MAX_BACKOFF_MS`, spread by up to a quarter, and
 *   never before the upstream's `Retry-After`.
 * - A request that was not sent since the host is down for everybody: when it is looked at again, spread likewise. It has
 *   cost the PBX nothing, so it does not double anything.
 * - Endpoints that are due at nearly the same time are asked together: a caller seen by both is then seen at once.
 * - An endpoint that is `open`, asked and not answered, is not due, however long that takes.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #tempo: Tempo;
  readonly #endpoints: Record<Endpoint, Plan>;
  readonly #backoffs: Readonly<Record<Endpoint, Backoff>>;

  constructor(options: PaceOptions, firstAt: number) {
    this.#options = options;
    const { adaptive, intervalMs, random } = options;
    this.#tempo = adaptive === null ? new FixedTempo(intervalMs) : new AdaptiveTempo(adaptive, firstAt);
    const first: Plan = {
      sentAt: firstAt,
      answeredAt: firstAt,
      notBefore: firstAt,
      confirmAt: null,
    };
    this.#endpoints = { monitor: first, queue: first };
    const backoff = () =>
      new Backoff({
        firstMs: intervalMs,
        maxMs: Math.max(intervalMs, MAX_BACKOFF_MS),
        spread: SPREAD,
        random,
      });
    this.#backoffs = { monitor: backoff(), queue: backoff() };
  }

  /** The endpoints to ask in a cycle that begins at `now`; not one of these that are `open`. */
  due(now: number, open: readonly Endpoint[] = NONE): Endpoint[] {
    return ENDPOINTS.filter((endpoint) => {
      if (open.includes(endpoint)) return false;
      // One that is backing off, was asked to be left alone, or has to confirm is not asked a moment early.
      const early = this.#mustWait(endpoint) ? 0 : this.#tempo.intervalMs(endpoint, now) / 4;
      return this.#dueAt(endpoint, now) <= now + early;
    });
  }

  /** Milliseconds from `now` until an endpoint is due that is not `open`; Infinity where all are. */
  delay(now: number, open: readonly Endpoint[] = NONE): number {
    let next = Infinity;
    for (const endpoint of ENDPOINTS)
      if (!open.includes(endpoint)) next = Math.min(next, this.#dueAt(endpoint, now));
    return Math.max(0, Math.max(next, this.#tempo.affordableAt(now)) - now);
  }

  /** What is going on after a cycle; to be told before what the endpoints did in it. */
  turn(activity: Activity): void {
    this.#tempo.turn(activity);
  }

  /** A request is over, and what it brought has been seen to by `now`. */
  record(result: PollResult, now: number): void {
    const { endpoint, sentAt, retryAfterMs, heldBackMs } = result;
    const backoff = this.#backoffs[endpoint];
    if (heldBackMs !== null) {
      return this.#wait(endpoint, now + backoff.spread(Math.max(heldBackMs, this.#options.intervalMs)));
    }
    this.#tempo.note(result, now);
    if (hasFailed(result)) return this.#wait(endpoint, now + Math.max(backoff.next(), retryAfterMs ?? 0));
    backoff.reset();
    this.#endpoints[endpoint] = { sentAt, answeredAt: now, notBefore: null, confirmAt: null };
  }

  /** Brings forward the next request to an endpoint that has answered. */
  again(endpoint: Endpoint, now: number): void {
    this.#endpoints[endpoint] = { ...this.#endpoints[endpoint], confirmAt: now };
  }

  /** Brings the next cycle forward to confirm an absence. */
  confirm(now: number): void {
    for (const endpoint of ENDPOINTS) {
      const plan = this.#endpoints[endpoint];
      if (plan.notBefore !== null) continue;
      this.#endpoints[endpoint] = { ...plan, confirmAt: now + this.#options.confirmMs };
    }
  }

  #mustWait(endpoint: Endpoint): boolean {
    const { notBefore, confirmAt } = this.#endpoints[endpoint];
    return notBefore !== null || (confirmAt !== null && this.#tempo.isConfirmedInFull);
  }

  #dueAt(endpoint: Endpoint, now: number): number {
    const { sentAt, answeredAt, notBefore, confirmAt } = this.#endpoints[endpoint];
    if (notBefore !== null) return notBefore;
    if (confirmAt !== null && this.#tempo.isConfirmedInFull) return confirmAt;
    const intervalMs = this.#tempo.intervalMs(endpoint, now);
    const dueAt = Math.max(sentAt + intervalMs, answeredAt + intervalMs * BREATHER);
    return Math.min(dueAt, confirmAt ?? Infinity);
  }

  #wait(endpoint: Endpoint, notBefore: number): void {
    this.#endpoints[endpoint] = { ...this.#endpoints[endpoint], notBefore, confirmAt: null };
  }
}

export interface PaceOptions {
  readonly intervalMs: number;
  readonly confirmMs: number;
  /** Null: every interval is `intervalMs`. */
  readonly adaptive: AdaptiveOptions | null;
  /** In [0, 1): spreads what is retried. */
  readonly random: () => number;
}

interface Plan {
  /** The last request that was answered: when it was sent, and when its answer had been seen to. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Set while it waits for something else than the interval. */
  readonly notBefore: number | null;
  readonly confirmAt: number | null;
}

const NONE: readonly Endpoint[] = [];
/** A PBX slower than the interval still gets a tenth of it to itself between two requests. */
const BREATHER = 0.1;
/** Long enough to leave a struggling PBX alone, short enough that an agent does not notice its return late. */
const MAX_BACKOFF_MS = 15_000;
const SPREAD = 0.25;

/** Where in the interval a tenant's polls begin: spread by its name, the same on every start. Milliseconds. */
export function startOffset(tenant: string, intervalMs: number): number {
  return fnv1a(tenant) % intervalMs;
}
