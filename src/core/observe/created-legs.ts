import type { CreatedLeg, TenantState } from '../model/call.js';
import type { MonitorObservation, ObservedLeg } from '../model/observation.js';
import { type CycleFacts, showsAllSince } from '../parts/cycle-facts.js';

/**
 * A leg that the PBX has created and that does not ring yet has no state. It begins a call when its device rings; or, where
 * a device never does, when it has been there for `ABSENCE_POLLS` answers, or has gone before that.
 *
 * @param unowned the legs without a state that belong to no call in this answer
 * @returns the legs that begin a call without ringing, and all that are awaited from now on: null if nothing changes
 */
export function observeCreated(
  unowned: readonly ObservedLeg[],
  { created: known }: TenantState,
  answer: MonitorObservation | undefined,
  cycle: CycleFacts,
): { readonly begun: readonly CreatedLeg[]; readonly created: TenantState['created'] | null } {
  const { monitor, policy } = cycle;
  if (monitor === null || answer === undefined || answer.outcome === 'failed') return NOTHING;
  if (unowned.length === 0 && known.size === 0) return NOTHING;
  const created = new Map<string, CreatedLeg>();
  const begun: CreatedLeg[] = [];
  for (const seen of unowned) {
    const before = known.get(seen.key);
    const since = before?.since ?? monitor;
    const polls = (before?.polls ?? 0) + (showsAllSince(cycle, since) ? 1 : 0);
    const leg: CreatedLeg = { seen, since, polls };
    if (polls >= policy.absencePolls) begun.push(leg);
    else created.set(seen.key, leg);
  }
  for (const [key, leg] of known) {
    if (answer.rows.has(key)) continue;
    if (cycle.lackOf(leg.seen) === 'nothing') created.set(key, leg);
    else begun.push(leg);
  }
  return { begun, created };
}

const NOTHING = { begun: [], created: null } as const;
