import type { Leg, Registrations, TenantState } from '../model/call.js';
import type { CallIndex, Indexed } from '../index/call-index.js';
import type { MonitorAnswer, ObservedLeg } from '../model/observation.js';
import { absentLeg, KNOWN_LEG, LEG_UNLISTED } from '../parts/absence-rules.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { changeWindow } from '../parts/incomplete.js';
import { legName } from '../parts/last-leg.js';
import { ringAnsweredBy } from './answered-leg.js';
import { add, type Changes } from './changes.js';
import { consultedFor } from './consulted-leg.js';
import type { ListedLegs } from './listed-legs.js';
import { findRegistration } from './registrations.js';

/** Finds what a monitor answer changes in the known legs, by the tables of `absence-rules.ts`, and which legs are new. */
export function observeLegs(
  { answer, unknown, changed, missing }: ListedLegs,
  state: TenantState,
  index: CallIndex,
  cycle: CycleFacts,
  changes: Changes,
): void {
  const complete = answer.outcome === 'complete';
  for (const row of unknown) {
    const caller =
      index.byUpstreamId(row.callId) === undefined ? consultedFor(row, answer.rows, index) : null;
    if (caller !== null) changes.consulted.set(row.key, caller.callId);
    const rang = caller === null ? ringAnsweredBy(row, answer.rows, index, cycle) : null;
    if (rang !== null) changes.answered.set(row.key, rang.callId);
    if (caller !== null || rang !== null || isNew(row, answer, index, cycle)) changes.newLegs.push(row);
  }
  const phantoms: Indexed<Leg, ObservedLeg>[] = [];
  for (const [known, row] of changed) {
    const { state: before, joined, firstSeen, since, waited, absence } = known.part;
    if (absence !== null && hasParted(row, answer, index, cycle)) {
      phantoms.push(known);
      continue;
    }
    const answered = KNOWN_LEG.decide({ row: row.signal, complete }) === 'answered';
    const rings = row.signal === 'ringing' && known.part.seen.signal !== 'ringing';
    const begins = before !== 'answered' && (answered || rings);
    add(changes.legs, known.callId, {
      seen: row,
      state: answered ? 'answered' : before,
      joined,
      firstSeen,
      since: begins ? cycle.legChanged(row.key)! : since,
      waited: waited || row.ringWait,
      absence: null,
    });
  }

  const { listsIdle, registrations, sources } = state;
  for (const { callId, part } of [...missing, ...phantoms]) {
    const lack = cycle.lackOf(part.seen);
    if (KNOWN_LEG.decide({ row: 'missing', complete: lack !== 'nothing' }) !== 'absent') continue;
    const wasListed = part.absence?.unlisted === false;
    const unlisted = LEG_UNLISTED.decide({
      unregistered: isUnregistered(part.seen, registrations),
      listsIdle,
      listedSince: listsIdle && (wasListed || cycle.isListed(part.seen.extension)),
    });
    const window = changeWindow(part.seen.key, sources, answer, cycle.policy);
    add(changes.legs, callId, absentLeg(part, window, unlisted || lack === 'doubtful', cycle.policy));
  }
}

/** A leg that lingers from an ended call, or that a call has just lost under another id, is not new. */
function isNew(row: ObservedLeg, answer: MonitorAnswer, index: CallIndex, cycle: CycleFacts): boolean {
  const { now } = cycle;
  const name = legName(row);
  if ([row.key, name].some((one) => one !== null && index.ended.isLingering(one, now))) return false;
  const isKnownId = index.byUpstreamId(row.callId) !== undefined;
  if (isKnownId) return !hasParted(row, answer, index, cycle);
  // What the PBX shows of a connection that ends has talked.
  if (row.signal !== 'answered') return true;
  return name === null || !(index.hasJustLost(name, answer.rows, now) || index.ended.hasJustLost(name, now));
}

/** A leg that was connected may show the id again that it had when it rang: it is not that leg. */
function hasParted(
  row: ObservedLeg,
  { rows }: MonitorAnswer,
  index: CallIndex,
  { now }: CycleFacts,
): boolean {
  const name = legName(row);
  return name !== null && index.hasParted(row, name, rows, now);
}

function isUnregistered({ extension, extensionId }: ObservedLeg, registrations: Registrations): boolean {
  const known =
    findRegistration(registrations, extension) ??
    (extensionId === null ? undefined : findRegistration(registrations, extensionId));
  return known?.registered === false;
}
