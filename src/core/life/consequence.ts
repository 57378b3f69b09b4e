import type { Call, ConnectedParticipant, Leg } from '../model/call.js';
import { agentNamesOf } from '../parts/agents.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { isGone } from '../parts/part.js';
import { commonOf, whenGone, type Window } from '../parts/window.js';

/**
 * An answer that is seen by its consequence only. mod_callcenter deletes a Trying row when its caller has been bridged, and
 * never for another reason; and in a ring-all queue it names an agent when that agent has answered, even where the row then
 * stays Trying.
 */
export interface Consequence {
  readonly window: Window;
  /** Null where more than one extension may have answered. */
  readonly connected: ConnectedParticipant | null;
}

/**
 * @param call the call without the legs that are gone
 * @param gone the legs that went in this cycle
 */
export function consequenceOf(call: Call, gone: readonly Leg[], cycle: CycleFacts): Consequence | null {
  const { entry, legs } = call;
  if (entry === null || entry.rang === 'no' || legs.length > 0 || entry.seen.status !== 'trying') return null;
  const vanished = entry.absence?.kind === 'vanished' && isGone(entry, cycle.policy);
  const named = entry.absence === null && entry.rang === 'unnamed' && agentNamesOf(entry.seen).length > 0;
  if (!vanished && !named) return null;
  const went = gone.map((leg) => whenGone(leg.absence!));
  const windows = vanished
    ? [...went, whenGone(entry.absence)]
    : went.length > 0
      ? went
      : ringingStopped(call);
  const window = windows.length === 0 ? (cycle.queue ?? cycle.monitor!) : commonOf(windows);
  return { window, connected: connectedBy(call, cycle) };
}

/** When the legs went whose offers are still open: an earlier poll had confirmed that. */
function ringingStopped({ participants }: Call): readonly Window[] {
  return participants.flatMap(({ offerOpen, ringingStopped: stopped }) =>
    offerOpen && stopped !== null ? [whenGone(stopped)] : [],
  );
}

/** The participant whom the row names, or the only one at whom the call was offered. */
function connectedBy({ entry, participants }: Call, cycle: CycleFacts): ConnectedParticipant | null {
  const names = agentNamesOf(entry!.seen);
  const extension = cycle.extensionOf(names);
  const offered = participants.filter(({ offerOpen }) => offerOpen);
  const named = offered.filter((one) => one.extension === extension);
  const [by] = named.length === 1 ? named : offered.length === 1 ? offered : [];
  if (by === undefined) return null;
  const { extensionId, agentName, username, userId } = by;
  return { extension: by.extension, extensionId, agentName, username, userId };
}
