import type { Logger } from 'pino';
import { Backoff } from '../../base/backoff.js';
import type { Clock, Stop } from '../../base/clock.js';
import type { Endpoint } from '../../core/model/observation.js';
import type { Tracer } from '../../core/model/tracer.js';
import { Pace, type PaceOptions, startOffset } from '../schedule/schedule.js';
import type { InFlightRequests } from './in-flight-requests.js';
import { type CycleReport, pollCycle } from './poll-cycle.js';
import type { TenantPoller } from './tenant-poller.js';
import { UnreadableStateError } from '../../store/errors.js';

/**
 * Runs one tenant's cycles one after the other, until it is stopped. It alone asks the PBX, and takes the answers.
 *
 * Guarantees: cycles never overlap; the next is planned when this one is done; whatever fails is logged once, when it
 * begins and when it is over, and the loop goes on; every line carries the id of its cycle. An answer that no cycle has
 * waited for has one of its own, as soon as none is running; only the pause after trouble with the store stands. A state
 * that this build cannot read is not fought for: the loop looks at it again now and then, and asks the PBX nothing. When the
 * tenant is no longer held here the loop goes silent: no poll and no claim any more, until whoever began it stops it.
 */
export class TenantLoop {
  readonly #deps: LoopDeps;
  #cancel: Stop = () => undefined;
  readonly #stopping = new AbortController();
  readonly #pace: Pace;
  readonly #reasons = new Map<Endpoint | 'store' | 'state', string | null>();
  readonly #storeRetry: Backoff;
  #running: Promise<void> = Promise.resolve();
  /** Between two cycles, with nothing to wait for but that an endpoint is due or answers. */
  #isResting = false;

