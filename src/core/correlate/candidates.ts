import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { agentNamesOf, isNamed } from '../parts/agents.js';
import type { CycleFacts } from '../parts/cycle-facts.js';

/** What the answers of this cycle show beside the new parts. */
export interface Answers {
  /** The place of each row in the queue's answer, by `key`; none where it was not asked or failed. */
  readonly places: ReadonlyMap<string, number>;
  /** An entry that rang an extension of the monitor's answer would say Trying in the queue's: it is surely not the older one. */
  readonly queueIsLater: boolean;
  /** The calls whose entry has another status than in the answer before. */
  readonly turned: ReadonlySet<string>;
}

/** Whose agent a queue row names, seen from a leg. A name that matches no extension, or none that is listed, says nothing. */
export function namedBy(
  entry: ObservedQueueEntry,
  leg: ObservedLeg,
  cycle: CycleFacts,
): 'it' | 'another' | 'none known' {
  const names = agentNamesOf(entry);
  if (names.length === 0) return 'none known';
  if (isNamed(leg, names)) return 'it';
  const extension = cycle.extensionOf(names);
  if (extension === leg.extension) return 'it';
  return extension !== undefined && cycle.isListed(extension) ? 'another' : 'none known';
}
