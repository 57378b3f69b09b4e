import type { Logger } from 'pino';
import { Backoff } from '../../base/backoff.js';
import type { Clock, Stop } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import type { Endpoint, Observation } from '../../core/model/observation.js';
import { isClockOff } from '../../core/parts/pbx-clock.js';
import type { Tracer } from '../../core/model/tracer.js';
import { Schedule, type ScheduleOptions, startOffset } from '../schedule/schedule.js';
import type { InFlightRequests } from './in-flight-requests.js';
import { type CycleReport, pollCycle } from './poll-cycle.js';
import { QuarantineError } from './quarantine.js';
import type { TenantPoller } from './tenant-poller.js';
import { UnreadableStateError } from '../../store/errors.js';

/**
 * Runs one tenant's cycles one after the other, until it is stopped. No other object polls the tenant's PBX or takes
 * the results.
 *
 * Guarantees: cycles never overlap; the next is planned when this one is done. A failure is logged once when it begins
 * and once when it is over, and the loop goes on; every line carries the id of its cycle. A result that no cycle has
 * waited for is recorded by a cycle of its own as soon as none is running, except during the pause after a failure of
 * the store. While a state cannot be read by this build, the loop tries to read it again every `UNREADABLE_RETRY_MS`,
 * and does not poll; neither does it poll a tenant in quarantine. When the tenant is no longer held here, the loop neither
 * polls nor claims any more, until it is
 * stopped. What is asked of the tenant's owner is answered by a cycle at once, which asks the endpoints only that are due.
 */
export class TenantLoop {
  readonly #deps: LoopDeps;
  #cancel: Stop = () => undefined;
  readonly #stopping = new AbortController();
  readonly #schedule: Schedule;
  readonly #reasons = new Map<Endpoint | 'store' | 'state' | 'quarantine', string | null>();
  #isClockOff = false;
  readonly #storeRetry: Backoff;
  #running: Promise<void> = Promise.resolve();
  /** True between two cycles while the loop waits only for an endpoint to be due or to answer. */
  #isResting = false;
  /** Something was asked of the tenant's owner since the last cycle began. */
  #isAsked = false;

  constructor(deps: LoopDeps) {
    this.#deps = deps;
    const { tenant, clock, random, schedule } = deps;
    this.#schedule = new Schedule(
      { ...schedule, random },
      clock.monotonic() + startOffset(tenant, schedule.intervalMs),
    );
    this.#storeRetry = new Backoff({ firstMs: STORE_RETRY_MS, maxMs: MAX_STORE_RETRY_MS, random });
    deps.requests.onAnswer(() => this.#wake());
  }

  start(): void {
    this.#plan(this.#schedule.delay(this.#deps.clock.monotonic()));
  }

  /** Aborts polls, waits for a commit, and resolves when nothing of this tenant is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await this.#running;
    await this.#deps.requests.idle();
  }

  /** A hint that something was asked of the tenant's owner. */
  asked(): void {
    this.#deps.poller.expectRequests();
    this.#isAsked = true;
    this.#wake();
  }

  /**
   * Begins a cycle for a result that no cycle was waiting for, or for a request, but not during the pause after a failure of the store.
   */
  #wake(): void {
    if (!this.#isResting) return;
    this.#isResting = false;
    this.#plan(0);
  }

