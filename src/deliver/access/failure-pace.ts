import { type Clock, pause } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import type { LimitWatch } from './limit-watch.js';
import type { Limits } from './options.js';

/**
 * Slows down an address whose handshakes and tokens fail, so that cutting a connection does not lead to a loop of new ones.
 *
 * Only failures count: hundreds of people behind one address who all connect at once are let through. Beyond
 * `failuresPerSecond` (a few seconds' worth may come at once) every next handshake and unchecked token of the address
 * waits, at most `LONGEST_MS`, and is then let through: a client with a valid token behind the same address is late but
 * never refused. What waits is bounded by the pool of connections without a token. All addresses together share a pace
 * ten times as fast, of which each takes no more than its own, so that one that fails alone makes no other wait. IPv6 addresses
 * count by their /64, which is what one customer usually gets. Behind a proxy that is not trusted all clients are one address.
 */
export class FailurePace {
  readonly #deps: FailurePaceDeps;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #all: TokenBucket;

  constructor(deps: FailurePaceDeps) {
    this.#deps = deps;
    this.#all = this.#bucket(OF_ALL);
  }

  failed(address: string): void {
    const { clock } = this.#deps;
    const now = clock.monotonic();
    const key = networkOf(address);
    const bucket = this.#buckets.get(key) ?? this.#bucket(1);
    // The newest comes last, so that the first one can be forgotten.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > ADDRESSES_KEPT) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (this.#waitOf(bucket, now) === 0) this.#take(this.#all, now);
    this.#take(bucket, now);
  }

  /** Resolves when the address may try: at once, unless too many of its tries have failed. */
  async turn(address: string): Promise<void> {
    const { clock, watch } = this.#deps;
    const now = clock.monotonic();
    const network = networkOf(address);
    const own = this.#buckets.get(network);
    const waitMs = Math.max(own === undefined ? 0 : this.#waitOf(own, now), this.#waitOf(this.#all, now));
    if (waitMs === 0) return;
    watch.reached('failures', network);
    await pause(clock, Math.min(waitMs, LONGEST_MS));
  }

  /** A debt does not grow beyond what the longest wait makes up for. */
  #take(bucket: TokenBucket, now: number): void {
    if (this.#waitOf(bucket, now) < LONGEST_MS) bucket.take(now);
  }

  #waitOf(bucket: TokenBucket, now: number): number {
    return bucket.holdsAt(0, now) - now;
  }

  #bucket(share: number): TokenBucket {
    const { clock, failuresPerSecond } = this.#deps;
    const perSecond = failuresPerSecond * share;
    return new TokenBucket({ capacity: perSecond * BURST_S, perMs: perSecond / 1_000 }, clock.monotonic());
  }
}

export interface FailurePaceDeps extends Pick<Limits, 'failuresPerSecond'> {
  readonly clock: Clock;
  readonly watch: LimitWatch;
}

/** IPv4 as it is, IPv6 by its first 64 bits. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}

/** So that a legitimate client beside a failing one connects within two seconds. */
const LONGEST_MS = 1_000;
/** Seconds' worth of failures that may come at once: people mistype, pages are closed while they load. */
const BURST_S = 5;
const OF_ALL = 10;
/** Addresses whose failures are remembered; a megabyte or two. */
const ADDRESSES_KEPT = 10_000;
