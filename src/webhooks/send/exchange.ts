import type { Dispatcher } from 'undici';
import { type AnswerHead, HttpExchange } from '../../base/http-exchange.js';

/**
 * One request and the beginning of its answer: the status decides, and the rest is for people to read.
 *
 * Guarantees beside those of `HttpExchange`: resolves when the answer is complete, and when it was cut: at `DRAINED_BYTES`, or
 * by `cut`; then its connection is closed. No more than `KEPT_BYTES` are kept.
 */
export class Exchange extends HttpExchange<Answer> {
  readonly #answered: () => void;
  #size = 0;
  #kept = 0;
  readonly #chunks: Buffer[] = [];

  /**
   * @param answered called when the host has sent a status
   * @param made how many connections to the host have been made so far
   */
  constructor(answered: () => void, made: () => number) {
    super(made);
    this.#answered = answered;
  }

  /** Takes what has come of the answer for all of it; gives up where no status has come. */
  cut(error: Error): void {
    if (this.head !== null) this.#settle();
    this.abandon(error);
  }

  protected begun(): void {
    this.#answered();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#kept < KEPT_BYTES) {
      const kept = chunk.subarray(0, KEPT_BYTES - this.#kept);
      this.#kept += kept.length;
      // A copy: the parser reuses what the chunk is a view of.
      this.#chunks.push(Buffer.from(kept));
    }
    this.#size += chunk.length;
    if (this.#size <= DRAINED_BYTES) return;
    this.#settle();
    controller.abort(new Error('answer larger than what is drained'));
  }

  onResponseEnd(): void {
    this.#settle();
  }

  override onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    // A status is an answer, whatever became of its body.
    if (this.head === null) super.onResponseError(controller, error);
    else this.#settle();
  }

  #settle(): void {
    const { status, headers } = this.head!;
    const beginning = this.#kept === 0 ? NOTHING : Buffer.concat(this.#chunks, this.#kept);
    this.resolve({ status, headers, beginning });
  }
}

export interface Answer extends AnswerHead {
  /** Of its body, at most `KEPT_BYTES`. */
  readonly beginning: Buffer;
}

const NOTHING = Buffer.alloc(0);
const KEPT_BYTES = 1_024;
/** A page of an error is read to its end, so that its connection can be used again; more is not worth it. */
const DRAINED_BYTES = 65_536;
