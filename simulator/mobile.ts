import type { LiveCall } from './live-call.js';
import type { QueueAgent } from './rows.js';
import type { QueueEntry } from './switchboard-parts.js';

/**
 * An agent on a mobile: the queue rings and bridges a number outside, so that no leg is ever shown at an extension. Only the row
 * says that the caller is answered, by a name that the monitor does not show.
 */
export function ringMobile(call: LiveCall, entry: QueueEntry): void {
  const { pbx, plan } = call;
  const { engine, members, schedule } = pbx;
  const number = `9${engine.random.digits(2)}`;
  const agent: QueueAgent = {
    number,
    isMobile: true,
    agentName: `mobile_${number}`,
    agentUuid: engine.random.uuid(),
  };
  call.mark('mobileAgents');
  call.tries(entry, entry.queue.strategy === 'ring-all' ? null : agent);
  if (plan.answerAfterMs === null) return;
  call.later(plan.answerAfterMs, () => {
    if (call.entry !== entry) return;
    call.answeredUnseen(null);
    members.change(entry, { status: 'Answered', agent, bridgedAt: schedule.now });
    call.later(plan.talkMs, () => call.finish());
  });
}
