import { ENDPOINTS, type Endpoint, type Instant } from '../../core/model/observation.js';
import type { Activity } from './activity.js';
import { ClockStep } from './clock-step.js';
import { fnv1a } from '../../base/spread-hash.js';
import { AdaptiveTempo, type AdaptiveOptions, FixedTempo, type Reply, type Tempo } from './interval.js';

/**
 * When an endpoint is asked next. Pure arithmetic over instants in milliseconds; randomness is passed in.
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
 * - The instants are a wall clock's: when that is set back, what is planned goes back with it (`ClockStep`).
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #tempo: Tempo;
  readonly #endpoints: Record<Endpoint, Plan>;
  /** Does not begin with `firstAt`, which is yet to come. */
  readonly #step = new ClockStep();

  constructor(options: PaceOptions, firstAt: Instant) {
    this.#options = options;
    const { adaptive, intervalMs } = options;
    this.#tempo = adaptive === null ? new FixedTempo(intervalMs) : new AdaptiveTempo(adaptive, firstAt);
    const first: Plan = {
      sentAt: firstAt,
      answeredAt: firstAt,
      failures: 0,
      notBefore: firstAt,
      confirmAt: null,
    };
    this.#endpoints = { monitor: first, queue: first };
  }

  /** The endpoints to ask in a cycle that begins at `now`; not one of these that are `open`. */
  due(now: Instant, open: readonly Endpoint[] = NONE): Endpoint[] {
    this.#keepUp(now);
    return ENDPOINTS.filter((endpoint) => {
      if (open.includes(endpoint)) return false;
      // One that is backing off, was asked to be left alone, or has to confirm is not asked a moment early.
      const early = this.#mustWait(endpoint) ? 0 : this.#tempo.intervalMs(endpoint, now) / 4;
      return this.#dueAt(endpoint, now) <= now + early;
    });
  }

  /** Milliseconds from `now` until an endpoint is due that is not `open`; Infinity where all are. */
  delay(now: Instant, open: readonly Endpoint[] = NONE): number {
    this.#keepUp(now);
    let next = Infinity;
    for (const endpoint of ENDPOINTS)
      if (!open.includes(endpoint)) next = Math.min(next, this.#dueAt(endpoint, now));
    return Math.max(0, Math.max(next, this.#tempo.affordableAt(now)) - now);
  }

  /** What is going on after a cycle; to be told before what the endpoints did in it. */
  turn(activity: Activity): void {
    this.#tempo.turn(activity);
  }

  answered(endpoint: Endpoint, reply: Reply, now: Instant): void {
    this.#keepUp(now);
    this.#tempo.note(endpoint, reply, now);
    // Sent after it was answered: the clock was set back in between, and this is as near as can be told.
    const sentAt = Math.min(reply.sentAt, now);
    this.#endpoints[endpoint] = { sentAt, answeredAt: now, failures: 0, notBefore: null, confirmAt: null };
  }

  /** Brings forward the next request to an endpoint that has answered. */
  again(endpoint: Endpoint, now: Instant): void {
    this.#keepUp(now);
    this.#endpoints[endpoint] = { ...this.#endpoints[endpoint], confirmAt: now };
  }

  failed(
    endpoint: Endpoint,
    reply: Reply,
    now: Instant,
    retryAfterMs: number | null,
    random: () => number,
  ): void {
    this.#keepUp(now);
    this.#tempo.note(endpoint, reply, now);
    const failures = this.#endpoints[endpoint].failures + 1;
    const ceiling = Math.max(this.#options.intervalMs, MAX_BACKOFF_MS);
    const backoff = Math.min(this.#options.intervalMs * 2 ** (failures - 1), ceiling);
    const wait = Math.max(spread(backoff, random), retryAfterMs ?? 0);
    this.#wait(endpoint, now + wait, failures);
  }

  heldBack(endpoint: Endpoint, now: Instant, retryInMs: number, random: () => number): void {
    this.#keepUp(now);
    const wait = spread(Math.max(retryInMs, this.#options.intervalMs), random);
    this.#wait(endpoint, now + wait, this.#endpoints[endpoint].failures);
  }

  /** Brings the next cycle forward to confirm an absence. */
  confirm(now: Instant): void {
    this.#keepUp(now);
    for (const endpoint of ENDPOINTS) {
      const plan = this.#endpoints[endpoint];
      if (plan.notBefore !== null) continue;
      this.#endpoints[endpoint] = { ...plan, confirmAt: now + this.#options.confirmMs };
    }
  }

  /** Before anything else is done with `now`. */
  #keepUp(now: Instant): void {
    const back = this.#step.back(now);
    if (back === 0) return;
    for (const endpoint of ENDPOINTS) this.#endpoints[endpoint] = earlier(this.#endpoints[endpoint], back);
  }

  #mustWait(endpoint: Endpoint): boolean {
    const { notBefore, confirmAt } = this.#endpoints[endpoint];
    return notBefore !== null || (confirmAt !== null && this.#tempo.isConfirmedInFull);
  }

  #dueAt(endpoint: Endpoint, now: Instant): Instant {
    const { sentAt, answeredAt, notBefore, confirmAt } = this.#endpoints[endpoint];
    if (notBefore !== null) return notBefore;
    if (confirmAt !== null && this.#tempo.isConfirmedInFull) return confirmAt;
    const intervalMs = this.#tempo.intervalMs(endpoint, now);
    const dueAt = Math.max(sentAt + intervalMs, answeredAt + intervalMs * BREATHER);
    return Math.min(dueAt, confirmAt ?? Infinity);
  }

  #wait(endpoint: Endpoint, notBefore: Instant, failures: number): void {
    this.#endpoints[endpoint] = { ...this.#endpoints[endpoint], failures, notBefore, confirmAt: null };
  }
}

export interface PaceOptions {
  readonly intervalMs: number;
  readonly confirmMs: number;
  /** Null: every interval is `intervalMs`. */
  readonly adaptive: AdaptiveOptions | null;
}

interface Plan {
  /** The last request that was answered: when it was sent, and when its answer had been seen to. */
  readonly sentAt: Instant;
  readonly answeredAt: Instant;
  readonly failures: number;
  /** Set while it waits for something else than the interval. */
  readonly notBefore: Instant | null;
  readonly confirmAt: Instant | null;
}

const NONE: readonly Endpoint[] = [];
/** A PBX slower than the interval still gets a tenth of it to itself between two requests. */
const BREATHER = 0.1;
/** Long enough to leave a struggling PBX alone, short enough that an agent does not notice its return late. */
const MAX_BACKOFF_MS = 15_000;
const SPREAD = 0.25;

function earlier(plan: Plan, ms: number): Plan {
  const { sentAt, answeredAt, notBefore, confirmAt } = plan;
  return {
    ...plan,
    sentAt: sentAt - ms,
    answeredAt: answeredAt - ms,
    notBefore: notBefore === null ? null : notBefore - ms,
    confirmAt: confirmAt === null ? null : confirmAt - ms,
  };
}

function spread(ms: number, random: () => number): number {
  return ms * (1 + SPREAD * random());
}

/** Where in the interval a tenant's polls begin: spread by its name, the same on every start. Milliseconds. */
export function startOffset(tenant: string, intervalMs: number): number {
  return fnv1a(tenant) % intervalMs;
}
