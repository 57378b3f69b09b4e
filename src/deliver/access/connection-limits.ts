import type { Clock } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import type { LimitWatch } from './limit-watch.js';
import type { Limits } from './options.js';
import { subjectKey, type Whose } from './token.js';

/**
 * How many clients there may be, sockets and event streams together: of one subject and of all. Its size is bounded by
 * the clients: a subject without one is dropped.
 */
export class ConnectionLimits {
  readonly #deps: ConnectionLimitsDeps;
  readonly #subjects = new Map<string, number>();
  #all = 0;

  constructor(deps: ConnectionLimitsDeps) {
    this.#deps = deps;
  }

  /** Returns the function that gives the connection back (more calls do nothing), or null at one of the limits. */
  take(holder: Whose): (() => void) | null {
    const { maxConnections, connectionsPerSubject, watch } = this.#deps;
    const key = subjectKey(holder);
    const count = this.#subjects.get(key) ?? 0;
    if (this.#all >= maxConnections || count >= connectionsPerSubject) {
      watch.reached(this.#all >= maxConnections ? 'clients' : 'subject');
      return null;
    }
    this.#all += 1;
    this.#subjects.set(key, count + 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#all -= 1;
      const left = this.#subjects.get(key)! - 1;
      if (left === 0) this.#subjects.delete(key);
      else this.#subjects.set(key, left);
    };
  }
}

export interface ConnectionLimitsDeps extends Pick<Limits, 'maxConnections' | 'connectionsPerSubject'> {
  readonly watch: LimitWatch;
}

/** What one connection may send: messages and control frames together, and bytes. */
export class ClientRate {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(limits: RateLimits, clock: Pick<Clock, 'monotonic'>) {
    const { messagesPerSecond, messageBurst, bytesPerSecond } = limits;
    const now = clock.monotonic();
    this.#messages = new TokenBucket({ capacity: messageBurst, perMs: messagesPerSecond / 1_000 }, now);
    const capacity = bytesPerSecond * BYTES_BURST_S;
    this.#bytes = new TokenBucket({ capacity, perMs: bytesPerSecond / 1_000 }, now);
    this.#clock = clock;
  }

  allowsMessage(): boolean {
    return this.#messages.tryTake(this.#clock.monotonic());
  }

  allowsBytes(count: number): boolean {
    const now = this.#clock.monotonic();
    this.#bytes.take(now, count);
    return this.#bytes.level(now) >= 0;
  }
}

export type RateLimits = Pick<Limits, 'messagesPerSecond' | 'messageBurst' | 'bytesPerSecond'>;

/** Enough for a burst of the largest messages. */
const BYTES_BURST_S = 4;
