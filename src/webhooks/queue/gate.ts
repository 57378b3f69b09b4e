import { TokenBucket } from '../../base/token-bucket.js';
import type { WebhookGap } from '../../store/webhook-store.js';
import { Breaker } from './breaker.js';
import type { Item } from './lines.js';

/** One request to make: of an event, of several where the endpoint takes them together, or of a gap. */
export interface Sending {
  readonly item: Item | null;
  /** By ascending sequence, after `item`. */
  readonly more: readonly Item[];
  readonly gap: WebhookGap | null;
  readonly generation: number;
}

export function itemsIn({ item, more }: Sending): readonly Item[] {
  return item === null ? more : [item, ...more];
}

/**
 * Whether one more request may be made to an endpoint: how many are in flight, what its breaker says, and its rate.
 * Times are of the monotonic clock, milliseconds.
 */
export class Gate {
  readonly breaker: Breaker;
  #ratePerSecond: number | null;
  #bucket: TokenBucket | null;
  #inFlight = 0;

  /** @param isInTrouble the endpoint failed when it was last asked: the first request is a probe */
  constructor(ratePerSecond: number | null, isInTrouble: boolean, now: number) {
    this.breaker = isInTrouble ? Breaker.probing(now) : new Breaker();
    this.#ratePerSecond = ratePerSecond;
    this.#bucket = bucketOf(ratePerSecond, now);
  }

  /** A rate that is the same as before keeps what was used of it. */
  change(ratePerSecond: number | null, now: number): void {
    if (ratePerSecond === this.#ratePerSecond) return;
    this.#ratePerSecond = ratePerSecond;
    this.#bucket = bucketOf(ratePerSecond, now);
  }

  /** Whether the breaker and the bound on requests in flight let one more through. */
  admits(now: number): boolean {
    return this.breaker.admits(this.#inFlight, now);
  }

  /** Makes it a request in flight; false where the rate is used up. */
  enter(now: number): boolean {
    if (this.#bucket !== null && !this.#bucket.tryTake(now)) return false;
    this.#inFlight += 1;
    return true;
  }

  leave(): void {
    this.#inFlight -= 1;
  }

  /** Milliseconds until one more may be made; Infinity while only an answer can bring that about. */
  admittedIn(now: number): number {
    const { probeAt } = this.breaker;
    if (!this.admits(Math.max(now, probeAt ?? 0))) return Infinity;
    const ratedAt = this.#bucket?.holdsAt(1, now) ?? now;
    return Math.max(ratedAt, probeAt ?? 0) - now;
  }
}

/** Lets through in one go what the rate gives in 50 ms, since a timer may be late. */
function bucketOf(ratePerSecond: number | null, now: number): TokenBucket | null {
  if (ratePerSecond === null) return null;
  return new TokenBucket({ capacity: Math.max(1, ratePerSecond / 20), perMs: ratePerSecond / 1_000 }, now);
}
