import type { TenantState } from '../model/call.js';
import type { PhoneNumber } from '../model/observation.js';
import { customerKey, type Match } from './customer.js';

/**
 * By which numbers the callers of a queue came in. A queue's row does not show it: the legs that ring for its callers do, once
 * they are known to be the queue's. Where a caller withholds the number, only that distinguishes
 * the queue's rings from others.
 */
export type Hotlines = TenantState['hotlines'];

/** More hotlines than a queue has: those by which no caller has come for long make room. */
const MAX_OF_QUEUE = 50;
/** Far more queues than a tenant has. */
const MAX_QUEUES = 1_000;

/** Whether callers of the queue come in by this number, as far as is known. */
export function leadsTo(queueId: string, hotline: PhoneNumber | null, known: Hotlines): Match {
  const learnt = known.get(queueId);
  if (hotline === null || learnt === undefined) return 'unknown';
  return learnt.includes(customerKey(hotline)) ? 'same' : 'different';
}

/** Returns the hotlines with this one of this queue; the same object if that is known already. */
export function withHotline(known: Hotlines, queueId: string, hotline: PhoneNumber): Hotlines {
  const key = customerKey(hotline);
  const before = known.get(queueId) ?? [];
  if (before.includes(key)) return known;
  const learnt = new Map(known);
  learnt.delete(queueId);
  learnt.set(queueId, [...before, key].slice(-MAX_OF_QUEUE));
  for (const queue of learnt.keys()) {
    if (learnt.size <= MAX_QUEUES) break;
    learnt.delete(queue);
  }
  return learnt;
}
