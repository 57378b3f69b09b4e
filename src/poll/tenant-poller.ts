import { EMPTY_STATE, type Freshness, type Policy, type TenantState } from '../core/call.js';
import { type BridgeEvent, toEvents, type Transition } from '../core/event.js';
import {
  ENDPOINTS,
  type Endpoint,
  type Instant,
  type MonitorAnswer,
  type MonitorObservation,
  type Observations,
  type QueueAnswer,
  type QueueObservation,
} from '../core/observation.js';
import { freshen, isQuiet, reconcile, type Reconciled } from '../core/reconcile.js';
import { type Span, type Tracer, UNTRACED } from '../core/tracer.js';
import type { PitelSource } from '../source/pitel-source.js';
import { type PollReport, type TenantObserver, UNOBSERVED_TENANT } from './poll-observer.js';
import type { RegistrationWatch } from './registration-watch.js';
import type { Claim, Commit, CommitResult, Position, Store } from '../store/store.js';
import { type Activity, activityOf } from './activity.js';

/**
 * One tenant's poll cycle: fetch → observe → reconcile → commit.
 *
 * Guarantees:
 * - What a cycle saw is either committed as a whole or not at all. A commit without an answer is repeated under its
 *   own id before anything else is looked at.
 * - The state in memory is what the store holds at the version it was committed as. When the store disagrees it is
 *   claimed anew, and what was observed before the claim is dropped: an old look must not follow a newer one.
 * - Cycles of one poller must not overlap; `TenantLoop` sees to that.
 */
