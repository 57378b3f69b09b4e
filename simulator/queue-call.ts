import { answerFor } from './answer.js';
import type { Extension, Queue } from './directory.js';
import { somebodyFree } from './free-extension.js';
import { LiveCall, type Pbx } from './live-call.js';
import type { CallPlan } from './plan.js';
import type { Random } from './random.js';
import { ringMobile } from './mobile.js';
import { ringAll, ringOne } from './ring.js';
import type { Leg, QueueEntry } from './switchboard-parts.js';
import { noteTransferBegun } from './transfer-notes.js';

/**
 * A caller in a queue, as mod_callcenter keeps its members (`docs/upstream.md`, mark F):
 *
 *     Waiting ⇄ Trying → Answered → row deleted        an agent answered and the agent's leg ended
 *     Waiting | Trying → Abandoned → row lingers       the caller hung up, or the call overflowed
 *     Abandoned → Waiting                              the same caller resumes: same row, a new call
 */
export function startQueueCall(
  pbx: Pbx,
  plan: CallPlan,
  random: Random,
  before: { readonly callKey: string; readonly row: QueueEntry | null } | null = null,
): LiveCall {
  const queue = before?.row?.queue ?? plan.queue ?? random.pick(pbx.directory.queues);
  const call = new LiveCall(pbx, plan, random, {
    kind: 'queue',
    direction: 'inbound',
    hotline: queue.hotline,
    linkedTo: before?.callKey ?? null,
  });
  const callUuid = random.uuid();
  const row = before?.row ?? null;
  call.ids.shared = callUuid;
  if (row !== null) call.mark('resume');
  if (row !== null && pbx.engine.isOn('resumes')) call.mark('resumes');
  if (row !== null) pbx.members.resume(row, call.truth, callUuid);
  const entry = row ?? pbx.members.join(call.truth, queue, plan.customer.queueRaw, callUuid);
  call.entry = entry;
  call.whenAbandoned = (lingering) => comeBack(call, lingering);
  call.requeue = (from) => requeue(call, from);
  if (plan.leavesAfterMs !== null) call.later(plan.leavesAfterMs, () => leave(call));
  if (plan.overflow !== null) call.later(plan.overflow.afterMs, () => overflow(call));
  // The module looks for an agent at its next tick, so that the row is Waiting for a moment first.
  call.later(untilTried(pbx), () => hunt(call, entry, plan.declines));
  return call;
}

/** An answered caller joins another queue, with the same `call_uuid`; the row of the first goes with the agent's leg. */
function requeue(call: LiveCall, from: Leg): void {
  const { pbx, random, entry } = call;
  if (entry === null || !from.alive || entry.status !== 'Answered') return;
  const others = pbx.directory.queues.filter((queue) => queue !== entry.queue);
  if (others.length === 0) return;
  call.mark('queueToQueue');
  const next = pbx.members.join(call.truth, random.pick(others), call.plan.customer.queueRaw, entry.callUuid);
  const { now } = pbx.schedule;
  const noted = { as: 'queue', from: from.extension.number, to: null, queueId: next.queue.uuid } as const;
  noteTransferBegun(call.truth, { ...noted, at: now, leftAt: now });
  call.leaveQueue();
  call.dropLeg(from);
  call.entry = next;
  call.waitsAgain = true;
  call.later(untilTried(pbx), () => hunt(call, next, 0));
}

function untilTried({ engine, scaled }: Pbx): number {
  return engine.habits.timing ? engine.random.int(40, 130) : scaled(500);
}

