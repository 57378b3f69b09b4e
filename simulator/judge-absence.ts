import { instant, type JudgedEvent } from './judge-report.js';
import { goneAt, isConnected, type Sight } from './judge-sight.js';
import type { CallTruth } from './truth.js';

/** Decides what the polls before an event could not find. */

/** A leg that vanished with its registration is waited for so long, where idle extensions are listed. */
const UNLISTED_HOLD_MS = 10_000;

/** No poll could find any part of the call when its end was emitted: after a lost registration, or in mid-overflow. */
export function outOfSight(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  if (!foundNothing(call, event, sight.absencePolls, sight)) return false;
  return !showsSignOff(call, event, sight) || wasHeld(call, event, sight);
}

/** The end was emitted out of sight, and said to be inferred where polls showed that a device had signed off. */
export function endedOutOfSight(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const isInferred = event.data.observed.certainty === 'inferred';
  if (isInferred && event.data.stale === true && noLegSince(call, event, sight)) return true;
  return (isInferred || !showsSignOff(call, event, sight)) && outOfSight(call, event, sight);
}

/**
 * Only a stale row was left, as the event says (`judge-stale.ts` judges that), and a leg that came back after its device had signed off
 * was there between two polls.
 */
function noLegSince({ sightings }: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const since = instant(event.data.observed.latest);
  const recorded = instant(event.recordedtime) + sight.toleranceMs;
  const legs = sightings.filter(({ endpoint, closedBy }) => endpoint === 'monitor' && closedBy !== undefined);
  if (!legs.some(({ closedBy, to }) => closedBy === 'unregistered' && to! <= since)) return false;
  return !legs.some((one) => sight.polls('monitor').some(Math.max(one.from, since), goneAt(one), recorded));
}

/**
 * Whether polls can show that a leg of the call is hidden: only "where idle ones are" listed (events-2.md), and only of a leg that
 * they had shown before.
 */
export function showsSignOff({ sightings }: CallTruth, { recordedtime }: JudgedEvent, sight: Sight): boolean {
  const recorded = instant(recordedtime);
  const lost = sightings.filter(({ closedBy, to }) => closedBy === 'unregistered' && to! <= recorded);
  return sight.listsIdle && (lost.length === 0 || sight.may(lost, () => true, recorded));
}

/** So many of the latest answers of each endpoint before the commit, apart from those that may be lost, show nothing of it. */
function foundNothing(call: CallTruth, event: JudgedEvent, needed: number, sight: Sight): boolean {
  const recorded = instant(event.recordedtime) + sight.toleranceMs + 1;
  return (['monitor', 'queue'] as const).every((endpoint) => {
    if (endpoint === 'queue' && isLeftToAnother(call)) return true;
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

/** The agent left the caller to another extension, which never answered: a row that is still Answered is of no caller (events-2.md). */
function isLeftToAnother({ transfers }: CallTruth): boolean {
  return transfers.some(
    ({ as, leftAt, answeredAt }) => as === 'semi-attended' && leftAt !== null && answeredAt === null,
  );
}

/** Only a leg that must have been seen talking is held; one that rang when it vanished has stopped. */
function wasHeld(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const recorded = instant(event.recordedtime);
  const lost = call.sightings.filter(
    (one) =>
      one.closedBy === 'unregistered' && one.to! <= recorded && sight.must([one], isConnected, recorded),
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
