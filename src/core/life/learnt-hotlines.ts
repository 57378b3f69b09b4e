import type { Call } from '../model/call.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import { type Hotlines, withHotline } from '../parts/hotlines.js';
import { surelyAnswered } from './learnt-agents.js';

/**
 * Learns from answered calls by which hotlines callers come to a queue; null if there is nothing new. A call whose customer
 * withholds the number teaches nothing: its leg may be another's.
 */
export function learntHotlines(hotlines: Hotlines, calls: Iterable<Call | null>): Hotlines | null {
  let learnt = hotlines;
  for (const call of calls) {
    if (call === null || customerKey(call.customer) === WITHHELD) continue;
    const sure = surelyAnswered(call);
    const hotline = sure?.leg.seen.hotline ?? null;
    if (hotline !== null) learnt = withHotline(learnt, sure!.entry.seen.queueId, hotline);
  }
  return learnt === hotlines ? null : learnt;
}
