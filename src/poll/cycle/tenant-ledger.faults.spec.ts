import { timeAt } from '../../../test/support/time.js';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, type TenantState } from '../../core/model/call.js';
import type { Observations } from '../../core/model/observation.js';
import type { Tracer } from '../../core/model/tracer.js';
import { OutcomeUnknownError, StoreUnavailableError } from '../../store/errors.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import type { Store } from '../../store/store.js';
import { leg, observations, type Poll, entry, T0 } from '../../../test/support/history.js';
import { NO_TENANT_LISTENER } from './poll-listener.js';
import { TenantLedger } from './tenant-ledger.js';

/**
 * A ledger with a fault at every step of a poll, one at a time. After each, it ends up with what a fresh claim gives,
 * and with the log that it would have had without the fault.
 */
const OVER = { abandonedAt: T0 + 25_000, status: 'abandoned' as const };
const OTHER = { mobile: '0987654321', callId: 'queue-call-2' };
/** Ten seconds apart, so that a poll without changes writes the freshness. */
const POLLS: readonly Poll[] = [
  { entries: [entry(), entry({ ...OTHER, status: 'abandoned', abandonedAt: T0 - 600_000 })] },
  {
    entries: [entry({ status: 'trying' })],
    legs: [leg(), leg({ ext: '108', callId: 'leg-2' })],
    idle: ['109'],
  },
  {
    entries: [entry({ status: 'trying' })],
    legs: [leg(), leg({ ext: '108', callId: 'leg-2' })],
    idle: ['109'],
  },
  { entries: [entry(OVER)], legs: { failed: 'HTTP 502' }, registered: { '107': true, '108': true } },
  { entries: [entry(OVER)], legs: [leg({ signal: 'answered' })], registered: { '107': false } },
  {
    entries: [entry({ rejoinedAt: T0 + 40_000 })],
    legs: [leg({ ext: '112', callId: 'leg-3', customer: null })],
  },
  { entries: 'not asked', legs: [] },
  {},
  {},
  { registered: { '107': 'not found' } },
];
const GAP_S = 10;
/** An exception at every read of what the ledger knows would be two thousand runs; a prime number meets each loop at each of its reads. */
const STRIDE = 5;

