import type { TenantCalls } from '../index/tenant-calls.js';
import type { Call, CreatedLeg } from '../model/call.js';
import { answerOf, type MonitorObservation } from '../model/observation.js';
import { absentLeg } from '../parts/absence-rules.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import type { Window } from '../parts/window.js';
import { withParts } from './call-parts.js';
import type { Placement } from './placement.js';

/** Legs that were seen before they became parts of a call: see `observe/created-legs.ts`. */

/** Legs that wait for their device to ring, nothing else being tied to them, or for the next answer. */
export function isAwaited(
  { legs, entries, awaits }: Placement,
  ripe: ReadonlyMap<string, CreatedLeg>,
): boolean {
  if (awaits === true) return true;
  return entries.length === 0 && legs.every(({ seen }) => seen.signal === 'unclear' && !ripe.has(seen.key));
}

/** Marks the legs of the placement that were seen before, and that no call had then. */
export function withCreated(placement: Placement, created: TenantCalls['created']): Placement {
  if (created.size === 0) return placement;
  const { legs } = placement;
  const placed = legs.map(({ seen, joined }) => {
    const before = created.get(seen.key);
    return before === undefined ? { seen, joined } : { seen, joined, created: before };
  });
  return { ...placement, legs: placed };
}

/** Whether a leg of the placement was seen before, when no call had it. */
export function hasCreated({ legs }: Placement): boolean {
  return legs.some(({ created }) => created !== undefined);
}

/** When the legs of the placement began to ring that an earlier answer has shown ringing, by their keys. */
export function rungBefore({ legs }: Placement): ReadonlyMap<string, Window> {
  const rung = new Map<string, Window>();
  for (const { seen, created } of legs)
    if (created?.seen.signal === 'ringing') rung.set(seen.key, created.since);
  return rung;
}

/** A leg that went while it was awaited is missing already when it becomes a part of its call. */
export function withoutGoneLegs(
  call: Call,
  placement: Placement,
  monitor: MonitorObservation | undefined,
  cycle: CycleFacts,
): Call {
  const answer = answerOf(monitor);
  if (answer === null) return call;
  const gone = new Set(placement.legs.map(({ seen }) => seen.key).filter((key) => !answer.rows.has(key)));
  if (gone.size === 0) return call;
  const legs = call.legs.map((leg) =>
    gone.has(leg.seen.key) ? absentLeg(leg, cycle.legChanged(leg.seen.key)!, false, cycle.policy) : leg,
  );
  return withParts(call, { legs, entry: call.entry }, cycle);
}
