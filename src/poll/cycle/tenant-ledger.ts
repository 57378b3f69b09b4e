import type { Time } from '../../base/clock.js';
import { EMPTY_STATE, type Freshness, type TenantState } from '../../core/model/call.js';
import { type BridgeEvent, rfc3339, toEvents } from '../../core/model/event.js';
import { ENDPOINTS, type Instant } from '../../core/model/observation.js';
import { isQuiet, type Reconciled } from '../../core/reconcile.js';
import { type Span, type Tracer, UNTRACED } from '../../core/model/tracer.js';
import { UnreadableStateError } from '../../store/errors.js';
import type { Claim, Commit, CommitResult, Position, Store } from '../../store/store.js';
import { type TenantObserver, UNOBSERVED_TENANT } from './poll-listener.js';

/**
 * One tenant's state as the store holds it, and the claim under which it is written.
 *
 * Guarantees:
 * - What a cycle decided is either committed as a whole or not at all. A commit without an answer is kept, and repeated
 *   under its own id by `finish`.
 * - The first commit of a claim writes the whole state in this build's format, and comes before any freshness where an
 *   older format was found.
 * - A state that this build cannot read is claimed once at most: whoever can read it is not fenced again and again.
 * - The state in memory is what the store holds at the version it was committed as, but for the sources' freshness, which
 *   is written now and then. When the store disagrees the claim is over: `state` is null until `claim`.
 */
export class TenantLedger {
  readonly #deps: LedgerDeps;
  #held: Held | null = null;
  #unfinished: Begun | null = null;
  /** Of `#held.state`, what the store has been told: freshness is written now and then. */
  #written: Freshness = EMPTY_STATE;
  #newEpoch = false;
  /** That was held last, also after the claim is over. */
  #epoch: string | null = null;
  /** The last claim found a state that cannot be read. */
  #isUnreadable = false;
  /** By the monotonic clock. */
  #touchedAt = -Infinity;
  #trimmedAt = -Infinity;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  /** Null: not claimed, or not any more. */
  get state(): TenantState | null {
    return this.#held?.state ?? null;
  }

  /** A commit has had no answer: `finish` comes before anything else. */
  get isUnfinished(): boolean {
    return this.#unfinished !== null;
  }

