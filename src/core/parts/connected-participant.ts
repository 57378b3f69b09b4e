import type { Absence, Leg, ConnectedParticipant } from '../model/call.js';
import { isSeenLater, whenGone } from './window.js';

/** Who has the conversation, by the legs of the call. */

/** The leg was on show when the other was not any more, even where it is missing itself by now. */
export function outlives(leg: Leg, other: Absence | null): boolean {
  return leg.absence === null || (other !== null && isSeenLater(whenGone(leg.absence), whenGone(other)));
}

/** Of the legs that talk, an agent's before the caller's own, then the one that began first. */
export function connectedLeg(legs: readonly Leg[]): Leg | null {
  let first: Leg | null = null;
  for (const leg of legs) {
    if (leg.state !== 'answered') continue;
    if (leg.seen.role === 'callee') return leg;
    first ??= leg;
  }
  return first;
}

export function connectedParticipantOf({ seen }: Leg): ConnectedParticipant {
  const { extension, extensionId, agentName, username, userId } = seen;
  return { extension, extensionId, agentName, username, userId };
}
