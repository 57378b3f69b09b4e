import type { Store } from '../store/store.js';

/** Why this process should get no traffic now; null where there is no reason. */
export class Readiness {
  readonly #store: Pick<Store, 'ping'>;
  #stopping = false;

  constructor(store: Pick<Store, 'ping'>) {
    this.#store = store;
  }

  /** From now on not ready: the first step of a shutdown. */
  stop(): void {
    this.#stopping = true;
  }

  async store(): Promise<string | null> {
    try {
      await this.#store.ping(PING_TIMEOUT_MS);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : 'no answer';
    }
  }

  running(): Promise<string | null> {
    return Promise.resolve(this.#stopping ? 'the process is shutting down' : null);
  }
}

/** Below the time-out of the usual probes. */
const PING_TIMEOUT_MS = 800;
