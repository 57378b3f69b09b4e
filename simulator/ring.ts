import { answerFor } from './answer.js';
import type { Extension } from './directory.js';
import type { LiveCall } from './live-call.js';
import { areAlike } from './numbers.js';
import { numbersOfInbound } from './rows.js';
import type { Leg } from './switchboard-parts.js';

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
  if (free.length === 0 || isServedLater(call)) {
    call.later(pbx.scaled(1000), () => {
      // A caller who has overflowed is not offered here any more.
      if (call.entry === entry) ringAll(call, members, sharedId);
    });
    return;
  }
  const legs = free.map((member) => ringOne(call, member, sharedId ?? random.uuid()));
  const quickest = random.pick(legs);
  if (entry === null) rejectSome(call, legs, quickest);
  if (plan.answerAfterMs === null) return;
  call.later(plan.answerAfterMs, () => {
    // The caller may have overflowed meanwhile: then the legs are gone.
    if (quickest.alive) answerFor(call, quickest);
  });
}

/**
 * A ring-all queue serves the caller who joined first, as the contract assumes; mod_callcenter is believed to order its members
 * by score, and that has not been looked up. Rows show whose a ring is unless the callers are alike, so that
 * only among those the order is kept: another caller like this one joined before.
 */
function isServedLater(call: LiveCall): boolean {
  const { entry, pbx } = call;
  if (entry === null) return false;
  for (const other of pbx.live.values()) {
    // In the order in which they joined.
    if (other === call) return false;
    const isNext = other.entry?.status === 'Trying' && !other.answered;
    const { waitsMs, mobileAgent } = other.plan.engine;
    if (!isNext || waitsMs !== null || mobileAgent) continue;
    if (other.entry?.queue === entry.queue && areAlike(other.plan.customer, call.plan.customer)) return true;
  }
  return false;
}

/** Members reject the call as soon as they ring; their rows say RINGING until the whole group is over. */
function rejectSome(call: LiveCall, legs: readonly Leg[], not: Leg): void {
  const { pbx, plan } = call;
  const { rejects } = plan.engine;
  if (rejects === 0) return;
  for (const leg of legs.filter((one) => one !== not).slice(0, rejects)) {
    call.later(pbx.engine.random.int(200, 1500), () => {
      if (!leg.alive) return;
      call.mark('rejects');
      call.stopRinging(leg, 'not-answered', true);
    });
  }
}

/**
 * Members ring one after the other, `huntMs` each, until one of them answers. The next leg is made when the last one is gone.
 * After the last member the PBX hangs up.
 */
export function huntThrough(call: LiveCall, members: readonly Extension[], huntMs: number): void {
  const { pbx, plan } = call;
  const { engine } = pbx;
  const free = members.filter((member) => pbx.board.isFree(member));
  const answering = plan.answerAfterMs === null ? -1 : engine.random.int(0, free.length - 1);
  const ring = (place: number): void => {
    const member = free[place];
    if (member === undefined) {
      call.finish();
      return;
    }
    const leg = ringOne(call, member, engine.random.uuid());
    if (place === answering) {
      call.later(Math.min(plan.answerAfterMs ?? huntMs, huntMs), () => answerFor(call, leg));
      return;
    }
    call.later(huntMs, () => {
      call.stopRinging(leg, 'not-answered');
      if (engine.habits.legIds !== 'kept') call.mark('legIds');
      call.soon(() => ring(place + 1));
    });
  };
  ring(0);
}
