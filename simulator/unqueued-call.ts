import { answerFor } from './answer.js';
import type { Extension } from './directory.js';
import { LiveCall, type Pbx } from './live-call.js';
import type { CallPlan } from './plan.js';
import type { Random } from './random.js';
import { huntThrough, ringAll, ringOne } from './ring.js';
import { numbersOfLocal, numbersOfOutbound } from './rows.js';
import { inTalk, talk } from './talk.js';

/** The calls that pass through no queue. */

/** All members of a ring group ring, and the first to answer gets the call. If none does, the caller abandons it. */
export function startRingGroupCall(pbx: Pbx, plan: CallPlan, random: Random): LiveCall {
  const group = plan.ringGroup ?? random.pick(pbx.directory.ringGroups);
  const call = new LiveCall(pbx, plan, random, {
    kind: 'ring-group',
    direction: 'inbound',
    hotline: group.hotline,
  });
  const { huntMs } = plan.engine;
  if (huntMs === null) ringAll(call, group.members, null);
  else huntThrough(call, group.members, huntMs);
  leaveUnanswered(call);
  return call;
}

/** One extension rings. */
export function startDirectCall(pbx: Pbx, plan: CallPlan, random: Random, extension: Extension): LiveCall {
  const hotline = `2437${extension.number.padStart(4, '0')}`;
  const call = new LiveCall(pbx, plan, random, { kind: 'direct', direction: 'inbound', hotline });
  const leg = ringOne(call, extension, random.uuid());
  if (plan.engine.neverRings) call.mark('neverRings');
  leaveUnanswered(call);
  if (plan.answerAfterMs !== null) call.later(plan.answerAfterMs, () => answerFor(call, leg));
  return call;
}

/** An extension dials out: RINGING until the customer answers. */
export function startOutboundCall(pbx: Pbx, plan: CallPlan, random: Random, extension: Extension): LiveCall {
  const { call, leg } = dialOut(pbx, plan, random, extension, 'outbound');
  leaveUnanswered(call);
  if (plan.answerAfterMs !== null) call.later(plan.answerAfterMs, () => talk(call, leg));
  return call;
}

/**
 * The agent's own extension rings first, and its ONCALL precedes the customer's answer (`docs/upstream.md`, mark D). With the
 * habit `ringWait` it says RING_WAIT until then.
 */
export function startClickToCall(pbx: Pbx, plan: CallPlan, random: Random, extension: Extension): LiveCall {
  const { call, leg } = dialOut(pbx, plan, random, extension, 'click-to-call');
  const { answerAfterMs } = plan;
  call.later(plan.pickUpMs, () => {
    pbx.board.setLegState(leg, 'ONCALL');
    const { ringWait } = plan.engine;
    if (ringWait) {
      call.mark('ringWait');
      call.later(20, () => pbx.board.setLegState(leg, 'RING_WAIT'));
    }
    leaveUnanswered(call);
    if (answerAfterMs === null) return;
    call.later(Math.max(answerAfterMs, ringWait ? 21 : 0), () => {
      if (ringWait) pbx.board.setLegState(leg, 'ONCALL');
      call.answeredUnseen(leg.extension);
      inTalk(call, leg);
    });
  });
  return call;
}

/** One extension calls another: two rows, with two ids or with one. */
export function startLocalCall(
  pbx: Pbx,
  plan: CallPlan,
  random: Random,
  caller: Extension,
  callee: Extension,
): LiveCall {
  const call = new LiveCall(pbx, plan, random, { kind: 'local', direction: 'local', hotline: null });
  const id = random.uuid();
  const calling = call.addLeg(caller, {
    ...numbersOfLocal(caller.number, callee.number, caller.number),
    callId: id,
    offered: false,
  });
  const called = call.addLeg(callee, {
    ...numbersOfLocal(caller.number, callee.number, callee.number),
    callId: plan.oneLocalId ? id : random.uuid(),
    offered: true,
  });
  leaveUnanswered(call);
  if (plan.answerAfterMs !== null) {
    call.later(plan.answerAfterMs, () => {
      pbx.board.setLegState(calling, 'ONCALL');
      talk(call, called);
    });
  }
  return call;
}

function dialOut(
  pbx: Pbx,
  plan: CallPlan,
  random: Random,
  extension: Extension,
  kind: 'outbound' | 'click-to-call',
) {
  const hotline = pbx.directory.outboundHotline;
  const call = new LiveCall(pbx, plan, random, { kind, direction: 'outbound', hotline });
  const leg = call.addLeg(extension, {
    ...numbersOfOutbound(pbx.options.quirks.outboundShape, plan.customer.raw, hotline),
    callId: random.uuid(),
    offered: false,
    byEngine: kind === 'click-to-call',
  });
  return { call, leg };
}

function leaveUnanswered(call: LiveCall): void {
  if (call.plan.leavesAfterMs === null) return;
  call.later(call.plan.leavesAfterMs, () => {
    if (!call.answered) call.finish();
  });
}
