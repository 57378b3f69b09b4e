import type { Call, QueueEntry } from '../model/call.js';
import { type CycleFacts, sawMonitor } from './cycle-facts.js';
import { isGone } from './part.js';
import { whenGone } from './window.js';

/**
 * A caller whose entry is Abandoned may have overflowed to extensions outside the queue. The call then goes on without
 * it.
 */

/** Returns the Abandoned entry of a call that has not been answered; null if there is none. */
export function abandonedEntry({ entry, answeredAt }: Call): QueueEntry | null {
  return entry?.absence?.kind === 'abandoned' && answeredAt === null ? entry : null;
}

/**
 * Whether the Abandoned entry is confirmed as gone while a complete monitor answer since then shows a leg of the call.
 */
export function isOverflow(call: Call, cycle: CycleFacts): boolean {
  const entry = abandonedEntry(call);
  return (
    entry !== null &&
    isGone(entry, cycle.policy) &&
    sawMonitor(cycle, whenGone(entry.absence!)) &&
    call.legs.some(({ absence }) => absence === null)
  );
}