describe('a tenant’s ledger, when something goes wrong', () => {
  it('drops what it knows or finishes its commit, wherever in a poll an exception is thrown', async () => {
    const undisturbed = await new Run().through();
    let thrown = 0;
    for (let poll = 0; poll < POLLS.length; poll++) {
      for (let reads = 1; ; reads += STRIDE) {
        const run = new Run();
        run.before = (at) => run.mine.set(at === poll ? reads : Infinity);
        const result = await run.through();
        expectSame(result, undisturbed);
        if (run.failures === 0) break;
        thrown += 1;
      }
    }
    expect(thrown).toBeGreaterThan(400);
  });

  const refused = () => Promise.reject(new StoreUnavailableError('away'));
  const unknown = () => Promise.reject(new OutcomeUnknownError('acme', 'c', new Error('reply lost')));
  const mistaken = () => Promise.reject(new TypeError('not a commit'));
  const boom = () => {
    throw new Error('boom');
  };
  it.each<[string, (run: Run) => void]>([
    ['a claim is refused', (run) => run.fails('claim', refused)],
    ['the answer to a claim is lost', (run) => run.fails('claim', unknown, { written: true })],
    ['a commit is refused', (run) => run.fails('commit', refused)],
    ['the answer to a commit is lost', (run) => run.fails('commit', unknown, { written: true })],
    ['a commit is lost on its way', (run) => run.fails('commit', unknown)],
    ['a commit can never be taken', (run) => run.fails('commit', mistaken)],
    [
      'a commit finds a conflict',
      (run) => run.fails('commit', () => Promise.resolve({ status: 'conflict' })),
    ],
    ['a touch is refused', (run) => run.fails('touch', refused)],
    ['the answer to a touch is lost', (run) => run.fails('touch', unknown, { written: true })],
    ['another has claimed before a commit', (run) => run.fails('commit', null, { claimed: true })],
    ['another has claimed before a touch', (run) => run.fails('touch', null, { claimed: true })],
    ['no commit id is to be had', (run) => run.breaks('newCommitId', boom)],
    ['the clock fails', (run) => run.breaks('clock', boom)],
    ['the tracer fails', (run) => run.breaks('span', boom)],
    ['the listener fails before a commit', (run) => run.breaks('committing', boom)],
    ['the listener fails after a commit', (run) => run.breaks('committing', () => boom)],
  ])('ends up with what it would have had when %s', async (_, arm) => {
    const undisturbed = await new Run().through();
    let failed = 0;
    for (let poll = 0; poll < POLLS.length; poll++) {
      const run = new Run();
      run.before = (at) => {
        if (at === poll) arm(run);
        else run.heal();
      };
      expect(await run.through()).toEqual(undisturbed);
      failed += run.failures;
    }
    expect(failed).toBeGreaterThan(0);
  });

  it('decides nothing while a commit has had no answer', async () => {
    const run = new Run();
    run.before = (at) => (at === 1 ? run.fails('commit', unknown, { times: 3 }) : undefined);
    await run.poll(0);
    await expect(run.poll(1)).rejects.toThrow(OutcomeUnknownError);
    const { ledger } = run;
    for (const isLast of [false, false, true]) {
      expect([ledger.isUnfinished, ledger.known]).toEqual([true, null]);
      const finishing = ledger.finish();
      await (isLast ? finishing : expect(finishing).rejects.toThrow(OutcomeUnknownError));
    }
    expect(ledger.isUnfinished).toBe(false);
    expect(run.claims).toBe(1);
    expect(plain(ledger.known!)).toEqual(await run.stored());
  });

  it('does not repeat a commit that the store can never take', async () => {
    const run = new Run();
    run.before = (at) => (at === 1 ? run.fails('commit', mistaken) : undefined);
    await run.poll(0);
    await expect(run.poll(1)).rejects.toThrow(TypeError);
    expect([run.ledger.isUnfinished, run.ledger.known]).toEqual([false, null]);
  });

  it('writes with the next write what a failed touch did not write, registrations included', async () => {
    const run = new Run();
    run.before = (at) => (at === 3 ? run.fails('touch', refused) : run.heal());
    await run.observe({ at: 0 }, 0);
    const known = run.ledger.known!;
    await expect(run.observe({ at: 30, registered: { '107': true } }, 3)).rejects.toThrow('away');
    await run.observe({ at: 40, legs: 'not asked', entries: 'not asked', registered: { '108': false } }, 4);
    expect(run.ledger.known).toBe(known);
    const { registrations, sources } = (await run.store.snapshot('acme'))!.state;
    expect([...registrations.keys()]).toEqual(['107', '108']);
    expect(sources).toEqual(known.sources);
  });
});

interface Result {
  readonly state: object;
  readonly log: readonly string[];
}

type Operation = 'claim' | 'commit' | 'touch';
type Part = 'newCommitId' | 'clock' | 'span' | 'committing';
interface Fault {
  readonly operation: Operation;
  /** Null: the store's own answer. */
  readonly answer: (() => Promise<unknown>) | null;
  /** The request is carried out nevertheless. */
  readonly written?: boolean;
  /** Another claims just before. */
  readonly claimed?: boolean;
  times: number;
}

