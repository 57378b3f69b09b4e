import { Backoff } from '../../base/backoff.js';
import { fnv1a } from '../../base/spread-hash.js';
import { ENDPOINTS, type Endpoint } from '../../core/model/observation.js';
import { hasFailed, type PollResult } from '../../source/poll-result.js';
import type { Activity } from './activity.js';
import { AdaptiveInterval, type AdaptiveOptions, FixedInterval, type Interval } from './interval.js';

/**
 * Decides when an endpoint is polled next. Pure arithmetic over instants of the monotonic clock, in milliseconds;
 * randomness is passed in.
 *
 * - After an answer: one interval after the request was sent, so that the rate does not depend on the PBX's speed.
 *   `Interval` says how long that is; when the interval changes, requests that are planned already move with it.
 * - To confirm an absence: after `confirmMs`, at every endpoint that is answering.
 * - After a stale answer: at once, as far as the budget allows.
 * - After a failure: after `intervalMs`, doubled with each failure in a row up to `MAX_BACKOFF_MS` and spread by up to
 *   a quarter; never before the upstream's `Retry-After` is over.
 * - After a request that was not sent because the host's circuit breaker is open: when the breaker lets the next
 *   request through, spread likewise. The wait is not doubled, since the PBX has received nothing.
 * - Endpoints that are due at nearly the same time are polled together, so that a caller whom both show is seen in one
 *   cycle.
 * - An endpoint that has a request open is not due until the request is over.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #interval: Interval;
  readonly #endpoints: Record<Endpoint, Plan>;
  readonly #backoffs: Readonly<Record<Endpoint, Backoff>>;

  constructor(options: ScheduleOptions, firstAt: number) {
    this.#options = options;
    const { adaptive, intervalMs, random } = options;
    this.#interval =
      adaptive === null ? new FixedInterval(intervalMs) : new AdaptiveInterval(adaptive, firstAt);
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

  /** The endpoints to poll in a cycle that begins at `now`, without those that have a request open. */
  due(now: number, open: readonly Endpoint[] = NONE): Endpoint[] {
    return ENDPOINTS.filter((endpoint) => {
      if (open.includes(endpoint)) return false;
      // An endpoint that backs off, has sent Retry-After or has an absence to confirm is never polled early.
      const early = this.#mustWait(endpoint) ? 0 : this.#interval.intervalMs(endpoint, now) / 4;
      return this.#dueAt(endpoint, now) <= now + early;
    });
  }

  /** Milliseconds from `now` until an endpoint without an open request is due; Infinity where all have one open. */
  delay(now: number, open: readonly Endpoint[] = NONE): number {
    let next = Infinity;
    for (const endpoint of ENDPOINTS)
      if (!open.includes(endpoint)) next = Math.min(next, this.#dueAt(endpoint, now));
    return Math.max(0, Math.max(next, this.#interval.affordableAt(now)) - now);
  }

  /** Takes the tenant's activity after a cycle. Call it before `record` is called for the cycle's results. */
  turn(activity: Activity): void {
    this.#interval.turn(activity);
  }

  /** Takes the result of a request, which has been recorded by `now`. */
  record(result: PollResult, now: number): void {
    const { endpoint, sentAt, retryAfterMs, heldBackMs } = result;
    const backoff = this.#backoffs[endpoint];
    if (heldBackMs !== null) {
      return this.#wait(endpoint, now + backoff.spread(Math.max(heldBackMs, this.#options.intervalMs)));
    }
    this.#interval.note(result, now);
    if (hasFailed(result)) return this.#wait(endpoint, now + Math.max(backoff.next(), retryAfterMs ?? 0));
    backoff.reset();
    this.#endpoints[endpoint] = { sentAt, answeredAt: now, notBefore: null, confirmAt: null };
  }

  /** Makes an endpoint that has answered due at once. */
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
    return notBefore !== null || (confirmAt !== null && this.#interval.isConfirmedInFull);
  }

  #dueAt(endpoint: Endpoint, now: number): number {
    const { sentAt, answeredAt, notBefore, confirmAt } = this.#endpoints[endpoint];
    if (notBefore !== null) return notBefore;
    if (confirmAt !== null && this.#interval.isConfirmedInFull) return confirmAt;
    const intervalMs = this.#interval.intervalMs(endpoint, now);
    const dueAt = Math.max(sentAt + intervalMs, answeredAt + intervalMs * BREATHER);
    return Math.min(dueAt, confirmAt ?? Infinity);
  }

  #wait(endpoint: Endpoint, notBefore: number): void {
    this.#endpoints[endpoint] = { ...this.#endpoints[endpoint], notBefore, confirmAt: null };
  }
}

export interface ScheduleOptions {
  readonly intervalMs: number;
  readonly confirmMs: number;
  /** Null: every interval is `intervalMs`. */
  readonly adaptive: AdaptiveOptions | null;
  /** In [0, 1): spreads what is retried. */
  readonly random: () => number;
}

interface Plan {
  /** Of the last request that was answered: when it was sent, and when its answer had been recorded. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Set while the endpoint waits for a back-off, a `Retry-After` or a breaker instead of its interval. */
  readonly notBefore: number | null;
  readonly confirmAt: number | null;
}

const NONE: readonly Endpoint[] = [];
/** A PBX that takes longer than the interval to answer is left alone for a tenth of it between two requests. */
const BREATHER = 0.1;
/** Long enough to relieve an overloaded PBX, short enough that agents do not notice how late its recovery is seen. */
const MAX_BACKOFF_MS = 15_000;
const SPREAD = 0.25;

/** Where in the interval a tenant's polls begin, in milliseconds: spread by its name, the same on every start. */
export function startOffset(tenant: string, intervalMs: number): number {
  return fnv1a(tenant) % intervalMs;
}
