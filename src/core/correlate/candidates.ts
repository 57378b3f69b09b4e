import type { MonitorAnswer, ObservedLeg, ObservedQueueEntry, QueueAnswer } from '../model/observation.js';
import { agentNamesOf, isNamed } from '../parts/agents.js';
import { type CycleFacts, QUEUE_LEADS_MS } from '../parts/cycle-facts.js';

/** What the answers of this cycle show beside the new parts. */
export interface Answers {
  /** The place of each row in the queue's answer, by `key`; none where it was not asked or failed. */
  readonly places: ReadonlyMap<string, number>;
  /** The call of the customer whom a consulted extension talks to, by the `key` of its new leg: see `consulted-leg.ts`. */
  readonly consulted: ReadonlyMap<string, string>;
  /** The call in which a leg rang that has been answered under another id, by the `key` of its new leg: see `answered-leg.ts`. */
  readonly answered: ReadonlyMap<string, string>;
  /** The legs that an answer before has shown, and that no call had then, by `key`. */
  readonly shownBefore: ReadonlyMap<string, unknown>;
  /** The calls whose entry has another status than in the answer before. */
  readonly turned: ReadonlySet<string>;
  /** An entry that the queue's answer shows first, and Waiting, has rung none of the legs that the monitor's shows. */
  readonly queueIsLater: boolean;
  /** An entry that rang an extension of the monitor's answer would say Trying in the queue's: it is surely not the older one. */
  readonly queueIsNoOlder: boolean;
}

/** Whether the queue was asked when the monitor had answered: an entry which is Waiting then can have no leg in that answer. */
export function isQueueLater(monitor: Answered | null, queue: Answered | null): boolean {
  return monitor !== null && queue !== null && queue.startedAt >= monitor.at;
}

/** Likewise, but the queue may have been asked a moment before, as the monitor's rows trail further behind the PBX than its own. */
export function isQueueNoOlder(monitor: Answered | null, queue: Answered | null): boolean {
  return monitor !== null && queue !== null && queue.startedAt + QUEUE_LEADS_MS >= monitor.at;
}

type Answered = Pick<MonitorAnswer | QueueAnswer, 'startedAt' | 'at'>;

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
