import type { Bridge, BridgeListeners, BridgeOptions } from '../src/bridge.js';
import type { Surroundings } from '../src/clock.js';
import type { BridgeEvent } from '../src/contract.js';
import { EventBridge } from '../src/event-bridge.js';
import { ManualClock } from '../../test/support/delivery.js';

/** A clock that only a test advances, and a random source that always returns the middle. */
export function surroundingsOf(clock: ManualClock): Surroundings {
  return { now: () => clock.now(), random: () => 0.5, after: (ms, task) => clock.after(ms, task) };
}

/** Past it something is stuck. */
const PATIENCE_MS = 120_000;

/** A bridge under test, and all that it said in order. */
export class Watched {
  readonly bridge: Bridge;
  readonly events: BridgeEvent[] = [];
  readonly said: string[] = [];

  constructor(
    options: BridgeOptions,
    readonly clock = new ManualClock(),
  ) {
    this.bridge = new EventBridge(options, surroundingsOf(clock));
    this.bridge.on('event', (event) => {
      this.events.push(event);
      this.say(event.type);
    });
    this.bridge.on('snapshot', () => this.say('snapshot'));
    this.bridge.on('reset', ({ reason }) => this.say(`reset ${reason}`));
    this.bridge.on('status', (status) => {
      const detail = 'reason' in status ? ` ${status.reason}` : 'code' in status ? ` ${status.code}` : '';
      this.say(`${status.state}${detail}`);
    });
  }

  get sequences(): number[] {
    return this.events.map(({ sequence }) => Number(sequence));
  }

  get callIds(): string[] {
    return [...this.bridge.calls.keys()].sort();
  }

  on: <Name extends keyof BridgeListeners>(name: Name, listener: BridgeListeners[Name]) => () => void = (
    name,
    listener,
  ) => this.bridge.on(name, listener);

  /** Waits for what is going on to make it true; with `step` the client's clock runs on by so much each turn. */
  async until(test: () => boolean, step = 0): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!test()) {
      if (performance.now() > deadline)
        throw new Error(`waited in vain for ${String(test)}; heard ${this.said.slice(-20).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (step > 0) this.clock.advance(step);
    }
  }

  async count(events: number): Promise<void> {
    await this.until(() => this.events.length >= events);
  }

  async hears(line: string, times = 1): Promise<void> {
    await this.until(() => this.said.filter((said) => said === line).length >= times);
  }

  private say(line: string): void {
    this.said.push(line);
  }
}
