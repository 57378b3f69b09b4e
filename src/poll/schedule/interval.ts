import type { Endpoint } from '../../core/model/observation.js';
import { hasFailed, type PollResult } from '../../source/poll-result.js';
import type { Activity } from './activity.js';
import { RequestBudget } from './request-budget.js';
import { Throttle } from './throttle.js';

/** How fast a tenant is polled when nothing fails. Pure arithmetic over instants of the monotonic clock, in milliseconds. */
export interface Tempo {
  /** From one request at an endpoint to the next. */
  intervalMs(endpoint: Endpoint, now: number): number;
  /** When the next cycle may be sent at all: `now`, or later. */
  affordableAt(now: number): number;
  /** Whether an absence is confirmed after exactly the confirming delay, or sooner where the interval is shorter. */
  readonly isConfirmedInFull: boolean;
  /** What the last cycle left of the tenant's calls. */
  turn(activity: Activity): void;
  /** A request that was sent is over. */
  note(result: PollResult, now: number): void;
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

  affordableAt(now: number): number {
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

  constructor(options: AdaptiveOptions, now: number) {
    this.#options = options;
    this.#budget = options.budgetPerHour === 0 ? null : new RequestBudget(options.budgetPerHour, now);
    this.#throttle = new Throttle(now);
  }

  intervalMs(endpoint: Endpoint, now: number): number {
    const { minIntervalMs, maxIntervalMs } = this.#options;
    const between = (endpoint === 'monitor' ? MONITOR : QUEUE)[this.#activity];
    const chosen = minIntervalMs * (maxIntervalMs / minIntervalMs) ** between;
    const allowed = chosen / this.#throttle.rate(now);
    return this.#budget === null ? allowed : this.#budget.stretched(allowed, now);
  }

  affordableAt(now: number): number {
    return this.#budget === null ? now : this.#budget.affordableAt(now);
  }

  turn(activity: Activity): void {
    this.#activity = activity;
  }

  note(result: PollResult, now: number): void {
    const { status, sentAt } = result;
    this.#budget?.spend(now);
    if (!hasFailed(result)) this.#throttle.answered(result, now);
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
