import type { Call, EndedCall } from '../../core/model/call.js';
import { type Delta, UNCHANGED } from '../../core/model/delta.js';
import type { CallView, Transition } from '../../core/model/event.js';
import type { Decision } from '../../core/reconcile.js';

/**
 * Splits a decision that is too large for one commit into parts that are written one after the other.
 *
 * Guarantees: the parts have the decision's transitions, those of a call in one part and in their order, so that the events
 * have the same ids as in one commit; the state after the parts is the state after one. Calls that name each other, or share
 * an upstream id or a consultation, are in one part as long as they fit into one. Freshness, and all else that is not a call's,
 * goes with the last part, and so do the calls that it is tied to (`Decision.tied`), as far as they fit. A reader of the state
 * between two parts, such as an owner that takes over there, sees the calls of the other parts as they were before the poll.
 *
 * Not guaranteed: the order of events of different calls.
 */
export type CommitPart = Pick<Decision, 'delta' | 'transitions'>;

export interface PartLimits {
  readonly events: number;
  /** Of the events and the calls' states together, as estimated. */
  readonly bytes: number;
}

/** A commit of this size takes a Redis some 20 ms, in which it does nothing else. Ordinary ones are a hundredth of it. */
const PART_LIMITS: PartLimits = { events: 1_000, bytes: 4_194_304 };

export function commitParts(
  { delta, transitions, tied }: Pick<Decision, 'delta' | 'transitions' | 'tied'>,
  limits: PartLimits = PART_LIMITS,
): CommitPart[] {
  const whole: CommitPart = { delta, transitions };
  // Nearly every decision is far too small to be weighed.
  if (transitions.length + delta.calls.size + delta.ended.size <= Math.min(SMALL, limits.events))
    return [whole];
  const calls = weighed(delta, transitions);
  const units = unitsOf(calls, delta, limits);
  const packed = pack(
    [...units.filter((unit) => !isTied(unit, tied)), ...units.filter((unit) => isTied(unit, tied))],
    limits,
  );
  if (packed.length <= 1) return [whole];
  const partOf = new Map<string, number>();
  for (const [nth, part] of packed.entries()) for (const { callId } of part) partOf.set(callId, nth);
  return partsOf(whole, partOf, packed.length);
}

/** Less than any of this could be, even if each of its calls rang at as many extensions as a call may. */
const SMALL = 20;

interface WeighedCall {
  readonly callId: string;
  events: number;
  bytes: number;
}

/** The calls that change, in the order of their first transitions, and what each costs. */
function weighed(delta: Delta, transitions: readonly Transition[]): ReadonlyMap<string, WeighedCall> {
  const calls = new Map<string, WeighedCall>();
  const note = (callId: string, events: number, bytes: number) => {
    const call = calls.get(callId);
    if (call === undefined) calls.set(callId, { callId, events, bytes });
    else {
      call.events += events;
      call.bytes += bytes;
    }
  };
  for (const { subject, data } of transitions) if ('callId' in data) note(subject, 1, bytesOfView(data));
  for (const [callId, call] of delta.calls)
    note(callId, 0, call === null ? 0 : 1_000 + 700 * call.legs.length + 250 * call.participants.length);
  for (const [callId, ended] of delta.ended)
    if (ended !== null)
      note(callId, 0, 300 + 150 * ((ended.lingering?.length ?? 0) + (ended.lastLegs?.length ?? 0)));
  return calls;
}

function bytesOfView({ extensions }: Omit<CallView, 'tenant'>): number {
  return 1_200 + 130 * extensions.length;
}

type Unit = readonly WeighedCall[];

/** The calls that belong together; each for itself where those that do are more than a part may have. */
function unitsOf(calls: ReadonlyMap<string, WeighedCall>, delta: Delta, limits: PartLimits): Unit[] {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    // Each key on the way leads to the root directly from now on.
    for (let at = key; at !== root;) {
      const next = parents.get(at)!;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  const tie = (a: string, b: string) => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one !== other) parents.set(other, one);
  };
  for (const [callId, call] of delta.calls) {
    for (const linked of call?.linkedCallIds ?? []) if (calls.has(linked)) tie(callId, linked);
    for (const id of call?.upstreamIds ?? []) tie(callId, `id ${id}`);
    const consultation = call?.consultation?.callId;
    if (consultation !== undefined) tie(callId, consultation);
  }
  for (const [callId, ended] of delta.ended)
    for (const id of ended?.upstreamIds ?? []) tie(callId, `id ${id}`);
  const units = new Map<string, WeighedCall[]>();
  for (const call of calls.values()) {
    const root = rootOf(call.callId);
    const unit = units.get(root);
    if (unit === undefined) units.set(root, [call]);
    else unit.push(call);
  }
  return [...units.values()].flatMap((unit) =>
    fits(sum(unit), limits) ? [unit] : unit.map((call) => [call]),
  );
}

function isTied(unit: Unit, tied: Decision['tied']): boolean {
  return tied.size > 0 && unit.some(({ callId }) => tied.has(callId));
}

function pack(units: readonly Unit[], limits: PartLimits): WeighedCall[][] {
  const parts: WeighedCall[][] = [];
  let size = { events: 0, bytes: 0 };
  for (const unit of units) {
    const own = sum(unit);
    const both = { events: size.events + own.events, bytes: size.bytes + own.bytes };
    const last = parts.at(-1);
    if (last !== undefined && fits(both, limits)) {
      for (const call of unit) last.push(call);
      size = both;
    } else {
      parts.push([...unit]);
      size = own;
    }
  }
  return parts;
}

function sum(unit: Unit): PartLimits {
  let [events, bytes] = [0, 0];
  for (const call of unit) {
    events += call.events;
    bytes += call.bytes;
  }
  return { events, bytes };
}

function fits(size: PartLimits, limits: PartLimits): boolean {
  return size.events <= limits.events && size.bytes <= limits.bytes;
}

function partsOf(
  { delta, transitions }: CommitPart,
  partOf: ReadonlyMap<string, number>,
  count: number,
): CommitPart[] {
  const last = count - 1;
  const indexOf = (callId: string) => partOf.get(callId) ?? last;
  const parts = Array.from({ length: count }, () => ({
    calls: new Map<string, Call | null>(),
    ended: new Map<string, EndedCall | null>(),
    transitions: [] as Transition[],
  }));
  for (const [callId, call] of delta.calls) parts[indexOf(callId)]!.calls.set(callId, call);
  // One that is forgotten is tied to no call.
  for (const [callId, ended] of delta.ended)
    parts[ended === null ? last : indexOf(callId)]!.ended.set(callId, ended);
  for (const transition of transitions)
    parts['callId' in transition.data ? indexOf(transition.subject) : last]!.transitions.push(transition);
  return parts.map(({ calls, ended, transitions: own }, nth) => ({
    delta: { ...(nth === last ? delta : UNCHANGED), calls, ended },
    transitions: own,
  }));
}
