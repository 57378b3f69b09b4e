import type { Logger } from 'pino';
import type { Clock, Stop } from '../../base/clock.js';

/** The bounds on what clients can make the service do, each with what it is a bound on and the setting that moves it. */
const LIMITS = {
  connections: ['connections to the port', 'CONNECTIONS_MAX'],
  clients: ['sockets and event streams', 'CONNECTIONS_MAX'],
  probes: ['connections to METRICS_PORT', null],
  tokenless: ['connections without a token', 'CONNECTIONS_TOKENLESS_MAX'],
  subject: ['connections of one subject', 'CONNECTIONS_PER_SUBJECT_MAX'],
  tenant: ['sockets and event streams of one tenant', 'CONNECTIONS_MAX'],
  messages: ['messages and control frames of one connection', null],
  bytes: ['bytes sent by one connection', 'CLIENT_BYTES_PER_SECOND'],
  failures: ['handshakes and tokens that fail', 'CLIENT_FAILURES_PER_SECOND'],
  requests: ['HTTP requests under way', 'HTTP_REQUESTS_MAX'],
  'answer-bytes': ['bytes of HTTP answers under way', 'HTTP_ANSWER_BYTES_MAX'],
  'write-timeout': ['time to take an HTTP answer', 'HTTP_WRITE_TIMEOUT_MS'],
  'request-timeout': ['time to send a request', 'HTTP_IDLE_TIMEOUT_MS'],
  'polling-bytes': ['bytes that wait in polling sessions', 'POLLING_BYTES_MAX'],
  lookups: ['registrations asked for on request', 'REGISTRATION_LOOKUPS_PER_MINUTE'],
  'token-life': ['life of a token', 'AUTH_MAX_TTL'],
} as const satisfies Readonly<Record<string, readonly [string, string | null]>>;

export type LimitName = keyof typeof LIMITS;
export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[];

/**
 * Gives every bound a voice: a count, one log line when it begins to bite and one when it has stopped, and its name in
 * `active` in between, which readiness shows. The line names the network of the client that reached it, where that is what
 * the limit counts by, so that it can be shut out before the bridge.
 */
export class LimitWatch {
  readonly #deps: LimitWatchDeps;
  readonly #reachedAt = new Map<LimitName, number>();
  /** How often each was reached since the start. */
  readonly counts = new Map<LimitName, number>();
  #stop: Stop | null = null;

  constructor(deps: LimitWatchDeps) {
    this.#deps = deps;
  }

  /** @param client the network of the client, of which one that reached the limit first is logged */
  reached(limit: LimitName, client?: string): void {
    const { clock, logger } = this.#deps;
    this.counts.set(limit, (this.counts.get(limit) ?? 0) + 1);
    if (!this.#reachedAt.has(limit)) {
      const [what, setting] = LIMITS[limit];
      logger.warn({ limit, setting, ...(client === undefined ? {} : { client }) }, `limit reached: ${what}`);
    }
    this.#reachedAt.set(limit, clock.monotonic());
    this.#stop ??= clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  /** Those that have bitten within the last half minute. */
  get active(): readonly LimitName[] {
    return LIMIT_NAMES.filter((limit) => this.#reachedAt.has(limit));
  }

  #look(): void {
    const { clock, logger } = this.#deps;
    const now = clock.monotonic();
    for (const [limit, at] of this.#reachedAt) {
      if (now - at < QUIET_MS) continue;
      this.#reachedAt.delete(limit);
      logger.info({ limit }, `limit no longer reached: ${LIMITS[limit][0]}`);
    }
    if (this.#reachedAt.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }
}

export interface LimitWatchDeps {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/** Longer than most clients wait before they try again, so that one cause is one line. */
const QUIET_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