export class TenantPoller {
  readonly #deps: PollerDeps;
  #held: Held | null = null;
  #unfinished: Begun | null = null;
  /** Of `#held.state`, what the store has been told: freshness is written now and then. */
  #written: Freshness = EMPTY_STATE;
  /** What the last reconciled answers showed, while nothing in them waits to be confirmed. */
  #settled: Partial<Record<Endpoint, Rows>> = {};
  #newEpoch = false;
  #activity: { readonly calls: TenantState['calls']; readonly at: Instant; readonly is: Activity } | null =
    null;
  #touchedAt: Instant = 0;
  #trimmedAt: Instant = 0;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
  }

  /**
   * Runs one cycle. Rejects when the store cannot be reached: call again later, nothing is lost.
   *
   * @param endpoints which to ask; the others are left alone
   * @param id names the cycle in its trace
   */
  cycle(endpoints: readonly Endpoint[], signal: AbortSignal, id = ''): Promise<CycleReport> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    const about = { 'pitel.tenant': tenant, 'pitel.cycle': id, 'pitel.endpoints': endpoints.join() };
    return tracer.span('poll cycle', about, async (span) => {
      const report = await this.#cycle(endpoints, signal);
      span.set({
        ...Object.fromEntries(report.polls.map(({ endpoint, outcome }) => [`pitel.${endpoint}`, outcome])),
        'pitel.events': report.transitions.length,
      });
      return report;
    });
  }

  async #cycle(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<CycleReport> {
    if (this.#unfinished !== null) {
      await this.#finish();
      // Stopped while the store was slow: somebody else may hold the tenant by now, and a claim would fence it off.
      if (signal.aborted) return STOPPED;
    }
    const held = (this.#held ??= await this.#claim());
    const polled = await Promise.all(
      endpoints.map(async (endpoint) => ({ endpoint, ...(await this.#deps.source.poll(endpoint, signal)) })),
    );
    // Stopped in the middle of it: what was cut off is no observation.
    if (signal.aborted) return STOPPED;

    const observations: Observations = {
      ...(Object.fromEntries(
        polled.map(({ endpoint, observation }) => [endpoint, observation]),
      ) as Observations),
      ...(this.#deps.registrations === null ? {} : { registrations: this.#deps.registrations.take() }),
    };
    const polls = polled.map(({ endpoint, observation, retryAfterMs, status, heldBackMs }) => ({
      endpoint,
      outcome: observation.outcome,
      reason: observation.reason,
      sentAt: observation.startedAt,
      latencyMs: observation.at - observation.startedAt,
      status,
      retryAfterMs,
      heldBackMs,
    }));
    const { observer = UNOBSERVED_TENANT } = this.#deps;
    for (const poll of polls) observer.polled(poll);
    const reconciled = this.#reconcile(held.state, observations);
    const owned = isQuiet(held.state, reconciled)
      ? await this.#touch(held, reconciled)
      : await this.#commit(held, reconciled);
    if (owned) this.#settle(observations, reconciled);
    observer.sources(reconciled.state.sources);
    this.#tellWatch(observations, reconciled);
    await this.#trim();
    const activity = this.#activityOf(reconciled.state);
    return { polls, confirm: reconciled.confirm, owned, transitions: reconciled.transitions, activity };
  }

  /** Looks at the calls when they have changed, and now and then, as some go stale. */
  #activityOf(state: TenantState): Activity {
    const at = this.#deps.clock();
    const last = this.#activity;
    if (last !== null && last.calls === state.calls && at - last.at < ACTIVITY_HOLDS_MS) return last.is;
    const is = activityOf(state, at);
    this.#activity = { calls: state.calls, at, is };
    return is;
  }

  #reconcile(state: TenantState, observations: Observations): Reconciled {
    const repeated = made(observations).every((observation) => this.#isSettled(observation));
    return repeated
      ? freshen(state, observations, this.#deps.policy)
      : reconcile(state, observations, this.#deps.policy);
  }

  async #claim(): Promise<Held> {
    const { tenant, store, newEpoch } = this.#deps;
    const claim: Claim = await store.claim(tenant, { epoch: newEpoch(), newEpoch: this.#newEpoch });
    this.#newEpoch = false;
    this.#settled = {};
    this.#written = claim.state;
    return { ...claim };
  }

  #commit(held: Held, reconciled: Reconciled): Promise<boolean> {
    return this.#spanOfCommit(async (span) => {
      this.#begin(held, reconciled, span.traceparent);
      await this.#tryCommit(span);
      return this.#held !== null;
    });
  }

  #begin(held: Held, { state, transitions }: Reconciled, traceparent: string | undefined): void {
    const { tenant, clock, newCommitId } = this.#deps;
    const place = { tenant, ...held.position, recordedAt: clock(), traceparent };
    const events = toEvents(transitions, place);
    const commit = {
      fence: held.fence,
      expectedVersion: held.version,
      commitId: newCommitId(),
      epoch: held.position.epoch,
      before: { ...held.state, ...freshnessOf(this.#written) },
      after: state,
      events: events.map((event) => ({
        sequence: Number(event.sequence),
        type: event.type,
        json: JSON.stringify(event),
      })),
    };
    this.#unfinished = { commit, events };
  }

  /** Brings a begun commit to an end; rejects, and keeps it, when the store gives no answer. */
  #finish(): Promise<void> {
    return this.#spanOfCommit((span) => this.#tryCommit(span));
  }

  #spanOfCommit<Result>(work: (span: Span) => Promise<Result>): Promise<Result> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    return tracer.span('commit', { 'pitel.tenant': tenant }, work);
  }

  async #tryCommit(span: Span): Promise<void> {
    if (this.#unfinished === null) return;
    const { commit } = this.#unfinished;
    const result = await this.#observed(this.#unfinished);
    this.#unfinished = null;
    span.set({ 'pitel.events': commit.events.length, 'pitel.result': result.status });
    if (result.status !== 'committed') span.fail(result.status);
    if (result.status === 'committed') {
      const { version, position } = result;
      this.#held = { fence: commit.fence, version, position, state: commit.after };
      this.#written = commit.after;
      this.#touchedAt = this.#deps.clock();
      return;
    }
    this.#held = null;
    this.#newEpoch = result.status === 'lost';
  }

  async #observed({ commit, events }: Begun): Promise<CommitResult> {
    const { tenant, store, observer = UNOBSERVED_TENANT } = this.#deps;
    const tried = observer.committing();
    let result: CommitResult['status'] | 'rejected' = 'rejected';
    try {
      const answer = await store.commit(tenant, commit);
      result = answer.status;
      return answer;
    } finally {
      tried({ result, events });
    }
  }

  /** Keeps the sources' freshness in the store current: news at once, else at most every `TOUCH_EVERY_MS`. */
  async #touch(held: Held, { state }: Reconciled): Promise<boolean> {
    const { tenant, store, clock } = this.#deps;
    this.#held = { ...held, state };
    const now = clock();
    const isDue = now - this.#touchedAt >= TOUCH_EVERY_MS || hasNews(this.#written, state);
    if (!isDue) return true;
    this.#touchedAt = now;
    const before = this.#written;
    const owned = await store.touch(tenant, held.fence, before, state);
    this.#written = state;
    if (!owned) this.#held = null;
    return owned;
  }

  #tellWatch({ monitor }: Observations, { state, confirm }: Reconciled): void {
    if (this.#deps.registrations === null || monitor === undefined || monitor.outcome === 'failed') return;
    this.#deps.registrations.observe(monitor, confirm ? vanishedExtensions(state) : []);
  }

  /** The bound by count is kept by every commit; the one by age is looked after now and then. */
  async #trim(): Promise<void> {
    const { tenant, store, clock, retentionMs } = this.#deps;
    const now = clock();
    if (now - this.#trimmedAt < TRIM_EVERY_MS) return;
    this.#trimmedAt = now;
    const events = await store.trim(tenant, now - retentionMs);
    (this.#deps.observer ?? UNOBSERVED_TENANT).logHolds(events);
  }

  #settle(observations: Observations, { confirm }: Reconciled): void {
    for (const observation of made(observations)) {
      const { endpoint } = observation;
      const isComplete = observation.outcome === 'complete';
      if (isComplete && !confirm) this.#settled[endpoint] = rowsOf(observation);
      else delete this.#settled[endpoint];
    }
    if (confirm) this.#settled = {};
  }

  #isSettled(observation: MonitorObservation | QueueObservation): boolean {
    const settled = this.#settled[observation.endpoint];
    // A failure has no rows; where nothing waits to be confirmed it moves nothing but the source's health.
    if (observation.outcome === 'failed') return this.#held !== null;
    if (settled === undefined || observation.outcome !== 'complete') return false;
    const { rows, idle } = rowsOf(observation);
    return rows === settled.rows && idle === settled.idle;
  }
}