  constructor(deps: LoopDeps) {
    this.#deps = deps;
    const { tenant, clock, random, pace } = deps;
    this.#pace = new Pace({ ...pace, random }, clock.monotonic() + startOffset(tenant, pace.intervalMs));
    this.#storeRetry = new Backoff({ firstMs: STORE_RETRY_MS, maxMs: MAX_STORE_RETRY_MS, random });
    deps.requests.onAnswer(() => this.#wake());
  }

  start(): void {
    this.#plan(this.#pace.delay(this.#deps.clock.monotonic()));
  }

  /** Resolves when nothing of this tenant is under way any more. A poll is cut off, a commit is let finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await this.#running;
    await this.#deps.requests.idle();
  }

  /** For an answer that no cycle was waiting for. After trouble with the store the pause stands, and it waits too. */
  #wake(): void {
    if (!this.#isResting) return;
    this.#isResting = false;
    this.#plan(0);
  }

  #plan(delayMs: number): void {
    // Where every endpoint has a request open, their answers are what wakes it.
    if (this.#stopping.signal.aborted || delayMs === Infinity) return;
    this.#cancel();
    this.#cancel = this.#deps.clock.after(delayMs, () => {
      this.#running = this.#turn();
    });
  }

  async #turn(): Promise<void> {
    const { clock, requests, holds, newCycleId } = this.#deps;
    this.#isResting = false;
    // A process that was paused past its lease must not claim the tenant back from whoever has taken it since.
    if (!holds()) return;
    const cycle = newCycleId();
    let next: Rest;
    try {
      // What has come is not kept waiting for what is asked only now.
      const due = requests.hasAnswers ? [] : this.#pace.due(clock.monotonic(), requests.open);
      const report = await pollCycle(this.#deps, due, this.#stopping.signal, cycle);
      this.#note('store', null, cycle);
      this.#noteState(null, cycle);
      this.#storeRetry.reset();
      next = this.#follow(report, cycle);
    } catch (error) {
      next = { delayMs: this.#failed(error, cycle), isFirm: true };
    }
    if (!holds()) return;
    this.#isResting = !next.isFirm;
    this.#plan(requests.hasAnswers && !next.isFirm ? 0 : next.delayMs);
  }

  /** Returns how long to rest, in milliseconds. */
  #failed(error: unknown, cycle: string): number {
    if (error instanceof UnreadableStateError) {
      // The store does answer.
      this.#note('store', null, cycle);
      this.#noteState(error, cycle);
      this.#storeRetry.reset();
      return UNREADABLE_RETRY_MS * (0.8 + 0.4 * this.#deps.random());
    }
    this.#note('store', error instanceof Error ? error.message : String(error), cycle);
    return this.#storeRetry.next();
  }

  #follow(report: CycleReport, cycle: string): Rest {
    const { clock, log, requests } = this.#deps;
    const now = clock.monotonic();
    this.#pace.turn(report.activity);
    for (const { result, isStale } of report.polls) {
      this.#note(result.endpoint, result.observation.reason, cycle);
      this.#pace.record(result, now);
      if (isStale) this.#pace.again(result.endpoint, now);
    }
    for (const { type, subject } of report.transitions) log.debug({ cycle, type, subject }, 'event');
    if (!report.owned && this.#deps.holds()) {
      log.warn({ cycle }, 'the store did not take the last cycle: claiming the tenant anew');
      return { delayMs: RECLAIM_MS, isFirm: true };
    }
    if (report.confirm) this.#pace.confirm(now);
    return { delayMs: this.#pace.delay(now, requests.open), isFirm: false };
  }

  /** Names what cannot be read by its keys, as far as a line goes. */
  #noteState(error: UnreadableStateError | null, cycle: string): void {
    const { log } = this.#deps;
    const before = this.#reasons.get('state') ?? null;
    const reason = error && error.message;
    if (before === reason) return;
    this.#reasons.set('state', reason);
    if (error === null) return log.info({ cycle }, 'stored state read again: the tenant is served');
    const keys = error.fields.slice(0, KEYS_LOGGED);
    log.warn(
      { cycle, reason, ...(keys.length === 0 ? {} : { keys }) },
      `tenant not served: ${error.message}`,
    );
  }

  /** One line when a reason appears or changes, one when it is gone. */
  #note(what: Endpoint | 'store', reason: string | null, cycle: string): void {
    const before = this.#reasons.get(what) ?? null;
    if (before === reason) return;
    this.#reasons.set(what, reason);
    const about = what === 'store' ? { cycle } : { cycle, endpoint: what };
    if (reason === null) this.#deps.log.info(about, `${what} answers properly again`);
    else this.#deps.log.warn({ ...about, reason }, `${what}: ${reason}`);
  }
}

/** How long to wait after a cycle. */
interface Rest {
  readonly delayMs: number;
  /** No answer makes it shorter. */
  readonly isFirm: boolean;
}

export interface LoopDeps {
  readonly tenant: string;
  readonly requests: Pick<InFlightRequests, 'ask' | 'take' | 'open' | 'hasAnswers' | 'onAnswer' | 'idle'>;
  readonly poller: Pick<TenantPoller, 'prepare' | 'record'>;
  /** Whether this process still holds the tenant's lease, as far as it can know. */
  readonly holds: () => boolean;
  readonly pace: Omit<PaceOptions, 'random'>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Short, and unlikely to be another's of the same day. */
  readonly newCycleId: () => string;
  /** Carries the tenant in every line. */
  readonly log: Logger;
  readonly tracer?: Tracer | undefined;
}

/** A store that is being restarted is back within seconds; agents wait for it. */
const STORE_RETRY_MS = 100;
const MAX_STORE_RETRY_MS = 2_000;
/** Somebody has to act first, and may have seen to it since; a lease that is lost and taken again begins a new loop. */
const UNREADABLE_RETRY_MS = 30_000;
const KEYS_LOGGED = 20;
/** Two pollers that both believe they own a tenant must not fence each other off in a tight loop. */
const RECLAIM_MS = 1_000;
