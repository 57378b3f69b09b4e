import type { Call, CreatedLeg, Joined } from '../model/call.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';

/** What an answer shows for the first time, and which call each of it was found to be a part of. */

export interface NewParts {
  readonly legs: readonly ObservedLeg[];
  readonly entries: readonly ObservedQueueEntry[];
}

export interface PlacedLeg {
  readonly seen: ObservedLeg;
  readonly joined: Joined;
  /** Set on a leg that was seen before, and that no call had then. */
  readonly created?: CreatedLeg;
}

/** New parts of one call: of the live call `joins`, or of a new call where that is null. */
export interface Placement {
  readonly joins: Call | null;
  /** No call has its legs as yet, and the next answer may show that one goes on with them. */
  readonly awaits?: boolean;
  /** The call that its caller, who withholds the number, may have come from all the same. */
  readonly redials?: Call | null;
  readonly legs: readonly PlacedLeg[];
  readonly entries: readonly ObservedQueueEntry[];
}
