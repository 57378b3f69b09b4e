import type { Time } from '../../base/clock.js';
import { TenantCalls } from '../../core/index/tenant-calls.js';
import type { Freshness, Policy } from '../../core/model/call.js';
import {
  after,
  type Delta,
  type FreshnessDelta,
  isOnlyFreshness,
  UNCHANGED,
} from '../../core/model/delta.js';
import { type BridgeEvent, rfc3339, toEvents, type Transition } from '../../core/model/event.js';
import { ENDPOINTS, type Instant, type Observations } from '../../core/model/observation.js';
import type { Position } from '../../core/model/position.js';
import { decide, type Decision } from '../../core/reconcile.js';
import { type Span, type Tracer, UNTRACED } from '../../core/model/tracer.js';
import { UnreadableStateError } from '../../store/errors.js';
import type { Claim, Commit, CommitResult, Store } from '../../store/store.js';
import { type TenantListener, NO_TENANT_LISTENER } from './poll-listener.js';

/**
 * Owns what is known of one tenant, its calls above all, and the claim under which that is written.
 *
 * Guarantees:
 * - A decision is either committed as a whole or not at all. A commit without an answer is kept, and `finish` repeats
 *   it under its own id; until then nothing is decided.
 * - `known` is what the store holds, except for the freshness, which is written every `TOUCH_EVERY_MS`: each write
 *   includes what has not been written yet, also after a write without an answer.
 * - Any other failure between a decision and the store's answer (an exception anywhere, a conflict, a newer token, lost
 *   memory) ends the claim and drops what was known: `known` is null until `claim`.
 * - The first commit of a claim writes the whole state in this build's format. Where the claim found an older format,
 *   no freshness is written before it.
 * - A state that this build cannot read is claimed once at most, so that a build which can read it is not fenced
 *   repeatedly.
 */
export class TenantLedger {
  readonly #deps: LedgerDeps;
  #held: Held | null = null;
  /** What a decision has been made on. It is held again once the store has it too; on any failure nothing is held. */
  #decided: Held | null = null;
  #unfinished: Begun | null = null;
  #newEpoch = false;
  /** The epoch of the last claim, also after the claim is over. */
  #epoch: string | null = null;
  /** Whether the last claim found a state that cannot be read. */
  #isUnreadable = false;
  /** By the monotonic clock. */
  #touchedAt = -Infinity;
  #trimmedAt = -Infinity;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
  }

  /** Null while the tenant is not claimed. */
  get known(): TenantCalls | null {
    return this.#held?.known ?? null;
  }

  /** Whether a commit has had no answer: then `finish` must be called before anything else. */
  get isUnfinished(): boolean {
    return this.#unfinished !== null;
  }

  /** Rejects with an `UnreadableStateError` where the store answers, but this build cannot read the state. */
  async claim(): Promise<TenantCalls> {
    const { store, newEpoch, listener = NO_TENANT_LISTENER } = this.#deps;
    const offered = newEpoch();
    const { state, format, ...claim } = await this.#takeOver(offered);
    this.#newEpoch = false;
    const { epoch } = claim.position;
    // Another epoch than before: begun by a claim whose answer was lost, or by another replica meanwhile.
    listener.claimed({ isNewEpoch: epoch === offered || epoch !== (this.#epoch ?? epoch) });
    this.#epoch = epoch;
    const known = new TenantCalls(state);
    const mustCommit = format !== store.format;
    this.#held = {
      ...claim,
      known,
      unwritten: UNCHANGED,
      written: state.sources,
      mustCommit,
      isWhole: false,
    };
    return known;
  }

  /** Decides what the observations mean. `write` must be called next. */
  decide(observations: Observations): Decision {
    this.#decided = this.#held!;
    this.#held = null;
    return decide(this.#decided.known, observations, this.#deps.policy);
  }

  /** Writes the last decision. Returns false when the store rejected it: then the claim is over. */
  write({ delta: decided, transitions }: Decision): Promise<boolean> {
    const held = this.#decided!;
    const delta = after(held.unwritten, decided);
    const isQuiet = !held.mustCommit && transitions.length === 0 && isOnlyFreshness(delta);
    return isQuiet ? this.#touch({ ...held, unwritten: delta }) : this.#commit(held, delta, transitions);
  }

  /**
   * Repeats the commit that has had no answer; rejects, and keeps it, when the store does not answer this time either.
   */
  finish(): Promise<void> {
    if (this.#unfinished !== null) this.#unfinished = recordedAt(this.#deps.time.now(), this.#unfinished);
    return this.#spanOfCommit((span) => this.#tryCommit(span));
  }

  /** Removes events older than the retention, every `TRIM_EVERY_MS`. Every commit keeps the bound by count. */
  async trim(): Promise<void> {
    const { tenant, store, time, retentionMs } = this.#deps;
    const now = time.monotonic();
    if (now - this.#trimmedAt < TRIM_EVERY_MS) return;
    this.#trimmedAt = now;
    const events = await store.trim(tenant, time.now() - retentionMs);
    (this.#deps.listener ?? NO_TENANT_LISTENER).logHolds(events);
  }

  async #takeOver(epoch: string): Promise<Claim> {
    const { tenant, store, listener = NO_TENANT_LISTENER } = this.#deps;
    try {
      if (this.#isUnreadable) await store.snapshot(tenant);
      const claim = await store.claim(tenant, { epoch, newEpoch: this.#newEpoch });
      this.#isUnreadable = false;
      return claim;
    } catch (error) {
      if (error instanceof UnreadableStateError) {
        this.#isUnreadable = true;
        listener.unserved({ reason: error.reason, fields: error.fields });
      }
      throw error;
    }
  }

  #commit(held: Held, delta: Delta, transitions: readonly Transition[]): Promise<boolean> {
    const { tenant, time, newCommitId } = this.#deps;
    return this.#spanOfCommit(async (span) => {
      const { traceparent } = span;
      const events = toEvents(transitions, { tenant, ...held.position, recordedAt: time.now(), traceparent });
      const commit = {
        fence: held.fence,
        expectedVersion: held.version,
        commitId: newCommitId(),
        epoch: held.position.epoch,
        delta,
        ...(held.isWhole ? {} : { whole: held.known }),
        events: events.map(entryOf),
      };
      this.#unfinished = { commit, events, known: held.known };
      await this.#tryCommit(span);
      return this.#held !== null;
    });
  }

  #spanOfCommit<Result>(work: (span: Span) => Promise<Result>): Promise<Result> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    return tracer.span(() => ({ name: 'commit', about: { 'pitel.tenant': tenant } }), work);
  }

  async #tryCommit(span: Span): Promise<void> {
    if (this.#unfinished === null) return;
    const { commit, known } = this.#unfinished;
    const result = await this.#observed(this.#unfinished);
    this.#unfinished = null;
    span.set(() => ({ 'pitel.events': commit.events.length, 'pitel.result': result.status }));
    if (result.status === 'committed') {
      const { version, position } = result;
      const { fence } = commit;
      this.#held = {
        fence,
        version,
        position,
        known,
        unwritten: UNCHANGED,
        written: known.sources,
        mustCommit: false,
        isWhole: true,
      };
      this.#touchedAt = this.#deps.time.monotonic();
    } else {
      span.fail(result.status);
      this.#newEpoch = result.status === 'lost';
    }
  }

  async #observed({ commit, events }: Begun): Promise<CommitResult> {
    const { tenant, store, listener = NO_TENANT_LISTENER } = this.#deps;
    const tried = listener.committing();
    let result: CommitResult['status'] | 'rejected' = 'rejected';
    try {
      const answer = await store.commit(tenant, commit);
      result = answer.status;
      return answer;
    } catch (error) {
      // A defect of ours: the store would reject the commit later too.
      if (error instanceof TypeError) this.#unfinished = null;
      throw error;
    } finally {
      tried({ result, events });
    }
  }

  /** Keeps the freshness in the store current: writes news at once, all else at most every `TOUCH_EVERY_MS`. */
  async #touch(held: Held): Promise<boolean> {
    const { tenant, store, time } = this.#deps;
    this.#held = held;
    const { fence, known, unwritten } = held;
    const now = time.monotonic();
    const isDue = now - this.#touchedAt >= TOUCH_EVERY_MS || hasNews(held);
    if (!isDue) return true;
    this.#touchedAt = now;
    const owned = await store.touch(tenant, fence, unwritten);
    this.#held = owned ? { ...held, unwritten: UNCHANGED, written: known.sources } : null;
    return owned;
  }
}

