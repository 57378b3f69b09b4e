import { beginCall } from './correlate/new-call.js';
import {
  type Call,
  type EndedCall,
  type Freshness,
  type Leg,
  type Policy,
  type TenantState,
} from './model/call.js';
import { CallIndex, numberKey } from './index/call-index.js';
import { joinParts, withParts } from './correlate/call-parts.js';
import { correlate, type Placement } from './correlate/correlate.js';
import { type CycleFacts, factsOf, latestOf } from './parts/cycle-facts.js';
import { EndedCalls } from './index/ended-calls.js';
import type { Transition } from './model/event.js';
import { advance, type Draft } from './life/life.js';
import type { Instant, Observations } from './model/observation.js';
import { isOverflow } from './parts/overflow.js';
import { type Changes, observeLegs, observeStays } from './observe/observe-parts.js';
import { observeRegistrations } from './observe/registrations.js';
import { observeSource } from './observe/sources.js';

/**
 * The decision at the heart of the bridge: what has happened, given what was known and what the endpoints now say.
 *
 * Guarantees, for any history of observations:
 * - Every call gets exactly one `call-started` and, once no part of it is left, exactly one `call-ended`; at most one
 *   of `call-answered` and `call-abandoned` between them.
 * - A failed observation changes nothing but the health of its source; a partial one ends nothing.
 * - The result depends on the arguments alone, and not on the order of rows: the same history, cut anywhere by a
 *   restart from the stored state, gives the same transitions.
 *
 * Not guaranteed: what happened wholly between two polls is not seen; see `certainty` in `life.ts`.
 */
export function reconcile(state: TenantState, observations: Observations, policy: Policy): Reconciled {
  return new Cycle(state, observations, policy).run();
}

/**
 * As `reconcile`, for observations that repeat, row by row, what the last complete ones showed while no absence was
 * waiting to be confirmed: only the sources' health and registrations can have changed. The caller vouches for that.
 */
export function freshen(state: TenantState, observations: Observations, policy: Policy): Reconciled {
  const transitions: Transition[] = [];
  const { sources, registrations } = observeFreshness(state, observations, policy, transitions);
  const { calls, ended, ignoredStays, listsIdle } = state;
  // Not spread: of a small answer that repeats, comparing its bytes takes less than spreading two objects.
  return {
    state: { sources, registrations, calls, ended, ignoredStays, listsIdle },
    transitions,
    confirm: false,
  };
}

export interface Reconciled {
  readonly state: TenantState;
  readonly transitions: readonly Transition[];
  /** Some part's absence waits to be confirmed: poll again before the interval is over. */
  readonly confirm: boolean;
}

/**
 * True where nothing needs to be committed: no transition, and the states differ in no more than their
 * `Freshness`.
 */
export function isQuiet(before: TenantState, { state, transitions }: Reconciled): boolean {
  return (
    transitions.length === 0 &&
    state.calls === before.calls &&
    state.ended === before.ended &&
    state.ignoredStays === before.ignoredStays &&
    state.listsIdle === before.listsIdle
  );
}

class Cycle {
  readonly #state: TenantState;
  readonly #observations: Observations;
  readonly #facts: CycleFacts;
  readonly #index: CallIndex;
  readonly #transitions: Transition[] = [];
  #calls: Map<string, Call> | null = null;
  readonly #newlyEnded: EndedCall[] = [];

  constructor(state: TenantState, observations: Observations, policy: Policy) {
    this.#state = state;
    this.#observations = observations;
    this.#facts = factsOf(state, observations, policy);
    this.#index = CallIndex.take(state);
  }

