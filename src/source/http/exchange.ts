import type { Dispatcher } from 'undici';
import { type AnswerHead, HttpExchange } from '../../base/http-exchange.js';

/**
 * One request and its whole answer: a poll needs the whole body or none, and HTTP is two thirds of a poll's cost.
 *
 * Guarantees beside those of `HttpExchange`: resolves with the whole answer, or with `body: null` when the body is larger than
 * its status allows: then the connection is closed, not drained.
 */
export class Exchange extends HttpExchange<RawAnswer> {
  readonly #limitOf: (status: number) => number;
  readonly #answered: () => void;
  #limit = 0;
  #size = 0;
  readonly #chunks: Buffer[] = [];

  /**
   * @param limitOf the most bytes of a body that are kept, by its status
   * @param answered called when the host has sent a status
   * @param made how many connections to the host have been made so far
   */
  constructor(limitOf: (status: number) => number, answered: () => void, made: () => number = () => 0) {
    super(made);
    this.#limitOf = limitOf;
    this.#answered = answered;
  }

  /** Whether the host has sent a status. */
  get isAnswered(): boolean {
    return this.head !== null;
  }

  giveUp(): void {
    this.abandon(new Error('given up'));
  }

  protected begun({ status, headers }: AnswerHead, controller: Dispatcher.DispatchController): void {
    this.#answered();
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
    this.resolve({ ...this.head!, body });
  }

  #refuse(controller: Dispatcher.DispatchController): void {
    this.resolve({ ...this.head!, body: null });
    controller.abort(new Error('body too large'));
  }
}

/** As the host sent it. */
export interface RawAnswer extends AnswerHead {
  /** Null where the body is larger than its limit. */
  readonly body: Buffer | null;
}
