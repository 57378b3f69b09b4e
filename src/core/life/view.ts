import type { Agent, Call, Leg, Observed, Outcome, Participant } from '../model/call.js';
import {
  type CallView,
  type CallViewState,
  type ExtensionView,
  observedView,
  rfc3339,
  rfc3339OrNull,
} from '../model/event.js';
import type { Instant } from '../model/observation.js';

/** How and when a call ended. */
export interface Ending {
  readonly outcome: Outcome;
  readonly endedAt: Instant;
  readonly observed: Observed;
}

/** A view whose maker may still add to it. */
export type MutableCallView = { -readonly [Field in keyof Omit<CallView, 'tenant'>]: CallView[Field] };

/**
 * The view of a call that consumers get: in the snapshot as it is alive, in its last events with its ending.
 * A duration is given only where both of its ends are known: given by the PBX, or seen between two polls.
 */
export function callView(call: Call, ending: Ending | null = null): MutableCallView {
  return {
    callId: call.callId,
    linkedCallIds: call.linkedCallIds,
    upstreamIds: call.upstreamIds,
    direction: call.direction,
    state: ending === null ? viewState(call) : 'ended',
    customer: call.customer,
    hotline: call.hotline,
    queue: call.queues.at(-1) ?? null,
    queues: call.queues,
    agent: agentOf(call, ending),
    extensions: call.participants.map((participant) => extensionView(call, participant, ending)),
    startedAt: rfc3339(call.startedAt),
    answeredAt: rfc3339OrNull(call.answeredAt),
    endedAt: rfc3339OrNull(ending?.endedAt ?? null),
    waitMs: waitMs(call, ending),
    talkMs: talkMs(call, ending),
    outcome: ending?.outcome ?? null,
    baseline: call.baseline,
    observed: observedView(ending?.observed ?? call.observed),
  };
}

/** Who is meant by `agent` when the call rings at `participant`. */
export function offeredAgent(call: Call, participant: Participant): Agent {
  const leg = call.legs.find((candidate) => candidate.seen.extension === participant.extension);
  return {
    id: leg?.seen.userId ?? null,
    name: participant.agentName,
    username: leg?.seen.username ?? null,
    extension: participant.extension,
  };
}

function viewState(call: Call): CallViewState {
  if (call.answeredAt !== null) return 'answered';
  if (call.legs.some((leg) => leg.absence === null)) return 'ringing';
  return call.entry === null ? 'ringing' : 'queued';
}

function agentOf(call: Call, ending: Ending | null): Agent | null {
  const { connected, entry } = call;
  const queueAgent = entry !== null && entry.seen.agentName !== null ? entry.seen : null;
  if (call.answeredAt !== null) {
    if (connected === null) return queueAgent === null ? null : fromQueue(queueAgent);
    // The queue names the agent it bridged to; after a transfer somebody else talks.
    const bridged = call.transfers === 0 && entry?.answered === true ? entry.seen : null;
    return {
      id: bridged?.agentId ?? connected.userId,
      name: connected.agentName ?? bridged?.agentName ?? null,
      username: connected.username,
      extension: connected.extension,
    };
  }
  const caller = call.legs.find((leg) => leg.seen.role === 'caller');
  const ringing = call.legs.find((leg) => leg.seen.role === 'callee' && leg.absence === null);
  if (call.direction !== 'inbound' && caller !== undefined) return fromLeg(caller);
  if (ending !== null) return null;
  if (ringing !== undefined) return fromLeg(ringing);
  return queueAgent === null ? null : fromQueue(queueAgent);
}

function fromLeg({ seen }: Leg): Agent {
  return { id: seen.userId, name: seen.agentName, username: seen.username, extension: seen.extension };
}

function fromQueue(agent: { readonly agentId: string | null; readonly agentName: string | null }): Agent {
  return { id: agent.agentId, name: agent.agentName, username: null, extension: null };
}

function extensionView(call: Call, participant: Participant, ending: Ending | null): ExtensionView {
  let isPresent = false;
  let isAnswered = false;
  for (const leg of call.legs) {
    if (leg.seen.extension !== participant.extension) continue;
    isPresent = true;
    isAnswered ||= leg.state === 'answered';
  }
  const answered = call.answeredAt !== null && isAnswered;
  // A leg that is missing may come back, but its offer was told to be over: no later event would say so of the leg.
  const isOver = !answered && participant.offers > 0 && !participant.offerOpen;
  return {
    extension: participant.extension,
    extensionId: participant.extensionId,
    agentName: participant.agentName,
    state: ending !== null || !isPresent || isOver ? 'ended' : answered ? 'answered' : 'ringing',
  };
}

function waitMs(call: Call, ending: Ending | null): number | null {
  if (call.startedCertainty !== 'upstream' && call.baseline) return null;
  if (call.answeredAt !== null) {
    return call.answeredCertainty === 'inferred' ? null : duration(call.startedAt, call.answeredAt);
  }
  // It was seen waiting until `earliest`, so the wait is known as well as its end is, whatever it ended in.
  if (ending === null || ending.outcome === 'unknown') return null;
  const known = ending.observed.certainty === 'upstream' || ending.observed.earliest !== null;
  return known ? duration(call.startedAt, ending.endedAt) : null;
}

function talkMs(call: Call, ending: Ending | null): number | null {
  if (call.answeredAt === null || call.answeredCertainty === 'inferred') return null;
  return ending === null || ending.observed.certainty === 'inferred'
    ? null
    : duration(call.answeredAt, ending.endedAt);
}

/** The PBX's clock and ours may disagree: what would be negative is not known. */
function duration(from: Instant, to: Instant): number | null {
  return to >= from ? to - from : null;
}
