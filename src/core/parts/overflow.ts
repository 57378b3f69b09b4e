import type { Call, QueueEntry } from '../model/call.js';
import { type CycleFacts, sawMonitor } from './cycle-facts.js';
import { isGone } from './part.js';
import { whenGone } from './window.js';

/** Whom the queue calls Abandoned may have been passed on to telephones outside of it, and then his call goes on without it. */

/** The entry that the queue calls Abandoned, of a call that nobody has answered; else null. */
export function abandonedEntry({ entry, answeredAt }: Call): QueueEntry | null {
  return entry?.absence?.kind === 'abandoned' && answeredAt === null ? entry : null;
}

/** It is so for good, and a look at the telephones since then still shows one with the call. */
export function isOverflow(call: Call, cycle: CycleFacts): boolean {
  const entry = abandonedEntry(call);
  return (
    entry !== null &&
    isGone(entry, cycle.policy) &&
    sawMonitor(cycle, whenGone(entry.absence!)) &&
    call.legs.some(({ absence }) => absence === null)
  );
}
