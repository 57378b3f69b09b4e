import { Backoff } from '../../base/backoff.js';
import type { Time } from '../../base/clock.js';

/**
 * Whether a host is worth asking. Pure but for the clock and the randomness that are passed in.
 *
 * | state   | asked whether to send                       | a host's answer | no answer                                   |
 * |---------|---------------------------------------------|-----------------|---------------------------------------------|
 * | closed  | yes                                         | failures to 0   | failures + 1; open when there are enough    |
 * | open    | no; once the delay is over: yes → probing   | closed          | nothing: it was sent before                 |
 * | probing | no                                          | closed          | of the probe: open, with twice the delay    |
 *
 * An answer is anything with an HTTP status: a host that says 401, 429 or 503 to one tenant is there. Enough is
 * `FAILURES` in a row, of two tenants where there are two: what hangs for one tenant only must not shut out the others.
 * A probe that ends without a verdict (its tenant left) gives its turn to the next who asks.
 *
 * Not cockatiel's: its breaker lets whoever comes during the probe wait for it (2,000 hanging requests again), cannot
 * say when it will look next, takes an abandoned probe for a success, and reads the clock itself.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  /** Since the last answer. */
  #failures = 0;
  #failedLast: object | null = null;
  #failedOthers = false;
  #opened: { readonly until: number; readonly reason: string } | null = null;
  /** From one look at a host that is down to the next. */
  readonly #delays: Backoff;
  #probe: object | null = null;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    const { random } = options;
    this.#delays = new Backoff({ firstMs: FIRST_DELAY_MS, maxMs: MAX_DELAY_MS, spread: -SPREAD, random });
  }

  get state(): 'closed' | 'open' | 'probing' {
    if (this.#opened === null) return 'closed';
    return this.#probe === null ? 'open' : 'probing';
  }

  /** Why a request would not be sent now, null when it would be. @param isFree whether it could be sent at once */
  refusal(isFree = true): Refusal | null {
    if (this.#opened === null) return null;
    const retryInMs = Math.max(0, this.#opened.until - this.#options.time.monotonic());
    if (this.#probe === null && retryInMs === 0 && isFree) return null;
    return { reason: this.#opened.reason, retryInMs };
  }

  /** A request of this tenant is to be sent now; its outcome must be told, with the permit. */
  begin(tenant: object): Permit | Refusal {
    const refused = this.refusal();
    if (refused !== null) return refused;
    const permit = { tenant };
    if (this.#opened !== null) this.#probe = permit;
    return permit;
  }

  answered(): void {
    this.#failures = 0;
    this.#failedLast = null;
    this.#failedOthers = false;
    this.#opened = null;
    this.#delays.reset();
    this.#probe = null;
  }

  /** @param why one line, without secrets */
  failed(permit: Permit, why: string): void {
    if (this.#opened === null) {
      this.#failures++;
      this.#failedOthers ||= this.#failedLast !== null && this.#failedLast !== permit.tenant;
      this.#failedLast = permit.tenant;
      const everybody = this.#failedOthers || this.#options.tenants() < 2;
      if (this.#failures >= FAILURES && everybody) this.#open(why);
    } else if (this.#probe === permit) {
      this.#open(why);
    }
  }

  /** The request ended, and says nothing about the host. */
  unknown(permit: Permit): void {
    if (this.#probe === permit) this.#probe = null;
  }

  #open(why: string): void {
    this.#probe = null;
    this.#opened = {
      until: this.#options.time.monotonic() + this.#delays.next(),
      // Without the seconds that are left: reasons are logged when they change, and must not change all the time.
      reason: `host down (${why}): not asked, retrying within ${MAX_DELAY_MS / 1000} s`,
    };
  }
}

export interface CircuitBreakerOptions {
  readonly time: Pick<Time, 'monotonic'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** How many tenants share the host at present. */
  readonly tenants: () => number;
}

export interface Permit {
  readonly tenant: object;
}

export interface Refusal {
  readonly reason: string;
  /** Until the host is looked at again; 0 while it is being looked at. */
  readonly retryInMs: number;
}

/** One dropped connection, or the few of a proxy's restart, are no dead host. */
const FAILURES = 5;
/** Short at first: most outages are a restart. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
/** Replicas that saw the host die together shall not all knock together. */
const SPREAD = 0.25;