/** Runs one ledger and its store through the polls, and tries again after a failure as the poller would. */
class Run {
  readonly store = new MemoryStore({ maxEvents: 1_000, now: () => T0 + this.#now });
  readonly mine = new Mine();
  readonly ledger: TenantLedger;
  before: (poll: number) => void = () => undefined;
  failures = 0;
  claims = 0;
  #fault: Fault | null = null;
  #broken: { readonly part: Part; readonly by: () => unknown } | null = null;

  constructor() {
    const broken = <Value>(part: Part, otherwise: Value): Value => {
      if (this.#broken?.part !== part) return otherwise;
      const { by } = this.#broken;
      this.#broken = null;
      this.failures += 1;
      return by() as Value;
    };
    const tracer: Tracer = {
      span: (_, work) =>
        work(broken('span', { traceparent: undefined, set: () => undefined, fail: () => undefined })),
    };
    this.ledger = new TenantLedger({
      tenant: 'acme',
      store: this.#faultyStore(),
      policy: DEFAULT_POLICY,
      time: timeAt(() => broken('clock', T0 + this.#now)),
      newEpoch: () => 'e1',
      newCommitId: () => broken('newCommitId', `c${++this.#commits}`),
      listener: { ...NO_TENANT_LISTENER, committing: () => broken('committing', () => undefined) },
      tracer,
    });
  }

  #now = 0;
  #commits = 0;

  fails(operation: Operation, answer: Fault['answer'], more: Partial<Fault> = {}): void {
    this.#fault = { operation, answer, times: 1, ...more };
  }

  breaks(part: Part, by: () => unknown): void {
    this.#broken = { part, by };
  }

  heal(): void {
    this.#fault = null;
    this.#broken = null;
  }

  async through(): Promise<Result> {
    for (let poll = 0; poll < POLLS.length; poll++) {
      try {
        if (!(await this.poll(poll))) await this.#again(poll);
      } catch {
        this.failures += 1;
        await this.#again(poll);
      }
    }
    // The next touch writes what this one did not.
    await this.observe({ at: POLLS.length * GAP_S }, POLLS.length);
    const state = plain(this.ledger.known!);
    const claimed = (await this.store.claim('acme', { epoch: 'e2' })).state;
    expectSame(state, plain(claimed));
    expectSame(this.ledger.known!.sources, claimed.sources);
    expectSame([...this.ledger.known!.registrations], [...claimed.registrations]);
    const { events } = await this.store.read('acme', 0, 1_000);
    await this.store.close();
    return { state: { ...state, sources: claimed.sources }, log: events.map(({ json }) => json) };
  }

  /** As after the loop's pause: what the store has rejected is observed and decided again. */
  async #again(poll: number): Promise<void> {
    this.heal();
    this.mine.set(Infinity);
    this.before = () => undefined;
    const { ledger } = this;
    if (ledger.isUnfinished) await ledger.finish();
    const isTaken = ledger.known !== null;
    const known = ledger.known ?? (await ledger.claim());
    expectSame(plain(known), await this.stored());
    if (!isTaken) expect(await this.poll(poll)).toBe(true);
  }

  poll(poll: number): Promise<boolean> {
    return this.observe({ ...POLLS[poll]!, at: poll * GAP_S }, poll);
  }

  async observe(poll: Poll, at: number): Promise<boolean> {
    this.#now = poll.at! * 1_000;
    this.before(at);
    const { ledger } = this;
    if (ledger.isUnfinished) await ledger.finish();
    if (ledger.known === null) await ledger.claim();
    const seen = this.mine.under(observations(poll, T0 + this.#now));
    return ledger.write(ledger.decide(seen));
  }

  async stored(): Promise<object> {
    return plain((await this.store.snapshot('acme'))!.state);
  }

  #faultyStore(): Store {
    return new Proxy(this.store, {
      get: (store, name: keyof Store) => {
        const member: unknown = Reflect.get(store, name);
        if (typeof member !== 'function') return member;
        const method = (member as (...args: unknown[]) => Promise<unknown>).bind(store);
        return async (...args: unknown[]): Promise<unknown> => {
          if (name === 'claim') this.claims += 1;
          const fault = this.#fault;
          if (fault?.operation !== name || fault.times-- <= 0) return method(...args);
          this.failures += 1;
          if (fault.claimed) await store.claim('acme', { epoch: 'of-another' });
          if (fault.written) await method(...args);
          return fault.answer === null ? method(...args) : fault.answer();
        };
      },
    });
  }
}

/** Wraps an object so that one of the reads of its properties throws. */
class Mine {
  #reads = Infinity;

  set(reads: number): void {
    this.#reads = reads;
  }

  under(seen: Observations): Observations {
    return this.#reads === Infinity ? seen : this.#proxy(seen);
  }

  #proxy<Value>(value: Value): Value {
    if (value instanceof Map)
      return new Map([...value].map(([key, row]) => [key, this.#proxy(row)])) as Value;
    if (Array.isArray(value)) return value.map((one: unknown) => this.#proxy(one)) as Value;
    if (typeof value !== 'object' || value === null || value instanceof Set) return value;
    const fields = Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, this.#proxy(field)]),
    );
    return new Proxy(fields, {
      get: (target, name) => {
        if (--this.#reads === 0) throw new Error('boom');
        return Reflect.get(target, name) as unknown;
      },
    }) as Value;
  }
}

/** Compares as `toEqual`, which takes a thousand times as long. */
function expectSame(actual: object, expected: object): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
}

/** Without the freshness, which is written now and then. */
function plain({ calls, ended, ignoredEntries, listsIdle, direction }: TenantState) {
  const sorted = (values: ReadonlyMap<string, unknown>) =>
    [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  const state = {
    calls: sorted(calls),
    ended: sorted(ended),
    ignored: [...ignoredEntries].sort(),
    listsIdle,
    direction,
  };
  return JSON.parse(JSON.stringify(state)) as typeof state;
}