/** The module's tick: rings a free agent, or waits for the next tick. */
function hunt(call: LiveCall, entry: QueueEntry, declines: number): void {
  const { pbx, plan, random } = call;
  // The caller has overflowed: another row, and another search for an agent.
  if (call.entry !== entry) return;
  const { members } = pbx;
  if (plan.engine.mobileAgent && !call.answered) {
    ringMobile(call, entry);
    return;
  }
  if (entry.queue.strategy === 'ring-all') {
    // Trying even when no agent's extension rings, and no agent is named.
    call.tries(entry, null);
    const { waitsMs } = plan.engine;
    if (waitsMs === null || call.answered) ringAll(call, entry.queue.agents, null);
    else {
      call.mark('longWait');
      call.later(waitsMs, () => {
        if (call.entry === entry) ringAll(call, entry.queue.agents, null);
      });
    }
    return;
  }
  const agent = longestIdle(call, entry.queue.agents);
  if (agent === null) {
    members.change(entry, { status: 'Waiting', agent: null });
    call.later(pbx.scaled(1000), () => hunt(call, entry, declines));
    return;
  }
  call.tries(entry, agent);
  const leg = ringOne(call, agent, random.uuid());
  if (declines > 0 || plan.answerAfterMs === null) {
    call.later(plan.ringTimeoutMs, () => {
      if (!leg.alive) return;
      call.mark('declines');
      call.stopRinging(leg, 'not-answered');
      members.change(entry, { status: 'Waiting', agent: null });
      call.later(pbx.scaled(1000), () => hunt(call, entry, declines - 1));
    });
  } else {
    call.later(plan.answerAfterMs, () => {
      if (leg.alive) answerFor(call, leg);
    });
  }
}

/**
 * The call overflows: the queue lets the caller go, and the call goes on elsewhere under the same upstream id, in the same
 * instant or when the engine gets to it.
 */
function overflow(call: LiveCall): void {
  const { pbx, plan, random, entry } = call;
  if (call.answered || entry === null || plan.overflow === null) return;
  const { callUuid } = entry;
  const { to } = plan.overflow;
  for (const leg of [...call.legs]) call.stopRinging(leg, 'not-answered');
  call.abandonRow();
  call.mark('overflow');
  if (pbx.engine.habits.legIds !== 'kept') call.mark('legIds');
  const others = pbx.directory.queues.filter((queue) => queue !== entry.queue);
  const target = to === 'extension' ? somebodyFree(pbx, random) : null;
  if (to === 'queue' && others.length > 0) {
    const queue = random.pick(others);
    call.soon(() => joinNext(call, queue, callUuid));
  } else if (target !== null) {
    call.soon(() => {
      const leg = ringOne(call, target, callUuid);
      if (plan.answerAfterMs === null) return;
      call.later(plan.answerAfterMs, () => {
        if (leg.alive) answerFor(call, leg);
      });
    });
  } else {
    const { members } = random.pick(pbx.directory.ringGroups);
    call.soon(() => ringAll(call, members, callUuid));
  }
}

function joinNext(call: LiveCall, queue: Queue, callUuid: string): void {
  const { pbx, plan } = call;
  const next = pbx.members.join(call.truth, queue, plan.customer.queueRaw, callUuid);
  call.entry = next;
  call.later(untilTried(pbx), () => hunt(call, next, 0));
}

function leave(call: LiveCall): void {
  if (!call.answered) call.finish();
}

/** After abandoning: back into the row while it lingers, or a new call beside it. */
function comeBack(call: LiveCall, row: QueueEntry | null): void {
  const { pbx, plan, random } = call;
  const { again } = plan;
  if (again === null) return;
  const next: CallPlan = {
    ...plan,
    queue: row?.queue ?? plan.queue,
    again: null,
    overflow: null,
    leavesAfterMs: plan.ringTimeoutMs * 4,
  };
  const afterMs =
    again.as === 'resume' && row !== null ? Math.max(again.afterMs, untilShown(row, pbx)) : again.afterMs;
  pbx.schedule.in(afterMs, () => {
    if (!pbx.mayOpen()) return;
    const resumable = row !== null && row.status === 'Abandoned' && pbx.members.entries.has(row);
    if (again.as === 'resume' && !resumable) return;
    startQueueCall(pbx, next, random.fork(), {
      callKey: call.truth.callKey,
      row: again.as === 'resume' ? row : null,
    });
  });
}

/** Rows show whole seconds: within the second in which the caller joined, no row would show that the caller is back. */
function untilShown({ joinedAt, rejoinedAt }: QueueEntry, { engine, schedule }: Pbx): number {
  return (Math.floor(engine.clock(rejoinedAt ?? joinedAt) / 1000) + 1) * 1000 - engine.clock(schedule.now);
}

function longestIdle(call: LiveCall, agents: readonly Extension[]): Extension | null {
  const { board } = call.pbx;
  let best: Extension | null = null;
  for (const agent of agents) {
    if (!board.isFree(agent)) continue;
    if (best === null || board.idleSince(agent) < board.idleSince(best)) best = agent;
  }
  return best;
}
