import type { Logger } from 'pino';

/**
 * When the process ends: at the first signal, within a bound, and once.
 *
 * Guarantees: exit code 0 when everything was closed; 1, and a line that says what hung, when that took longer than
 * `BOUND_MS`. Signals that come later change nothing. One that comes during the start is obeyed when the start has
 * come so far that there is something to close, and the bound counts from the signal.
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
      log.error({ step }, `the shutdown hangs in ${step}: ending without the rest`);
      exit(1);
    });
    if (this.#close !== null) void this.#run(this.#close);
  };

  /** From now on there is something to close. `step` says what it is busy with. */
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
      log.error({ reason: String(error) }, `the shutdown failed in ${this.#step()}`);
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
 * Above the sum of the steps' own bounds, some 11 s: polls and their commits 5, clients 2, last answers 1, traces 2,
 * and what it takes to leave Redis. Below what Kubernetes (30 s) and systemd (90 s) grant.
 */
export const BOUND_MS = 15_000;
