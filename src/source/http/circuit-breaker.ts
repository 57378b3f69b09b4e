import { Backoff } from '../../base/backoff.js';
import type { Time } from '../../base/clock.js';

/**
 * Says whether a request may be sent to a host. Pure but for the clock and the randomness that are passed in.
 *
 * | state   | may a request be sent                       | a host's answer | no answer                                   |
 * |---------|---------------------------------------------|-----------------|---------------------------------------------|
 * | closed  | yes                                         | failures to 0   | failures + 1; open when there are enough    |
 * | open    | no; once the delay is over: yes → probing   | closed          | nothing: it was sent before                 |
 * | probing | no                                          | closed          | of the probe: open, with twice the delay    |
 *
 * An answer is anything with an HTTP status: a host that answers one tenant with 401, 429 or 503 is up. Enough are
 * `FAILURES` in a row, of two tenants where there are two: requests that hang for one tenant only must not stop the
 * others'. After a probe that ends without a verdict (its tenant left), the next request is the probe.
 *
 * Not cockatiel's: its breaker lets requests that come during the probe wait for it (2,000 hanging requests again),
 * cannot say when the next probe will be, takes an abandoned probe for a success, and reads the clock itself.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  /** Failures since the last answer. */
  #failures = 0;
  #failedLast: object | null = null;
  #failedOthers = false;
  #opened: { readonly until: number; readonly reason: string } | null = null;
  /** From one probe of a host that is down to the next. */
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

  /** Asks to send a request of this tenant now. With a permit, the caller must report the request's outcome. */
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

  /** Reports a request that ended without showing whether the host is up. */
  unknown(permit: Permit): void {
    if (this.#probe === permit) this.#probe = null;
  }

  #open(why: string): void {
    this.#probe = null;
    this.#opened = {
      until: this.#options.time.monotonic() + this.#delays.next(),
      // Without the seconds that are left: a reason is logged whenever it changes, and must not change with each poll.
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
  /** Until the next probe of the host; 0 while one is under way. */
  readonly retryInMs: number;
}

/** One dropped connection, or the few of a proxy's restart, do not mean that the host is down. */
const FAILURES = 5;
/** Short at first, since most outages are restarts. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
/** Replicas that saw the host fail at the same time should not all probe it at the same time. */
const SPREAD = 0.25;