export interface LedgerDeps {
  readonly tenant: string;
  readonly store: Store;
  readonly policy: Policy;
  /** How long events are kept in the log. */
  readonly retentionMs: number;
  readonly time: Time;
  /** Names a log that begins: unique, `[A-Za-z0-9_-]{1,64}`. */
  readonly newEpoch: () => string;
  readonly newCommitId: () => string;
  readonly listener?: TenantListener;
  readonly tracer?: Tracer;
}

/** A commit that has no answer yet, its events, and what is known once it has gone through. */
interface Begun {
  readonly commit: Commit;
  readonly events: readonly BridgeEvent[];
  readonly known: TenantCalls;
}

interface Held {
  readonly fence: number;
  readonly version: number;
  readonly position: Position;
  readonly known: TenantCalls;
  /** What has changed since the last write. */
  readonly unwritten: FreshnessDelta;
  /** The sources as they were written last. */
  readonly written: Freshness['sources'];
  /** An older format is stored: a commit must replace it before a field of this build's format is written. */
  readonly mustCommit: boolean;
  /** This claim has committed: the store holds every field as this build writes it. */
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

/** The same commit with a new recorded time: a store that was away for minutes records its events only now. */
function recordedAt(now: Instant, { commit, events: before, known }: Begun): Begun {
  const events = before.map((event) => ({ ...event, recordedtime: rfc3339(now) }));
  return { commit: { ...commit, events: events.map(entryOf) }, events, known };
}

/** Whether the freshness holds more than newer times of what was known before. */
function hasNews({ known, written, unwritten }: Held): boolean {
  return (
    unwritten.registrations.size > 0 ||
    ENDPOINTS.some((endpoint) => {
      const [before, after] = [written[endpoint], known.sources[endpoint]];
      return (
        before.status !== after.status ||
        before.failures !== after.failures ||
        before.lastError !== after.lastError
      );
    })
  );
}
