import { type Answers, isQueueLater, isQueueNoOlder } from './correlate/candidates.js';
import { type Calls, resolveConsultation } from './correlate/consultation.js';
import { beginCall, callsInDoubt, linkedCalls, type Uses } from './correlate/new-call.js';
import { MAX_PAST_OF_CALL } from './model/bounds.js';
import type { Call, EndedCall, Leg, Policy } from './model/call.js';
import type { Delta } from './model/delta.js';
import type { CallIndex } from './index/call-index.js';
import { endedCallOf } from './index/ended-call.js';
import type { TenantCalls } from './index/tenant-calls.js';
import { joinParts, withParts } from './correlate/call-parts.js';
import { mayBeAnothers, resolveAlike } from './correlate/alike-callers.js';
import { correlate } from './correlate/correlate.js';
import {
  hasCreated,
  isAwaited,
  rungBefore,
  withCreated,
  withoutGoneLegs,
} from './correlate/created-parts.js';
import type { Placement } from './correlate/placement.js';
import { type CycleFacts, factsOf, latestAnswerAt } from './parts/cycle-facts.js';
import type { Transition } from './model/event.js';
import { advance, type Draft } from './life/life.js';
import { copyOf } from './model/call-copy.js';
import { answerOf, type MonitorAnswer, type ObservedLeg, type Observations } from './model/observation.js';
import { dueCalls, isQuietable, quietOf, withQuiet } from './parts/staleness.js';
import { learntAgents } from './life/learnt-agents.js';
import { learntHotlines } from './life/learnt-hotlines.js';
import { type Changes, noChanges } from './observe/changes.js';
import { observeClock } from './observe/clock-samples.js';
import { observeFreshness } from './observe/freshness.js';
import { type ListedLegs, listedLegs } from './observe/listed-legs.js';
import { awaitedLegs, awaitsPoll, ripeLegs } from './observe/created-legs.js';
import { observeEntries } from './observe/observe-entries.js';
import { observeLegs } from './observe/observe-legs.js';
import { withinBounds } from './observe/row-bounds.js';
import { Weighing } from './correlate/weighing.js';
import { customerKey } from './parts/customer.js';
import type { Window } from './parts/window.js';
import { type ReadObservations, readDirections } from './observe/direction.js';

/**
 * Decides what has happened, given what was known and what the endpoints now show. It is the core of the bridge.
 *
 * Guarantees, for any history of observations:
 * - Every call gets exactly one `call-started` and, once no part of it is left, exactly one `call-ended`; at most one
 *   of `call-answered` and `call-abandoned` between them.
 * - A failed observation changes nothing but the health of its source; a partial one ends only what it cannot hide, and
 *   after a while what its lack of makes likely to be over (`partial-absence.ts`).
 * - The result depends on the arguments alone, and not on the order of rows: the same history, cut anywhere by a
 *   restart from the stored state, gives the same transitions.
 * - `known` is brought up to date, and `delta` has every change of it. The cost grows with what has changed; `settled` rows
 *   cost nothing.
 *
 * Not guaranteed: what begins and ends between two polls is not noticed; see `certainty` in `life.ts`. After an exception
 * `known` is half changed, and the caller must drop it.
 */
export function decide(known: TenantCalls, given: Observations, policy: Policy): Decision {
  const transitions: Transition[] = [];
  const isDue = dueCalls(known.index, { now: latestAnswerAt(given), policy }).length > 0;
  const isSettled = !isDue && !decidesWithoutNews(known.index) && known.settled.match(given);
  const monitor = isSettled ? null : answerOf(given.monitor);
  const listed = monitor === null ? null : listedLegs(monitor, known.index);
  const observations = isSettled ? given : withinBounds(given, listed, known);
  let freshness = observeFreshness(known, observations, policy, transitions);
  let decision: Decided = { delta: freshness, transitions, confirm: false, tied: NONE, last: NO_CALLS };
  if (!isSettled) {
    const isWhole = observations.monitor === given.monitor;
    const read = readDirections(known, observations, policy, isWhole ? listed : null);
    if (freshness.sources !== null) {
      const sources = observeClock(read, known, known.index, policy, freshness.sources);
      freshness = { ...freshness, sources };
    }
    decision = new Cycle(known, read, policy, transitions, freshness).run();
  }
  // The sources are updated last, because the cycle needs the times of the observations before this one.
  known.sources = freshness.sources ?? known.sources;
  return { ...decision, observations };
}

