import type { LiveCall } from './live-call.js';
import type { Leg } from './switchboard.js';
import { transferAttended, transferBlind } from './transfer.js';

/** The leg answers, the two talk, and whatever the plan has for mid-talk happens, until one side hangs up. */
export function talk(call: LiveCall, leg: Leg): void {
  call.pickUp(leg);
  inTalk(call, leg);
}

/** The part after the answer, for calls that were answered in another way. */
export function inTalk(call: LiveCall, leg: Leg): void {
  const { pbx, plan } = call;
  call.later(plan.talkMs, () => call.finish());
  const { hold, blip, unregister, transfer } = plan;
  if (hold !== null) showFor(call, leg, hold.afterMs, hold.forMs, 'HELD');
  if (blip !== null) showFor(call, leg, blip.afterMs, blip.forMs, blip.state);
  if (unregister !== null) {
    call.later(unregister.afterMs, () => {
      pbx.board.unregister(leg.extension);
      // The device registers again whether or not the call still goes on.
      pbx.schedule.in(unregister.forMs, () => pbx.board.register(leg.extension));
    });
  }
  if (transfer !== null) {
    call.later(transfer.afterMs, () => {
      if (transfer.as === 'blind') transferBlind(call, leg);
      else transferAttended(call, leg);
    });
  }
}

function showFor(call: LiveCall, leg: Leg, afterMs: number, forMs: number, state: string | null): void {
  const { board } = call.pbx;
  call.later(afterMs, () => {
    if (!leg.alive) return;
    board.setLegState(leg, state);
    call.later(forMs, () => {
      if (leg.alive) board.setLegState(leg, 'ONCALL');
    });
  });
}
