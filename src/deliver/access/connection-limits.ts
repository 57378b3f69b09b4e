import type { Clock } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import type { LimitName, LimitWatch } from './limit-watch.js';
import type { Limits } from './options.js';
import { subjectKey, type Whose } from './token.js';

/**
 * How many clients there may be, sockets and event streams together: of one subject, of one tenant and of all. A tenant has
 * a half of all, where there are others: it signs its own tokens, of as many subjects as it likes. The last tenth is for
 * tenants with less than an even share, so that a few with many clients cannot shut out one with few. Its size is bounded
 * by the clients: a subject or a tenant without one is dropped.
 */
export class ConnectionLimits {
  readonly #deps: ConnectionLimitsDeps;
  readonly #subjects = new Map<string, number>();
  readonly #tenants = new Map<string, number>();
  #all = 0;

  constructor(deps: ConnectionLimitsDeps) {
    this.#deps = deps;
  }

  /** Returns the function that gives the connection back (more calls do nothing), or null at one of the limits. */
  take(holder: Whose): (() => void) | null {
    const subject = subjectKey(holder);
    const { tenant } = holder;
    const reached = this.#reachedBy(subject, tenant);
    if (reached !== null) {
      this.#deps.watch.reached(reached);
      return null;
    }
    this.#all += 1;
    add(this.#subjects, subject, 1);
    add(this.#tenants, tenant, 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#all -= 1;
      add(this.#subjects, subject, -1);
      add(this.#tenants, tenant, -1);
    };
  }

  #reachedBy(subject: string, tenant: string): LimitName | null {
    const { maxConnections, connectionsPerSubject } = this.#deps;
    if (this.#all >= maxConnections) return 'clients';
    if ((this.#subjects.get(subject) ?? 0) >= connectionsPerSubject) return 'subject';
    return (this.#tenants.get(tenant) ?? 0) >= this.#mostOfTenant() ? 'tenant' : null;
  }

  #mostOfTenant(): number {
    const { maxConnections, tenants } = this.#deps;
    const count = tenants();
    if (count <= 1) return Infinity;
    const share = this.#all < maxConnections * (1 - KEPT) ? 1 / 2 : 1 / count;
    return Math.max(1, Math.floor(maxConnections * share));
  }
}

/** The part of all that is kept for tenants with less than an even share. */
const KEPT = 0.1;

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

export interface ConnectionLimitsDeps extends Pick<Limits, 'maxConnections' | 'connectionsPerSubject'> {
  readonly watch: Pick<LimitWatch, 'reached'>;
  /** How many tenants there are. */
  readonly tenants: () => number;
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
