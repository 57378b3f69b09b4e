import type { Absence, Call, Certainty, Leg, Observed } from '../model/call.js';
import { type CycleFacts, sawTelephones } from '../parts/cycle-facts.js';
import type { Instant } from '../model/observation.js';
import { belongsToStay, isGone } from '../parts/part.js';
import type { Ending } from './view.js';

/** How a call ended, once no part of it is left: the lower half of the table in `life.ts`. */

/**
 * @param call the call without the legs that are gone
 * @param gone the legs that went in this cycle
 * @returns null while a part of the call is left
 */
export function endingOf(call: Call, gone: readonly Leg[], cycle: CycleFacts): Ending | null {
  const { stay, legs, direction, answeredAt } = call;
  if (legs.length > 0 || (stay !== null && !isGone(stay, cycle.policy))) return null;

  const last = lastAbsence([...gone.map((leg) => leg.absence), stay?.absence ?? null]);
  const at = last.firstAbsent;
  const observed = (certainty: Certainty): Observed => ({
    earliest: last.lastPresent,
    latest: at,
    certainty,
  });
  if (answeredAt !== null) {
    const certainty = isEndInDoubt(call, gone) ? 'inferred' : 'observed';
    return { outcome: 'answered', endedAt: at, observed: observed(certainty) };
  }
  if (stay?.absence?.kind === 'abandoned') return abandonedInQueue(stay.seen, stay.absence, cycle);
  if (stay !== null) return { outcome: 'unknown', endedAt: at, observed: observed('observed') };
  return {
    outcome: direction === 'inbound' ? 'abandoned' : 'no-answer',
    endedAt: at,
    observed: observed('inferred'),
  };
}

/** The caller has come back as another call before the end of this one was seen. */
export interface Supersession {
  readonly at: Instant;
  readonly observed: Observed;
}

export function supersededEnding({ answeredAt }: Call, { at, observed }: Supersession): Ending {
  if (answeredAt === null) return { outcome: 'abandoned', endedAt: at, observed };
  // The telephones of the call that followed were taken for this one's while the queue could not be seen.
  if (at < answeredAt)
    return { outcome: 'answered', endedAt: answeredAt, observed: { ...observed, certainty: 'inferred' } };
  return { outcome: 'answered', endedAt: at, observed };
}

/** The absence that made the call end: of the part that was there longest. At least one must be known. */
export function lastAbsence<Known extends Pick<Absence, 'lastPresent' | 'firstAbsent'>>(
  absences: readonly (Known | null)[],
): Known {
  const known = absences.filter((absence) => absence !== null);
  return known.reduce((last, absence) => (absence.firstAbsent > last.firstAbsent ? absence : last));
}

/**
 * The queue deletes its row when the agent's leg ends. Without that word, a leg whose extension is not even listed any
 * more, or is known not to be registered, may have vanished with its registration, and a restart of the call-centre
 * module says nothing about the conversation.
 */
function isEndInDoubt({ stay }: Call, gone: readonly Leg[]): boolean {
  const absence = stay?.absence ?? null;
  const moduleRestart = absence?.kind === 'abandoned' && gone.length === 0;
  // A row that had gone before, at a transfer, does not speak of a leg that was seen after that.
  const deletedAt = absence?.kind === 'vanished' ? absence.firstAbsent : -Infinity;
  const outlivedRow = (leg: Leg) => (leg.absence!.lastPresent ?? -Infinity) >= deletedAt;
  return moduleRestart || gone.some((leg) => leg.absence!.unlisted && outlivedRow(leg));
}

function abandonedInQueue(
  seen: NonNullable<Call['stay']>['seen'],
  { lastPresent, firstAbsent }: Absence,
  cycle: CycleFacts,
): Ending {
  const time = belongsToStay(seen.abandonedAt, seen) ? seen.abandonedAt : null;
  const known = time === null ? 'observed' : 'upstream';
  return {
    outcome: 'abandoned',
    endedAt: time ?? firstAbsent,
    observed: {
      earliest: lastPresent,
      latest: firstAbsent,
      // Without a view of the legs the caller may have gone on elsewhere.
      certainty: sawTelephones(cycle, firstAbsent) ? known : 'inferred',
    },
  };
}
