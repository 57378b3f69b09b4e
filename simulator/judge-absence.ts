import { instant, type JudgedEvent } from './judge-report.js';
import { goneAt, isConnected, type Sight } from './judge-sight.js';
import type { CallTruth } from './truth.js';

/** Decides what the polls before an event could not find. */

/** A leg that vanished with its registration is waited for so long, where idle extensions are listed. */
const UNLISTED_HOLD_MS = 10_000;

/** No poll could find any part of the call when its end was emitted: after a lost registration, or in mid-overflow. */
export function outOfSight(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const isGone = foundNothing(call, event, sight.absencePolls, sight);
  return isGone && (!sight.listsIdle || wasHeld(call, event, sight));
}

/** So many of the latest answers of each endpoint before the commit, apart from those that may be lost, show nothing of it. */
function foundNothing(call: CallTruth, event: JudgedEvent, needed: number, sight: Sight): boolean {
  const recorded = instant(event.recordedtime) + sight.toleranceMs + 1;
  return (['monitor', 'queue'] as const).every((endpoint) => {
    let empty = 0;
    for (let nth = 0; nth < needed + sight.toDemand - 1; nth++) {
      const poll = sight.polls(endpoint).before(recorded, nth)?.shown;
      if (poll === undefined) return true;
      const isShown = call.sightings.some(
        (one) => one.endpoint === endpoint && one.from <= poll && poll < goneAt(one),
      );
      if (!isShown) empty += 1;
    }
    return empty >= needed;
  });
}

function wasHeld(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const recorded = instant(event.recordedtime);
  // Only an extension that talks is waited for.
  const lost = call.sightings.filter(
    ({ closedBy, to, states }) =>
      closedBy === 'unregistered' && to! <= recorded && isConnected(states.at(-1)!.state),
  );
  const last = Math.max(-Infinity, ...lost.map(({ to }) => to!));
  return recorded >= last + UNLISTED_HOLD_MS - sight.toleranceMs;
}

/**
 * The queue status was Abandoned, and no poll that confirms it could find the call elsewhere: by the contract that is
 * `call-abandoned`, with the queue's own time, although the caller overflowed to another queue or a ring group.
 */
export function seemedAbandoned(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const latest = instant(event.recordedtime) + sight.toleranceMs;
  const shown = call.sightings.some(({ states }) =>
    states.some(({ at, state }) => state === 'Abandoned' && at <= latest),
  );
  return shown && event.data.outcome !== 'answered' && foundNothing(call, event, 1, sight);
}
