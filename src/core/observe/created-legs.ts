import type { CreatedLeg, TenantState } from '../model/call.js';
import { answerOf, type MonitorObservation, type ObservedLeg } from '../model/observation.js';
import { type CycleFacts, showsAllSince } from '../parts/cycle-facts.js';

/**
 * A leg that the PBX has created and that does not ring yet has no state. It begins a call when its device rings; or, where
 * a device never does, when it has been there for `ABSENCE_POLLS` answers, or has gone before that. Only a customer's leg
 * does so: of another one without a state nothing is known.
 *
 * A leg that rings or talks waits for one answer where that may show that a call goes on with it (`correlate.ts`).
 */

/** The awaited legs that begin a call in this cycle although they do not ring, by `ObservedLeg.key`. */
export function ripeLegs(
  { created }: TenantState,
  monitor: MonitorObservation | undefined,
  cycle: CycleFacts,
): ReadonlyMap<string, CreatedLeg> {
  const ripe = new Map<string, CreatedLeg>();
  const answer = answerOf(monitor);
  if (answer === null) return ripe;
  const { absencePolls } = cycle.policy;
  for (const [key, leg] of created) {
    const row = answer.rows.get(key);
    const isDue =
      row === undefined
        ? cycle.lackOf(leg.seen) !== 'nothing'
        : row.signal === 'unclear' && showsAllSince(cycle, leg.since) && leg.polls + 1 >= absencePolls;
    if (isDue && isNews(leg.seen)) ripe.set(key, leg);
  }
  return ripe;
}

/**
 * The legs that are awaited after this cycle; null if nothing changes.
 *
 * @param unowned the legs that wait and belong to no call in this answer
 */
export function awaitedLegs(
  unowned: readonly ObservedLeg[],
  { created: known }: TenantState,
  monitor: MonitorObservation | undefined,
  cycle: CycleFacts,
): TenantState['created'] | null {
  const { monitor: window, policy } = cycle;
  const answer = answerOf(monitor);
  if (window === null || answer === null) return null;
  if (unowned.length === 0 && known.size === 0) return null;
  const awaited = new Map<string, CreatedLeg>();
  for (const seen of unowned) {
    const before = known.get(seen.key);
    const since = before?.since ?? window;
    const polls = Math.min((before?.polls ?? 0) + (showsAllSince(cycle, since) ? 1 : 0), policy.absencePolls);
    awaited.set(seen.key, { seen, since, polls });
  }
  for (const [key, leg] of known)
    if (!answer.rows.has(key) && cycle.lackOf(leg.seen) === 'nothing') awaited.set(key, leg);
  return awaited;
}

/** Whether further polls decide about one of these legs. */
export function awaitsPoll(created: TenantState['created'], absencePolls: number): boolean {
  for (const { seen, polls } of created.values()) if (isNews(seen) && polls < absencePolls) return true;
  return false;
}

/** Whether the leg is announced if it goes: it is a customer's, or has had a state. */
function isNews({ direction, customer, hotline, signal }: ObservedLeg): boolean {
  return signal !== 'unclear' || (direction === 'inbound' && (customer ?? hotline) !== null);
}
