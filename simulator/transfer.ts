import { consultFor } from './consult.js';
import type { LiveCall } from './live-call.js';
import { numbersOfInbound } from './rows.js';
import type { Leg } from './switchboard-parts.js';
import { noteTransferBegun } from './transfer-notes.js';
import { targetOf } from './transfer-target.js';

/**
 * Transfers of an answered call. Where ids are kept, the customer's part keeps its upstream id and shows up at another
 * extension; otherwise a new leg does. The queue row goes with the first agent's leg, as if the agent had hung up
 * (`docs/upstream.md`, mark F).
 *
 * The call is transferred, for the truth, at the instant at which the customer and the new extension can talk.
 */

/** The agent leaves, and the new extension rings for the customer: at once, or when the engine gets to it. */
export function transferBlind(call: LiveCall, from: Leg): void {
  const { transfer } = call.plan;
  const target = targetOf(call);
  if (transfer === null || target === null || !from.alive) return;
  const { now } = call.pbx.schedule;
  noteTransfer(call, 'blindTransfer');
  const noted = { as: 'blind', from: from.extension.number, to: target.number } as const;
  noteTransferBegun(call.truth, { ...noted, at: now, leftAt: now });
  call.leaveQueue();
  call.dropLeg(from);
  if (call.truth.direction === 'outbound') call.ids.passToCustomer();
  call.soon(() => {
    const leg = call.addLeg(target, {
      ...numbersOfInbound(call.plan.customer.raw, call.truth.hotline ?? '', target.number),
      direction: 'inbound',
      callId: from.callId,
      offered: true,
    });
    call.later(transfer.ringMs, () => {
      if (!transfer.answered) {
        giveUp(call, leg);
        return;
      }
      if (!leg.alive) return;
      call.pickUp(leg);
      call.transferred(leg);
    });
  });
}

/** The target has rung for nothing: the PBX hangs up, or the caller has. */
function giveUp(call: LiveCall, leg: Leg): void {
  const isSilent = call.plan.transfer?.instead === 'silent';
  call.mark(isSilent ? 'targetSilent' : 'givenUp');
  if (isSilent) {
    call.stopRinging(leg, 'not-answered');
    for (const transfer of call.truth.transfers) transfer.outcome ??= 'silent';
  }
  call.finish();
}

/** The agent holds the customer, consults the colleague in a local call of their own, then joins the two. */
export function transferAttended(call: LiveCall, from: Leg): void {
  const { pbx, plan } = call;
  const { transfer } = plan;
  const target = targetOf(call);
  if (transfer === null || target === null || !from.alive || !pbx.mayOpen()) return;
  noteTransfer(call, transfer.as === 'attended' ? 'attendedTransfer' : 'semiAttended');
  consultFor(call, from, target, transfer);
}

function noteTransfer(call: LiveCall, habit: 'blindTransfer' | 'attendedTransfer' | 'semiAttended'): void {
  const { engine } = call.pbx;
  call.mark(habit);
  if (call.truth.direction === 'outbound') call.mark('outboundTransfers');
  if (engine.isOn('legIds')) call.mark('legIds');
  if (habit !== 'blindTransfer' && engine.isOn('consultLeg')) call.mark('consultLeg');
}