export interface PollerDeps {
  readonly tenant: string;
  readonly source: Pick<PitelSource, 'poll'>;
  /** Null where no registration is watched. */
  readonly registrations: Pick<RegistrationWatch, 'take' | 'observe'> | null;
  readonly store: Store;
  readonly policy: Policy;
  /** How long events are kept in the log. */
  readonly retentionMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => Instant;
  /** Names a log that begins anew: unique, `[A-Za-z0-9_-]{1,64}`. */
  readonly newEpoch: () => string;
  readonly newCommitId: () => string;
  readonly observer?: TenantObserver;
  readonly tracer?: Tracer;
}

export interface CycleReport {
  readonly polls: readonly PollReport[];
  /** Poll again soon: an absence waits to be confirmed. */
  readonly confirm: boolean;
  /** False when the store did not take what was seen: somebody else polls this tenant, or it lost its memory. */
  readonly owned: boolean;
  readonly transitions: readonly Transition[];
  /** What the cycle left of the tenant's calls. */
  readonly activity: Activity;
}

/** A commit that has no answer yet, and its events. */
interface Begun {
  readonly commit: Commit;
  readonly events: readonly BridgeEvent[];
}

interface Held {
  readonly fence: number;
  readonly version: number;
  readonly position: Position;
  readonly state: TenantState;
}

interface Rows {
  readonly rows: unknown;
  readonly idle: unknown;
}

const STOPPED: CycleReport = { polls: [], confirm: false, owned: true, transitions: [], activity: 'idle' };
const ACTIVITY_HOLDS_MS = 10_000;
/**
 * How old `lastCompleteAt` in the store may be, beside an interval. Delivery reads it as often (`FRESH_MS` there), and a
 * tenant where nothing happens finds out as soon that another has taken it over or that Redis has lost its memory.
 */
const TOUCH_EVERY_MS = 5_000;
const TRIM_EVERY_MS = 60_000;

/** By number and uuid. */
function vanishedExtensions({ calls }: TenantState): string[] {
  const missing = [...calls.values()]
    .filter(({ pendingAbsence }) => pendingAbsence)
    .flatMap(({ legs }) => legs.filter(({ absence }) => absence !== null));
  return missing.flatMap(({ seen }) => [
    seen.extension,
    ...(seen.extensionId === null ? [] : [seen.extensionId]),
  ]);
}

/** More than that what was known has been seen once more. */
function hasNews(written: Freshness, { sources, registrations }: Freshness): boolean {
  return (
    written.registrations !== registrations ||
    ENDPOINTS.some((endpoint) => {
      const [before, after] = [written.sources[endpoint], sources[endpoint]];
      return (
        before.status !== after.status ||
        before.failures !== after.failures ||
        before.lastError !== after.lastError
      );
    })
  );
}

function freshnessOf({ sources, registrations }: Freshness): Freshness {
  return { sources, registrations };
}

function made({ monitor, queue }: Observations): (MonitorObservation | QueueObservation)[] {
  return [monitor, queue].filter((observation) => observation !== undefined);
}

function rowsOf(observation: MonitorAnswer | QueueAnswer): Rows {
  return {
    rows: observation.rows,
    idle: observation.endpoint === 'monitor' ? observation.idleExtensions : null,
  };
}
