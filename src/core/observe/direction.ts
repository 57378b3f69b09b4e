import type { TenantCalls } from '../index/tenant-calls.js';
import { ASSUMED_DIRECTION, type Policy, type RowDirection } from '../model/call.js';
import type { Delta } from '../model/delta.js';
import { answerOf, type Observations, type ObservedLeg, type QueueAnswer } from '../model/observation.js';
import { evidenceIn } from './direction-evidence.js';
import { type ListedLegs, listedLegs } from './listed-legs.js';

/**
 * Takes one of the two readings of each monitor row: its direction is the call's, or that of the extension's own leg. This
 * is the only place that decides so.
 *
 * - The operator's setting counts, and else what was learnt from conclusive evidence (`direction-evidence.ts`). Evidence is
 *   looked for until something is learnt, and before the rows that hold it are read. Without it the row's word stands.
 * - A leg that was known then keeps the direction with which it was read. So a call that began before the meaning was
 *   learnt goes on and ends as it began; it does not begin a second time.
 *
 * `listed`: what the monitor's rows are to the known legs, as written, if that is known.
 *
 * The rows are the reader's own objects, so a row that has not changed is the same object again. By the call's direction,
 * and once no earlier call is left, reading costs nothing.
 */
export function readDirections(
  known: TenantCalls,
  observations: Observations,
  policy: Policy,
  listed: ListedLegs | null = null,
): ReadObservations {
  const monitor = answerOf(observations.monitor);
  let legs = listed;
  const asWritten = () => (monitor === null ? null : (legs ??= listedLegs(monitor, known.index)));
  const found = findDirection(known, asWritten, answerOf(observations.queue), policy);
  const showsHotline = found.meaning === 'leg' && isHotlineShown(known, observations);
  const direction = directionAfter(known, found, showsHotline);
  const read = withReadings(observations, direction, known);
  const answer = answerOf(read.monitor);
  return {
    observations: read,
    legs: answer === monitor ? asWritten() : answer && listedLegs(answer, known.index),
    direction: direction === known.direction ? null : direction,
  };
}

export interface ReadObservations {
  readonly observations: Observations;
  /** Null without a monitor answer. */
  readonly legs: ListedLegs | null;
  readonly direction: Delta['direction'];
}

/** Returns the known direction itself where nothing has changed. */
function directionAfter(
  { direction: known, direction: { earlierLegs }, index }: TenantCalls,
  found: Found,
  showsHotline: boolean,
): RowDirection {
  if (found.meaning !== known.meaning || showsHotline !== known.showsHotline)
    return { ...found, earlierLegs: [...index.legs.keys()].sort(), showsHotline };
  const isOver = earlierLegs.length > 0 && !earlierLegs.some((key) => index.legs.has(key));
  if (found.source === known.source && !isOver) return known;
  return { ...found, earlierLegs: isOver ? [] : earlierLegs, showsHotline };
}

type Found = Pick<RowDirection, 'meaning' | 'source'>;

function findDirection(
  known: TenantCalls,
  asWritten: () => ListedLegs | null,
  queue: QueueAnswer | null,
  policy: Policy,
): Found {
  if (policy.direction !== 'auto') return { meaning: policy.direction, source: 'configured' };
  if (known.direction.source === 'learnt') return known.direction;
  const legs = asWritten();
  const meaning = legs === null ? null : evidenceIn(legs, queue, known);
  return meaning === null ? ASSUMED_DIRECTION : { meaning, source: 'learnt' };
}

/** Whether a leg towards an extension shows the hotline as its destination, as all of this PBX then do. */
function isHotlineShown({ direction }: TenantCalls, { monitor }: Observations): boolean {
  if (direction.showsHotline) return true;
  for (const { dialled, asLeg } of answerOf(monitor)?.rows.values() ?? []) {
    const isInbound = dialled === null && asLeg?.leg.direction === 'inbound';
    if (isInbound && asLeg.destination === 'other' && asLeg.leg.hotline !== null) return true;
  }
  return false;
}

/** A click-to-call's leg is placed by the PBX like an inbound call's, and its call is outbound all the same. */
function isClicked({ ringWait, asLeg }: ObservedLeg, { showsHotline }: RowDirection): boolean {
  const isTowards = asLeg?.leg.direction === 'inbound' && asLeg.destination === 'own';
  return isTowards && (ringWait || showsHotline);
}

function withReadings(
  observations: Observations,
  direction: RowDirection,
  { index }: TenantCalls,
): Observations {
  const monitor = answerOf(observations.monitor);
  if (monitor === null) return observations;
  const { meaning, earlierLegs } = direction;
  const isAsWritten = meaning === 'call' && earlierLegs.length === 0;
  if (isAsWritten) return observations;
  const rows = new Map<string, ObservedLeg>();
  for (const [key, row] of monitor.rows)
    rows.set(key, meaning === 'call' || isClicked(row, direction) ? row : (row.asLeg?.leg ?? row));
  for (const key of earlierLegs) {
    const row = monitor.rows.get(key);
    const before = index.legs.get(key)?.part.seen.direction;
    // The two readings of a row never have the same direction.
    if (row?.asLeg !== undefined && before !== undefined)
      for (const reading of [row, row.asLeg.leg]) if (reading.direction === before) rows.set(key, reading);
  }
  return { ...observations, monitor: { ...monitor, rows } };
}
