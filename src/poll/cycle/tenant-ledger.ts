import type { Time } from '../../base/clock.js';
import { TenantCalls } from '../../core/index/tenant-calls.js';
import type { Freshness, Policy } from '../../core/model/call.js';
import { after, type FreshnessDelta, isOnlyFreshness, UNCHANGED } from '../../core/model/delta.js';
import { type BridgeEvent, toEvents, type Transition } from '../../core/model/event.js';
import { latestAnswerAt } from '../../core/parts/cycle-facts.js';
import { ENDPOINTS, type Observations } from '../../core/model/observation.js';
import type { Position } from '../../core/model/position.js';
import { Desk, isNothing, NOTHING_FOLLOWS, thenFollowed } from '../../core/desk.js';
import type { DeskPoll } from '../../core/desk-poll.js';
import { DEFAULT_DESK_RULES, type DeskRules } from '../../core/desk-rules.js';
import { type DeskDelta, isNoDeskChange, NO_DESK_CHANGE } from '../../core/desk-state.js';
import { answersTo, type RequestAnswer, type WaitingRequest } from '../../core/requests.js';
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
 *   the store takes the event that says so. With the parts after it the claim ends.
 * - `known` is what the store holds, except for the freshness, which is written every `TOUCH_EVERY_MS`: each write
 *   includes what has not been written yet, also after a write without an answer.
 * - What was asked of the tenant's owner is known from the store's last answer; `answer` commits what it leads to.
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
  /** The sources as they were before the last decision. */
  #sourcesBefore: Freshness['sources'] | null = null;
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
  /** How often a hint has come that something was asked, and how many hints a write without failure has followed. */
  #hints = 0;
  #hintsFollowed = 0;

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
    const { state, format, attempts, continues, unreadableDesk, ...claim } = await this.#takeOver(offered);
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
    if (unreadableDesk.length > 0) this.#deps.onUnreadableDesk?.(unreadableDesk);
    const known = new TenantCalls(state);
    const mustCommit = format !== store.format;
    this.#held = {
      ...claim,
      known,
      desk: new Desk(claim.desk, this.#deps.desk ?? DEFAULT_DESK_RULES),
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
    const { known } = this.#decided;
    this.#sourcesBefore = known.sources;
    return decide(known, observations, this.#deps.policy);
  }

  /** Writes the last decision, and what follows from it. Returns false when the store rejected it: then the claim is over. */
  write(decision: Decision): Promise<boolean> {
    const { delta: decided, transitions, tied } = decision;
    const held = this.#decided!;
    const delta = after(held.unwritten, decided);
    const isPart = held.mustCommit || transitions.length > 0 || !isOnlyFreshness(delta);
    const split = held.mustCommit
      ? [{ delta, transitions }]
      : commitParts({ delta, transitions, tied }, this.#deps.limits);
    const parts = this.#followed(held, split, isPart, decision);
    if (parts === null) return this.#touch({ ...held, unwritten: delta });
    return this.#spanOfCommit(async (span) => {
      this.#unfinished = this.#begun(held, parts, { ...held, answers: [], span });
      await this.#tryCommits(span);
      return this.#held !== null;
    });
  }

  /**
   * The parts, each with what follows from it for the desk; the last has what follows from the poll as a whole. Null where there
   * is nothing to commit.
   *
   * @param isPart whether the decision is to be committed even if nothing follows from it
   */
  #followed(
    { desk, known }: Held,
    parts: readonly CommitPart[],
    isPart: boolean,
    decision: Decision,
  ): readonly FollowedPart[] | null {
    const poll = this.#pollOf(known, decision);
    const followed = parts.map((part) => {
      const { transitions, delta } = isPart && poll !== null ? desk.follow(part, poll) : NOTHING_FOLLOWS;
      return { ...part, transitions: [...part.transitions, ...transitions], desk: delta };
    });
    const settled = poll === null ? NOTHING_FOLLOWS : desk.settle(poll);
    if (!isPart && isNothing(settled)) return null;
    if (isNothing(settled)) return followed;
    const last = followed.pop()!;
    const { transitions, delta } = thenFollowed({ transitions: last.transitions, delta: last.desk }, settled);
    return [...followed, { ...last, transitions, desk: delta }];
  }

  /** Null where no endpoint was asked: then nothing is known of the time either. */
  #pollOf(known: TenantCalls, { observations, last: ended }: Decision): DeskPoll | null {
    const at = latestAnswerAt(observations);
    if (at === 0) return null;
    const { calls, sources, created, hotlines, listsIdle } = known;
    const before = this.#sourcesBefore!;
    return { observations, before, after: sources, calls, ended, created, hotlines, listsIdle, at };
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

  /** Whether something that was asked of the tenant's owner waits, as the store said last. */
  get hasRequests(): boolean {
    return (this.#held?.requests.length ?? 0) > 0;
  }

  /** A hint that something was asked: the next `write` finds out. */
  expectRequests(): void {
    this.#hints += 1;
  }

  /**
   * Commits what the requests that wait lead to, and that they are answered; to be called after `write`. Returns null when
   * the store rejected it: then the claim is over, and the requests wait for the next.
   */
  async answer(): Promise<readonly Transition[] | null> {
    const held = this.#held!;
    this.#held = null;
    const { transitions, desk, answers } = answersTo(held.requests, held.desk, this.#deps.time.now());
    const unreadable = answers.filter(({ result }) => result === 'unreadable').map(({ id }) => id);
    if (unreadable.length > 0) this.#deps.onUnreadableRequests?.(unreadable);
    const part = { delta: after(held.unwritten, UNCHANGED), transitions, desk };
    await this.#spanOfCommit(async (span) => {
      this.#unfinished = this.#begun(held, [part], { ...held, answers, span });
      await this.#tryCommits(span);
    });
    return this.#held === null ? null : transitions;
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
  #begun(base: CommitBase, parts: readonly FollowedPart[], of: SharedByParts): Begun {
    const { tenant, time, newCommitId } = this.#deps;
    const { fence, version, position } = base;
    const [part, ...rest] = parts;
    const { delta, transitions, desk } = part!;
    const { traceparent } = of.span;
    const events = toEvents(transitions, { tenant, ...position, recordedAt: time.now(), traceparent });
    const commit = {
      fence,
      expectedVersion: version,
      commitId: newCommitId(),
      epoch: position.epoch,
      delta,
      ...(isNoDeskChange(desk) ? {} : { desk }),
      // What is known is the state after all parts.
      ...(of.isWhole || rest.length > 0 ? {} : { whole: of.known }),
      events: events.map(entryOf),
      answers: of.answers,
    };
    const { known, desk: held, isWhole, mustCommit, answers, span } = of;
    return { known, desk: held, isWhole, mustCommit, answers, span, base, part: part!, rest, commit, events };
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
    // A request concerns no call, so that none ends for it.
    const answers = refused.answers.map(({ id }) => ({ id, result: 'refused' as const }));
    const replaced = {
      ...(answers.length > 0 ? { ...part, transitions: [] } : giveUp(without, part, time.now())),
      desk: NO_DESK_CHANGE,
    };
    const { sources, ignoredEntries } = without;
    const parts = [
      replaced,
      ...rest.map((one, nth) => (nth < rest.length - 1 ? one : withDelta(one, { sources, ignoredEntries }))),
    ];
    const isWhole = refused.isWhole || !refused.mustCommit;
    // The desk has followed what is given up: only the next claim has it as it is stored.
    this.#unfinished = this.#begun(base, parts, { ...refused, answers, known: without, desk: null, isWhole });
    const written = this.#unfinished;
    const counts = { calls: part.delta.calls.size, events: part.transitions.length };
    try {
      if (await this.#tryCommits(span)) onGivenUp?.(counts);
      return true;
    } catch (error) {
      if (this.#unfinished === written) {
        this.#unfinished = refused;
        return false;
      }
      // Only what was written for it counts: a later part may be refused for its own reasons.
      if (this.#unfinished !== null) onGivenUp?.(counts);
      throw error;
    }
  }

  #spanOfCommit<Result>(work: (span: Span) => Promise<Result>): Promise<Result> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    return tracer.span(() => ({ name: 'commit', about: { 'pitel.tenant': tenant } }), work);
  }

  /** Commits one part after the other. Returns false when the store rejected one: then the claim is over. */
  async #tryCommits(span: Span): Promise<boolean> {
    let isCommitted = true;
    while (this.#unfinished !== null) isCommitted = await this.#tryCommit(this.#unfinished, span);
    return isCommitted;
  }

  async #tryCommit(begun: Begun, span: Span): Promise<boolean> {
    const { commit, known, desk, rest } = begun;
    const hints = this.#hints;
    const result = await this.#observed(begun);
    this.#unfinished = null;
    this.#refused = null;
    span.set(() => ({ 'pitel.events': commit.events.length, 'pitel.result': result.status }));
    if (result.status === 'committed') {
      const { version, position, requests } = result;
      const { fence } = commit;
      this.#reached = position;
      if (rest.length > 0) {
        this.#unfinished = this.#begun({ fence, version, position, requests }, rest, begun);
        return true;
      }
      this.#held = desk && {
        fence,
        version,
        position,
        requests,
        known,
        desk,
        unwritten: UNCHANGED,
        written: known.sources,
        mustCommit: false,
        isWhole: true,
      };
      this.#touchedAt = this.#deps.time.monotonic();
      this.#hintsFollowed = hints;
    } else {
      span.fail(result.status);
      this.#newEpoch = result.status === 'lost';
    }
    return result.status === 'committed';
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
    const hints = this.#hints;
    const isDue = now - this.#touchedAt >= TOUCH_EVERY_MS || hints !== this.#hintsFollowed || hasNews(held);
    if (!isDue) return true;
    this.#touchedAt = now;
    const touched = await store.touch(tenant, fence, unwritten);
    this.#hintsFollowed = hints;
    this.#held = touched && { ...held, ...touched, unwritten: UNCHANGED, written: known.sources };
    return touched !== null;
  }
}

