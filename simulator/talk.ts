import type { LiveCall } from './live-call.js';
import { superviseFrom } from './supervisor.js';
import type { Leg } from './switchboard-parts.js';
import { transferAttended, transferBlind } from './transfer.js';

/** The leg answers, the two talk, and whatever the plan has for mid-talk happens, until one side hangs up. */
export function talk(call: LiveCall, leg: Leg): void {
  const isSecond = call.answered;
  call.pickUp(leg);
  // A second queue's agent: the talk goes on as it was planned.
  if (isSecond) {
    call.transferred(leg);
    return;
  }
  if (call.plan.engine.blinks) call.mark('blinks');
  inTalk(call, leg);
}

/** The part after the answer, for calls that were answered in another way. */
export function inTalk(call: LiveCall, leg: Leg): void {
  const { pbx, plan } = call;
  call.later(plan.talkMs, () => call.finish());
  const { hold, blip, unregister, transfer } = plan;
  const { requeueAfterMs, supervises } = plan.engine;
  if (hold !== null) holdFor(call, leg, hold.afterMs, hold.forMs);
  if (blip !== null) showFor(call, leg, blip.afterMs, blip.forMs, blip.state);
  if (unregister !== null) {
    call.later(unregister.afterMs, () => {
      if (pbx.engine.isOn('signsOff')) call.mark('signsOff');
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
  signOffSecondDevice(call, leg);
  if (supervises !== null) call.later(supervises.afterMs, () => superviseFrom(call, leg, supervises));
  if (requeueAfterMs !== null) call.later(requeueAfterMs, () => call.requeue?.(leg));
}

/** Where a user has one registration, a second device that signs off hides the extension; so it does in every third talk. */
function signOffSecondDevice(call: LiveCall, { extension }: Leg): void {
  const { board, engine, scaled, schedule } = call.pbx;
  if (!engine.habits.oneRow || extension.devices.length < 2 || !engine.random.chance(0.33)) return;
  call.later(Math.round(call.plan.talkMs * (0.1 + 0.4 * engine.random.next())), () => {
    call.mark('signsOff');
    board.unregister(extension);
    schedule.in(scaled(engine.random.int(3000, 60_000)), () => board.register(extension));
  });
}

function holdFor(call: LiveCall, leg: Leg, afterMs: number, forMs: number): void {
  const { engine } = call.pbx;
  call.later(afterMs, () => {
    call.mark('hold');
    if (engine.isOn('holdEnds')) call.mark('holdEnds');
  });
  showFor(call, leg, afterMs, forMs, 'HELD', engine.habits.holdEnds);
}

function showFor(
  call: LiveCall,
  leg: Leg,
  afterMs: number,
  forMs: number,
  state: string | null,
  then = 'ONCALL',
): void {
  const { board } = call.pbx;
  call.later(afterMs, () => {
    if (!leg.alive) return;
    board.setLegState(leg, state);
    call.later(forMs, () => {
      if (leg.alive) board.setLegState(leg, then);
    });
  });
}
