import type { Writable } from 'node:stream';

/**
 * Standard output, of which nothing depends on that it is read.
 *
 * Guarantees: `write` returns at once; what is not read takes `MAX_BYTES` of memory at most, and lines beyond that are
 * dropped and counted. Lines keep their order. When it is read again, `onRead` says how many were dropped. The end of the
 * process waits for unread lines for a moment only (`flush`).
 *
 * The process' own stream writes without blocking, to pipes and to the sockets that systemd and parent processes give.
 * pino's destination writes in a thread instead, which a full pipe blocks, and Node does not end before its threads do
 * (measured: SIGTERM had no effect until the pipe was read).
 */
export class LogOutput {
  readonly #stream: Output;
  readonly #onRead: (dropped: number) => void;
  #dropped = 0;
  #reported = 0;
  #isClosed = false;

  /** @param onRead is called when lines are read again after some were dropped */
  constructor(stream: Output, onRead: (dropped: number) => void) {
    this.#stream = stream;
    this.#onRead = onRead;
    stream.on('drain', () => {
      const dropped = this.#dropped - this.#reported;
      this.#reported = this.#dropped;
      if (dropped > 0) this.#onRead(dropped);
    });
    // A reader that has gone is no reason to end: the bridge has others to serve.
    stream.on('error', () => (this.#isClosed = true));
  }

  /** How many lines were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether lines are being dropped. */
  get isBlocked(): boolean {
    return this.#isClosed ? this.#dropped > 0 : this.#dropped > this.#reported;
  }

  write(line: string): void {
    if (this.#isClosed || this.#stream.writableLength > MAX_BYTES) this.#dropped += 1;
    else this.#stream.write(line);
  }

  /** Resolves when all lines have been read, or after `FLUSH_MS`. */
  async flush(): Promise<void> {
    if (this.#isClosed || this.#stream.writableLength === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
    await Promise.race([late, new Promise((resolve) => this.#stream.write('', resolve))]);
    clearTimeout(timer);
  }
}

type Output = Pick<Writable, 'write' | 'writableLength' | 'on'>;

/** Some 5,000 lines: a reader that pauses for a minute misses none of an ordinary day. */
const MAX_BYTES = 1_048_576;
/** A reader that reads takes a fraction of that. */
const FLUSH_MS = 500;