export interface LedgerDeps {
  readonly tenant: string;
  readonly store: Store;
  readonly policy: Policy;
  /** Of the tenant; default: `DEFAULT_DESK_RULES`. */
  readonly desk?: DeskRules;
  readonly time: Time;
  /** Names a log that begins: unique, `[A-Za-z0-9_-]{1,64}`. */
  readonly newEpoch: () => string;
  readonly newCommitId: () => string;
  /** How large a commit may be; for tests. */
  readonly limits?: PartLimits;
  /** Called when calls were given up, as the store never took them. */
  readonly onGivenUp?: (counts: GivenUp) => void;
  /** Called with the ids of requests that cannot be read, and are answered so. */
  readonly onUnreadableRequests?: (ids: readonly string[]) => void;
  /** Called once a claim with the fields of the desk that it found and that cannot be read. */
  readonly onUnreadableDesk?: (fields: readonly string[]) => void;
  readonly listener?: TenantListener;
  readonly tracer?: Tracer;
}

/** What the store refused for good. */
export interface GivenUp {
  readonly calls: number;
  readonly events: number;
}

/** A part of a decision, and what follows from it for the desk. */
interface FollowedPart extends CommitPart {
  readonly desk: DeskDelta;
}

/** A commit that has no answer yet, its events, and the parts to be committed after it. */
interface Begun {
  readonly base: CommitBase;
  readonly part: FollowedPart;
  readonly rest: readonly FollowedPart[];
  readonly commit: Commit;
  readonly events: readonly BridgeEvent[];
  /** What is known once all of them have gone through. */
  readonly known: TenantCalls;
  /** Null where it has followed what was given up: then the claim ends with the last part. */
  readonly desk: Desk | null;
  /** Whether the store holds every field as this build writes it. */
  readonly isWhole: boolean;
  /** Whether it holds an older format. */
  readonly mustCommit: boolean;
  /** To requests, which only a commit of its own has. */
  readonly answers: readonly RequestAnswer[];
  /** In which it was begun. */
  readonly span: Span;
}

type SharedByParts = Pick<Begun, 'known' | 'desk' | 'isWhole' | 'mustCommit' | 'answers' | 'span'>;

/** What a commit is computed from. */
interface CommitBase {
  readonly fence: number;
  readonly version: number;
  readonly position: Position;
  /** What waits in the tenant's inbox, as the store said last. */
  readonly requests: readonly WaitingRequest[];
}

interface Held extends CommitBase {
  readonly known: TenantCalls;
  readonly desk: Desk;
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

function withDelta(part: FollowedPart, more: Partial<CommitPart['delta']>): FollowedPart {
  return { ...part, delta: { ...part.delta, ...more } };
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
