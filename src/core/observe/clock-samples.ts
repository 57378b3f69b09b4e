import type { CallIndex } from '../index/call-index.js';
import type { ClockSample, Policy, TenantState } from '../model/call.js';
import {
  answerOf,
  type Endpoint,
  type Instant,
  type MonitorAnswer,
  type ObservedQueueEntry,
  type QueueAnswer,
} from '../model/observation.js';
import { pollWindow } from '../parts/cycle-facts.js';
import { legName } from '../parts/last-leg.js';
import { belongsToEntry, entryBegan } from '../parts/part.js';
import { withSamples } from '../parts/pbx-clock.js';
import { isIgnored } from './ignored-rows.js';
import type { ReadObservations } from './direction.js';
import type { ListedLegs } from './listed-legs.js';

/**
 * Collects what new and changed rows say about the PBX's clock. To be called before the answers change what is known.
 *
 * @param sources the endpoints' state after these answers
 * @returns `sources` with the samples added
 */
export function observeClock(
  { observations, legs }: Pick<ReadObservations, 'observations' | 'legs'>,
  known: TenantState,
  index: CallIndex,
  policy: Policy,
  sources: TenantState['sources'],
): TenantState['sources'] {
  let observed = sources;
  const add = (answer: MonitorAnswer | QueueAnswer, times: readonly Instant[]) => {
    const { endpoint, at } = answer;
    const source = observed[endpoint];
    const after = isInARow(answer, known) ? pollWindow(answer, known.sources, policy).after : null;
    const found = times.map((pbx): ClockSample => ({ pbx, after, by: at }));
    const clock = withSamples(source.clock, found, at);
    if (clock !== source.clock) observed = { ...observed, [endpoint]: { ...source, clock } };
  };
  const queue = answerOf(observations.queue);
  if (legs !== null) add(legs.answer, timesOfLegs(legs, known, index));
  if (queue !== null) add(queue, timesOfEntries(queue, known, index));
  return observed;
}

/** Whether the answer is complete, and the poll before it was too. */
function isInARow(
  { endpoint, outcome }: { endpoint: Endpoint; outcome: string },
  known: TenantState,
): boolean {
  const { failures, lastError } = known.sources[endpoint];
  return outcome === 'complete' && failures === 0 && lastError === null;
}

/**
 * Only of new legs that do not talk yet: the PBX may move the `call_time` of a leg later, and shows one that has just gone
 * under another id for a moment, with its old `call_time`.
 */
function timesOfLegs(
  { answer: { rows, at }, unknown }: ListedLegs,
  { created }: TenantState,
  index: CallIndex,
): Instant[] {
  const times: Instant[] = [];
  for (const row of unknown) {
    if (row.startedAt === null || row.signal === 'answered' || created.has(row.key)) continue;
    const name = legName(row)!;
    if (!index.hasJustLost(name, rows, at) && !index.ended.hasJustLost(name, at)) times.push(row.startedAt);
  }
  return times;
}

function timesOfEntries({ rows, at }: QueueAnswer, known: TenantState, index: CallIndex): Instant[] {
  const times: Instant[] = [];
  for (const [key, row] of rows) {
    const entry = index.entries.get(key);
    if (entry?.row === row) continue;
    // The PBX empties `call_uuid` as a caller leaves, which makes it another key.
    const before = entry?.part.seen ?? index.byIdentity(row.entryKey)[0]?.entry?.seen;
    const isKnown =
      before !== undefined ||
      index.isPastEntry(row) ||
      isIgnored(row, known.ignoredEntries) ||
      index.ended.hasEntry(row, at);
    if (isKnown && before === undefined) continue;
    times.push(...timesSince(row, before));
  }
  return times;
}

/** The times that the row has only now. */
function timesSince(row: ObservedQueueEntry, before: ObservedQueueEntry | undefined): Instant[] {
  const times = before === undefined ? [entryBegan(row)] : [];
  for (const field of ['bridgedAt', 'abandonedAt'] as const) {
    const time = row[field];
    if (time !== before?.[field] && belongsToEntry(time, row)) times.push(time!);
  }
  return times;
}
