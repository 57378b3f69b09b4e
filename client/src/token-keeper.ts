import { type Stop, type Surroundings, within } from './clock.js';
import { type Problem, ProblemError } from './problem.js';
import { fetchToken, type TokenUrl } from './token-url.js';

/** A token, or how to get one: asked before each connection and ahead of each expiry. */
export type TokenOption = string | (() => string | Promise<string>);

/** How long the callback may take: a back end that hangs must not hang the client. */
const ASK_TIMEOUT_MS = 30_000;
/**
 * A token is renewed when a fifth of what was left of it remains, but at most this long ahead; up to a half sooner or later, so
 * that pages which were opened together do not ask together.
 */
const LEAD_MS = 60_000;
/** The least time between two tokens, so that a wrong clock, or a callback that returns an old token, causes no loop. */
const MIN_INTERVAL_MS = 5_000;
/** Timers take at most 2^31 - 1 ms, and machines sleep: check again now and then. */
const MAX_TIMER_MS = 3_600_000;

/**
 * Gets tokens and has them renewed in time.
 *
 * The expiry is read from the token without verifying it: only the bridge decides whether a token is valid, so a
 * wrong reading costs one callback too many or a reconnect, nothing else. A plain string cannot be renewed.
 */
export class TokenKeeper {
  /** Why the last token did not come, or what had to be taken away from it. */
  problem: Problem | null = null;

  constructor(
    private readonly option: TokenOption | TokenUrl | undefined,
    private readonly surroundings: Surroundings,
    /** Called after each change of `problem`. */
    private readonly noticed: () => void = () => undefined,
  ) {}

  get renewable(): boolean {
    return this.option !== undefined && typeof this.option !== 'string';
  }

  /** Rejects when the callback does, or takes too long. Undefined where no token is wanted. */
  async ask(): Promise<string | undefined> {
    const { option } = this;
    if (option === undefined || typeof option === 'string') return option;
    try {
      if (typeof option !== 'function') {
        const { token, remark } = await fetchToken(option, this.surroundings);
        this.notice(remark);
        return token;
      }
      const token = await within(ASK_TIMEOUT_MS, (async () => option())(), this.surroundings);
      this.notice(null);
      return token;
    } catch (error) {
      this.notice(
        error instanceof ProblemError
          ? error.problem
          : { code: 'token-failed', text: `the token callback failed: ${String(error)}` },
      );
      throw error;
    }
  }

  private notice(problem: Problem | null): void {
    if (problem?.text === this.problem?.text) return;
    this.problem = problem;
    this.noticed();
  }

  /** Renews ahead of expiry until stopped. `send` gives the new token to the bridge; false or an error: not accepted. */
  keep(token: string | undefined, send: (token: string) => Promise<boolean>): Stop {
    if (!this.renewable || token === undefined) return () => undefined;
    let stopped = false;
    let stopTimer: Stop = () => undefined;
    const { now, after, random } = this.surroundings;

    const schedule = (current: string, earliest: number) => {
      const expiry = expiryOf(current);
      if (stopped || expiry === null) return;
      const left = expiry - now();
      const lead = Math.min(LEAD_MS, left / 5) * (0.5 + random());
      wait(current, Math.max(earliest, now() + left - lead));
    };
    const wait = (current: string, due: number) => {
      const ms = Math.min(MAX_TIMER_MS, Math.max(0, due - now()));
      stopTimer = after(ms, () => (now() < due ? wait(current, due) : void renew(current)));
    };
    const renew = async (current: string) => {
      let next = current;
      try {
        const fresh = await this.ask();
        if (!stopped && fresh !== undefined && (await send(fresh))) next = fresh;
      } catch {
        // Asked again below; should the token run out meanwhile, the bridge closes and the next connection asks too.
      }
      schedule(next, now() + MIN_INTERVAL_MS);
    };

    schedule(token, now());
    return () => {
      stopped = true;
      stopTimer();
    };
  }
}

/** `exp` of a JWT in milliseconds; null when it has none or is no JWT. Nothing is verified. */
export function expiryOf(token: string): number | null {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}