  #plan(delayMs: number): void {
    // Where every endpoint has a request open, their results wake the loop.
    if (this.#stopping.signal.aborted || delayMs === Infinity) return;
    this.#cancel();
    this.#cancel = this.#deps.clock.after(delayMs, () => {
      this.#running = this.#turn();
    });
  }

  async #turn(): Promise<void> {
    const { clock, requests, holds, newCycleId } = this.#deps;
    this.#isResting = false;
    this.#isAsked = false;
    // A process that was paused beyond its lease must not claim the tenant from the replica that has taken it since.
    if (!holds()) return;
    const cycle = newCycleId();
    let next: Rest;
    try {
      // A result that has come is recorded at once, and does not wait for other requests.
      const due = requests.hasAnswers ? [] : this.#schedule.due(clock.monotonic(), requests.open);
      const report = await pollCycle(this.#deps, due, this.#stopping.signal, cycle);
      this.#note('store', null, cycle);
      this.#noteState(null, cycle);
      this.#noteQuarantine(null, cycle);
      this.#storeRetry.reset();
      next = this.#follow(report, cycle);
    } catch (error) {
      next = { delayMs: this.#failed(error, cycle), isFirm: true };
    }
    if (!holds()) return;
    this.#isResting = !next.isFirm;
    const isAwaited = requests.hasAnswers || this.#isAsked;
    this.#plan(isAwaited && !next.isFirm ? 0 : next.delayMs);
  }

  /** Returns how long to rest, in milliseconds. */
  #failed(error: unknown, cycle: string): number {
    if (error instanceof UnreadableStateError) {
      // The store has answered: it works.
      this.#note('store', null, cycle);
      this.#noteState(error, cycle);
      this.#storeRetry.reset();
      return UNREADABLE_RETRY_MS * (0.8 + 0.4 * this.#deps.random());
    }
    if (error instanceof QuarantineError) {
      this.#note('store', null, cycle);
      this.#noteQuarantine(error, cycle);
      return error.restMs;
    }
    this.#note('store', reasonOf(error), cycle);
    return this.#storeRetry.next();
  }

  #follow(report: CycleReport, cycle: string): Rest {
    const { clock, log, requests } = this.#deps;
    const now = clock.monotonic();
    this.#schedule.turn(report.activity);
    for (const { result, isStale } of report.polls) {
      // The line that says that the host is down stands for all its tenants: they may be thousands.
      if (result.heldBackMs === null) this.#noteResult(result.observation, cycle);
      this.#schedule.record(result, now);
      if (isStale) this.#schedule.again(result.endpoint, now);
    }
    this.#noteClock(report.skewMs, cycle);
    for (const { type, subject } of report.transitions) log.debug({ cycle, type, subject }, 'event');
    if (report.direction !== null && report.owned) {
      const { meaning, source } = report.direction;
      log.info(
        { cycle, direction: meaning, source },
        `direction of monitor rows: the ${meaning}'s, ${source}`,
      );
    }
    if (!report.owned && this.#deps.holds()) {
      log.warn(
        { cycle },
        'commit rejected: fenced by another replica, or the store lost its memory; claiming again',
      );
      return { delayMs: RECLAIM_MS, isFirm: true };
    }
    if (report.confirm) this.#schedule.confirm(now);
    return { delayMs: this.#schedule.delay(now, requests.open), isFirm: false };
  }

  /** Logs which fields of the state cannot be read, up to `KEYS_LOGGED` of them. */
  #noteState(error: UnreadableStateError | null, cycle: string): void {
    const { log } = this.#deps;
    const before = this.#reasons.get('state') ?? null;
    const reason = error && error.message;
    if (before === reason) return;
    this.#reasons.set('state', reason);
    if (error === null) return log.info({ cycle }, 'tenant served again: its stored state can be read');
    const keys = error.fields.slice(0, KEYS_LOGGED);
    log.warn(
      { cycle, reason, ...(keys.length === 0 ? {} : { keys }) },
      `tenant not served: ${error.message}`,
    );
  }

  /** Logs one line when the tenant is put into quarantine, and one when a poll of it was survived. */
  #noteQuarantine(error: QuarantineError | null, cycle: string): void {
    const reason = error && error.message;
    if ((this.#reasons.get('quarantine') ?? null) === reason) return;
    this.#reasons.set('quarantine', reason);
    this.#deps.onQuarantine?.(error !== null);
    if (error === null) this.#deps.log.info({ cycle }, 'tenant out of quarantine: a poll was recorded');
    else this.#deps.log.warn({ cycle, owners: error.owners }, `tenant quarantined: ${error.message}`);
  }

  /** What an answer lacks is the same reason whatever its numbers are, which change with every call. */
  #noteResult({ endpoint, outcome, reason }: Observation, cycle: string): void {
    if (outcome !== 'partial') return this.#note(endpoint, reason, cycle);
    const kind = `incomplete: ${reason!.replace(/\d+/g, 'N')}`;
    if (this.#reasons.get(endpoint) === kind) return;
    this.#reasons.set(endpoint, kind);
    this.#deps.log.warn({ cycle, endpoint, reason }, `${endpoint} incomplete: ${reason!}`);
  }

  /** Logs one line when the PBX's clock is found to be off, and one when it is right again. */
  #noteClock(skewMs: number | null, cycle: string): void {
    if (skewMs === null || isClockOff(skewMs) === this.#isClockOff) return;
    this.#isClockOff = isClockOff(skewMs);
    const { log } = this.#deps;
    if (!this.#isClockOff) return log.info({ cycle, skewMs }, 'PBX clock is right again');
    const off = `${Math.abs(skewMs / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead' : 'behind'}`;
    log.warn({ cycle, skewMs }, `PBX clock is ${off}: its times are corrected and said to be observed`);
  }

  /** Logs one line when a reason appears or changes, and one when it is gone. */
  #note(what: Endpoint | 'store', reason: string | null, cycle: string): void {
    const before = this.#reasons.get(what) ?? null;
    if (before === reason) return;
    this.#reasons.set(what, reason);
    const about = what === 'store' ? { cycle } : { cycle, endpoint: what };
    if (reason === null) this.#deps.log.info(about, `${what} recovered`);
    else this.#deps.log.warn({ ...about, reason }, `${what} failed: ${reason}`);
  }
}

/** How long to wait after a cycle. */
interface Rest {
  readonly delayMs: number;
  /** True: a result that comes meanwhile does not shorten the wait. */
  readonly isFirm: boolean;
}

export interface LoopDeps {
  readonly tenant: string;
  readonly requests: Pick<InFlightRequests, 'ask' | 'take' | 'open' | 'hasAnswers' | 'onAnswer' | 'idle'>;
  readonly poller: Pick<TenantPoller, 'prepare' | 'record' | 'expectRequests'>;
  /** Whether this process still holds the tenant's lease, as far as it can know. */
  readonly holds: () => boolean;
  readonly schedule: Omit<ScheduleOptions, 'random'>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Makes short ids that are unlikely to repeat within a day. */
  readonly newCycleId: () => string;
  /** Called when the tenant gets into quarantine, and out of it. */
  readonly onQuarantine?: (isQuarantined: boolean) => void;
  /** Adds the tenant to every line. */
  readonly log: Logger;
  readonly tracer?: Tracer | undefined;
}

/** A store that restarts is back within seconds, and agents wait for its events. */
const STORE_RETRY_MS = 100;
const MAX_STORE_RETRY_MS = 2_000;
/** Only an operator can repair such a state, which takes minutes; a new loop, after a lost lease, tries at once. */
const UNREADABLE_RETRY_MS = 30_000;
/** How many unreadable fields a line names. */
export const KEYS_LOGGED = 20;
/** Two replicas that both believe to hold a tenant must not fence each other in a tight loop. */
const RECLAIM_MS = 1_000;
