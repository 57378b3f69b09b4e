import type { EnginePlan } from './engine-plan.js';
import { somebodyFree } from './free-extension.js';
import type { LiveCall } from './live-call.js';
import type { Leg } from './switchboard-parts.js';
import { noteTransferBegun } from './transfer-notes.js';

/**
 * A supervisor listens (`*33`), whispers (`*34`) or barges (`*88`): a leg that talks at once and never rang, with the feature
 * code as its destination, or with the call's own id. It ends with the agent's, or it stays when the agent leaves, and then has
 * the call.
 */
export function superviseFrom(
  call: LiveCall,
  agent: Leg,
  { code, forMs }: NonNullable<EnginePlan['supervises']>,
): void {
  const { board, engine, schedule } = call.pbx;
  const by = agent.alive ? somebodyFree(call.pbx, engine.random) : null;
  if (by === null) return;
  const dialled = `${code}${agent.extension.number}`;
  call.mark('supervises');
  const leg = call.addLeg(by, {
    bCid: dialled,
    cid: by.number,
    destination: dialled,
    direction: 'local',
    callId: engine.random.uuid(),
    offered: false,
    state: 'ONCALL',
    role: 'supervisor',
  });
  // Some of the engine's views show who listens in under the call's id.
  const callId = call.ids.bridged;
  if (callId !== null && engine.random.chance(0.5)) board.changeLeg(leg, { callId });
  call.tie(leg, agent);
  if (forMs !== null) {
    call.later(forMs, () => call.dropLeg(leg));
    return;
  }
  call.later(engine.random.int(2000, 6000), () => {
    if (!agent.alive || !leg.alive) return;
    const { now } = schedule;
    const noted = { as: 'barge', from: agent.extension.number, to: by.number } as const;
    noteTransferBegun(call.truth, { ...noted, at: now, leftAt: now });
    call.tie(leg, null);
    call.leaveQueue();
    call.dropLeg(agent);
    call.transferred(leg);
  });
}
