import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import type { Limits } from './options.js';

/** Counts open connections per key. Its size is bounded by the connections: a key without one is dropped. */
class Tally {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns the function that gives the connection back (to be called once), or null when the key is at its limit. */
  take(key: string): (() => void) | null {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#limit) return null;
    this.#counts.set(key, count + 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      const left = this.#counts.get(key)! - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }
}

/** How many connections one address and one token may hold, sockets and event streams together. */
export class ConnectionLimits {
  readonly #addresses: Tally;
  readonly #tokens: Tally;

  constructor(limits: Pick<Limits, 'connectionsPerAddress' | 'connectionsPerToken'>) {
    this.#addresses = new Tally(limits.connectionsPerAddress);
    this.#tokens = new Tally(limits.connectionsPerToken);
  }

  takeAddress(address: string): (() => void) | null {
    return this.#addresses.take(address);
  }

  /** Counted by digest, so that no token is kept. */
  takeToken(token: string): (() => void) | null {
    return this.#tokens.take(createHash('sha256').update(token).digest('base64url'));
  }
}

/** How many messages one client may send: `perSecond` sustained, `burst` at once. */
export class MessageRate {
  readonly #bucket: TokenBucket;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(perSecond: number, burst: number, clock: Pick<Clock, 'monotonic'>) {
    this.#bucket = new TokenBucket({ capacity: burst, perMs: perSecond / 1_000 }, clock.monotonic());
    this.#clock = clock;
  }

  allow(): boolean {
    return this.#bucket.tryTake(this.#clock.monotonic());
  }
}
