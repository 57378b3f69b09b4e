import type { UnreadableReason } from '../store/errors.js';
import type { Store } from '../store/store.js';

/** Why this process should get no traffic now, part by part; null where there is no reason. */
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

  polling(): string | null {
    return this.#parts.whyIdle();
  }

  running(): string | null {
    return this.#stopping ? 'the process is shutting down' : null;
  }

  /** What somebody should look after although traffic can come; null where there is nothing. */
  tenantsWarning(): string | null {
    const problems = this.#parts.refusedProblems();
    if (problems === 0) return null;
    return `the tenants file is refused (problems: ${problems}, see the log); the tenants are those of before`;
  }

  /**
   * How many tenants are not served here, as their stored state cannot be read, by why; null where all are. Anybody may
   * read this, so it names none: the log does.
   */
  unserved(): Unserved | null {
    const unserved = this.#parts.unserved();
    return Object.values(unserved).some((count) => count > 0) ? unserved : null;
  }
}

type Unserved = Readonly<Record<UnreadableReason, number>>;

export interface ReadinessParts {
  readonly store: Pick<Store, 'ping'>;
  /** Why the store cannot be reached, as far as that is known. */
  readonly whyAway: () => string | null;
  /** Why nothing is polled here. */
  readonly whyIdle: () => string | null;
  /** Problems of a file of tenants that was refused while running. */
  readonly refusedProblems: () => number;
  /** How many tenants of this process have a stored state that it cannot read. */
  readonly unserved: () => Unserved;
}

/** Below the time-out of the usual probes. */
const PING_TIMEOUT_MS = 800;
