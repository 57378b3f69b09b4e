import { afterAll, describe, expect, it } from '@jest/globals';
import { judge } from '../../simulator/judge.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import { Random } from '../../simulator/random.js';
import { createWorld, type World } from '../../simulator/world.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { ENDPOINTS, type Endpoint } from '../../src/core/model/observation.js';
import type { CycleReport } from '../../src/poll/cycle/poll-cycle.js';
import type { Store } from '../../src/store/store.js';
import { withRedis } from '../support/redis-store.js';
import { HandPolled } from '../support/hand-polled.js';
import { timeAt } from '../support/time.js';
import { worldSource } from '../support/world-source.js';
import { QuarantineError } from '../../src/poll/cycle/quarantine.js';

/**
 * Leases may overlap: here two pollers assume all the time that they own a tenant. Their commits must be one sequence all
 * the same, and agree with the truth. test/chaos tests the same with processes.
 */
const summaries: string[] = [];
afterAll(() => console.log(summaries.join('\n')));

/** Redis records events by its own clock, which knows nothing of the world's: here they are recorded by that. */
class WorldsLog {
  readonly store: Store;
  readonly #recordedAt = new Map<number, number>();

  constructor(store: Store, world: World) {
    const commit: Store['commit'] = async (tenant, commit) => {
      const at = world.now;
      const result = await store.commit(tenant, commit);
      if (result.status === 'committed')
        for (const { sequence } of commit.events) this.#recordedAt.set(sequence, at);
      return result;
    };
    this.store = new Proxy(store, {
      get: (target, name) => {
        if (name === 'commit') return commit;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  async events(): Promise<BridgeEvent[]> {
    const { events } = await this.store.read('acme', 0, 100_000);
    return events.map(({ sequence, json }) => ({
      ...(JSON.parse(json) as BridgeEvent),
      recordedtime: new Date(this.#recordedAt.get(sequence)!).toISOString(),
    }));
  }
}

function expectOneSequence(events: readonly BridgeEvent[]): void {
  expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1);
}

/**
 * Open: windows of times that begin earlier than the judge allows, since a contender that is held back commits old answers late.
 * They hold the truth, and are wider than need be.
 */
function expectTrue({ missing, doubled, invented, misreported }: Report): void {
  const wrong = misreported.filter(({ rule }) => rule !== 'observed');
  expect({ missing, doubled, invented, misreported: wrong }).toEqual({
    missing: [],
    doubled: [],
    invented: [],
    misreported: [],
  });
}

const isOver = (world: World, calls: number) =>
  world.truth.length === calls && world.truth.every(({ endedAt }) => endedAt !== null);

/** One replica's poller; its answers may be held back, as if it were paused between looking and committing. */
class Contender {
  readonly #poller: HandPolled;
  #held: Promise<void> | null = null;
  #release: () => void = () => undefined;
  running: Promise<void> | null = null;
  readonly complete = { monitor: [] as number[], queue: [] as number[] };
  fenced = 0;

  constructor(name: string, store: Store, world: World) {
    let commits = 0;
    let epochs = 0;
    const { poll: look } = worldSource(world);
    const poll = async (endpoint: Endpoint) => {
      const answer = await look(endpoint);
      await this.#held;
      return answer;
    };
    this.#poller = new HandPolled({
      tenant: 'acme',
      source: { poll },
      store,
      time: timeAt(() => world.now),
      newEpoch: () => `${name}-${++epochs}`,
      newCommitId: () => `${name}-${++commits}`,
    });
  }

  /** Its next answers stay on their way until `release`. */
  holdBack(): void {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#held = null;
    this.#release();
  }

  get isHeldBack(): boolean {
    return this.#held !== null;
  }

  cycle(): void {
    this.running ??= this.#poller
      .cycle(ENDPOINTS)
      .then(
        (report) => this.#note(report),
        // It takes the other one for ended, and waits as the loop does.
        (error: unknown) => {
          if (!(error instanceof QuarantineError)) throw error;
        },
      )
      .finally(() => (this.running = null));
  }

  #note({ owned, polls }: CycleReport): void {
    if (!owned) this.fenced += 1;
    else for (const { result } of polls) this.complete[result.endpoint].push(result.sentAt);
  }
}

describe('two pollers that both believe they own a tenant', () => {
  const given = withRedis();

  it('make one true sequence, at once or with old answers that come late', async () => {
    const calls = 60;
    const startAt = Date.UTC(2026, 2, 2, 1);
    const world = createWorld({
      seed: 'two owners',
      startAt,
      traffic: { callsPerHour: 1_500, firstCallAfterMs: 500, totalCalls: calls },
    });
    const log = new WorldsLog(given().open(), world);
    const random = new Random('two owners');
    const contenders = ['a', 'b'].map((name) => new Contender(name, log.store, world));
    for (let quiet = 0; quiet < 70; quiet += isOver(world, calls) ? 1 : 0) {
      world.advanceTo(world.now + 1_000);
      for (const contender of contenders) {
        if (!contender.isHeldBack && random.chance(0.05)) contender.holdBack();
        else if (random.chance(0.4)) contender.release();
        contender.cycle();
      }
      for (const contender of contenders) if (!contender.isHeldBack) await contender.running;
    }
    for (const contender of contenders) {
      contender.release();
      await contender.running;
    }

    const events = await log.events();
    expectOneSequence(events);
    const [a, b] = contenders.map(({ complete }) => complete);
    const merged = (endpoint: Endpoint) => [...a![endpoint], ...b![endpoint]].sort((x, y) => x - y);
    const polls = { monitor: merged('monitor'), queue: merged('queue') };
    const report = judge(world.truth, events as unknown as JudgedEvent[], polls, {
      // A contender that is held back commits when it is released.
      commitMs: 60_000,
    });
    const fenced = contenders.map((contender) => contender.fenced);
    summaries.push(
      `two pollers over one store: ${calls} calls, ${events.length} events, ${fenced.join(' + ')} cycles fenced;`,
      `  ${report.matched} of ${report.expected} emitted, ${report.missing.length} missing, ${report.doubled.length} doubled`,
    );
    expectTrue(report);
    expect(Math.min(...fenced)).toBeGreaterThan(10);
  });
});
