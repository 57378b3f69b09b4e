import type { Bracket, Call, Leg, QueueEntry } from '../model/call.js';
import { copyOf } from '../model/call-copy.js';
import type { Instant } from '../model/observation.js';
import { agentNamesOf } from './agents.js';
import { type CycleFacts, rowAskedAt, showsAllSince } from './cycle-facts.js';
import { isEarlierOrAt, isLongAgo, lastOf, whenGone, type Window } from './window.js';

/**
 * A queue row can remain when its caller has gone: the PBX forgets it, for hours or until it restarts. Such an entry must
 * not take later calls of the customer, and must end some time. Any change of the row ends its staleness.
 *
 *   row                                     quiet while                                            stale after   ends after
 *   Answered, and a leg that talked was     no leg of the call is there, and the extension of the   2 s           STALE_ENTRY_MS
 *   seen                                    participant is listed, or idle ones never are
 *   Trying, and names an agent whose        the agent has no leg, or one that is not of this call   2 s           STALE_ENTRY_MS
 *   extension is known, or that of the      and that came later
 *   last ring while it named that agent
 *   any other                               never: a caller may wait long                           –             a day
 */

/** Two polls at least, and long enough for rows that are a little behind. */
const STALE_AFTER_MS = 2_000;

const DAY_MS = 86_400_000;

/** Whether the entry may become quiet or stop being so without a change of its call. */
export function isQuietable({ entry, legs, connected }: Call): boolean {
  if (entry === null || entry.absence !== null) return false;
  const { status } = entry.seen;
  if (status === 'answered') return connected !== null && legs.length === 0;
  return status === 'trying' && agentNamesOf(entry.seen).length > 0;
}

/** Whether the entry owns no new leg but of the agent that it names: its row is still the same after so long. */
export function isStale(
  { quiet, seen }: QueueEntry,
  cycle: Pick<CycleFacts, 'queueSeenAt' | 'incomplete' | 'now'>,
): boolean {
  const askedAt = quiet === null ? null : rowAskedAt(cycle, seen.key);
  return quiet !== null && askedAt !== null && isLongAgo(quiet, askedAt, STALE_AFTER_MS);
}

/**
 * Whether nothing of the call is left but a row that has been stale for long, or unchanged for a day, by a monitor answer that
 * would show any later leg.
 */
export function isOverdue({ legs, entry }: Call, cycle: CycleFacts): boolean {
  if (legs.length > 0 || entry === null || entry.absence !== null) return false;
  const { now, policy } = cycle;
  const { quiet, changedAt } = entry;
  if (!showsAllSince(cycle, quiet ?? { after: changedAt, by: changedAt })) return false;
  return (quiet !== null && isLongAgo(quiet, now, policy.staleEntryMs)) || now - changedAt >= DAY_MS;
}

/**
 * When the row of a new entry changed last, by the latest of its times on the bridge's clock. A row whose times are a day old
 * counts as changed now, and is watched for a day: the PBX's clock may be off, and such rows be of callers who wait.
 */
export function changedBefore(latestTime: Instant, now: Instant): Instant {
  return now - latestTime >= DAY_MS ? now : Math.min(now, latestTime);
}

export function quietSince({ entry, legs }: Call): Instant | null {
  return entry !== null && entry.absence === null && legs.length === 0 ? (entry.quiet?.by ?? null) : null;
}

export function unchangedSince({ entry, legs }: Call): Instant | null {
  return entry !== null && entry.absence === null && legs.length === 0 ? entry.changedAt : null;
}

/** When the last leg went that is held because its extension is not listed any more. */
export function heldSince({ legs }: Call): Instant | null {
  let last: Window | null = null;
  for (const { absence } of legs) {
    if (absence?.unlisted !== true) continue;
    const went = whenGone(absence);
    last = last === null ? went : lastOf([last, went]);
  }
  return last === null ? null : last.by;
}

/**
 * Since when the entry has been quiet, after a complete monitor answer; null if it is not. Only a change of the row or a leg of
 * its own ends that: the agent, who takes other calls, does not.
 *
 * @param isBusy whether the answer shows a leg at an extension
 */
