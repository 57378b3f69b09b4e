import type { Endpoint, Instant } from '../../core/model/observation.js';
import type { Activity } from './activity.js';
import { RequestBudget } from './request-budget.js';
import { Throttle } from './throttle.js';

/** How fast a tenant is polled when nothing fails. Pure arithmetic over instants in milliseconds. */
export interface Tempo {
  /** From one request at an endpoint to the next. */
  intervalMs(endpoint: Endpoint, now: Instant): number;
  /** When the next cycle may be sent at all: `now`, or later. */
  affordableAt(now: Instant): Instant;
  /** Whether an absence is confirmed after exactly the confirming delay, or sooner where the interval is shorter. */
  readonly isConfirmedInFull: boolean;
  /** What the last cycle left of the tenant's calls. */
  turn(activity: Activity): void;
  /** A request is over. */
  note(endpoint: Endpoint, reply: Reply, now: Instant): void;
}

/** What the PBX did with one poll. */
export interface Reply {
  readonly ok: boolean;
  /** HTTP; null when there was no complete answer. */
  readonly status: number | null;
  readonly sentAt: Instant;
  readonly latencyMs: number;
}

/** The interval that the operator chose, whatever happens. */
export class FixedTempo implements Tempo {
  readonly isConfirmedInFull = false;
  readonly #intervalMs: number;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  intervalMs(): number {
    return this.#intervalMs;
  }

  affordableAt(now: Instant): Instant {
    return now;
  }

  turn(): void {}

  note(): void {}
}

/**
 * Faster while something rings or waits, slower while nobody calls.
 *
 * | activity | monitor                | queue                  |
 * |----------|------------------------|------------------------|
 * | ringing  | `minIntervalMs`        | `QUEUE.ringing`        |
 * | waiting  | `MONITOR.waiting`      | `QUEUE.waiting`        |
 * | talking  | `MONITOR.talking`      | `maxIntervalMs`        |
 * | idle     | `maxIntervalMs`        | `maxIntervalMs`        |
 *
 * An answer shows on the monitor first, so that is where the requests go. A PBX in trouble (`Throttle`) and a budget that
 * runs low (`RequestBudget`) stretch the interval, also beyond `maxIntervalMs`.
 *
 * An absence must not mean less because polls are fast: two polls 100 ms apart may both fall into one flicker at a bridge.
 * So the poll that confirms it always comes the full confirming delay later, as with a fixed interval of a second.
 */
export class AdaptiveTempo implements Tempo {
  readonly isConfirmedInFull = true;
  readonly #options: AdaptiveOptions;
  readonly #budget: RequestBudget | null;
  readonly #throttle: Throttle;
  #activity: Activity = 'idle';

  constructor(options: AdaptiveOptions, now: Instant) {
    this.#options = options;
    this.#budget = options.budgetPerHour === 0 ? null : new RequestBudget(options.budgetPerHour, now);
    this.#throttle = new Throttle(now);
  }

  intervalMs(endpoint: Endpoint, now: Instant): number {
    const { minIntervalMs, maxIntervalMs } = this.#options;
    const between = (endpoint === 'monitor' ? MONITOR : QUEUE)[this.#activity];
    const chosen = minIntervalMs * (maxIntervalMs / minIntervalMs) ** between;
    const allowed = chosen / this.#throttle.rate(now);
    return this.#budget === null ? allowed : this.#budget.stretched(allowed, now);
  }

  affordableAt(now: Instant): Instant {
    return this.#budget === null ? now : this.#budget.affordableAt(now);
  }

  turn(activity: Activity): void {
    this.#activity = activity;
  }

  note(endpoint: Endpoint, { ok, status, sentAt, latencyMs }: Reply, now: Instant): void {
    this.#budget?.spend(now);
    if (ok) this.#throttle.answered(endpoint, latencyMs, sentAt, now);
    else if (status === null || status === 429 || status >= 500) this.#throttle.troubled(sentAt, now);
  }
}

export interface AdaptiveOptions {
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  /** Polls of a tenant in any hour; 0: no bound. */
  readonly budgetPerHour: number;
}

/** Where between the bounds, in their ratio: 0 the shortest interval, 1 the longest. Found with `npm run bench -- adaptive`. */
type Between = Readonly<Record<Activity, number>>;
const MONITOR: Between = { ringing: 0, waiting: 0.4, talking: 0.6, idle: 1 };
const QUEUE: Between = { ringing: 0.7, waiting: 0.7, talking: 1, idle: 1 };
