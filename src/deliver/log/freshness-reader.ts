import type { Clock } from '../../base/clock.js';
import type { LogReader } from '../../store/store.js';
import type { LogPosition } from './log-position.js';
import type { TenantView } from './tenant-view.js';

/** How old the sources' freshness in a snapshot may be, which bounds how often many clients read the whole state. */
const FRESH_MS = 5_000;

/** The same while a source was never observed: its first answer is no event. */
const UNOBSERVED_FRESH_MS = 250;

/**
 * Keeps what no event carries as new as it has to be: when each source last answered, and where callers stand in their queues.
 * Simultaneous reads share one.
 */
export class FreshnessReader {
  readonly #deps: FreshnessDeps;
  #reading: Promise<void> | null = null;
  /** On the monotonic clock. */
  #readAt = -Infinity;

  constructor(deps: FreshnessDeps) {
    this.#deps = deps;
  }

  /** The view has just been replaced by the whole state. */
  wasRead(): void {
    this.#readAt = this.#deps.clock.monotonic();
  }

  /** Reads the state, unless the last read is younger than `maxAgeMs`. Its calls are not taken over: the log has them. */
  async refresh(maxAgeMs = FRESH_MS): Promise<void> {
    const { clock, view } = this.#deps;
    const bearable = view.isObserved ? maxAgeMs : Math.min(maxAgeMs, UNOBSERVED_FRESH_MS);
    if (clock.monotonic() - this.#readAt < bearable) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { tenant, store, position, view } = this.#deps;
    const snapshot = await store.snapshot(tenant);
    const { current } = position;
    if (snapshot === null || current === null || snapshot.position.epoch !== current.epoch) return;
    if (snapshot.position.sequence < current.sequence) return;
    // Later events would be applied to what has them already.
    if (snapshot.position.sequence === current.sequence) view.replacePlaces(snapshot.state);
    view.replaceFreshness(snapshot.state);
    this.wasRead();
  }
}

export interface FreshnessDeps {
  readonly tenant: string;
  readonly store: Pick<LogReader, 'snapshot'>;
  readonly clock: Clock;
  readonly position: LogPosition;
  readonly view: TenantView;
}