export function quietOf(
  call: Call,
  isBusy: (extension: string) => boolean,
  cycle: CycleFacts,
): Bracket | null {
  const { entry, connected } = call;
  const { seen, quiet } = entry!;
  if (quiet !== null) return quiet;
  if (seen.status === 'answered') return isWatched(connected!, cycle) ? cycle.monitor : null;
  const rang = rangUnnamed(call);
  if (rang !== null) return rang;
  const extension = cycle.extensionOf(agentNamesOf(seen));
  return extension === undefined || isBusy(extension) ? null : cycle.monitor;
}

/** When the last leg went that rang before the row named an agent, while that is still open: the one who is named now has answered. */
function rangUnnamed({ entry, legs, participants }: Call): Window | null {
  if (entry!.rang !== 'unnamed' || legs.length > 0) return null;
  const stopped = participants.flatMap((one) =>
    one.ringingStopped === null ? [] : [whenGone(one.ringingStopped)],
  );
  return stopped.length === 0 ? null : lastOf(stopped);
}

/**
 * The same when legs of the call have been confirmed as gone: since its last one went, which was some polls before. The agent
 * whom a Trying row names may be a later one than who had that leg.
 *
 * @param call the call without these legs
 */
export function quietSinceGone(call: Call, gone: readonly Leg[], cycle: CycleFacts): Bracket | null {
  const { entry, legs, connected } = call;
  if (entry === null || legs.length > 0 || !isQuietable(call)) return entry?.quiet ?? null;
  const { seen, quiet } = entry;
  const own = seen.status === 'answered' ? gone : gone.filter((leg) => isNamedIn(entry, leg, cycle));
  if (own.length === 0 || (seen.status === 'answered' && !isWatched(connected!, cycle))) return quiet;
  return lastOf(own.map(({ absence }) => whenGone(absence!)));
}

/**
 * Whether the Trying row names the agent whose leg this was. Where the name matches no extension, it is that of the last ring: a
 * queue that rings another agent changes the row first, and a ring-all queue names one only who has answered.
 */
function isNamedIn({ seen, changedAt, rang }: QueueEntry, leg: Leg, cycle: CycleFacts): boolean {
  const extension = cycle.extensionOf(agentNamesOf(seen));
  if (extension !== undefined) return extension === leg.seen.extension;
  if (rang === 'unnamed') return true;
  return leg.firstSeen >= changedAt || isEarlierOrAt(changedAt, whenGone(leg.absence!));
}

/** Whether the entry is quiet since the last leg at this extension went: that was the ring of the agent whom the row names. */
export function rangLast({ entry, lastLegs }: Call, extension: string): boolean {
  const since = entry?.quiet?.by;
  return lastLegs.some((leg) => leg.extension === extension && leg.goneAt === since);
}

/** Whether the monitor would show a leg of the extension. */
function isWatched(
  { extension }: Pick<Leg['seen'], 'extension'>,
  { listsIdle, isListed }: CycleFacts,
): boolean {
  return !listsIdle || isListed(extension);
}

export function withQuiet(call: Call, quiet: Bracket | null): Call {
  const { seen, answered, rang, changedAt, absence } = call.entry!;
  const copy = copyOf(call);
  copy.entry = { seen, answered, rang, quiet, changedAt, absence };
  return copy;
}

interface Times {
  isAfter(limit: Instant): boolean;
  until(limit: Instant): readonly string[];
}

/** The calls that must be looked at although no row changes. */
export function dueCalls(
  { held, quiet, unchanged }: Readonly<Record<'held' | 'quiet' | 'unchanged', Times>>,
  { now, policy }: Pick<CycleFacts, 'now' | 'policy'>,
): readonly string[] {
  const times = [
    [held, now - policy.unlistedHoldMs],
    [quiet, now - policy.staleEntryMs],
    [unchanged, now - DAY_MS],
  ] as const;
  if (times.every(([time, limit]) => time.isAfter(limit))) return NONE;
  return [...new Set(times.flatMap(([time, limit]) => time.until(limit)))];
}

const NONE: readonly never[] = [];
