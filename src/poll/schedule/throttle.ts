import type { PollResult } from '../../source/poll-result.js';

/**
 * How much of its chosen rate a tenant's polling takes, in (0, 1]: halved when the PBX is in trouble, regained slowly.
 *
 * Trouble is 429, 5xx, no answer, or answers that take `SLOWER` times as long as that endpoint's own usually do. It
 * halves once for what was sent before the halving could help: two endpoints that fail together are one trouble. Pure
 * arithmetic over instants of the monotonic clock, in milliseconds.
 */
export class Throttle {
  #rate = 1;
  #at: number;
  #halvedAt = -Infinity;
  /** By endpoint: how long its answers usually take, and lately. */
  readonly #latencies = new Map<string, { usual: number; lately: number }>();

  constructor(now: number) {
    this.#at = now;
  }

  rate(now: number): number {
    this.#rate = Math.min(1, this.#rate + (now - this.#at) / RECOVERY_MS);
    this.#at = now;
    return this.#rate;
  }

  answered({ endpoint, tookMs, sentAt }: PollResult, now: number): void {
    const known = this.#latencies.get(endpoint);
    if (known === undefined) {
      this.#latencies.set(endpoint, { usual: tookMs, lately: tookMs });
      return;
    }
    known.lately += (tookMs - known.lately) * LATELY_WEIGHT;
    const isSlow = known.lately > known.usual * SLOWER + UNNOTICED_MS;
    const weight = tookMs < known.usual ? USUAL_FALLS : USUAL_RISES;
    known.usual += (tookMs - known.usual) * weight;
    if (!isSlow) return;
    this.troubled(sentAt, now);
    // What comes now has to show anew that it is slow.
    known.lately = known.usual;
  }

  troubled(sentAt: number, now: number): void {
    const rate = this.rate(now);
    if (sentAt < this.#halvedAt) return;
    this.#rate = Math.max(rate / 2, LOWEST_RATE);
    this.#halvedAt = now;
  }
}

/** From a standstill to the full rate: half a minute after one halving. */
const RECOVERY_MS = 60_000;
const LOWEST_RATE = 1 / 8;
/** Three times as slow is a queue somewhere; below that, ordinary variation. */
const SLOWER = 3;
/** A PBX that answers within a few milliseconds triples that by chance. */
const UNNOTICED_MS = 100;
/** Two or three slow answers, not one. */
const LATELY_WEIGHT = 0.3;
/** The baseline learns of better times soon and gets used to worse ones within some hundred answers. */
const USUAL_FALLS = 0.1;
const USUAL_RISES = 0.005;
