import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/**
 * One request and its whole answer, over undici's dispatcher. It avoids the stream that undici's `request` builds for a
 * body: a poll needs the whole body or none, and HTTP is two thirds of a poll's cost.
 *
 * Guarantees: settles exactly once; resolves with the whole answer, or with `body: null` when the body is larger than
 * its status allows: then the connection is closed, not drained. Rejects with undici's error, or at once with that of
 * `giveUp`, also while the connection is still being made: then the request is aborted when it would be sent.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Whether the host has sent a status. */
  isAnswered = false;
  /** Whether it was surely sent over a connection that had been there before. */
  isOnKept = false;
  readonly answer: Promise<RawAnswer>;
  readonly #limitOf: (status: number) => number;
  readonly #answered: () => void;
  readonly #made: () => number;
  readonly #madeBefore: number;
  #resolve!: (answer: RawAnswer) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #givenUp: Error | null = null;
  #head: Omit<RawAnswer, 'body'> | null = null;
  #limit = 0;
  #size = 0;
  readonly #chunks: Buffer[] = [];

  /**
   * @param limitOf the most bytes of a body that are kept, by its status
   * @param answered called when the host has sent a status
   * @param made how many connections to the host have been made so far
   */
  constructor(limitOf: (status: number) => number, answered: () => void, made: () => number = () => 0) {
    this.#limitOf = limitOf;
    this.#answered = answered;
    this.#made = made;
    this.#madeBefore = made();
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  giveUp(): void {
    this.#givenUp ??= new Error('given up');
    this.#reject(this.#givenUp);
    this.#controller?.abort(this.#givenUp);
  }

  /** Called again when a kept connection turns out to be closed. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // A request that needs a new connection starts when it has been made.
    this.isOnKept = this.#made() === this.#madeBefore;
    if (this.#givenUp !== null) controller.abort(this.#givenUp);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.isAnswered = true;
    this.#answered();
    this.#head = { status, headers };
    this.#limit = this.#limitOf(status);
    if (Number(headers['content-length'] ?? 0) > this.#limit) this.#refuse(controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.#refuse(controller);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 ? first! : Buffer.concat(this.#chunks, this.#size);
    this.#resolve({ ...this.#head!, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }

  #refuse(controller: Dispatcher.DispatchController): void {
    this.#resolve({ ...this.#head!, body: null });
    controller.abort(new Error('body too large'));
  }
}

/** As the host sent it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Null where the body is larger than its limit. */
  readonly body: Buffer | null;
}
