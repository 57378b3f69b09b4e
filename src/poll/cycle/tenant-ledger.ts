import type { Time } from '../../base/clock.js';
import { TenantCalls } from '../../core/index/tenant-calls.js';
import type { Freshness, Policy } from '../../core/model/call.js';
import { after, type FreshnessDelta, isOnlyFreshness, UNCHANGED } from '../../core/model/delta.js';
import { type BridgeEvent, toEvents } from '../../core/model/event.js';
import { ENDPOINTS, type Observations } from '../../core/model/observation.js';
import type { Position } from '../../core/model/position.js';
import { giveUp } from '../../core/give-up.js';
import { decide, type Decision } from '../../core/reconcile.js';
import { type Span, type Tracer, UNTRACED } from '../../core/model/tracer.js';
import { UnreadableStateError } from '../../store/errors.js';
import type { Claim, Commit, CommitResult, Store } from '../../store/store.js';
import { type CommitPart, commitParts, type PartLimits } from './commit-parts.js';
import { type TenantListener, NO_TENANT_LISTENER } from './poll-listener.js';

/**
 * Owns what is known of one tenant, its calls above all, and the claim under which that is written.
 *
 * Guarantees:
 * - A decision is committed as a whole, in parts where it is large (`commitParts`), each of which is committed as a whole.
 *   A commit without an answer is kept, and `finish` repeats it under its own id and goes on with the parts after it; until
 *   then nothing is decided.
 * - A part that the store has refused for `GIVE_UP_MS`, while it answered otherwise, is given up (`core/give-up.ts`) as soon as
 *   the store takes the event that says so.
 * - `known` is what the store holds, except for the freshness, which is written every `TOUCH_EVERY_MS`: each write
 *   includes what has not been written yet, also after a write without an answer.
 * - Any other failure between a decision and the store's answer (an exception anywhere, a conflict, a newer token, lost
 *   memory) ends the claim and drops what was known: `known` is null until `claim`.
 * - The first commit of a claim writes the whole state in this build's format, the last of its parts does. Where the claim
 *   found an older format, no freshness is written before it, and there are no parts.
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
  /** How far the log was known to go when it was last claimed or written to, also after the claim is over. */
  #reached: Position | null = null;
  /** Whether the last claim found a state that cannot be read. */
  #isUnreadable = false;
  /** How many owners before this one have begun to work on the tenant without a write after it, as the claim found. */
  #endedOwners = 0;
  /** Whether work has begun under this claim. */
  #hasBegun = false;
  /** Names this process to the next owners. */
  readonly #owner: string;
  /** Since when, and how often, the store has refused the commit that is unfinished, while it answered otherwise. */
  #refused: { readonly since: number; readonly times: number } | null = null;
  /** By the monotonic clock. */
  #touchedAt = -Infinity;
  #countedAt = -Infinity;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.#owner = deps.newCommitId();
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
    const { state, format, attempts, continues, ...claim } = await this.#takeOver(offered);
    this.#newEpoch = false;
    // What this process noted itself is no owner that has ended.
    this.#endedOwners = attempts.count - (attempts.owner === this.#owner ? 1 : 0);
    this.#hasBegun = false;
    const { position } = claim;
    listener.claimed({
      // Lost also where the epoch was begun by a claim without an answer, or by another replica.
      isLogLost:
        this.#reached === null
          ? position.epoch === offered && continues.length === 0
          : ![position, ...continues].some((end) => isWithin(end, this.#reached!)),
    });
    this.#reached = position;
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

  /** How many owners in a row have ended in the middle of their first work; null once work has begun under this claim. */
  get endedOwners(): number | null {
    return this.#held === null || this.#hasBegun ? null : this.#endedOwners;
  }

  /** Notes in the store that work begins, before it does. Returns false when the claim is over. */
  async begin(): Promise<boolean> {
    const { tenant, store } = this.#deps;
    const { fence } = this.#held!;
    if ((await store.attempt(tenant, fence, this.#owner)) === 0) {
      this.#held = null;
      return false;
    }
    this.#hasBegun = true;
    // The first write ends the count: it must not wait until it is due.
    this.#touchedAt = -Infinity;
    return true;
  }

  /** Decides what the observations mean. `write` must be called next. */
  decide(observations: Observations): Decision {
    this.#decided = this.#held!;
    this.#held = null;
    return decide(this.#decided.known, observations, this.#deps.policy);
  }

  /** Writes the last decision. Returns false when the store rejected it: then the claim is over. */
  write({ delta: decided, transitions, tied }: Decision): Promise<boolean> {
    const held = this.#decided!;
    const delta = after(held.unwritten, decided);
    const isQuiet = !held.mustCommit && transitions.length === 0 && isOnlyFreshness(delta);
    if (isQuiet) return this.#touch({ ...held, unwritten: delta });
    const parts = held.mustCommit
      ? [{ delta, transitions }]
      : commitParts({ delta, transitions, tied }, this.#deps.limits);
    return this.#spanOfCommit(async (span) => {
      this.#unfinished = this.#begun(held, parts, { ...held, span });
      await this.#tryCommits(span);
      return this.#held !== null;
    });
  }

  /**
   * Repeats the commit that has had no answer; rejects, and keeps it, when the store does not take it this time either.
   */
  finish(): Promise<void> {
    return this.#spanOfCommit(async (span) => {
      try {
        await this.#tryCommits(span);
      } catch (error) {
        if (!(await this.#isRefused()) || !(await this.#gaveUp(span))) throw error;
      }
    });
  }

  /** Reports how many events the log holds, every `COUNT_EVERY_MS`. */
  async count(): Promise<void> {
    const { tenant, store, time, listener = NO_TENANT_LISTENER } = this.#deps;
    const now = time.monotonic();
    if (now - this.#countedAt < COUNT_EVERY_MS) return;
    this.#countedAt = now;
    const { first, last } = await store.read(tenant, 0, 0);
    listener.logHolds(first === 0 ? 0 : last - first + 1);
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

  /** The commit of the first of the parts. */
  #begun(base: CommitBase, parts: readonly CommitPart[], of: SharedByParts): Begun {
    const { tenant, time, newCommitId } = this.#deps;
    const { fence, version, position } = base;
    const [part, ...rest] = parts;
    const { delta, transitions } = part!;
    const { traceparent } = of.span;
    const events = toEvents(transitions, { tenant, ...position, recordedAt: time.now(), traceparent });
    const commit = {
      fence,
      expectedVersion: version,
      commitId: newCommitId(),
      epoch: position.epoch,
      delta,
      // What is known is the state after all parts.
      ...(of.isWhole || rest.length > 0 ? {} : { whole: of.known }),
      events: events.map(entryOf),
    };
    const { known, isWhole, mustCommit, span } = of;
    return { known, isWhole, mustCommit, span, base, part: part!, rest, commit, events };
  }

  /** Whether the store has refused the unfinished commit for so long, answering otherwise, that it will never take it. */
  async #isRefused(): Promise<boolean> {
    if (this.#unfinished === null) return false;
    const { store, time } = this.#deps;
    try {
      await store.ping(PING_MS);
    } catch {
      // Nothing is known of the commit while the store does not answer at all.
      return false;
    }
    const now = time.monotonic();
    const { since, times } = this.#refused ?? { since: now, times: 0 };
    this.#refused = { since, times: times + 1 };
    return times + 1 >= GIVE_UP_TRIES && now - since >= GIVE_UP_MS;
  }

  /**
   * Writes, in place of the commit that is refused, that its calls are given up, and then the parts after it. Returns false,
   * and keeps the commit, where the store does not take that either: then it is not the commit's fault.
   */
  async #gaveUp(span: Span): Promise<boolean> {
    const { time, onGivenUp } = this.#deps;
    const refused = this.#unfinished!;
    const { base, part, rest, known } = refused;
    // A copy: the commit that is refused may have to be tried again.
    const without = new TenantCalls(known);
    const replaced = giveUp(without, part, time.now());
    const { sources, ignoredEntries } = without;
    const parts = [
      replaced,
      ...rest.map((one, nth) => (nth < rest.length - 1 ? one : withDelta(one, { sources, ignoredEntries }))),
    ];
    const isWhole = refused.isWhole || !refused.mustCommit;
    this.#unfinished = this.#begun(base, parts, { ...refused, known: without, isWhole });
    const written = this.#unfinished;
    try {
      await this.#tryCommits(span);
    } catch (error) {
      // Only what was written for it counts: a later part may be refused for its own reasons.
      if (this.#unfinished !== written) throw error;
      this.#unfinished = refused;
      return false;
    }
    if (this.#held !== null) onGivenUp?.({ calls: part.delta.calls.size, events: part.transitions.length });
    return true;
  }

  #spanOfCommit<Result>(work: (span: Span) => Promise<Result>): Promise<Result> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    return tracer.span(() => ({ name: 'commit', about: { 'pitel.tenant': tenant } }), work);
  }

  /** Commits one part after the other. */
  async #tryCommits(span: Span): Promise<void> {
    while (this.#unfinished !== null) await this.#tryCommit(this.#unfinished, span);
  }

  async #tryCommit(begun: Begun, span: Span): Promise<void> {
    const { commit, known, rest } = begun;
    const result = await this.#observed(begun);
    this.#unfinished = null;
    this.#refused = null;
    span.set(() => ({ 'pitel.events': commit.events.length, 'pitel.result': result.status }));
    if (result.status === 'committed') {
      const { version, position } = result;
      const { fence } = commit;
      this.#reached = position;
      if (rest.length > 0) {
        this.#unfinished = this.#begun({ fence, version, position }, rest, begun);
        return;
      }
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
    const { tenant, store, time, listener = NO_TENANT_LISTENER } = this.#deps;
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
      tried({ result, events, at: time.now() });
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
  readonly time: Time;
  /** Names a log that begins: unique, `[A-Za-z0-9_-]{1,64}`. */
  readonly newEpoch: () => string;
  readonly newCommitId: () => string;
  /** How large a commit may be; for tests. */
  readonly limits?: PartLimits;
  /** Called when calls were given up, as the store never took them. */
  readonly onGivenUp?: (counts: GivenUp) => void;
  readonly listener?: TenantListener;
  readonly tracer?: Tracer;
}

/** What the store refused for good. */
export interface GivenUp {
  readonly calls: number;
  readonly events: number;
}

/** A commit that has no answer yet, its events, and the parts to be committed after it. */
interface Begun {
  readonly base: CommitBase;
  readonly part: CommitPart;
  readonly rest: readonly CommitPart[];
  readonly commit: Commit;
  readonly events: readonly BridgeEvent[];
  /** What is known once all of them have gone through. */
  readonly known: TenantCalls;
  /** Whether the store holds every field as this build writes it. */
  readonly isWhole: boolean;
  /** Whether it holds an older format. */
  readonly mustCommit: boolean;
  /** In which it was begun. */
  readonly span: Span;
}

type SharedByParts = Pick<Begun, 'known' | 'isWhole' | 'mustCommit' | 'span'>;

/** What a commit is computed from. */
interface CommitBase {
  readonly fence: number;
  readonly version: number;
  readonly position: Position;
}

interface Held extends CommitBase {
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
const COUNT_EVERY_MS = 60_000;
/** A Redis that restarts, fails over or runs out of memory for a moment takes the commit again before that. */
const GIVE_UP_MS = 30_000;
const GIVE_UP_TRIES = 5;
/** Less than a commit's own time-out. */
const PING_MS = 1_000;

/** Whether an epoch that ends, or stands, at `end` has reached `position`. */
function isWithin(end: Position, position: Position): boolean {
  return end.epoch === position.epoch && end.sequence >= position.sequence;
}

function entryOf(event: BridgeEvent): Commit['events'][number] {
  return { sequence: Number(event.sequence), type: event.type, json: JSON.stringify(event) };
}

function withDelta({ delta, transitions }: CommitPart, more: Partial<CommitPart['delta']>): CommitPart {
  return { delta: { ...delta, ...more }, transitions };
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
