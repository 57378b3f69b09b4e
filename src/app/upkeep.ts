import type { OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { systemClock } from '../base/clock.js';
import type { Config } from '../config/config.js';
import type { ServerReport } from '../store/log-upkeep.js';
import { LogKeeper } from '../store/upkeep/log-keeper.js';
import { StoreWatch } from '../store/upkeep/store-watch.js';
import type { Storage } from './storage.js';

/** What looks after the store beside polling and delivery, from before the first poll until the store is closed. */
export class Upkeep implements OnModuleInit {
  readonly watch: StoreWatch;
  readonly keeper: LogKeeper;
  readonly #close: () => void;

  constructor({ upkeep, clock: corrected }: Storage, { retention, deskRetention }: Config, log: Logger) {
    const clock = systemClock;
    this.keeper = new LogKeeper({ upkeep, retention: { ...retention, desk: deskRetention }, clock, log });
    const onPressed = (servers: readonly ServerReport[]) => void this.keeper.relieve(servers);
    this.watch = new StoreWatch({ upkeep, clock, corrected, onPressed, log });
    this.#close = () => {
      upkeep.close();
    };
  }

  /** Compares the clocks first: polls are stamped by the corrected one. */
  onModuleInit(): void {
    this.watch.start();
    this.keeper.start();
  }

  /** What is under way is cut short: each of its steps is complete in itself. */
  async stop(): Promise<void> {
    const stopped = Promise.all([this.watch.stop(), this.keeper.stop()]);
    this.#close();
    await stopped;
  }
}
