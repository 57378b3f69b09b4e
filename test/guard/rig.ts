import { pino } from 'pino';
import { Random } from '../../simulator/random.js';
import type { World } from '../../simulator/world.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import type { ScheduleOptions } from '../../src/poll/schedule/schedule.js';
import { InFlightRequests } from '../../src/poll/cycle/in-flight-requests.js';
import { RegistrationWatch } from '../../src/poll/cycle/registration-watch.js';
import { TenantLoop } from '../../src/poll/cycle/tenant-loop.js';
import { TenantPoller } from '../../src/poll/cycle/tenant-poller.js';
import type { Clock, Stop } from '../../src/base/clock.js';
import type { Registration } from '../../src/source/registration.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { slowSource } from '../support/slow-source.js';
import { spoilt } from '../support/spoilt.js';
import type { VirtualTime } from '../support/virtual-time.js';
import { FaultyStore, type StoreFaults } from './faulty-store.js';

/**
 * The only part of the guard that uses the bridge's internals, with `faulty-store.ts` and `test/support/slow-source.ts`.
 * When a signature of the loop, the poller or the store changes, adapt it here; the hashes must not change.
 */
export type Pace = Pick<ScheduleOptions, 'intervalMs' | 'adaptive'>;

export interface ProcessDeps {
  readonly seed: string;
  readonly world: World;
  /** Monotonic: what the timers run by. */
  readonly time: VirtualTime;
  /** The wall clock, which may be set while the bridge runs. */
  readonly clock: () => number;
  readonly log: EventLog;
  readonly faults: StoreFaults;
  readonly pace: Pace;
  readonly latencyMs: (endpoint: Endpoint, random: Random, now: number) => number;
  /** Probability that an answer is spoiled. */
  readonly spoiled: number;
  /** How often each extension's registration is asked for; null: never. */
  readonly registrationsMs: number | null;
  /** Unique over all processes of a day. */
  readonly newId: (of: 'e' | 'c') => string;
  /** Called when a poll or a commit begins, with about how long it takes. */
  readonly using: (what: 'poll' | 'commit', takesMs: number) => void;
  readonly count: (what: 'polls' | 'unanswered' | 'spoiled') => void;
}

const TENANT = 'day';
const TIMEOUT_MS = 5_000;
const CONFIRM_MS = 200;
const ALL = 10_000_000;

/** The store that outlives the processes, and every event that its log has held, also before a wipe. */
export class EventLog {
  readonly store: MemoryStore;
  readonly #gone: string[] = [];

  /** @param now the clock of the process that commits */
  constructor(now: () => number) {
    this.store = new MemoryStore({ maxEvents: ALL, now });
  }

  async keep(): Promise<void> {
    this.#gone.push(...(await this.#held()));
  }

  /** The JSON of every event. */
  async all(): Promise<string[]> {
    return [...this.#gone, ...(await this.#held())];
  }

  async #held(): Promise<string[]> {
    const { events } = await this.store.read(TENANT, 0, ALL);
    return events.map(({ json }) => json);
  }
}

/** The bridge of one tenant, from its start to its end: loop, poller, ledger and list readers are the real ones. */
export class BridgeProcess {
  readonly #clock: MortalClock;
  readonly #loop: TenantLoop;
  readonly #watch: RegistrationWatch | null;
  #isDead = false;

  constructor(deps: ProcessDeps) {
    const { seed, time, newId, pace } = deps;
    // Draws an id that is not used, so that commits get the same ids as before.
    newId('c');
    const clock = (this.#clock = new MortalClock(time.clock(deps.clock)));
    const log = pino({ level: 'silent' });
    const holds = () => true;
    const { poll, registration } = this.#source(deps);
    const watching = { watch: 'active', ask: registration, holds, clock, log } as const;
    this.#watch =
      deps.registrationsMs === null
        ? null
        : new RegistrationWatch({ tenant: TENANT, intervalMs: deps.registrationsMs, ...watching });
    const requests = new InFlightRequests({ poll });
    const poller = new TenantPoller({
      tenant: TENANT,
      outdate: () => requests.outdate(),
      registrations: this.#watch,
      store: this.#store(deps),
      policy: DEFAULT_POLICY,
      time: clock,
      newEpoch: () => newId('e'),
      newCommitId: () => newId('c'),
    });
    this.#loop = new TenantLoop({
      tenant: TENANT,
      requests,
      poller,
      holds,
      schedule: { ...pace, confirmMs: CONFIRM_MS },
      clock,
      random: () => new Random(`${seed} pace ${time.now}`).next(),
      newCycleId: () => 'c',
      log,
    });
    this.#loop.start();
    this.#watch?.start();
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** As on SIGTERM. Takes virtual time. */
  async stop(): Promise<void> {
    await Promise.all([this.#loop.stop(), this.#watch?.stop()]);
    this.kill();
  }

  /** As on SIGKILL: no timer fires any more, and no request or store operation is answered. */
  kill(): void {
    this.#isDead = true;
    this.#clock.kill();
  }

  #source(deps: ProcessDeps) {
    const { seed, world, time, count, using } = deps;
    const { poll } = slowSource({
      world,
      time,
      clock: this.#clock,
      timeoutMs: TIMEOUT_MS,
      drawing: (endpoint) => new Random(`${seed} ${endpoint} ${time.now}`),
      latencyMs: (...args) => {
        const takesMs = deps.latencyMs(...args);
        using('poll', Math.min(takesMs, TIMEOUT_MS));
        return takesMs;
      },
      spoil: (body, random) => {
        if (!random.chance(deps.spoiled)) return body;
        count('spoiled');
        return spoilt(body, random);
      },
      asked: () => count('polls'),
      failed: () => count('unanswered'),
    });
    const registration = async (id: string, signal?: AbortSignal): Promise<Registration> => {
      const random = new Random(`${seed} registration ${id} ${time.now}`);
      await time.pass(random.int(10, 80), signal);
      world.advanceTo(time.now);
      if (random.chance(0.02)) return { outcome: 'failed', reason: 'no answer', retryAfterMs: null };
      const found = world.registration(id);
      if (found === null) return { outcome: 'not-found' };
      return { outcome: 'found', extension: found.extension, registered: found.is_logged_in };
    };
    return this.#whileAlive({ poll, registration });
  }

  #store({ seed, log, faults, time, using }: ProcessDeps): FaultyStore {
    const store = new FaultyStore({
      seed,
      inner: log.store,
      faults,
      time,
      using: (operation, takesMs) => {
        if (operation === 'commit') using('commit', takesMs);
      },
      isDead: () => this.#isDead,
      wiping: () => log.keep(),
    });
    return this.#whileAlive(store);
  }

  /** The methods of `target`, whose promises never settle once the process is dead. */
  #whileAlive<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          new Promise((resolve, reject) => {
            (member.apply(target, args) as Promise<unknown>).then(
              (result) => this.#isDead || resolve(result),
              (error: Error) => this.#isDead || reject(error),
            );
          });
      },
    });
  }
}

/** A clock whose timers do nothing any more once their process is dead. */
class MortalClock implements Clock {
  readonly #clock: Clock;
  #isDead = false;
  readonly now: Clock['now'];
  readonly monotonic: Clock['monotonic'];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.now = clock.now;
    this.monotonic = clock.monotonic;
  }

  after(ms: number, task: () => void): Stop {
    return this.#clock.after(ms, () => this.#isDead || task());
  }

  every(ms: number, task: () => void): Stop {
    return this.#clock.every(ms, () => this.#isDead || task());
  }

  kill(): void {
    this.#isDead = true;
  }
}
