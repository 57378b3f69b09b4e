import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.js';
import type { DeliverStats } from '../stats.js';
import type { Frame } from './frame.js';

/** What a write costs beside its bytes, in this process' objects: measured at 300 to 500 bytes. */
const WRITE_BYTES = 512;
/** How far it is relieved: so that the next write does not exceed the bound again. */
const RELIEVED = 0.8;
/** Those who were closed let their memory go within `closeGraceMs`; to choose again at every write would close too many. */
const RELIEVE_EVERY_MS = 250;
const SAY_EVERY_MS = 60_000;

/** A client whose messages wait. */
export interface Hungry {
  readonly bytesInFlight: number;
  /** False if it was closed before. */
  close(code: 'memory-full'): boolean;
}

/**
 * What all clients together make this process hold: messages that were written to them and that the kernel has not taken
 * yet. One client is bounded by itself (`maxInFlightBytes`); thousands of slow ones are not, and their buffers lie
 * outside the JavaScript heap, so that no heap limit stops them.
 *
 * Past the bound, those with the most in flight are closed with `memory-full`, and resume from their cursors later; until
 * they have gone, no other client gets a snapshot or missed events (`isTight`). Live events go out all the same.
 *
 * Not counted: what the kernel holds for each socket, and pages and buffers, which have bounds of their own.
 */
export class ClientMemory {
  readonly #deps: ClientMemoryDeps;
  readonly #clients: (() => Iterable<Hungry>)[] = [];
  readonly #waiting = new Set<() => void>();
  #held = 0;
  /** Of those who were closed and still hold it. */
  #leaving = 0;
  #relieving = false;
  #saidAt = -Infinity;

  constructor(deps: ClientMemoryDeps) {
    this.#deps = deps;
  }

  get held(): number {
    return this.#held;
  }

  get isTight(): boolean {
    return this.#held > this.#deps.limitBytes;
  }

  /** The clients of one transport. */
  watch(clients: () => Iterable<Hungry>): void {
    this.#clients.push(clients);
  }

  /** Call for every write, and `release` once the kernel has taken it or the connection is gone. */
  hold(frame: Frame): void {
    if (frame.holders === 0) this.#held += frame.length;
    frame.holders += 1;
    this.#held += WRITE_BYTES;
    if (this.#held > this.#deps.limitBytes && !this.#relieving) this.#relieve();
  }

  release(frame: Frame): void {
    frame.holders -= 1;
    if (frame.holders === 0) this.#held -= frame.length;
    this.#held -= WRITE_BYTES;
    if (this.#waiting.size > 0 && !this.isTight) this.#resumeWaiting();
  }

  /** Call for a closed client when it has let go of what it had in flight at the close. */
  left(bytes: number): void {
    this.#leaving -= bytes;
  }

  /** Calls `resume` once, when there is room again. Returns the function that cancels it. */
  onceRoom(resume: () => void): () => void {
    this.#waiting.add(resume);
    return () => this.#waiting.delete(resume);
  }

  #relieve(): void {
    this.#relieving = true;
    // Not within the write that exceeded it: others of the same batch may be in the middle of being written to.
    this.#deps.clock.after(0, () => {
      this.#closeHungriest();
      this.#deps.clock.after(RELIEVE_EVERY_MS, () => {
        this.#relieving = false;
        if (this.isTight) this.#relieve();
      });
    });
  }

  #closeHungriest(): void {
    const { limitBytes, stats, clock } = this.#deps;
    let excess = this.#held - this.#leaving - limitBytes * RELIEVED;
    if (this.#held <= limitBytes || excess <= 0) return;
    stats.trouble('memory-full', clock.monotonic());
    const hungriest = this.#clients
      .flatMap((clients) => [...clients()])
      .filter(({ bytesInFlight }) => bytesInFlight > 0)
      .sort((a, b) => b.bytesInFlight - a.bytesInFlight);
    let closed = 0;
    for (const client of hungriest) {
      if (excess <= 0) break;
      const bytes = client.bytesInFlight;
      // Before it is closed, as it may let go at once.
      this.#leaving += bytes;
      if (client.close('memory-full')) {
        excess -= bytes;
        closed += 1;
      } else {
        this.#leaving -= bytes;
      }
    }
    this.#say(closed);
  }

  #say(closed: number): void {
    const { limitBytes, clock, logger } = this.#deps;
    if (closed === 0 || clock.monotonic() - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidAt = clock.monotonic();
    logger.warn(
      { clients: closed, bytes: this.#held, limit: limitBytes },
      'clients closed: all together exceed DELIVER_MEMORY_MB',
    );
  }

  #resumeWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }
}

export interface ClientMemoryDeps {
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly stats: DeliverStats;
  readonly logger: Logger;
}
