import type { JudgedEvent } from './judge-report.js';
import { goneAt, type Sight } from './judge-sight.js';
import type { CallTruth } from './truth.js';

/** Decides what the polls before an event could not find. */

/** No poll could find any part of the call when its end was emitted: after a lost registration, or in mid-overflow. */
export function outOfSight(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const since = Date.parse(event.data.observed.latest) - sight.toleranceMs;
  return (['monitor', 'queue'] as const).every((endpoint) => {
    for (let nth = 0; nth < sight.absencePolls; nth++) {
      if (shownBy(call, endpoint, sight.pollAfter(endpoint, since, nth))) return false;
    }
    return true;
  });
}

/**
 * The queue status was Abandoned, and no poll that confirms it could find the call elsewhere: by the contract that is
 * `call-abandoned`, with the queue's own time, although the caller overflowed to another queue or a ring group.
 */
export function seemedAbandoned(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const latest = Date.parse(event.data.observed.latest) + sight.toleranceMs;
  const shown = call.sightings.some(({ states }) =>
    states.some(({ at, state }) => state === 'Abandoned' && at <= latest),
  );
  return shown && event.data.outcome !== 'answered' && outOfSight(call, event, sight);
}

function shownBy(call: CallTruth, endpoint: 'monitor' | 'queue', poll: number): boolean {
  return call.sightings.some((one) => one.endpoint === endpoint && one.from <= poll && poll < goneAt(one));
}
