import type { Logger } from 'pino';
import type { Clock, Stop } from '../../base/clock.js';
import { KeySet } from './key-set.js';

/**
 * All key sets that are in use, one for each address.
 *
 * Reads each at the start and again from time to time, also where no client comes: so that its keys are never old before it
 * goes away, a withdrawn key ends its connections, and readiness knows before the first client does. Says once that a set
 * cannot be read, once that it can be again, and counts failures.
 */
export class KeySets {
  readonly #deps: KeySetsDeps;
  readonly #sets = new Map<string, Entry>();
  #reading = 0;
  /** Since the start. */
  failures = 0;
  #stop: Stop = () => undefined;

  constructor(deps: KeySetsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#look();
    this.#stop = this.#deps.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  stop(): void {
    this.#stop();
  }

  /** From now on these are in use, each by these tenants; `null` stands for all of them. Keeps what is known of the others. */
  use(urls: ReadonlyMap<string, readonly string[] | null>): void {
    for (const url of this.#sets.keys()) if (!urls.has(url)) this.#sets.delete(url);
    for (const [url, tenants] of urls) {
      const entry = this.#sets.get(url);
      if (entry === undefined) this.#sets.set(url, { set: this.#open(url), tenants, problem: null });
      else entry.tenants = tenants;
    }
  }

  at(url: string): KeySet {
    return this.#sets.get(url)!.set;
  }

  get all(): readonly KeySet[] {
    return [...this.#sets.values()].map(({ set }) => set);
  }

  #open(url: string): KeySet {
    const { clock, timeoutMs, maxStaleMs, logger } = this.#deps;
    const about = (entry: Entry) => ({
      host: new URL(url).host,
      ...(entry.tenants !== null && { tenants: entry.tenants.slice(0, NAMED) }),
    });
    return new KeySet(url, {
      clock,
      timeoutMs,
      maxStaleMs,
      onRead: (set, keys) => {
        const entry = this.#entryOf(set);
        const problem = keys === 0 ? 'holds no key that can be used' : null;
        if (entry === undefined || entry.problem === problem) return;
        entry.problem = problem;
        if (problem === null) logger.info(about(entry), 'key set recovered');
        else logger.warn(about(entry), `key set ${problem}`);
      },
      onFailed: (set, reason) => {
        this.failures += 1;
        const entry = this.#entryOf(set);
        const then = set.isUsable ? 'the keys known before are used' : 'its tokens are refused';
        const problem = `not read: ${reason}; ${then}`;
        if (entry === undefined || entry.problem === problem) return;
        entry.problem = problem;
        logger.warn({ ...about(entry), reason }, `key set ${problem}`);
      },
    });
  }

  /** Undefined where it is no longer in use. */
  #entryOf(set: KeySet): Entry | undefined {
    const entry = this.#sets.get(set.url);
    return entry?.set === set ? entry : undefined;
  }

  #look(): void {
    // The one that waits longest first, so that many that hang do not keep the others from their turn.
    const due = this.all.filter(({ isDue }) => isDue).sort((one, other) => one.triedAt - other.triedAt);
    for (const set of due.slice(0, READ_AT_ONCE - this.#reading)) {
      this.#reading += 1;
      void set.read().finally(() => (this.#reading -= 1));
    }
  }
}

interface Entry {
  readonly set: KeySet;
  tenants: readonly string[] | null;
  /** What was logged last; null: it can be read. */
  problem: string | null;
}

export interface KeySetsDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'every'>;
  readonly timeoutMs: number;
  readonly maxStaleMs: number;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

const LOOK_EVERY_MS = 1_000;
/** Thousands of tenants may have a key set each: no more of them are read at once for their age. */
const READ_AT_ONCE = 16;
/** The most tenants in one log line. */
const NAMED = 20;
