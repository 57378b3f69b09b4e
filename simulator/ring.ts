import type { Extension } from './directory.js';
import type { LiveCall } from './live-call.js';
import { numbersOfInbound } from './rows.js';
import type { Leg } from './switchboard.js';
import { talk } from './talk.js';

/** Rings extensions for an inbound caller. */

/** Rings one extension: one RINGING row. */
export function ringOne(call: LiveCall, extension: Extension, callId: string): Leg {
  const { customer } = call.plan;
  return call.addLeg(extension, {
    ...numbersOfInbound(customer.raw, call.truth.hotline ?? '', extension.number),
    callId,
    offered: true,
  });
}

/**
 * All free members ring at once, one RINGING row each with the same customer and hotline; one of them answers when the
 * plan says so. While no member is free the queue keeps trying. `sharedId`: the rows carry the caller's own id (a call
 * that came from a queue), otherwise each leg has one of its own.
 */
export function ringAll(call: LiveCall, members: readonly Extension[], sharedId: string | null): void {
  const { pbx, plan, random, entry } = call;
  const free = members.filter((member) => pbx.board.isFree(member));
  if (free.length === 0) {
    call.later(pbx.scaled(1000), () => {
      // A caller who has overflowed is not offered here any more.
      if (call.entry === entry) ringAll(call, members, sharedId);
    });
    return;
  }
  const legs = free.map((member) => ringOne(call, member, sharedId ?? random.uuid()));
  const quickest = random.pick(legs);
  if (plan.answerAfterMs === null) return;
  call.later(plan.answerAfterMs, () => {
    // The caller may have overflowed meanwhile: then the legs are gone.
    if (quickest.alive) talk(call, quickest);
  });
}