  run(): Reconciled {
    const { policy } = this.#facts;
    const freshness = observeFreshness(this.#state, this.#observations, policy, this.#transitions);
    const changes: Changes = {
      legs: new Map(),
      stays: new Map(),
      newLegs: [],
      newStays: [],
      superseded: new Map(),
    };
    const { monitor, queue } = this.#observations;
    if (monitor !== undefined && monitor.outcome !== 'failed') {
      const { registrations } = freshness;
      observeLegs(monitor, { ...this.#state, registrations }, this.#index, policy, changes);
    }
    const ignoredStays =
      queue !== undefined && queue.outcome !== 'failed'
        ? observeStays(queue, this.#state, this.#index, this.#facts, changes)
        : this.#state.ignoredStays;
    const listsIdle =
      this.#state.listsIdle ||
      (monitor !== undefined && monitor.outcome !== 'failed' && monitor.idleExtensions.size > 0);

    this.#supersede(changes);
    for (const draft of sorted(this.#drafts(changes))) this.#advance(draft);

    const state: TenantState = {
      ...freshness,
      calls: this.#calls ?? this.#state.calls,
      ended: this.#endedCalls(),
      ignoredStays,
      listsIdle,
    };
    this.#index.giveTo(state);
    return {
      state,
      transitions: this.#transitions,
      confirm: this.#index.pending.size > 0,
    };
  }

  /** Ends the calls whose caller has already come back, before the new stay looks for a call to join. */
  #supersede(changes: Changes): void {
    const drafts: Draft[] = [];
    for (const [callId, row] of changes.superseded) {
      const call = this.#index.call(callId)!;
      // Legs that are still there belong to the call as it goes on now.
      for (const leg of withChanges(call.legs, changes.legs.get(callId) ?? [])) {
        if (leg.absence === null && this.#isShown(leg)) changes.newLegs.push(leg.seen);
      }
      changes.legs.delete(callId);
      changes.stays.delete(callId);
      drafts.push({ announced: true, call, newLegs: NONE, back: row });
    }
    for (const draft of sorted(drafts)) this.#advance(draft);
  }

  #isShown(leg: Leg): boolean {
    const { monitor } = this.#observations;
    return monitor !== undefined && monitor.outcome !== 'failed' && monitor.rows.has(leg.seen.key);
  }

  #drafts(changes: Changes): Draft[] {
    const touched = new Map<string, Call>();
    const current = (callId: string) => touched.get(callId) ?? this.#index.call(callId)!;
    for (const [callId, changed] of changes.legs) {
      const call = current(callId);
      const stay = changes.stays.get(callId) ?? call.stay;
      touched.set(callId, withParts(call, { legs: withChanges(call.legs, changed), stay }, this.#facts));
    }
    for (const [callId, stay] of changes.stays) {
      if (touched.has(callId)) continue;
      const call = current(callId);
      touched.set(callId, withParts(call, { legs: call.legs, stay }, this.#facts));
    }
    // Of an entry that went while the telephones could not be seen, only a look at them shows that the caller rings on.
    for (const callId of this.#facts.monitorComplete ? this.#index.abandoned : NONE) {
      const call = current(callId);
      if (isOverflow(call, this.#facts)) touched.set(callId, call);
    }

    const drafts: Draft[] = [];
    const joined = new Map<string, ReadonlySet<string>>();
    const { newLegs, newStays } = changes;
    if (newLegs.length > 0 || newStays.length > 0) {
      // New parts look at the calls as this observation shows them.
      for (const call of touched.values()) this.#index.replace(this.#index.call(call.callId)!, call);
      for (const placement of correlate({ legs: newLegs, stays: newStays }, this.#index)) {
        if (placement.joins !== null) {
          const { callId } = placement.joins;
          touched.set(callId, joinParts(current(callId), placement, this.#facts));
          joined.set(callId, keysOf(placement, joined.get(callId)));
        } else {
          const call = beginCall(placement, this.#state, this.#index, this.#facts);
          this.#index.add(call);
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
    const indexed = this.#index.call(draft.call.callId)!;
    this.#calls ??= new Map(this.#state.calls);
    if (call !== null) {
      this.#calls.set(call.callId, call);
      this.#index.replace(indexed, call);
    } else {
      this.#calls.delete(draft.call.callId);
      this.#index.remove(indexed);
      this.#remember(last);
    }
  }

  #remember(call: Call): void {
    const now = this.#now();
    const stays = [...call.pastStays, ...(call.stay === null ? [] : [call.stay.seen])];
    const ended: EndedCall = {
      callId: call.callId,
      upstreamIds: call.upstreamIds,
      stays: stays.map((stay) => stay.stayKey),
      rows: stays.map((stay) => stay.rowKey),
      endedAt: now,
      atTelephones: atTelephones(call),
    };
    this.#newlyEnded.push(ended);
    this.#index.remember(ended);
  }

  #endedCalls(): TenantState['ended'] {
    const { ended } = this.#state;
    if (this.#newlyEnded.length === 0) return ended;
    return EndedCalls.remembering(ended, this.#newlyEnded, this.#now(), (call) => this.#index.forget(call));
  }

  #now(): Instant {
    return latestOf(this.#observations);
  }
}

function observeFreshness(
  { sources, registrations }: TenantState,
  observations: Observations,
  policy: Policy,
  transitions: Transition[],
): Freshness {
  const { monitor, queue, registrations: answers } = observations;
  return {
    sources: {
      monitor:
        monitor === undefined
          ? sources.monitor
          : observeSource(sources.monitor, monitor, policy, transitions),
      queue: queue === undefined ? sources.queue : observeSource(sources.queue, queue, policy, transitions),
    },
    registrations:
      answers === undefined ? registrations : observeRegistrations(registrations, answers, transitions),
  };
}

function withChanges(legs: readonly Leg[], changed: readonly Leg[]): readonly Leg[] {
  if (legs.length === 1 && changed.length === 1) return changed;
  const byKey = new Map(changed.map((leg) => [leg.seen.key, leg]));
  return legs.map((leg) => byKey.get(leg.seen.key) ?? leg);
}

function atTelephones(call: Call): EndedCall['atTelephones'] {
  const { direction, stay, pastStays, answeredAt, startedAt, startedCertainty } = call;
  const byQueue = stay !== null || pastStays.length > 0;
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

/** By start, then id: an order that a restart does not change. */
function sorted(drafts: readonly Draft[]): Draft[] {
  return [...drafts].sort(
    (a, b) => a.call.startedAt - b.call.startedAt || (a.call.callId < b.call.callId ? -1 : 1),
  );
}
