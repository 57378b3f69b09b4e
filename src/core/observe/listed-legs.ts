import type { CallIndex, Indexed } from '../index/call-index.js';
import type { Leg } from '../model/call.js';
import type { MonitorAnswer, ObservedLeg } from '../model/observation.js';
import { isSameRow } from './changes.js';

/**
 * What a monitor answer's rows are to the known legs. Passing over all rows is most of what a large answer with few changes
 * costs, so it is done once, and whatever asks about new and changed rows asks here.
 */
export interface ListedLegs {
  readonly answer: MonitorAnswer;
  /** The rows of no known leg, in their order. */
  readonly unknown: readonly ObservedLeg[];
  /** The known legs whose rows have changed, or that the answer before this one lacked, with their rows. */
  readonly changed: readonly (readonly [leg: Indexed<Leg, ObservedLeg>, row: ObservedLeg])[];
  /** The known legs that the answer lacks. */
  readonly missing: readonly Indexed<Leg, ObservedLeg>[];
}

export function listedLegs(answer: MonitorAnswer, { legs }: CallIndex): ListedLegs {
  const unknown: ObservedLeg[] = [];
  const changed: [Indexed<Leg, ObservedLeg>, ObservedLeg][] = [];
  // Neither the row nor the leg is read where both are unchanged: that would take longer than all the rest.
  answer.rows.forEach((row, key) => {
    const known = legs.get(key);
    if (known === undefined) unknown.push(row);
    else {
      known.listed = answer;
      if (known.row !== row && (known.part.absence !== null || !isSameRow(known, row)))
        changed.push([known, row]);
    }
  });
  const missing: Indexed<Leg, ObservedLeg>[] = [];
  for (const known of legs.values()) if (known.listed !== answer) missing.push(known);
  return { answer, unknown, changed, missing };
}
