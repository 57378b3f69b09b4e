import type { Extension } from './directory.js';
import { LiveCall } from './live-call.js';
import { numbersOfInbound, numbersOfLocal } from './rows.js';
import type { Leg } from './switchboard.js';

/**
 * Transfers of an answered inbound call. The customer's part keeps its upstream id and shows up at another extension;
 * the queue row goes with the first agent's leg, as if the agent had hung up (`docs/upstream.md`, mark F).
 *
 * The call is transferred, for the truth, at the instant at which the customer and the new extension can talk.
 */

/** The agent leaves at once, and the new extension rings with the customer's call id. */
export function transferBlind(call: LiveCall, from: Leg): void {
  const { transfer } = call.plan;
  const target = targetOf(call);
  if (transfer === null || target === null || !from.alive) return;
  call.leaveQueue();
  call.dropLeg(from);
  const leg = call.addLeg(target, {
    ...numbersOfInbound(call.plan.customer.raw, call.truth.hotline ?? '', target.number),
    callId: from.callId,
    offered: true,
  });
  call.later(transfer.ringMs, () => {
    if (!transfer.answered) {
      call.finish();
      return;
    }
    if (!leg.alive) return;
    call.pickUp(leg);
    call.transferred(leg);
  });
}

/** The agent holds the customer, consults the colleague in a local call of their own, then joins the two. */
export function transferAttended(call: LiveCall, from: Leg): void {
  const { pbx, plan, random } = call;
  const target = targetOf(call);
  if (plan.transfer === null || target === null || !from.alive || !pbx.mayOpen()) return;
  pbx.board.setLegState(from, 'HELD');
  const consult = new LiveCall(pbx, plan, random.fork(), {
    kind: 'consult',
    direction: 'local',
    hotline: null,
  });
  const [caller, callee] = [from.extension, target];
  const id = consult.random.uuid();
  const asking = consult.addLeg(caller, {
    ...numbersOfLocal(caller.number, callee.number, caller.number),
    callId: id,
    offered: false,
  });
  const asked = consult.addLeg(callee, {
    ...numbersOfLocal(caller.number, callee.number, callee.number),
    callId: plan.oneLocalId ? id : consult.random.uuid(),
    offered: true,
  });
  consult.later(plan.transfer.ringMs, () => {
    pbx.board.setLegState(asking, 'ONCALL');
    consult.pickUp(asked);
    // It ends with the join below; if the customer hangs up before, the two agents end it themselves.
    consult.later(pbx.scaled(20_000), () => consult.finish());
  });
  call.later(plan.transfer.ringMs + pbx.scaled(5000), () => {
    if (consult.over || !from.alive) return;
    consult.finish();
    call.leaveQueue();
    call.dropLeg(from);
    const leg = call.addLeg(target, {
      ...numbersOfInbound(call.plan.customer.raw, call.truth.hotline ?? '', target.number),
      callId: from.callId,
      offered: false,
      state: 'ONCALL',
    });
    call.transferred(leg);
  });
}

function targetOf(call: LiveCall): Extension | null {
  const { board, directory } = call.pbx;
  const wanted = call.plan.transfer?.to ?? null;
  if (wanted !== null) return board.isFree(wanted) ? wanted : null;
  const free = directory.extensions.filter((extension) => board.isFree(extension));
  return free.length === 0 ? null : call.random.pick(free);
}
