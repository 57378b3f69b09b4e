import { type Dispatcher, Pool } from 'undici';
import type { Time } from '../../base/clock.js';
import { CircuitBreaker, type Permit } from './circuit-breaker.js';
import { Semaphore } from './semaphore.js';

/**
 * The upstream hosts of all tenants of this process: one pool of connections and one circuit breaker per origin, shared
 * by its tenants.
 *
 * Guarantees:
 * - At most `concurrency` requests, and as many connections, are open at one host, and `PER_TENANT` of one tenant. A
 *   request that finds all taken waits in line, first come, first served. Since each tenant has few requests under way,
 *   no tenant waits for another one's many.
 * - Hosts share nothing: a hanging host takes no connection, no slot and no place in line of another.
 * - While a host is down (see `CircuitBreaker`) it gets one request at a time; every other is refused at once, and so
 *   are the requests in line.
 * - A host is closed when its last tenant has left it.
 */
export class UpstreamHosts {
  readonly #options: UpstreamHostsOptions;
  readonly #hosts = new Map<string, UpstreamHost>();

  constructor(options: UpstreamHostsOptions) {
    this.#options = options;
  }

  /** Joins a tenant to a host. @param origin scheme, host and port */
  join(origin: string): Lane {
    let host = this.#hosts.get(origin);
    if (host === undefined) {
      host = new UpstreamHost(origin, this.#options, () => this.#hosts.delete(origin));
      this.#hosts.set(origin, host);
    }
    return host.join();
  }

  /** The status of every current host. */
  statuses(): HostStatus[] {
    return [...this.#hosts.values()].map((host) => host.status);
  }
}

export interface UpstreamHostsOptions {
  /** Requests under way at one host, and connections to it. */
  readonly concurrency: number;
  /** The time-out of making a connection. */
  readonly connectTimeoutMs: number;
  readonly time: Pick<Time, 'monotonic'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Called when a host is found to be down, with the reason, and when it answers again (null). */
  readonly onChange?: (origin: string, down: string | null) => void;
}

export interface HostStatus {
  readonly origin: string;
  readonly tenants: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly breaker: CircuitBreaker['state'];
}

class UpstreamHost {
  readonly #origin: string;
  readonly #options: UpstreamHostsOptions;
  readonly #closed: () => void;
  readonly #lanes = new Set<Lane>();
  readonly breaker: CircuitBreaker;
  readonly slots: Semaphore;
  readonly pool: Pool;
  connectionsMade = 0;

  constructor(origin: string, options: UpstreamHostsOptions, closed: () => void) {
    this.#origin = origin;
    this.#options = options;
    this.#closed = closed;
    const { time, random } = options;
    this.breaker = new CircuitBreaker({ time, random, tenants: () => this.#lanes.size });
    this.slots = new Semaphore(options.concurrency);
    this.pool = new Pool(origin, {
      connections: options.concurrency,
      // The client's deadline covers the whole request; undici's own would only add other reasons for the same.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.connectTimeoutMs },
    }).on('connect', () => this.connectionsMade++);
  }

  get status(): HostStatus {
    return {
      origin: this.#origin,
      tenants: this.#lanes.size,
      inFlight: this.slots.taken,
      waiting: this.slots.waiting,
      breaker: this.breaker.state,
    };
  }

  join(): Lane {
    const lane = new Lane(this, async () => {
      this.#lanes.delete(lane);
      if (this.#lanes.size > 0) return;
      this.#closed();
      await this.pool.destroy();
    });
    this.#lanes.add(lane);
    return lane;
  }

  answered(): void {
    if (this.breaker.state === 'closed') return this.breaker.answered();
    this.breaker.answered();
    this.#options.onChange?.(this.#origin, null);
  }

  failed(permit: Permit, why: string): void {
    const before = this.breaker.state;
    this.breaker.failed(permit, why);
    if (before !== 'closed' || this.breaker.state === 'closed') return;
    this.slots.dismiss();
    this.#options.onChange?.(this.#origin, why);
  }
}

/** One tenant's way to its host. */
export class Lane {
  readonly #host: UpstreamHost;
  readonly #leave: () => Promise<void>;
  readonly #own = new Semaphore(PER_TENANT);

  constructor(host: UpstreamHost, leave: () => Promise<void>) {
    this.#host = host;
    this.#leave = leave;
  }

  /** A turn, or a refusal, without waiting; null where the request would have to wait in line. */
  enterFree(): Turn | null {
    const { slots } = this.#host;
    const refused = this.#refusal();
    if (refused !== null) return refused;
    if (slots.isFull || !this.#own.takeFree()) return null;
    slots.takeFree();
    return this.#begin();
  }

  /** Waits for a place among the host's requests, as long as the signal allows. */
  async enter(signal: AbortSignal): Promise<Turn> {
    const refused = this.#refusal();
    if (refused !== null) return refused;
    if (!(await this.#own.take(signal))) return GIVEN_UP;
    const { slots } = this.#host;
    // Checked after each wait: the host may have gone down meanwhile.
    const refusedSince = this.#refusal();
    if (refusedSince === null && (await slots.take(signal))) return this.#begin();
    this.#own.release();
    if (refusedSince !== null) return refusedSince;
    return signal.aborted ? GIVEN_UP : (this.#refusal() ?? DISMISSED);
  }

  /** To be called after the last turn has ended. */
  leave(): Promise<void> {
    return this.#leave();
  }

  /** Begins a turn, for which a slot of the tenant and one of the host have been taken. */
  #begin(): Turn {
    const { breaker, slots, pool } = this.#host;
    const permit = breaker.begin(this);
    if ('reason' in permit) {
      slots.release();
      this.#own.release();
      return { ok: false, ...permit };
    }
    return {
      ok: true,
      dispatcher: pool,
      connectionsMade: () => this.#host.connectionsMade,
      answered: () => this.#host.answered(),
      failed: (why) => this.#host.failed(permit, why),
      end: () => {
        breaker.unknown(permit);
        slots.release();
        this.#own.release();
      },
    };
  }

  /**
   * Why no request may be sent now, or null. No request waits in line for a host that is down, not even for the probe.
   */
  #refusal(): Refused | null {
    const { breaker, slots } = this.#host;
    const refusal = breaker.refusal(!slots.isFull);
    return refusal === null ? null : { ok: false, ...refusal };
  }
}

/** A request may be sent, or why not. */
export type Turn =
  | {
      readonly ok: true;
      readonly dispatcher: Dispatcher;
      /** How many connections to the host have been made so far. */
      connectionsMade(): number;
      /** The host has sent a status. */
      answered(): void;
      /** The host has sent no status: it hangs, or there was no connection. */
      failed(why: string): void;
      /** The request is over. To be called last, and exactly once. */
      end(): void;
    }
  | Refused;

interface Refused {
  readonly ok: false;
  readonly reason: string;
  /** When to ask again; null where the signal gave up. */
  readonly retryInMs: number | null;
}

const GIVEN_UP: Refused = { ok: false, reason: 'given up while waiting', retryInMs: null };
/** For a request in line that was dismissed while the host answered again. */
const DISMISSED: Refused = { ok: false, reason: 'host down: not asked', retryInMs: 0 };
/** Two polls and two registrations may be under way at once, or a token exchange; more would only load a slow PBX. */
const PER_TENANT = 4;
