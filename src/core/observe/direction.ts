import type { TenantCalls } from '../index/tenant-calls.js';
import { ASSUMED_DIRECTION, type Policy, type RowDirection } from '../model/call.js';
import type { Delta } from '../model/delta.js';
import type { DirectionMeaning, MonitorAnswer, Observations, ObservedLeg } from '../model/observation.js';
import { evidenceIn } from './direction-evidence.js';

/**
 * Takes one of the two readings of each monitor row: its direction is the call's, or that of the extension's own leg. This
 * is the only place that decides so.
 *
 * - The operator's setting counts, and else what was learnt from conclusive evidence (`direction-evidence.ts`). Evidence is
 *   looked for until something is learnt, and before the rows that hold it are read. Without it the row's word stands.
 * - A leg that is known keeps the direction with which it was read first. So a call that began before the meaning was
 *   learnt goes on and ends as it began; it does not begin a second time.
 *
 * Rows of which the word's reading is taken are the same objects as before, and so is the map where that holds for all.
 */
export function readDirections(
  known: TenantCalls,
  observations: Observations,
  policy: Policy,
): ReadObservations {
  const direction = directionAfter(known, observations, policy);
  const changed = isSame(direction, known.direction) ? null : direction;
  const { monitor } = observations;
  if (monitor === undefined || monitor.outcome === 'failed') return { observations, direction: changed };
  const rows = readRows(monitor, direction.meaning, known);
  return {
    observations: rows === monitor.rows ? observations : { ...observations, monitor: { ...monitor, rows } },
    direction: changed,
  };
}

export interface ReadObservations {
  readonly observations: Observations;
  readonly direction: Delta['direction'];
}

function directionAfter(known: TenantCalls, observations: Observations, policy: Policy): RowDirection {
  if (policy.direction !== 'auto') return { meaning: policy.direction, source: 'configured' };
  if (known.direction.source === 'learnt') return known.direction;
  const meaning = evidenceIn(observations, known);
  return meaning === null ? ASSUMED_DIRECTION : { meaning, source: 'learnt' };
}

function isSame(one: RowDirection, other: RowDirection): boolean {
  return one.meaning === other.meaning && one.source === other.source;
}

function readRows(
  { rows }: MonitorAnswer,
  meaning: DirectionMeaning,
  { index }: TenantCalls,
): MonitorAnswer['rows'] {
  let read: Map<string, ObservedLeg> | null = null;
  for (const [key, row] of rows) {
    if (row.asLeg === undefined) continue;
    const leg = readRow(row, row.asLeg.leg, index.legs.get(key)?.part.seen.direction, meaning);
    if (leg !== row) (read ??= new Map(rows)).set(key, leg);
  }
  return read ?? rows;
}

/** The two readings never have the same direction. */
function readRow(
  asCall: ObservedLeg,
  asLeg: ObservedLeg,
  before: ObservedLeg['direction'] | undefined,
  meaning: DirectionMeaning,
): ObservedLeg {
  if (before === asCall.direction) return asCall;
  if (before === asLeg.direction) return asLeg;
  return meaning === 'call' ? asCall : asLeg;
}
