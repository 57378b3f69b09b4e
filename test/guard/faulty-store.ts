import { Random } from '../../simulator/random.js';
import type { MemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/store.js';
import { OutcomeUnknownError, StoreUnavailableError } from '../../src/store/errors.js';
import type { VirtualTime } from '../support/virtual-time.js';
import { Agenda } from './agenda.js';

/** What can go wrong with each operation, according to the contract of `Store`. */
const KINDS = {
  commit: [
    /** Answered with a conflict, and nothing is written. */
    'conflict',
    /** Another process claims just before. */
    'fenced',
    /** Answered with a loss, as after a fail-over, although the log is unchanged. */
    'lost',
    'refused',
    /** Carried out, and the answer is lost. */
    'unknown, written',
    'unknown, not written',
    /** Carried out after its sender has given it up, perhaps after a later commit. */
    'unknown, written late',
    /** Everything is gone: log, state and fencing token. */
    'wiped',
    /** Every operation is refused for seconds. */
    'outage',
  ],
  touch: ['fenced', 'refused', 'unknown, written', 'unknown, not written'],
  claim: ['refused', 'unknown, written', 'unknown, not written'],
  read: ['refused'],
} as const;

type Operation = keyof typeof KINDS;
type Kind = (typeof KINDS)[Operation][number];

export const FAULTS: readonly string[] = Object.entries(KINDS).flatMap(([operation, kinds]) =>
  kinds.map((kind) => `${operation} ${kind}`),
);

/** The mean gap between faults of an operation, in ms; left out: there are none. */
export type FaultGaps = Readonly<Partial<Record<Operation, number>>>;

/** The faults of a day, shared by its processes. */
export class StoreFaults {
  readonly injected = new Map<string, number>();
  outageUntil = 0;
  readonly #agendas: Readonly<Record<Operation, Agenda<Kind>>>;

  constructor(seed: string, startAt: number, gaps: FaultGaps) {
    const agenda = (operation: Operation) =>
      new Agenda<Kind>(`${seed} ${operation}`, startAt, gaps[operation] ?? Infinity, KINDS[operation]);
    this.#agendas = {
      commit: agenda('commit'),
      touch: agenda('touch'),
      claim: agenda('claim'),
      read: agenda('read'),
    };
  }

  take(operation: Operation, now: number): Kind | null {
    const kind = this.#agendas[operation].take(now);
    if (kind === null) return null;
    const name = `${operation} ${kind}`;
    this.injected.set(name, (this.injected.get(name) ?? 0) + 1);
    return kind;
  }
}

export interface FaultyStoreDeps {
  readonly seed: string;
  readonly inner: MemoryStore;
  readonly faults: StoreFaults;
  readonly time: VirtualTime;
  /** Called when an operation begins, with about how long it takes. */
  readonly using: (operation: string, takesMs: number) => void;
  /** Whether the connection's process is gone: then what it was sending may or may not arrive. */
  readonly isDead: () => boolean;
  /** Called before the store loses its memory. */
  readonly wiping: () => Promise<void>;
}

/** One process' connection to the store: answers take a few ms of virtual time, and planned faults are injected. */
export class FaultyStore implements Store {
  readonly #deps: FaultyStoreDeps;
  readonly format: Store['format'];
  readonly position: Store['position'];
  readonly snapshot: Store['snapshot'];
  readonly inspect: Store['inspect'];
  readonly follow: Store['follow'];
  readonly ping: Store['ping'];
  readonly attempt: Store['attempt'];

  constructor(deps: FaultyStoreDeps) {
    this.#deps = deps;
    const { inner } = deps;
    this.format = inner.format;
    this.inspect = inner.inspect.bind(inner);
    this.position = inner.position.bind(inner);
    this.snapshot = inner.snapshot.bind(inner);
    this.follow = inner.follow.bind(inner);
    this.ping = inner.ping.bind(inner);
    this.attempt = inner.attempt.bind(inner);
  }

  claim(...args: Parameters<Store['claim']>): ReturnType<Store['claim']> {
    return this.#send('claim', (kind) => {
      const [tenant] = args;
      return this.#carryOut(kind, tenant, () => this.#deps.inner.claim(...args));
    });
  }

  commit(...args: Parameters<Store['commit']>): ReturnType<Store['commit']> {
    const { inner, faults, time, wiping } = this.#deps;
    const [tenant, { commitId }] = args;
    const commit = () => inner.commit(...args);
    const unknown = () => new OutcomeUnknownError(tenant, commitId, new Error('connection lost'));
    return this.#send('commit', async (kind) => {
      switch (kind) {
        case 'conflict':
        case 'lost':
          return { status: kind };
        case 'unknown, written late':
          void time.pass(LATE_MS).then(commit);
          throw unknown();
        case 'wiped':
          await wiping();
          inner.loseMemory();
          return commit();
        case 'outage':
          faults.outageUntil = time.now + OUTAGE_MS;
          throw refused();
        default:
          return this.#carryOut(kind, tenant, commit, unknown);
      }
    });
  }

  touch(...args: Parameters<Store['touch']>): ReturnType<Store['touch']> {
    return this.#send('touch', (kind) => {
      const [tenant] = args;
      return this.#carryOut(kind, tenant, () => this.#deps.inner.touch(...args));
    });
  }

  read(...args: Parameters<Store['read']>): ReturnType<Store['read']> {
    return this.#send('read', (kind) => {
      const [tenant] = args;
      return this.#carryOut(kind, tenant, () => this.#deps.inner.read(...args));
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #carryOut<Result>(
    kind: Kind | null,
    tenant: string,
    work: () => Promise<Result>,
    unknown: () => Error = () => new Error('connection lost'),
  ): Promise<Result> {
    switch (kind) {
      case 'refused':
        throw refused();
      case 'unknown, not written':
        throw unknown();
      case 'unknown, written':
        await work();
        throw unknown();
      case 'fenced':
        await this.#deps.inner.claim(tenant, { epoch: 'of-another' });
        return work();
      default:
        return work();
    }
  }

  async #send<Result>(operation: Operation, work: (kind: Kind | null) => Promise<Result>): Promise<Result> {
    const { seed, time, faults, using, isDead } = this.#deps;
    const random = new Random(`${seed} ${operation} ${time.now}`);
    const [thereMs, backMs] = random.chance(0.03)
      ? [random.int(0, 400), random.int(0, 400)]
      : [random.int(0, 2), random.int(0, 2)];
    using(operation, thereMs + backMs);
    await time.pass(thereMs);
    if (isDead() && random.chance(0.5)) throw new Error('never sent');
    if (time.now < faults.outageUntil) throw refused();
    try {
      return await work(faults.take(operation, time.now));
    } finally {
      await time.pass(backMs);
    }
  }
}

const LATE_MS = 150;
const OUTAGE_MS = 7_000;

function refused(): Error {
  return new StoreUnavailableError('no connection to the store');
}
