import type { Logger } from 'pino';

/**
 * Ends the process at the first signal, once and within a bound.
 *
 * Guarantees: exit code 0 when everything was closed; 1, and a line that names the hanging step, when that took longer
 * than `BOUND_MS`. Later signals change nothing. A signal during the start takes effect when the start has created
 * something to close; the bound counts from the signal.
 */
export class Termination {
  readonly #deps: TerminationDeps;
  #close: (() => Promise<void>) | null = null;
  #step: () => string = () => 'the start';
  #isEnding = false;

  constructor(deps: TerminationDeps) {
    this.#deps = deps;
  }

  /** The signals' handler. */
  readonly request = (): void => {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const { after, log, exit } = this.#deps;
    after(BOUND_MS, () => {
      const step = this.#step();
      log.error({ step }, `shutdown hangs in ${step}: ending without the rest`);
      exit(1);
    });
    if (this.#close !== null) void this.#run(this.#close);
  };

  /** Takes what closes everything. `step` says what it is doing. */
  arm(close: () => Promise<void>, step: () => string): void {
    this.#close = close;
    this.#step = step;
    if (this.#isEnding) void this.#run(close);
  }

  async #run(close: () => Promise<void>): Promise<void> {
    const { log, exit } = this.#deps;
    try {
      await close();
      exit(0);
    } catch (error) {
      log.error({ reason: String(error) }, `shutdown failed in ${this.#step()}: ${String(error)}`);
      exit(1);
    }
  }
}

export interface TerminationDeps {
  readonly after: (delayMs: number, run: () => void) => void;
  readonly exit: (code: number) => void;
  readonly log: Pick<Logger, 'error'>;
}

/**
 * More than the sum of the steps' own time-outs, about 14 s: polls and their commits 5, webhooks 3, clients 2, last answers 1,
 * traces 2, and the time to close Redis. Less than Kubernetes (30 s) and systemd (90 s) wait.
 */
export const BOUND_MS = 18_000;
