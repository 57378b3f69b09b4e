import { beginCall } from './correlate/new-call.js';
import type { Call, EndedCall, Leg, Policy, SourceState } from './model/call.js';
import { type Delta, UNCHANGED } from './model/delta.js';
import { type CallIndex, numberKey } from './index/call-index.js';
import type { TenantCalls } from './index/tenant-calls.js';
import { joinParts, withParts } from './correlate/call-parts.js';
import { correlate, type Placement } from './correlate/correlate.js';
import { type CycleFacts, factsOf, latestAnswerAt } from './parts/cycle-facts.js';
import type { Transition } from './model/event.js';
import { advance, type Draft } from './life/life.js';
import type { Observation, Observations } from './model/observation.js';
import { isOverflow } from './parts/overflow.js';
import { type Changes, observeLegs, observeEntries } from './observe/observe-parts.js';
import { type KnownKeys, withObservation } from './parts/incomplete.js';
import { observeRegistrations } from './observe/registrations.js';
import { observeSource } from './observe/sources.js';

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
export function decide(known: TenantCalls, observations: Observations, policy: Policy): Decision {
  const transitions: Transition[] = [];
  const isSettled = known.settled.match(observations);
  const freshness = observeFreshness(known, observations, policy, transitions);
  const decision = isSettled
    ? { delta: freshness, transitions, confirm: false }
    : new Cycle(
        known,
        observations,
        factsOf(known, observations, policy, freshness.sources),
        transitions,
      ).run(freshness);
  // The sources are updated last, because the cycle needs the times of the observations before this one.
  known.sources = freshness.sources ?? known.sources;
  return decision;
}

export interface Decision {
  readonly delta: Delta;
  readonly transitions: readonly Transition[];
  /**
   * Whether the absence of a part waits to be confirmed, so that the next poll should come before the interval is over.
   */
  readonly confirm: boolean;
}

class Cycle {
  readonly #known: TenantCalls;
  readonly #observations: Observations;
  readonly #facts: CycleFacts;
  readonly #index: CallIndex;
  readonly #transitions: Transition[];
  readonly #calls = new Map<string, Call | null>();
  readonly #ended = new Map<string, EndedCall | null>();

  constructor(known: TenantCalls, observations: Observations, facts: CycleFacts, transitions: Transition[]) {
    this.#known = known;
    this.#observations = observations;
    this.#facts = facts;
    this.#index = known.index;
    this.#transitions = transitions;
  }

