import type { Absence, Call, Leg, ConnectedParticipant } from '../model/call.js';
import { outlasts, whenGone } from './window.js';

/** Finds the participant who is connected to the caller, by the legs of the call. */

/** Whether a poll showed the leg after the other leg had gone, even if the leg itself is missing by now. */
export function outlives(leg: Leg, other: Absence | null): boolean {
  return leg.absence === null || (other !== null && outlasts(whenGone(leg.absence), whenGone(other)));
}

/** Picks, of the answered legs, a callee's before the caller's own, then the first one; null if none is answered. */
export function connectedLeg(legs: readonly Leg[]): Leg | null {
  let first: Leg | null = null;
  for (const leg of legs) {
    if (leg.state !== 'answered' || leg.joined === 'listens') continue;
    if (leg.seen.role === 'callee') return leg;
    first ??= leg;
  }
  return first;
}

export function connectedParticipantOf({ seen }: Leg): ConnectedParticipant {
  const { extension, extensionId, agentName, username, userId } = seen;
  return { extension, extensionId, agentName, username, userId };
}

/** Whether a leg talks, and no answer of the caller was emitted, whom a queue lists: what it says next shows whose the leg is. */
export function isUnheard(call: Call): boolean {
  const { answeredAt, entry } = call;
  return answeredAt === null && entry !== null && entry.absence === null && isConnected(call);
}

export function isPresent({ absence }: Leg): boolean {
  return absence === null;
}

/** Whether the caller is connected: a leg that talks is there, and not only to listen. */
export function isConnected({ legs }: Call): boolean {
  return legs.some((leg) => isPresent(leg) && leg.state === 'answered' && leg.joined !== 'listens');
}