  /** Rejects with an `UnreadableStateError` where a store that answers is of no help. */
  async claim(): Promise<TenantState> {
    const { tenant, store, newEpoch, observer = UNOBSERVED_TENANT } = this.#deps;
    const offered = newEpoch();
    let claim: Claim;
    try {
      if (this.#isUnreadable) await store.snapshot(tenant);
      claim = await store.claim(tenant, { epoch: offered, newEpoch: this.#newEpoch });
    } catch (error) {
      if (error instanceof UnreadableStateError) {
        this.#isUnreadable = true;
        observer.unserved({ reason: error.reason, fields: error.fields });
      }
      throw error;
    }
    this.#isUnreadable = false;
    this.#newEpoch = false;
    const { epoch } = claim.position;
    // The second is that of a claim whose answer was lost, or of whoever was here meanwhile.
    observer.claimed({ isNewEpoch: epoch === offered || epoch !== (this.#epoch ?? epoch) });
    this.#epoch = epoch;
    this.#written = claim.state;
    const { fence, version, position, state } = claim;
    this.#held = {
      fence,
      version,
      position,
      state,
      mustCommit: claim.format !== store.format,
      isWhole: false,
    };
    return state;
  }

  /** Writes what has been decided. False: the store did not take it, and the claim is over. */
  write(reconciled: Reconciled): Promise<boolean> {
    const held = this.#held!;
    const isTouch = !held.mustCommit && isQuiet(held.state, reconciled);
    return isTouch ? this.#touch(held, reconciled) : this.#commit(held, reconciled);
  }

  /** Brings a begun commit to an end; rejects, and keeps it, when the store gives no answer. */
  finish(): Promise<void> {
    if (this.#unfinished !== null) this.#unfinished = recordedAt(this.#deps.time.now(), this.#unfinished);
    return this.#spanOfCommit((span) => this.#tryCommit(span));
  }

  /** The bound by count is kept by every commit; the one by age is looked after now and then. */
  async trim(): Promise<void> {
    const { tenant, store, time, retentionMs } = this.#deps;
    const now = time.monotonic();
    if (now - this.#trimmedAt < TRIM_EVERY_MS) return;
    this.#trimmedAt = now;
    const events = await store.trim(tenant, time.now() - retentionMs);
    (this.#deps.observer ?? UNOBSERVED_TENANT).logHolds(events);
  }

  #commit(held: Held, reconciled: Reconciled): Promise<boolean> {
    return this.#spanOfCommit(async (span) => {
      this.#begin(held, reconciled, span.traceparent);
      await this.#tryCommit(span);
      return this.#held !== null;
    });
  }

  #begin(held: Held, { state, transitions }: Reconciled, traceparent: string | undefined): void {
    const { tenant, time, newCommitId } = this.#deps;
    const stamp = { tenant, ...held.position, recordedAt: time.now(), traceparent };
    const events = toEvents(transitions, stamp);
    const commit = {
      fence: held.fence,
      expectedVersion: held.version,
      commitId: newCommitId(),
      epoch: held.position.epoch,
      before: { ...held.state, ...freshnessOf(this.#written) },
      after: state,
      ...(held.isWhole ? {} : { whole: state }),
      events: events.map(entryOf),
    };
    this.#unfinished = { commit, events };
  }

  #spanOfCommit<Result>(work: (span: Span) => Promise<Result>): Promise<Result> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    return tracer.span(() => ({ name: 'commit', about: { 'pitel.tenant': tenant } }), work);
  }

  async #tryCommit(span: Span): Promise<void> {
    if (this.#unfinished === null) return;
    const { commit } = this.#unfinished;
    const result = await this.#observed(this.#unfinished);
    this.#unfinished = null;
    span.set(() => ({ 'pitel.events': commit.events.length, 'pitel.result': result.status }));
    if (result.status !== 'committed') span.fail(result.status);
    if (result.status === 'committed') {
      const { version, position } = result;
      const { fence, after: state } = commit;
      this.#held = { fence, version, position, state, mustCommit: false, isWhole: true };
      this.#written = commit.after;
      this.#touchedAt = this.#deps.time.monotonic();
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
    const { tenant, store, time } = this.#deps;
    this.#held = { ...held, state };
    const now = time.monotonic();
    const isDue = now - this.#touchedAt >= TOUCH_EVERY_MS || hasNews(this.#written, state);
    if (!isDue) return true;
    this.#touchedAt = now;
    const before = this.#written;
    const owned = await store.touch(tenant, held.fence, before, state);
    this.#written = state;
    if (!owned) this.#held = null;
    return owned;
  }
}

export interface LedgerDeps {
  readonly tenant: string;
  readonly store: Store;
  /** How long events are kept in the log. */
  readonly retentionMs: number;
  readonly time: Time;
  /** Names a log that begins anew: unique, `[A-Za-z0-9_-]{1,64}`. */
  readonly newEpoch: () => string;
  readonly newCommitId: () => string;
  readonly observer?: TenantObserver;
  readonly tracer?: Tracer;
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
  /** An older format is stored, to which no field of this build's may be added. */
  readonly mustCommit: boolean;
  /** This claim has committed, and the store holds every field as this build writes it. */
  readonly isWhole: boolean;
}

/**
 * How old `lastCompleteAt` in the store may be, beside an interval. Delivery reads it as often (`FRESH_MS` there), and a
 * tenant where nothing happens finds out as soon that another has taken it over or that Redis has lost its memory.
 */
const TOUCH_EVERY_MS = 5_000;
const TRIM_EVERY_MS = 60_000;

function entryOf(event: BridgeEvent): Commit['events'][number] {
  return { sequence: Number(event.sequence), type: event.type, json: JSON.stringify(event) };
}

/** The same commit, tried once more: a store that was away for minutes has its events only now. */
function recordedAt(now: Instant, { commit, events: before }: Begun): Begun {
  const events = before.map((event) => ({ ...event, recordedtime: rfc3339(now) }));
  return { commit: { ...commit, events: events.map(entryOf) }, events };
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
