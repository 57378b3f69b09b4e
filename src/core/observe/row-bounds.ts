import type { TenantCalls } from '../index/tenant-calls.js';
import { MAX_LEGS_OF_CALL, MAX_PARTS, MAX_ROWS } from '../model/bounds.js';
import {
  answerOf,
  type MonitorAnswer,
  type Observations,
  type ObservedLeg,
  type ObservedQueueEntry,
  type QueueAnswer,
} from '../model/observation.js';
import { extentOf } from '../parts/part.js';
import { add } from './changes.js';
import type { ListedLegs } from './listed-legs.js';

/**
 * Leaves rows out of answers that show more than a tenant may have (`model/bounds.ts`).
 *
 * Guarantees: rows of known parts are kept, so that what is announced goes on and ends as usual. Which of the others are left
 * out depends on what is known and on the rows, not on their order: those of known calls are kept first, then those with
 * the lowest keys. An answer that lacks rows for this reason is partial and says why, so that its source becomes `degraded`;
 * a known part that it lacks is missing all the same, since the rows that were left out are known not to be that part.
 *
 * It passes over what is new in the monitor's answer only, and over the queue's only where that is very long.
 *
 * @param legs what the monitor's rows are to the known legs; null without a monitor answer
 * @returns the observations themselves where nothing is left out
 */
export function withinBounds(
  observations: Observations,
  legs: ListedLegs | null,
  known: TenantCalls,
): Observations {
  const monitor = legs === null ? null : monitorWithin(legs, known);
  const queue = queueWithin(answerOf(observations.queue), known);
  if (monitor === null && queue === null) return observations;
  return { ...observations, ...(monitor !== null && { monitor }), ...(queue !== null && { queue }) };
}

/** Null where nothing is left out. */
function monitorWithin({ answer, unknown }: ListedLegs, { index }: TenantCalls): MonitorAnswer | null {
  if (unknown.length === 0) return null;
  const ofCalls = new Map<string, ObservedLeg[]>();
  for (const row of unknown) add(ofCalls, row.callId, row);
  const out = new Set<string>();
  for (const [callId, rows] of ofCalls) {
    const call = index.byUpstreamId(callId);
    const room = MAX_LEGS_OF_CALL - (call === undefined ? 0 : extentOf(call));
    for (const { key } of beyond(room, rows, byKey)) out.add(key);
  }
  const atOneCall = out.size;
  const isOfKnown = ({ callId }: ObservedLeg) => index.byUpstreamId(callId) !== undefined;
  const left = out.size === 0 ? unknown : unknown.filter(({ key }) => !out.has(key));
  for (const { key } of beyond(MAX_PARTS - index.legs.size, left, firstWhere(isOfKnown))) out.add(key);
  if (out.size === 0) return null;
  return without(answer, out, [
    atOneCall === 0 ? null : `${atOneCall} rows left out: a call has ${MAX_LEGS_OF_CALL} legs at most`,
    out.size === atOneCall
      ? null
      : `${out.size - atOneCall} rows left out: a tenant has ${MAX_PARTS} legs at most`,
  ]);
}

function queueWithin(answer: QueueAnswer | null, known: TenantCalls): QueueAnswer | null {
  const { index, ignoredEntries } = known;
  if (answer === null || answer.rows.size + index.entries.size <= MAX_PARTS) return null;
  const fresh: ObservedQueueEntry[] = [];
  const over: ObservedQueueEntry[] = [];
  for (const [key, row] of answer.rows) {
    if (index.entries.has(key)) continue;
    const isOver =
      ignoredEntries.has(key) || (row.status === 'abandoned' && index.ended.hasEntry(row, answer.at));
    (isOver ? over : fresh).push(row);
  }
  const isOfKnown = ({ callId, entryKey }: ObservedQueueEntry) =>
    (callId !== null && index.byUpstreamId(callId) !== undefined) || index.byIdentity(entryKey).length > 0;
  const out = new Set<string>();
  for (const { key } of beyond(MAX_PARTS - index.entries.size, fresh, firstWhere(isOfKnown))) out.add(key);
  const ofLive = out.size;
  for (const { key } of beyond(MAX_ROWS - MAX_PARTS, over, byKey)) out.add(key);
  if (out.size === 0) return null;
  return without(answer, out, [
    ofLive === 0 ? null : `${ofLive} rows left out: a tenant has ${MAX_PARTS} queue entries at most`,
    out.size === ofLive ? null : `${out.size - ofLive} rows of callers who left are left out`,
  ]);
}

type Order<Row> = (a: Row, b: Row) => number;

/** The rows that do not fit into `room`, which may be negative. */
function beyond<Row>(room: number, rows: readonly Row[], order: Order<Row>): readonly Row[] {
  return rows.length <= room ? NONE : [...rows].sort(order).slice(Math.max(0, room));
}

const NONE: readonly never[] = [];

interface Keyed {
  readonly key: string;
}

function byKey(a: Keyed, b: Keyed): number {
  return a.key < b.key ? -1 : 1;
}

function firstWhere<Row extends Keyed>(is: (row: Row) => boolean): Order<Row> {
  const rank = (row: Row) => (is(row) ? 0 : 1);
  return (a, b) => rank(a) - rank(b) || byKey(a, b);
}

function without<Answer extends MonitorAnswer | QueueAnswer>(
  answer: Answer,
  out: ReadonlySet<string>,
  reasons: readonly (string | null)[],
): Answer {
  const rows = new Map([...answer.rows].filter(([key]) => !out.has(key)) as Iterable<[string, never]>);
  const reason = [answer.reason, ...reasons].filter((why) => why !== null).join('; ');
  const unreadable = answer.outcome === 'complete' ? NO_IDS : answer.unreadable;
  return {
    ...answer,
    outcome: 'partial',
    rows,
    reason,
    leftOut: out.size,
    ...(unreadable !== undefined && { unreadable }),
  };
}

const NO_IDS: ReadonlySet<string> = new Set();
