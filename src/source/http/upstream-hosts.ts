import type { SecureContext } from 'node:tls';
import type { Time } from '../../base/clock.js';
import { CircuitBreaker, type Permit } from './circuit-breaker.js';
import { openRoute, type Route, trusting, type Way } from './route.js';
import { Semaphore } from '../../base/semaphore.js';

/**
 * The upstream hosts of all tenants of this process: one pool of connections and one circuit breaker per way to a host
 * (its origin, the proxy in between, the certificates that are trusted), shared by its tenants.
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
  readonly #trusted = new Map<string, SecureContext>();

  constructor(options: UpstreamHostsOptions) {
    this.#options = options;
  }

  /** Joins a tenant to a host. */
  join(way: Way): Lane {
    const key = JSON.stringify([way.origin, way.proxy ?? null, way.ca ?? null]);
    let host = this.#hosts.get(key);
    if (host === undefined) {
      const trusted = way.ca === undefined || way.ca === null ? null : this.#trusting(way.ca);
      host = new UpstreamHost(way, { ...this.#options, trusted }, () => this.#hosts.delete(key));
      this.#hosts.set(key, host);
    }
    return host.join();
  }

  /** Many hosts trust the same few certificates. */
  #trusting(ca: string): SecureContext {
    const known = this.#trusted.get(ca) ?? trusting(ca);
    this.#trusted.set(ca, known);
    return known;
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
  readonly onChange?: (host: string, down: string | null) => void;
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
  readonly route: Route;
  connectionsMade = 0;

  constructor(
    way: Way,
    options: UpstreamHostsOptions & { readonly trusted: SecureContext | null },
    closed: () => void,
  ) {
    this.#origin = way.origin;
    this.#options = options;
    this.#closed = closed;
    const { time, random, concurrency, connectTimeoutMs, trusted } = options;
    this.breaker = new CircuitBreaker({ time, random, tenants: () => this.#lanes.size });
    this.slots = new Semaphore(concurrency);
    this.route = openRoute(way, {
      connections: concurrency,
      connectTimeoutMs,
      onConnect: () => this.connectionsMade++,
      secureContext: trusted,
    });
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
      await this.route.destroy();
    });
    this.#lanes.add(lane);
    return lane;
  }

  answered(): void {
    if (this.breaker.state === 'closed') return this.breaker.answered();
    this.breaker.answered();
    this.#options.onChange?.(this.route.name, null);
  }

  failed(permit: Permit, why: string): void {
    const before = this.breaker.state;
    this.breaker.failed(permit, why);
    if (before !== 'closed' || this.breaker.state === 'closed') return;
    this.slots.dismiss();
    this.#options.onChange?.(this.route.name, why);
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
    const { breaker, slots, route } = this.#host;
    const permit = breaker.begin(this);
    if ('reason' in permit) {
      slots.release();
      this.#own.release();
      return { ok: false, ...permit };
    }
    return {
      ok: true,
      dispatcher: route.dispatcher,
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
      readonly dispatcher: Route['dispatcher'];
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
