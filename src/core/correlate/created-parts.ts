import type { TenantCalls } from '../index/tenant-calls.js';
import type { Call, CreatedLeg } from '../model/call.js';
import { answerOf, type MonitorObservation } from '../model/observation.js';
import { absentLeg } from '../parts/absence-rules.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { withParts } from './call-parts.js';
import type { Placement } from './placement.js';

/** Legs that were seen without a state before they became parts of a call: see `observe/created-legs.ts`. */

/** Legs without a state that nothing else is tied to, and of which none begins a call by itself. */
export function isOnlyCreated({ legs, entries }: Placement, ripe: ReadonlyMap<string, CreatedLeg>): boolean {
  return entries.length === 0 && legs.every(({ seen }) => seen.signal === 'unclear' && !ripe.has(seen.key));
}

/** Marks the legs of the placement that were seen before, without a state. */
export function withCreated(placement: Placement, created: TenantCalls['created']): Placement {
  if (created.size === 0) return placement;
  const { joins, legs, entries } = placement;
  const placed = legs.map(({ seen, joined }) => {
    const before = created.get(seen.key);
    return before === undefined ? { seen, joined } : { seen, joined, created: before };
  });
  return { joins, legs: placed, entries };
}

/** Whether a leg of the placement was seen before, without a state. */
export function hasCreated({ legs }: Placement): boolean {
  return legs.some(({ created }) => created !== undefined);
}

/** A leg that went before its device rang is missing already when its call begins. */
export function withoutGoneLegs(
  call: Call,
  monitor: MonitorObservation | undefined,
  cycle: CycleFacts,
): Call {
  const answer = answerOf(monitor);
  if (answer === null) return call;
  if (call.legs.every(({ seen }) => answer.rows.has(seen.key))) return call;
  const legs = call.legs.map((leg) =>
    answer.rows.has(leg.seen.key)
      ? leg
      : absentLeg(leg, cycle.legChanged(leg.seen.key)!, false, cycle.policy),
  );
  return withParts(call, { legs, entry: call.entry }, cycle);
}
