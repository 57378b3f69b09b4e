import type { Agent, Call, Certainty, Leg, Observed, Outcome, Participant } from '../model/call.js';
import {
  type CallView,
  type CallViewState,
  type ExtensionView,
  observedView,
  rfc3339,
  rfc3339OrNull,
} from '../model/event.js';
import type { Instant } from '../model/observation.js';
import { agentNamesOf } from '../parts/agents.js';
import { isClockOff } from '../parts/pbx-clock.js';
import { isInGap, windowOf } from '../parts/window.js';

/** How and when a call ended. */
export interface Ending {
  readonly outcome: Outcome;
  readonly endedAt: Instant;
  readonly observed: Observed;
  /** Only a stale row of the queue was left of it. */
  readonly isStale: boolean;
}

/** A view that its maker may still change. */
export type MutableCallView = { -readonly [Field in keyof Omit<CallView, 'tenant'>]: CallView[Field] };

/**
 * Makes the view of a call that consumers get, in the snapshot and in events; the last events of a call give its ending.
 * A duration is given only if both of its ends are known: the PBX gave them, or they lie between two polls; and if both are
 * of one clock, or the PBX's clock agrees with ours.
 *
 * @param skewMs how far the PBX's clock is ahead; null if unknown
 * @param absencePolls for how many polls a leg has been missing that is gone
 */
export function callView(
  call: Call,
  skewMs: number | null,
  ending: Ending | null = null,
  absencePolls = Infinity,
): MutableCallView {
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
    extensions: extensionViews(call, ending, absencePolls),
    startedAt: rfc3339(call.startedAt),
    answeredAt: rfc3339OrNull(call.answeredAt),
    endedAt: rfc3339OrNull(ending?.endedAt ?? null),
    waitMs: waitMs(call, ending, skewMs),
    talkMs: talkMs(call, ending, skewMs),
    outcome: ending?.outcome ?? null,
    baseline: call.baseline,
    observed: observedView(ending?.observed ?? call.observed),
    ...(ending?.isStale === true && { stale: true as const }),
  };
}

/** The `agent` of an event about an offer at `participant`. */
export function offeredAgent({ userId, agentName, username, extension }: Participant): Agent {
  return { id: userId, name: agentName, username, extension };
}

function viewState(call: Call): CallViewState {
  if (call.answeredAt !== null) return 'answered';
  if (call.legs.some((leg) => leg.absence === null)) return 'ringing';
  return call.entry === null ? 'ringing' : 'queued';
}

function agentOf(call: Call, ending: Ending | null): Agent | null {
  const { connected, entry } = call;
  const queueAgent = entry !== null && agentNamesOf(entry.seen).length > 0 ? entry.seen : null;
  if (call.answeredAt !== null) {
    if (connected === null) return queueAgent === null ? null : fromQueue(queueAgent);
    // The queue names the agent that it bridged the caller to. After a transfer another agent is connected.
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

/** Passes over the legs once: a call may ring at hundreds of extensions, and each of its events shows all of them. */
function extensionViews(call: Call, ending: Ending | null, absencePolls: number): ExtensionView[] {
  const isAnsweredAt = new Map<string, boolean>();
  for (const { seen, state, absence } of call.legs) {
    // It stays only to show how the call ends.
    if (absence !== null && absence.polls >= absencePolls && !absence.unlisted) continue;
    isAnsweredAt.set(seen.extension, state === 'answered' || isAnsweredAt.get(seen.extension) === true);
  }
  return call.participants.map((participant) =>
    extensionView(call, participant, isAnsweredAt.get(participant.extension), ending),
  );
}

/** @param isAnswered whether a leg of the extension is answered; undefined: it has none */
function extensionView(
  call: Call,
  participant: Participant,
  isAnswered: boolean | undefined,
  ending: Ending | null,
): ExtensionView {
  const isPresent = isAnswered !== undefined;
  const answered = call.answeredAt !== null && isAnswered === true;
  // A missing leg may come back. But once the end of its offer has been emitted, no later event would say that the leg is
  // gone.
  const isOver = !answered && participant.offers > 0 && !participant.offerOpen;
  return {
    extension: participant.extension,
    extensionId: participant.extensionId,
    agentName: participant.agentName,
    state: ending !== null || !isPresent || isOver ? 'ended' : answered ? 'answered' : 'ringing',
  };
}

function waitMs(call: Call, ending: Ending | null, skewMs: number | null): number | null {
  if (call.startedCertainty === 'inferred') return null;
  const start = { at: call.startedAt, certainty: call.startedCertainty };
  if (call.answeredAt !== null) {
    const { answeredAt, answeredCertainty: certainty } = call;
    return certainty === 'inferred'
      ? null
      : duration(start, { at: answeredAt, certainty: certainty! }, skewMs);
  }
  // Polls showed the caller waiting until `earliest`, so the wait is as certain as its end, whatever the outcome.
  if (ending === null || ending.outcome === 'unknown') return null;
  const { certainty, earliest } = ending.observed;
  const known = certainty === 'upstream' || (earliest !== null && !isInGap(windowOf(ending.observed)));
  return known ? duration(start, { at: ending.endedAt, certainty }, skewMs) : null;
}

function talkMs(
  { answeredAt, answeredCertainty }: Call,
  ending: Ending | null,
  skewMs: number | null,
): number | null {
  if (answeredAt === null || answeredCertainty === 'inferred') return null;
  if (ending === null || ending.observed.certainty === 'inferred') return null;
  if (isInGap(windowOf(ending.observed))) return null;
  const end = { at: ending.endedAt, certainty: ending.observed.certainty };
  return duration({ at: answeredAt, certainty: answeredCertainty! }, end, skewMs);
}

interface DurationEnd {
  readonly at: Instant;
  readonly certainty: Certainty;
}

/**
 * Null if the two ends are of two clocks that do not agree: an `upstream` time is by the PBX's clock, all others are by
 * ours. Null also if both ends were first seen at once: how much time lay between them is not known.
 */
function duration(from: DurationEnd, to: DurationEnd, skewMs: number | null): number | null {
  const isOfPbx = from.certainty === 'upstream';
  const isOneClock = isOfPbx === (to.certainty === 'upstream');
  if (!isOneClock && (skewMs === null || isClockOff(skewMs))) return null;
  if (to.at < from.at || (to.at === from.at && isOneClock && !isOfPbx)) return null;
  return to.at - from.at;
}
