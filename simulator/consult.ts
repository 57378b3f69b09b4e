import type { Extension } from './directory.js';
import { LiveCall } from './live-call.js';
import type { CallPlan } from './plan.js';
import { numbersOfInbound, numbersOfLocal } from './rows.js';
import type { Leg, LegChange } from './switchboard-parts.js';
import { noteTransferBegun } from './transfer-notes.js';
import type { TransferTruth } from './truth.js';

/**
 * Attended and semi-attended transfers: a consultation, and how it ends.
 *
 *     attended        hold → consult → answered → both legs of the transferor go, the customer talks to the colleague
 *     semi-attended   hold → consult → the transferor's leg of the customer's call goes → answered → the same
 *
 * Where the consultation's leg stays (the habit `consultLeg`), the engine joins the customer to it: it keeps its id and its
 * time. Otherwise the customer's leg shows up at the colleague's extension, where the consultation's ends.
 */
interface Consultation {
  readonly call: LiveCall;
  readonly from: Leg;
  readonly consult: LiveCall;
  readonly asking: Leg;
  readonly asked: Leg;
  readonly transfer: NonNullable<CallPlan['transfer']>;
  readonly noted: TransferTruth;
}

export function consultFor(
  call: LiveCall,
  from: Leg,
  target: Extension,
  transfer: Consultation['transfer'],
): void {
  const { pbx, plan, random } = call;
  pbx.board.setLegState(from, 'HELD');
  const consult = new LiveCall(pbx, { ...plan, marks: [] }, random.fork(), {
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
  const noted = noteTransferBegun(call.truth, {
    as: transfer.as,
    from: caller.number,
    to: callee.number,
    at: pbx.schedule.now,
    consultation: consult.truth.callKey,
  });
  const all = { call, from, consult, asking, asked, transfer, noted };
  if (transfer.as === 'semi-attended') leaveWhileItRings(all);
  else attend(all);
}

function attend(all: Consultation): void {
  const { call, from, consult, asking, asked, transfer, noted } = all;
  const { pbx } = call;
  consult.later(transfer.ringMs, () => {
    if (transfer.instead === 'silent') {
      consult.stopRinging(asked, 'not-answered');
      consult.finish();
      return;
    }
    pbx.board.setLegState(asking, 'ONCALL');
    consult.pickUp(asked);
    // It ends with the join below; if the customer hangs up before, the two agents end it themselves.
    consult.later(pbx.scaled(20_000), () => consult.finish());
  });
  if (transfer.instead === 'silent') {
    call.later(transfer.ringMs + 1, () => {
      call.mark('targetSilent');
      noted.outcome = 'silent';
      if (from.alive) pbx.board.setLegState(from, pbx.engine.habits.holdEnds);
    });
    return;
  }
  if (transfer.instead === 'given-up') {
    call.later(Math.round(transfer.ringMs / 2), () => {
      call.mark('givenUp');
      call.finish();
    });
    return;
  }
  call.later(transfer.ringMs + pbx.scaled(5000), () => {
    if (consult.over || !from.alive) return;
    join(all);
  });
}

/**
 * The transferor leaves while the colleague's extension rings, and the customer hears it ring. If the customer leaves before
 * the colleague answers, the two extensions talk.
 */
function leaveWhileItRings(all: Consultation): void {
  const { call, from, consult, asking, asked, transfer, noted } = all;
  const { pbx } = call;
  const leavesMs = Math.round(transfer.ringMs / 3);
  call.later(leavesMs, () => {
    if (!from.alive) return;
    noted.leftAt = pbx.schedule.now;
    if (transfer.instead === 'given-up') {
      call.mark('givenUp');
      call.finish();
      return;
    }
    call.leaveQueue();
    call.dropLeg(from);
  });
  consult.later(transfer.ringMs, () => {
    if (transfer.instead === 'silent') {
      call.mark('targetSilent');
      noted.outcome ??= 'silent';
      consult.stopRinging(asked, 'not-answered');
      consult.finish();
      if (!call.over && noted.leftAt !== null) call.finish();
    } else if (call.over || noted.leftAt === null) {
      pbx.board.setLegState(asking, 'ONCALL');
      consult.pickUp(asked);
      consult.later(pbx.scaled(5000), () => consult.finish());
    } else join(all);
  });
}

/** The customer and the colleague can talk, and the transferor is gone. */
function join({ call, from, consult, asked, transfer }: Consultation): void {
  const { engine } = call.pbx;
  if (engine.habits.consultLeg === 'moved' && transfer.as === 'attended') {
    consult.finish();
    call.leaveQueue();
    call.dropLeg(from);
    const leg = call.addLeg(asked.extension, {
      ...numbersOfInbound(call.plan.customer.raw, call.truth.hotline ?? '', asked.extension.number),
      direction: 'inbound',
      callId: from.callId,
      offered: false,
      state: 'ONCALL',
    });
    call.transferred(leg);
    return;
  }
  call.adopt(asked, consult, joinedRow(call, asked));
  consult.finish();
  call.leaveQueue();
  call.dropLeg(from);
  call.transferred(asked);
}

/** What the row of the consultation's leg shows from now on: the transferor as before, or the customer, and no hotline. */
function joinedRow(call: LiveCall, asked: Leg): LegChange {
  const { habits } = call.pbx.engine;
  if (call.truth.direction === 'outbound') call.ids.passToCustomer();
  const callId = call.ids.bridged;
  const shared = callId === null ? {} : { callId };
  if (habits.consultLeg !== 'customer') return { ...shared, state: 'ONCALL' };
  return {
    ...shared,
    ...numbersOfInbound(call.plan.customer.raw, '', asked.extension.number),
    direction: 'inbound',
    state: 'ONCALL',
  };
}