/** Whether an answer that shows the same rows again decides something. */
function decidesWithoutNews({ stopped, unheard }: CallIndex): boolean {
  return stopped.size > 0 || unheard.size > 0;
}

export interface Decision extends Decided {
  /** What was decided on: the observations that were given, without the rows that are left out (`row-bounds.ts`). */
  readonly observations: Observations;
}

interface Decided {
  readonly delta: Delta;
  readonly transitions: readonly Transition[];
  /**
   * Whether the absence of a part waits to be confirmed, so that the next poll should come before the interval is over.
   */
  readonly confirm: boolean;
  /** The calls whose changes belong to the tenant's own: their rows are ignored from now on, or their legs are awaited no more. */
  readonly tied: ReadonlySet<string>;
  /** The last states of the calls that have ended, by `callId`. */
  readonly last: ReadonlyMap<string, Call>;
}

class Cycle {
  readonly #known: TenantCalls;
  readonly #observations: Observations;
  readonly #legs: ListedLegs | null;
  readonly #facts: CycleFacts;
  readonly #index: CallIndex;
  readonly #transitions: Transition[];
  readonly #freshness: Delta;
  readonly #calls = new Map<string, Call | null>();
  readonly #ended = new Map<string, EndedCall | null>();
  readonly #last = new Map<string, Call>();
  /** The keys of the rows of calls that have ended while their rows are still listed. */
  readonly #stale: string[] = [];
  readonly #tied = new Set<string>();
  readonly #direction: Delta['direction'];

  constructor(
    known: TenantCalls,
    { observations, legs, direction }: ReadObservations,
    policy: Policy,
    transitions: Transition[],
    freshness: Delta,
  ) {
    this.#known = known;
    this.#observations = observations;
    this.#legs = legs;
    this.#direction = direction;
    this.#facts = factsOf(known, observations, policy, freshness.sources ?? known.sources);
    this.#freshness = freshness;
    this.#index = known.index;
    this.#transitions = transitions;
  }

