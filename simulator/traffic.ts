import type { CallBacks } from './call-backs.js';
import { withHabits } from './draw-engine-plan.js';
import { followUp } from './follow-up.js';
import { somebodyFree } from './free-extension.js';
import type { LiveCall, Pbx } from './live-call.js';
import type { TrafficKind } from './options.js';
import {
  startClickToCall,
  startDirectCall,
  startLocalCall,
  startOutboundCall,
  startRingGroupCall,
} from './unqueued-call.js';
import { type CallPlan, drawPlan } from './plan.js';
import { startQueueCall } from './queue-call.js';
import type { Random } from './random.js';
import { hourOfDay } from './vietnam-time.js';

/** What calls need, and what follows from the abandoned ones. */
export interface Desk extends Pbx {
  readonly callBacks: CallBacks;
}

/**
 * Makes the traffic: independent arrivals at the hour's rate, each with a plan drawn from the seed. A call whose
 * extensions are all busy becomes a queue call, so that `totalCalls` is exact.
 */
export function startTraffic(pbx: Desk, random: Random): void {
  const { traffic, speed } = pbx.options;
  if (traffic.callsPerHour <= 0) return;
  const busyGapMs = 3_600_000 / traffic.callsPerHour / speed;
  const arrive = (): void => {
    if (!pbx.mayOpen()) return;
    // Thinning: candidates come at the busy hour's rate and are kept in proportion to the hour's.
    if (random.chance(busyness(traffic.profile, pbx.schedule.now))) {
      const kind = random.weighted<TrafficKind>(traffic.mix);
      const plan = drawPlan(random, pbx.options, pbx.directory, kind);
      startCall(pbx, pbx.callBacks.withCustomer(withHabits(plan, pbx), pbx), random.fork());
    }
    pbx.schedule.in(random.exponential(busyGapMs), arrive);
  };
  pbx.schedule.in(traffic.firstCallAfterMs ?? random.exponential(busyGapMs), arrive);
}

/** Makes idle devices lose their registration for half a minute or so. */
export function startRegistrationChurn(pbx: Pbx, random: Random): void {
  const { traffic, speed } = pbx.options;
  if (traffic.unregistersPerHour <= 0) return;
  const gapMs = 3_600_000 / traffic.unregistersPerHour / speed;
  const lose = (): void => {
    if (!pbx.mayOpen()) return;
    const extension = random.pick(pbx.directory.extensions);
    if (pbx.board.isFree(extension)) {
      pbx.board.unregister(extension);
      pbx.schedule.in(pbx.scaled(random.int(10_000, 60_000)), () => pbx.board.register(extension));
    }
    pbx.schedule.in(random.exponential(gapMs), lose);
  };
  pbx.schedule.in(random.exponential(gapMs), lose);
}

/** Begins a call as planned, and what comes of it: another caller of the same number, calls back. */
export function startCall(pbx: Desk, plan: CallPlan, random: Random): LiveCall {
  const call = startKind(pbx, plan, random);
  followUp(pbx, call, (next) => {
    if (pbx.mayOpen()) return startKind(pbx, next, pbx.engine.random.fork());
    return null;
  });
  pbx.callBacks.follow(pbx, call, (next) =>
    pbx.mayOpen() ? startCall(pbx, next, pbx.callBacks.random.fork()) : null,
  );
  return call;
}

/** Extensions that the plan does not name are drawn from the free ones. */
function startKind(pbx: Pbx, plan: CallPlan, random: Random): LiveCall {
  switch (plan.kind) {
    case 'queue':
      return startQueueCall(pbx, plan, random);
    case 'ring-group':
      return startRingGroupCall(pbx, plan, random);
    case 'direct':
    case 'outbound':
    case 'click-to-call':
    case 'local': {
      const extension = plan.extension ?? somebodyFree(pbx, random, plan.peer);
      if (extension === null) return startQueueCall(pbx, plan, random);
      if (plan.kind === 'direct') return startDirectCall(pbx, plan, random, extension);
      if (plan.kind === 'outbound') return startOutboundCall(pbx, plan, random, extension);
      if (plan.kind === 'click-to-call') return startClickToCall(pbx, plan, random, extension);
      const peer = plan.peer ?? somebodyFree(pbx, random, extension);
      if (peer === null) return startQueueCall(pbx, plan, random);
      return startLocalCall(pbx, plan, random, extension, peer);
    }
  }
}

/** Two peaks in Vietnam's office hours, a dip at lunch, little at night; 1 is the busy hour. */
function busyness(profile: 'flat' | 'office', instant: number): number {
  if (profile === 'flat') return 1;
  const hour = hourOfDay(instant);
  const peak = (at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2));
  return Math.min(1, 0.05 + 0.95 * peak(10, 1.8) + 0.85 * peak(15, 2));
}