  run(freshness: Delta): Decision {
    const known = this.#known;
    const changes: Changes = {
      legs: new Map(),
      entries: new Map(),
      newLegs: [],
      newEntries: [],
      superseded: new Map(),
    };
    const { monitor, queue } = this.#observations;
    let ignoredEntries: Delta['ignoredEntries'] = null;
    let listsIdle: Delta['listsIdle'] = null;
    if (monitor !== undefined && monitor.outcome !== 'failed') {
      observeLegs(monitor, known, this.#index, this.#facts, changes);
      if (!known.listsIdle && monitor.idleExtensions.size > 0) known.listsIdle = listsIdle = true;
    }
    if (queue !== undefined && queue.outcome !== 'failed') {
      ignoredEntries = observeEntries(queue, known, this.#index, this.#facts, changes);
      known.ignoredEntries = ignoredEntries ?? known.ignoredEntries;
    }

    this.#supersede(changes);
    for (const draft of sorted(this.#drafts(changes))) this.#advance(draft);
    return {
      delta: { ...freshness, calls: this.#calls, ended: this.#ended, ignoredEntries, listsIdle },
      transitions: this.#transitions,
      confirm: this.#index.pending.size > 0,
    };
  }

  /** Ends the calls whose caller has already come back, so that the new queue entry cannot join them. */
  #supersede(changes: Changes): void {
    const drafts: Draft[] = [];
    for (const [callId, row] of changes.superseded) {
      const call = this.#index.calls.get(callId)!;
      // Legs that are still there belong to the new call.
      for (const leg of withChanges(call.legs, changes.legs.get(callId) ?? [])) {
        if (leg.absence === null && this.#isShown(leg)) changes.newLegs.push(leg.seen);
      }
      changes.legs.delete(callId);
      changes.entries.delete(callId);
      drafts.push({ announced: true, call, newLegs: NONE, returnRow: row });
    }
    for (const draft of sorted(drafts)) this.#advance(draft);
  }

  #isShown(leg: Leg): boolean {
    const { monitor } = this.#observations;
    return monitor !== undefined && monitor.outcome !== 'failed' && monitor.rows.has(leg.seen.key);
  }

  #drafts(changes: Changes): Draft[] {
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
    // If an entry went while the monitor was unavailable, only a later monitor answer can show that a leg still rings.
    for (const callId of this.#facts.monitor === null ? NONE : this.#index.abandoned) {
      const call = current(callId);
      if (isOverflow(call, this.#facts)) touched.set(callId, call);
    }

    const drafts: Draft[] = [];
    const joined = new Map<string, ReadonlySet<string>>();
    const { newLegs, newEntries } = changes;
    if (newLegs.length > 0 || newEntries.length > 0) {
      // The index gets the changed calls first, because new parts are compared with the calls' present state.
      for (const call of touched.values()) this.#index.put(call);
      for (const placement of correlate({ legs: newLegs, entries: newEntries }, this.#index)) {
        if (placement.joins !== null) {
          const { callId } = placement.joins;
          touched.set(callId, joinParts(current(callId), placement, this.#facts));
          joined.set(callId, keysOf(placement, joined.get(callId)));
        } else {
          const call = beginCall(placement, this.#index, this.#facts);
          this.#index.put(call);
          drafts.push({ announced: false, call, newLegs: keysOf(placement) });
        }
      }
    }
    for (const call of touched.values()) {
      drafts.push({ announced: true, call, newLegs: joined.get(call.callId) ?? NONE });
    }
    return drafts;
  }

  #advance(draft: Draft): void {
    const { call, last } = advance(draft, this.#facts, this.#transitions);
    this.#calls.set(last.callId, call);
    if (call !== null) this.#index.put(call);
    else this.#end(last);
  }

  #end(call: Call): void {
    const entries = [...call.pastEntries, ...(call.entry === null ? [] : [call.entry.seen])];
    const ended: EndedCall = {
      callId: call.callId,
      upstreamIds: call.upstreamIds,
      entries: entries.map((entry) => entry.entryKey),
      rows: entries.map((entry) => entry.rowKey),
      endedAt: latestAnswerAt(this.#observations),
      legsOnly: legsOnlyOf(call),
    };
    this.#index.remove(call.callId);
    this.#ended.set(call.callId, ended);
    for (const callId of this.#index.ended.remember(ended)) this.#ended.set(callId, null);
  }
}

/** Brings the registrations up to date and returns the new state of the sources without storing it in `known`. */
function observeFreshness(
  { sources, registrations: known, index, ignoredEntries }: TenantCalls,
  { monitor, queue, registrations: answers }: Observations,
  policy: Policy,
  transitions: Transition[],
): Delta {
  const observed = (source: SourceState, observation: Observation, parts: KnownKeys) => {
    const incomplete = withObservation(source, observation, { parts, atMost: policy.sourceDownAfter });
    return observeSource(source, observation, incomplete, policy, transitions);
  };
  const ofMonitor = monitor === undefined ? sources.monitor : observed(sources.monitor, monitor, index.legs);
  const entries: KnownKeys = {
    has: (key) => index.entries.has(key) || ignoredEntries.has(key),
    keys: () => index.entries.keys(),
  };
  const ofQueue = queue === undefined ? sources.queue : observed(sources.queue, queue, entries);
  const isAsked = monitor !== undefined || queue !== undefined;
  // The fields are named because this runs at every poll: spreading `UNCHANGED` would cost more than a small answer does.
  const { registrations, calls, ended, listsIdle } = UNCHANGED;
  return {
    sources: isAsked ? { monitor: ofMonitor, queue: ofQueue } : null,
    registrations:
      answers === undefined || answers.length === 0
        ? registrations
        : observeRegistrations(known, answers, transitions),
    calls,
    ended,
    ignoredEntries: UNCHANGED.ignoredEntries,
    listsIdle,
  };
}

function withChanges(legs: readonly Leg[], changed: readonly Leg[]): readonly Leg[] {
  if (legs.length === 1 && changed.length === 1) return changed;
  const byKey = new Map(changed.map((leg) => [leg.seen.key, leg]));
  return legs.map((leg) => byKey.get(leg.seen.key) ?? leg);
}

function legsOnlyOf(call: Call): EndedCall['legsOnly'] {
  const { direction, entry, pastEntries, answeredAt, startedAt, startedCertainty } = call;
  const byQueue = entry !== null || pastEntries.length > 0;
  if (direction !== 'inbound' || answeredAt !== null || startedCertainty !== 'upstream' || byQueue)
    return undefined;
  const customer = numberKey(call.customer);
  return customer === null ? undefined : { customer, startedAt };
}

const NONE: ReadonlySet<string> = new Set();

function keysOf({ legs }: Placement, more = NONE): ReadonlySet<string> {
  const keys = new Set(more);
  for (const { key } of legs) keys.add(key);
  return keys;
}

/** Sorts by start, then by id: a restart does not change this order. */
function sorted(drafts: readonly Draft[]): Draft[] {
  return [...drafts].sort(
    (a, b) => a.call.startedAt - b.call.startedAt || (a.call.callId < b.call.callId ? -1 : 1),
  );
}
