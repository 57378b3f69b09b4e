import type { RedisConnection } from '../store/redis/redis-connection.js';
import { requireRights, unknownInfo, UnusableStoreError } from '../store/redis/required-rights.js';

/** Finds out once, as soon as Redis can be asked, whether it has what the bridge needs. */
export class StoreCheck {
  /** Resolves when it has. Rejects with `UnusableStoreError` when it has not. */
  readonly usable: Promise<void>;
  /** As `usable`, but resolves too when Redis could not be reached at first. */
  readonly firstContact: Promise<void>;
  #failed: (error: Error) => void = () => undefined;
  #found: (problem: UnusableStoreError | null) => void = () => undefined;

  constructor() {
    this.usable = new Promise((resolve, reject) => {
      this.#found = (problem) => (problem === null ? resolve() : reject(problem));
    });
    const firstFailure = new Promise<void>((resolve) => (this.#failed = () => resolve()));
    this.firstContact = Promise.race([this.usable, firstFailure]);
    // In a command, which does not wait for them, the first claim shows the error.
    for (const promise of [this.usable, this.firstContact]) promise.catch(() => undefined);
  }

  /** A connection failed, for whatever reason. */
  failed(error: Error): void {
    const unusable = unknownInfo(error);
    if (unusable !== null) this.#found(unusable);
    this.#failed(error);
  }

  /** Asks whenever the connection is ready, until it was answered. */
  ask({ commands }: Pick<RedisConnection, 'commands'>): void {
    const look = () =>
      void requireRights(commands).then(
        () => {
          commands.off('ready', look);
          this.#found(null);
        },
        (error: unknown) => {
          if (error instanceof UnusableStoreError) this.#found(error);
        },
      );
    commands.on('ready', look);
  }
}
