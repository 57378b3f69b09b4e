import type { CallIndex } from '../index/call-index.js';
import type { Call } from '../model/call.js';
import { agentNamesOf } from '../parts/agents.js';
import { isConnected } from '../parts/connected-participant.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { type Hotlines, withHotline } from '../parts/hotlines.js';
import { surelyAnswered } from './learnt-agents.js';

/**
 * Learns from answered calls by which hotlines callers come to a queue; null if there is nothing new. A call whose customer
 * withholds the number teaches nothing: its leg may be another's.
 *
 * A queue may get another number at any time. The ring of the first caller by that number is no part of the queue's call, for
 * no caller is known to come by it (`evidence-rules.ts`); but when the row names the agent who answered, and that agent
 * talks to that customer in the other call, it was one caller, and the next one by that number is known to be the queue's.
 */
export function learntHotlines(
  hotlines: Hotlines,
  calls: Iterable<Call | null>,
  index: Pick<CallIndex, 'byCustomer'>,
  cycle: Pick<CycleFacts, 'extensionOf' | 'skewMs'>,
): Hotlines | null {
  let learnt = hotlines;
  for (const call of calls) {
    if (call === null || customerKey(call.customer) === WITHHELD) continue;
    const sure = surelyAnswered(call, { index, skewMs: cycle.skewMs });
    const hotline = sure?.leg.seen.hotline ?? null;
    if (hotline !== null) learnt = withHotline(learnt, sure!.entry.seen.queueId, hotline);
    if (sure !== null || call.answeredAt === null) continue;
    for (const other of index.byCustomer(customerKey(call.customer)))
      for (const [queued, talking] of [
        [call, other],
        [other, call],
      ] as const)
        if (isOneCaller(queued, talking, cycle))
          learnt = withHotline(learnt, queued.entry!.seen.queueId, talking.hotline!);
  }
  return learnt === hotlines ? null : learnt;
}

/** Whether the row of a caller without a leg names who answered, and that extension talks to the customer in a call without a row. */
function isOneCaller(queued: Call, talking: Call, { extensionOf }: Pick<CycleFacts, 'extensionOf'>): boolean {
  const { entry } = queued;
  if (entry === null || !entry.answered || entry.absence !== null || queued.legs.length > 0) return false;
  const { connected, hotline, queues, transfers } = talking;
  if (hotline === null || queues.length > 0 || transfers > 0 || !isConnected(talking)) return false;
  return connected !== null && connected.extension === extensionOf(agentNamesOf(entry.seen));
}
