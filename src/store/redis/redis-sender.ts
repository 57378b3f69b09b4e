import { type RedisConnection, withoutArguments } from './redis-connection.js';
import { StoreClosedError, StoreUnavailableError } from '../errors.js';

/**
 * Sends commands for one user of a connection, until the sender is closed; the connection stays open.
 *
 * Guarantee: a command is answered or rejected within about twice the connection's time-out, with
 * `StoreUnavailableError` while Redis is away; no error shows what was sent.
 */
export class RedisSender {
  readonly #connection: RedisConnection;
  readonly #closing = new AbortController();
  /** What waits for the connection. It listens once for all of them: each tenant may have something under way. */
  readonly #waiting = new Set<() => void>();
  readonly #look = () => {
    for (const look of [...this.#waiting]) look();
  };

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  /** Aborted by `close`. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  async send<T>(command: (client: RedisConnection['commands']) => Promise<T>): Promise<T> {
    await this.#ready();
    try {
      return await command(this.#connection.commands);
    } catch (error) {
      throw error instanceof Error ? withoutArguments(error) : error;
    }
  }

  close(): void {
    this.#closing.abort();
    this.#look();
  }

  /** Waits here for a short reconnection, not in the client's queue, which would keep commands that timed out. */
  async #ready(): Promise<void> {
    const { commands, commandTimeoutMs } = this.#connection;
    if (this.#closing.signal.aborted) throw new StoreClosedError();
    if (commands.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (this.#waiting.size === 0) commands.off('ready', this.#look);
      };
      const look = () => {
        leave();
        if (this.#closing.signal.aborted) reject(new StoreClosedError());
        else resolve();
      };
      const timer = setTimeout(() => {
        leave();
        reject(new StoreUnavailableError('Redis is away'));
      }, commandTimeoutMs);
      if (this.#waiting.size === 0) commands.on('ready', this.#look);
      this.#waiting.add(look);
    });
  }
}
