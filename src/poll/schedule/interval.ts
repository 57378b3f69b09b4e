import type { Endpoint } from '../../core/model/observation.js';
import { hasFailed, type PollResult } from '../../source/poll-result.js';
import type { Activity } from './activity.js';
import { RequestBudget } from './request-budget.js';
import { Throttle } from './throttle.js';

/**
 * Says how long a tenant's polling intervals are while nothing fails. Pure arithmetic over instants of the monotonic
 * clock, in milliseconds.
 */
export interface Interval {
  /** The time from one request to an endpoint to the next. */
  intervalMs(endpoint: Endpoint, now: number): number;
  /** When the budget allows the next cycle: `now`, or later. */
  affordableAt(now: number): number;
  /** True: an absence is confirmed after exactly the confirming delay. False: sooner, where the interval is shorter. */
  readonly isConfirmedInFull: boolean;
  /** Takes the tenant's activity after the last cycle. */
  turn(activity: Activity): void;
  /** Takes the result of a request that was sent. */
  note(result: PollResult, now: number): void;
}

/** Always the interval that the operator chose. */
export class FixedInterval implements Interval {
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
 * Shorter while an extension rings or a caller waits, longer while there is no call.
 *
 * | activity | monitor                | queue                  |
 * |----------|------------------------|------------------------|
 * | ringing  | `minIntervalMs`        | `QUEUE.ringing`        |
 * | waiting  | `MONITOR.waiting`      | `QUEUE.waiting`        |
 * | talking  | `MONITOR.talking`      | `maxIntervalMs`        |
 * | idle     | `maxIntervalMs`        | `maxIntervalMs`        |
 *
 * The monitor shows an answered call first, so it gets most of the requests. Trouble of the PBX (`Throttle`) and a
 * budget that runs low (`RequestBudget`) lengthen the interval, also beyond `maxIntervalMs`.
 *
 * Fast polls must not weaken the proof of an absence: two polls 100 ms apart may both fall into one flicker of a row.
 * So the confirming poll always comes the full confirming delay later, as with a fixed interval of a second.
 */
export class AdaptiveInterval implements Interval {
  readonly isConfirmedInFull = true;
  readonly #options: AdaptiveOptions;
  readonly #budget: RequestBudget | null;
  readonly #throttle: Throttle;
  /** How many requests the last poll of each endpoint took. */
  readonly #requests = new Map<Endpoint, number>();
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
    const { endpoint, status, sentAt, requests } = result;
    this.#requests.set(endpoint, requests);
    this.#budget?.cycleTakes([...this.#requests.values()].reduce((sum, one) => sum + one, 0));
    this.#budget?.spend(now, requests);
    if (!hasFailed(result)) this.#throttle.answered(result, now);
    else if (status === null || status === 429 || status >= 500) this.#throttle.troubled(sentAt, now);
  }
}

export interface AdaptiveOptions {
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  /** The most requests for a tenant in any hour; 0: no bound. */
  readonly budgetPerHour: number;
}

/**
 * Where between the bounds an interval is, on a logarithmic scale: 0 the shortest, 1 the longest. Found with `npm run
 * bench -- adaptive`.
 */
type Between = Readonly<Record<Activity, number>>;
const MONITOR: Between = { ringing: 0, waiting: 0.4, talking: 0.6, idle: 1 };
const QUEUE: Between = { ringing: 0.7, waiting: 0.7, talking: 1, idle: 1 };
