import type { KeysHealth } from '../deliver/access/keyring.js';
import type { Trouble } from '../deliver/stats.js';
import type { UnreadableReason } from '../store/errors.js';
import type { Store } from '../store/store.js';
import type { StoreStatus } from '../store/upkeep/store-watch.js';

/** Says for each part why this process should get no traffic now; null where there is no reason. */
export class Readiness {
  readonly #parts: ReadinessParts;
  #stopping = false;

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
  }

  /** From now on not ready: the first step of a shutdown. */
  stop(): void {
    this.#stopping = true;
  }

  async store(): Promise<string | null> {
    const { store, whyAway } = this.#parts;
    try {
      await store.ping(PING_TIMEOUT_MS);
      return null;
    } catch {
      return whyAway() ?? 'no answer in time';
    }
  }

  /** What troubles the store although it answers; null where nothing does. */
  storeWarning(): string | null {
    const { full } = this.#parts.storeStatus();
    const failure = this.#parts.whyNotTrimmed();
    return joined([
      full === null ? null : FULL[full],
      failure === null ? null : 'the event logs are not kept within their bounds (see the log)',
    ]);
  }

  /** How far this process' clock is off; null where it is right to within a second. */
  clockWarning(): string | null {
    const { isClockOff, clockErrorMs } = this.#parts.storeStatus();
    if (!isClockOff) return null;
    return `the clock of this replica is ${(clockErrorMs / 1_000).toFixed(1)} s off that of Redis, by which it is corrected`;
  }

  polling(): string | null {
    return this.#parts.whyIdle();
  }

  running(): string | null {
    return this.#stopping ? 'the process is shutting down' : null;
  }

  /** A problem that an operator should see to although the process can get traffic; null where there is none. */
  tenantsWarning(): string | null {
    const problems = this.#parts.refusedProblems();
    const refused = this.#parts.watchedFile();
    const quarantined = this.#parts.quarantined();
    return joined([
      problems === 0
        ? null
        : `the ${refused} file is refused (problems: ${problems}, see the log); the ${refused} remain as they were`,
      quarantined === 0
        ? null
        : `tenants not polled for a while, as their last owners ended in the middle of them: ${quarantined} (see the log)`,
    ]);
  }

  /**
   * How many tenants are not served here because their stored state cannot be read, by reason; null where all are
   * served. This is public, so it names no tenant: the log does.
   */
  unserved(): Unserved | null {
    const unserved = this.#parts.unserved();
    return Object.values(unserved).some((count) => count > 0) ? unserved : null;
  }

  /** Why no client can be let in: no key is known by which any token could be verified. */
  keys(): string | null {
    const keys = this.#parts.keys();
    if (keys?.isShut !== true) return null;
    return `no key set can be read (key sets: ${keys.sets.unusable}, see the log), and no token be verified`;
  }

  /** How many key sets are away; null where all were read. This is public, so it names none: the log does. */
  keysWarning(): string | null {
    const keys = this.#parts.keys();
    if (keys === null || keys.sets.stale + keys.sets.unusable === 0) return null;
    const { stale, unusable } = keys.sets;
    const used = `key sets that cannot be read: ${stale + unusable}`;
    return unusable === 0
      ? `${used}; their keys known before are used (see the log)`
      : `${used}, of which without usable keys: ${unusable}; tenants whose tokens are refused: ${keys.shut} (see the log)`;
  }

  /** Why log lines are missing; null where they are read. */
  logWarning(): string | null {
    return this.#parts.isLogBlocked() ? 'standard output is not read: log lines are dropped' : null;
  }

  /** What troubles the clients of this process, for a minute after it was seen last; null where nothing does. */
  deliveryWarning(): string | null {
    const troubles = this.#parts.troubles().map((trouble) => TROUBLES[trouble]);
    return troubles.length === 0 ? null : `${troubles.join('; ')} (see the log)`;
  }

  /** Which bounds on clients have bitten lately; null where none has. */
  clientsWarning(): string | null {
    const limits = this.#parts.limits();
    return limits.length === 0 ? null : `limits reached: ${limits.join(', ')} (see the log)`;
  }

  /** How many webhooks that this replica delivers to do not get their events; null where there are none. */
  webhooksWarning(): string | null {
    const { failing, paused, disabled } = this.#parts.webhooks();
    if (failing + paused + disabled === 0) return null;
    return `webhooks that fail: ${failing}, paused: ${paused}, disabled: ${disabled} (see GET /v1/webhooks and the log)`;
  }

  /** How many endpoints of the tenants polled here are not observed completely; null where there are none. */
  sourcesWarning(): string | null {
    const { degraded, down } = this.#parts.sources();
    if (degraded + down === 0) return null;
    return `endpoints that answer incompletely: ${degraded}, that do not answer: ${down} (see GET /v1/sources and the log)`;
  }
}

/** Null where there is no warning. */
function joined(warnings: readonly (string | null)[]): string | null {
  return warnings.filter((warning) => warning !== null).join('; ') || null;
}

const TROUBLES: Readonly<Record<Trouble, string>> = {
  foreign: 'another client of the store writes to its channels or logs',
  'memory-full': 'clients were closed, as all together had too much in flight',
  'catching-up': 'clients that are far behind wait for their turn',
  'began-again': 'a log is another one than before, and its clients start over',
};

const FULL: Readonly<Record<'now' | 'lately', string>> = {
  now: 'Redis is full, or nearly: oldest events are dropped to make room, and new ones wait for it',
  lately: 'Redis is full now and then: within the last minute oldest events were dropped to make room',
};

type Unserved = Readonly<Record<UnreadableReason, number>>;

export interface ReadinessParts {
  readonly store: Pick<Store, 'ping'>;
  /** Why the store cannot be reached, if that is known. */
  readonly whyAway: () => string | null;
  /** Why nothing is polled here. */
  readonly whyIdle: () => string | null;
  /** The number of problems of a tenants' file that was refused while the process runs. */
  readonly refusedProblems: () => number;
  /** What the file holds that is followed. */
  readonly watchedFile: () => string;
  /** How many tenants of this process are not polled for a while, since their last owners ended in the middle of them. */
  readonly quarantined: () => number;
  /** How many tenants of this process have a stored state that it cannot read. */
  readonly unserved: () => Unserved;
  readonly troubles: () => readonly Trouble[];
  readonly limits: () => readonly string[];
  /** How far tokens can be verified; null where none are asked for. */
  readonly keys: () => KeysHealth | null;
  /** How many endpoints of the tenants polled here are degraded, and down. */
  readonly sources: () => { readonly degraded: number; readonly down: number };
  /** How many webhooks of this replica are in each state that needs attention. */
  readonly webhooks: () => Readonly<Record<'failing' | 'paused' | 'disabled', number>>;
  readonly storeStatus: () => Pick<StoreStatus, 'full' | 'isClockOff' | 'clockErrorMs'>;
  /** Why the event logs could not be trimmed lately. */
  readonly whyNotTrimmed: () => string | null;
  readonly isLogBlocked: () => boolean;
}

/** Less than the time-out of common probes. */
const PING_TIMEOUT_MS = 800;