  run(): Decided {
    const known = this.#known;
    const changes = noChanges();
    const queue = answerOf(this.#observations.queue);
    let ignoredEntries: Delta['ignoredEntries'] = null;
    let listsIdle: Delta['listsIdle'] = null;
    known.direction = this.#direction ?? known.direction;
    if (this.#legs !== null) {
      observeLegs(this.#legs, known, this.#index, this.#facts, changes);
      if (!known.listsIdle && showsIdle(this.#legs.answer, this.#facts)) known.listsIdle = listsIdle = true;
    }
    if (queue !== null) {
      ignoredEntries = observeEntries(queue, known, this.#index, this.#facts, changes);
      known.ignoredEntries = ignoredEntries ?? known.ignoredEntries;
    }

    this.#supersede(changes);
    const { drafts, created } = this.#drafts(changes);
    known.created = created ?? known.created;
    for (const draft of sorted(drafts)) this.#advance(draft);
    if (this.#stale.length > 0)
      known.ignoredEntries = ignoredEntries = new Set([...known.ignoredEntries, ...this.#stale]);
    const agents = learntAgents(known.agents, this.#calls.values(), {
      index: this.#index,
      skewMs: this.#facts.skewMs,
    });
    known.agents = agents ?? known.agents;
    const hotlines = learntHotlines(known.hotlines, this.#calls.values(), this.#index, this.#facts);
    known.hotlines = hotlines ?? known.hotlines;
    return {
      delta: {
        ...this.#freshness,
        calls: this.#calls,
        ended: this.#ended,
        ignoredEntries,
        listsIdle,
        created,
        agents,
        hotlines,
        direction: this.#direction,
      },
      transitions: this.#transitions,
      confirm: this.#index.pending.size > 0 || awaitsPoll(known.created, this.#facts.policy.absencePolls),
      tied: this.#tied,
      last: this.#last,
    };
  }

  /** Ends the calls whose caller has already come back, so that the new queue entry cannot join them. */
  #supersede(changes: Changes): void {
    const drafts: Draft[] = [];
    for (const [callId, row] of changes.superseded) {
      const known = this.#index.calls.get(callId)!;
      const legs = withChanges(known.legs, changes.legs.get(callId) ?? []);
      const call = withParts(known, { legs, entry: known.entry }, this.#facts);
      // Legs that are still there belong to the new call.
      for (const leg of legs) {
        if (leg.absence === null && this.#isShown(leg.seen)) changes.newLegs.push(leg.seen);
      }
      changes.legs.delete(callId);
      changes.entries.delete(callId);
      drafts.push({ announced: true, call, newLegs: NONE, returnRow: row });
    }
    for (const draft of sorted(drafts)) this.#advance(draft);
  }

  #isShown({ key }: ObservedLeg): boolean {
    return answerOf(this.#observations.monitor)?.rows.has(key) === true;
  }

  /** The calls that change in this cycle, with their parts brought up to date. */
  #touched(changes: Changes): Map<string, Call> {
    const touched = new Map<string, Call>();
    const current = (callId: string) => touched.get(callId) ?? this.#index.calls.get(callId)!;
    for (const [callId, changed] of changes.legs) {
      const call = current(callId);
      const entry = changes.entries.get(callId) ?? call.entry;
      touched.set(callId, withParts(call, { legs: withChanges(call.legs, changed), entry }, this.#facts));
    }
    for (const [callId, entry] of changes.entries) {
      if (touched.has(callId)) continue;
      const call = current(callId);
      touched.set(callId, withParts(call, { legs: call.legs, entry }, this.#facts));
    }
    // Without an answer nothing is known that was not known before.
    const { monitor, queue } = this.#facts;
    if (monitor === null && queue === null) return touched;
    // If an entry went while the monitor was unavailable, only a later monitor answer can show that a leg still rings.
    for (const callId of monitor === null ? NONE : this.#index.abandoned)
      touched.set(callId, current(callId));
    for (const callId of this.#index.consulting) touched.set(callId, current(callId));
    for (const callId of this.#index.stopped) touched.set(callId, current(callId));
    for (const callId of this.#index.unheard) touched.set(callId, current(callId));
    for (const callId of dueCalls(this.#index, this.#facts)) touched.set(callId, current(callId));
    return touched;
  }

  #drafts(changes: Changes): { readonly drafts: readonly Draft[]; readonly created: Delta['created'] } {
    const touched = this.#touched(changes);
    const begun = new Map<string, Draft>();
    const joined = new Map<string, ReadonlySet<string>>();
    const rung = new Map<string, ReadonlyMap<string, Window>>();
    let created: Delta['created'] = null;
    const { newLegs, newEntries } = changes;
    if (newLegs.length > 0 || newEntries.length > 0 || this.#known.created.size > 0) {
      // The index gets the changed calls first, because new parts are compared with the calls' present state.
      for (const call of touched.values()) this.#index.put(call);
      const ripe = ripeLegs(this.#known, this.#observations.monitor, this.#facts);
      const gone = [...ripe.values()].map(({ seen }) => seen).filter((leg) => !this.#isShown(leg));
      const parts = { legs: [...newLegs, ...gone], entries: newEntries };
      const unowned: ObservedLeg[] = [];
      const uses: Uses = new Map();
      const placements = correlate(parts, this.#index, this.#facts, this.#answers(changes));
      const ready = placements.map((found) => withCreated(found, this.#known.created));
      // A new call is compared with what the others are known to be after this poll.
      for (const placement of ready) {
        if (placement.joins === null) continue;
        const { callId } = placement.joins;
        const call = this.#join(touched.get(callId) ?? this.#index.calls.get(callId)!, placement);
        touched.set(callId, call);
        this.#index.put(call);
        if (hasCreated(placement)) this.#tied.add(callId);
        joined.set(callId, keysOf(placement, joined.get(callId)));
        rung.set(callId, new Map([...(rung.get(callId) ?? []), ...rungBefore(placement)]));
      }
      for (const placement of ready) {
        if (placement.joins !== null) continue;
        if (isAwaited(placement, ripe)) unowned.push(...placement.legs.map(({ seen }) => seen));
        else this.#begin(placement, touched, begun, uses);
      }
      created = awaitedLegs(unowned, this.#known, this.#observations.monitor, this.#facts);
    }
    const alike = this.#resolveAlike(touched, begun);
    const { left, moved, undecided, went } = this.#resolveConsultations(touched, begun);
    this.#noteQuiet(touched, begun);
    const changed = [...touched.values()].map((call): Draft => {
      const newLegs = joined.get(call.callId) ?? NONE;
      const movedFrom = moved.get(call.callId) ?? alike.moved.get(call.callId);
      const connectedWent = went.get(call.callId);
      const rungEarlier = rung.get(call.callId);
      return {
        announced: true,
        call,
        newLegs,
        isUndecided: undecided.has(call.callId) || alike.awaits.has(call.callId),
        ...(rungEarlier !== undefined && { rungBefore: rungEarlier }),
        ...(movedFrom !== undefined && { movedFrom }),
        ...(connectedWent !== undefined && { connectedWent }),
      };
    });
    return { drafts: [...begun.values(), ...left, ...changed], created };
  }

  /**
   * Gives legs that may be rung for two callers alike to the one whom the queue shows to have them.
   *
   * @returns `moved`: the extension whose leg has moved on from a call, by its `callId`; `awaits`: the calls whose answer the queue
   *   must confirm
   */
  #resolveAlike(
    touched: Map<string, Call>,
    begun: ReadonlyMap<string, Draft>,
  ): { readonly moved: ReadonlyMap<string, string>; readonly awaits: ReadonlySet<string> } {
    const moved = new Map<string, string>();
    const awaits = new Set<string>();
    const weighing = new Weighing();
    for (const { callId } of [...touched.values()]) {
      const call = touched.get(callId)!;
      if (!mayBeAnothers(call)) continue;
      const others = weighing
        .among(this.#index.byCustomer(customerKey(call.customer)))
        .filter((other) => other.callId !== callId && !begun.has(other.callId))
        .map((other) => touched.get(other.callId) ?? other);
      const resolution = resolveAlike(call, others, this.#facts);
      if (resolution === null) continue;
      for (const changed of resolution.changed)
        touched.set(changed.callId, withParts(changed, changed, this.#facts));
      if (resolution.moved !== null) moved.set(callId, resolution.moved);
      if (resolution.awaits) awaits.add(callId);
    }
    return { moved, awaits };
  }

  /**
   * Resolves consultations, and takes the calls out of `touched` that were held for callers who had gone.
   *
   * @returns `moved`: the extension whose leg has moved on from a consultation, by its `callId`; `undecided`: the
   *   consultations of which the next poll shows whether they were answered; `went`: when the connected participant's leg went
   *   from a call that a consulted leg has joined
   */
  #resolveConsultations(
    touched: Map<string, Call>,
    begun: ReadonlyMap<string, Draft>,
  ): {
    readonly left: readonly Draft[];
    readonly moved: ReadonlyMap<string, string>;
    readonly undecided: ReadonlySet<string>;
    readonly went: ReadonlyMap<string, Window>;
  } {
    const left: Draft[] = [];
    const moved = new Map<string, string>();
    const undecided = new Set<string>();
    const went = new Map<string, Window>();
    const calls: Calls = {
      get: (callId) =>
        begun.has(callId) ? undefined : (touched.get(callId) ?? this.#index.calls.get(callId)),
      localAt: (extension) => this.#index.localAt(extension),
    };
    for (const { callId } of [...touched.values()]) {
      const call = touched.get(callId)!;
      const resolution = resolveConsultation(call, calls, touched.values(), this.#facts);
      if (resolution === null) continue;
      for (const changed of resolution.changed)
        touched.set(changed.callId, withParts(changed, changed, this.#facts));
      if (resolution.undecided !== null) undecided.add(resolution.undecided);
      if (resolution.moved !== null) {
        moved.set(resolution.moved.callId, resolution.moved.extension);
        if (resolution.went !== null) went.set(callId, resolution.went);
      }
      if (!resolution.isOver || call.consultation === null) continue;
      touched.delete(callId);
      left.push({ announced: true, call, newLegs: NONE, isLeft: true });
    }
    return { left, moved, undecided, went };
  }

  #answers({ turned, consulted, answered }: Changes): Answers {
    const [monitor, queue] = [answerOf(this.#observations.monitor), answerOf(this.#observations.queue)];
    const places = new Map<string, number>();
    for (const key of queue?.rows.keys() ?? []) places.set(key, places.size);
    return {
      places,
      turned,
      consulted,
      answered,
      shownBefore: this.#known.created,
      queueIsNoOlder: isQueueNoOlder(monitor, queue),
      queueIsLater: isQueueLater(monitor, queue),
    };
  }

  /** Gives a call new parts. An entry that a caller has come back to leads to the call before. */
  #join(call: Call, placement: Placement): Call {
    const { entries } = placement;
    const earlier =
      entries.length === 0
        ? NO_PARTS
        : linkedCalls({ entries, legs: NO_PARTS }, this.#index, this.#facts.now);
    const joined = joinParts(call, placement, this.#facts);
    return earlier.reduce(
      (linked, { callId }) => linkedTo(linked, callId),
      withoutGoneLegs(joined, placement, this.#observations.monitor, this.#facts),
    );
  }

  /** Begins a call, which names the customer's other calls and is named by them. */
  #begin(placement: Placement, touched: Map<string, Call>, begun: Map<string, Draft>, uses: Uses): void {
    const started = beginCall(placement, this.#index, this.#facts, uses);
    for (const { callId } of callsInDoubt(placement, this.#index)) {
      const draft = begun.get(callId);
      const other = draft?.call ?? touched.get(callId) ?? this.#index.calls.get(callId)!;
      const linked = linkedTo(other, started.callId);
      if (draft === undefined) touched.set(callId, linked);
      else begun.set(callId, { ...draft, call: linked });
    }
    const call = withoutGoneLegs(started, placement, this.#observations.monitor, this.#facts);
    this.#index.put(call);
    if (hasCreated(placement)) this.#tied.add(call.callId);
    const newLegs = keysOf(placement);
    begun.set(call.callId, { announced: false, call, newLegs, rungBefore: rungBefore(placement) });
  }

  /** Notes since when the entries whose rows may be stale are quiet. */
  #noteQuiet(touched: Map<string, Call>, begun: Map<string, Draft>): void {
    if (!this.#facts.monitorComplete) return;
    const { isBusy } = this.#facts;
    const noted = (call: Call): Call => {
      if (!isQuietable(call)) return call;
      const quiet = quietOf(call, isBusy, this.#facts);
      return quiet === call.entry!.quiet ? call : withQuiet(call, quiet);
    };
    for (const [callId, draft] of begun) {
      const call = noted(draft.call);
      if (call !== draft.call) begun.set(callId, { ...draft, call });
    }
    for (const [callId, call] of touched) touched.set(callId, noted(call));
    for (const callId of this.#index.quietable) {
      const known = this.#index.calls.get(callId)!;
      if (touched.has(callId) || begun.has(callId)) continue;
      const call = noted(known);
      if (call !== known) touched.set(callId, call);
    }
  }

  #advance(draft: Draft): void {
    const { call, last } = advance(draft, this.#facts, this.#transitions);
    this.#calls.set(last.callId, call);
    if (call !== null) this.#index.put(call);
    else this.#end(last);
  }

  #end(call: Call): void {
    const ended = endedCallOf(call, this.#facts.now);
    // A row that has gone stale stays for hours, longer than ended calls are remembered.
    if (call.entry?.absence === null) {
      this.#stale.push(call.entry.seen.key);
      this.#tied.add(call.callId);
    }
    this.#index.remove(call.callId);
    this.#last.set(call.callId, call);
    this.#ended.set(call.callId, ended);
    for (const callId of this.#index.ended.remember(ended)) this.#ended.set(callId, null);
  }
}

/** Whether an extension without a call is listed. One that has a call may have an idle row beside it, of a second device. */
function showsIdle({ idleExtensions }: MonitorAnswer, { isBusy }: CycleFacts): boolean {
  for (const extension of idleExtensions.keys()) if (!isBusy(extension)) return true;
  return false;
}

const NO_PARTS: readonly never[] = [];
const NO_CALLS: ReadonlyMap<string, never> = new Map<string, never>();

function linkedTo(call: Call, callId: string): Call {
  if (call.linkedCallIds.includes(callId)) return call;
  const copy = copyOf(call);
  copy.linkedCallIds = [...call.linkedCallIds, callId].slice(-MAX_PAST_OF_CALL);
  return copy;
}

function withChanges(legs: readonly Leg[], changed: readonly Leg[]): readonly Leg[] {
  if (legs.length === 1 && changed.length === 1) return changed;
  const byKey = new Map(changed.map((leg) => [leg.seen.key, leg]));
  return legs.map((leg) => byKey.get(leg.seen.key) ?? leg);
}

const NONE: ReadonlySet<string> = new Set();

function keysOf({ legs }: Placement, more = NONE): ReadonlySet<string> {
  const keys = new Set(more);
  for (const { seen } of legs) keys.add(seen.key);
  return keys;
}

/** Sorts by start, then by id: a restart does not change this order. */
function sorted(drafts: readonly Draft[]): Draft[] {
  return [...drafts].sort(
    (a, b) => a.call.startedAt - b.call.startedAt || (a.call.callId < b.call.callId ? -1 : 1),
  );
}
