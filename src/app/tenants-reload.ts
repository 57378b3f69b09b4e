import type { OnApplicationBootstrap } from '@nestjs/common';
import type { TenantsWatch } from '../config/tenants/tenants-watch.js';

/** Follows the file of tenants while the service runs, and reads it at once on SIGHUP. Without a file it does nothing. */
export class TenantsLive implements OnApplicationBootstrap {
  readonly #watch: TenantsWatch | null;
  readonly #reload = () => void this.#watch?.readNow();

  constructor(watch: TenantsWatch | null) {
    this.#watch = watch;
  }

  onApplicationBootstrap(): void {
    if (this.#watch === null) return;
    this.#watch.start();
    process.on('SIGHUP', this.#reload);
  }

  /** How many problems the file has that is refused now; 0 without one. */
  get problems(): number {
    return this.#watch?.problems ?? 0;
  }

  /** SIGHUP goes on to be caught: it would end the process in the middle of its shutdown. */
  stop(): void {
    this.#watch?.stop();
  }
}
