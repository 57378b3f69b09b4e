import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/**
 * One request over undici's dispatcher, and the promise of its answer. It avoids the stream that undici's `request` builds
 * for a body. What is an answer, and how much of its body is kept, says the class that extends it.
 *
 * Guarantees: settles exactly once. Rejects with undici's error, or at once with that of `abandon`, also while the
 * connection is still being made: then the request is aborted when it would be sent. Informational answers (1xx) are none.
 */
export abstract class HttpExchange<Answer> implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>;
  /** Settle `answer`; what comes after the first time changes nothing. */
  protected readonly resolve: (answer: Answer) => void;
  protected readonly reject: (error: Error) => void;
  /** Null while no status has come. */
  protected head: AnswerHead | null = null;
  readonly #made: () => number;
  readonly #madeBefore: number;
  #isOnKept = false;
  #controller: Dispatcher.DispatchController | null = null;
  #abandoned: Error | null = null;

  /** @param made how many connections to the host have been made so far */
  constructor(made: () => number) {
    this.#made = made;
    this.#madeBefore = made();
    let settleWith!: (answer: Answer) => void;
    let failWith!: (error: Error) => void;
    this.answer = new Promise((resolve, reject) => {
      settleWith = resolve;
      failWith = reject;
    });
    this.resolve = settleWith;
    this.reject = failWith;
  }

  /** Whether it was surely sent over a connection that had been there before, and which its host may have closed. */
  get isOnKept(): boolean {
    return this.#isOnKept;
  }

  /** Closes the connection; `answer` rejects, unless it is settled. */
  protected abandon(error: Error): void {
    this.#abandoned ??= error;
    this.reject(this.#abandoned);
    this.#controller?.abort(this.#abandoned);
  }

  /** Called again when undici finds a kept connection closed before it has written anything to it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // A request that needs a new connection starts when it has been made.
    this.#isOnKept = this.#made() === this.#madeBefore;
    if (this.#abandoned !== null) controller.abort(this.#abandoned);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.head = { status, headers };
    this.begun(this.head, controller);
  }

  abstract onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void;

  abstract onResponseEnd(): void;

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }

  /** The answer has begun. */
  protected abstract begun(head: AnswerHead, controller: Dispatcher.DispatchController): void;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}
