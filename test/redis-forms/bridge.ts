import { setTimeout as pause } from 'node:timers/promises';
import { createWorld, type World } from '../../simulator/world.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { ENDPOINTS } from '../../src/core/model/observation.js';
import { StoreClosedError } from '../../src/store/errors.js';
import { QuarantineError } from '../../src/poll/cycle/quarantine.js';
import type { Store } from '../../src/store/store.js';
import { HandPolled } from '../support/hand-polled.js';
import { timeAt } from '../support/time.js';
import { worldSource } from '../support/world-source.js';

const CALLS = 40;

/** @param calls Infinity: new calls come for as long as the world is used */
export function busyWorld(seed: string, calls = CALLS): World {
  return createWorld({
    seed,
    startAt: Date.UTC(2026, 2, 2, 1),
    traffic: { callsPerHour: 2_400, firstCallAfterMs: 500, totalCalls: calls },
  });
}

/** One process of the bridge, as the store sees it: polls a world, and tries again when the store is away. */
export class Bridge {
  readonly #poller: HandPolled;

  constructor(
    readonly store: Store,
    readonly tenant: string,
    readonly world: World,
    name: string,
  ) {
    let [commits, epochs] = [0, 0];
    this.#poller = new HandPolled({
      tenant,
      source: worldSource(world),
      store,
      time: timeAt(() => world.now),
      newEpoch: () => `${name}-e${++epochs}`,
      newCommitId: () => `${name}-c${++commits}`,
    });
  }

  /** Lets one second of the world pass and runs one cycle, which counts when the store has answered. */
  async cycle(): Promise<void> {
    this.world.advanceTo(this.world.now + 1_000);
    while (!(await this.#poll())) await pause(RETRY_MS);
  }

  async cycles(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.cycle();
  }

  /** Runs cycles until every call of the world is over and its end was seen. */
  async toTheEnd(): Promise<void> {
    const { world } = this;
    const isOver = () => world.truth.length === CALLS && world.truth.every(({ endedAt }) => endedAt !== null);
    while (!isOver()) await this.cycle();
    await this.cycles(2 * DEFAULT_POLICY.absencePolls + 60);
  }

  async log(): Promise<BridgeEvent[]> {
    const { events } = await this.store.read(this.tenant, 0, 100_000);
    return events.map(({ json }) => JSON.parse(json) as BridgeEvent);
  }

  async #poll(): Promise<boolean> {
    try {
      await this.#poller.cycle(ENDPOINTS, new AbortController().signal);
      return true;
    } catch (error) {
      // The test has closed the store and does not wait any more.
      if (error instanceof StoreClosedError) throw error;
      // It takes the other one for ended, and waits for a while, as the loop does.
      if (error instanceof QuarantineError) this.world.advanceTo(this.world.now + 1_000);
      return false;
    }
  }
}

const RETRY_MS = 20;
