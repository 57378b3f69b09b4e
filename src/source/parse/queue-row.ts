import { createHash } from 'node:crypto';
import type { ObservedQueueEntry, QueueStatus } from '../../core/model/observation.js';
import { bad, idOrNull, type Locale, type RowReading, textOrNull } from './row-reading.js';
import { checkRow, queueRow } from './answer-schemas.js';

/**
 * Reads one row of `/v3/monitor/callcenter/queue` as a queue entry, or a bad row.
 *
 * Queue, number and join instant identify the row; `call_uuid` may be emptied or change and is only an alias. A resume
 * keeps the row and sets `rejoined_time`, so row and rejoin instant identify the queue entry. Two callers may join with one
 * number in one second: as long as rows have a `call_uuid` that tells them apart, and without one `abandoned_time` does. A resume does not clear
 * `abandoned_time`, which therefore says nothing about the entry after it (core compares the two). A row without a
 * queue, a join instant or a readable `rejoined_time` has no identity and is bad. The other times are estimates: null
 * when unreadable.
 *
 * `fallbackId` is without the number: a person who sees a call sees its id, and could else try numbers until the digest is the same. Two
 * callers of one queue and second share it, and the later call's id ends in `~2` (`core/correlate/new-call.ts`).
 */
export function readQueueRow(raw: unknown, locale: Locale): RowReading<ObservedQueueEntry> {
  const checked = checkRow(queueRow, raw);
  if (!checked.ok) return bad(checked.reason);
  const row = checked.value;
  const queueId = idOrNull(row.call_center_queue_uuid);
  if (queueId === null) return bad('call_center_queue_uuid missing');
  const joinedAt = locale.instants.read(row.joined_time);
  if (joinedAt === null) return bad('joined_time missing');
  if (joinedAt === 'unreadable') return bad('joined_time unreadable');
  const rejoined = locale.instants.read(row.rejoined_time);
  if (rejoined === 'unreadable') return bad('rejoined_time unreadable');
  // A resume comes after the join; an instant that does not is another way to write that there was none.
  const rejoinedAt = rejoined !== null && rejoined > joinedAt ? rejoined : null;
  const rowKey = `${queueId}|${row.mobile}|${joinedAt}`;
  const entryKey = `${rowKey}|${rejoinedAt ?? 0}`;
  const callId = idOrNull(row.call_uuid);
  const abandonedAt = readableOrNull(row.abandoned_time, locale);
  const key = `${entryKey}|${callId ?? `@${abandonedAt ?? 0}`}`;
  return {
    kind: 'row',
    key,
    row: {
      key,
      rowKey,
      entryKey,
      queueId,
      queueName: row.call_center_queue_name,
      agentId: idOrNull(row.call_center_agent_uuid),
      agentName: textOrNull(row.call_center_agent_name),
      customer: locale.numbers.read(row.mobile),
      status: statusOf(row.status),
      joinedAt,
      rejoinedAt,
      bridgedAt: readableOrNull(row.bridged_time, locale),
      abandonedAt,
      callId,
      fallbackId: `q-${digest(`${queueId}|${joinedAt}|${rejoinedAt ?? 0}`)}`,
    },
  };
}

const STRENGTH: Readonly<Record<QueueStatus, number>> = {
  unknown: 0,
  waiting: 1,
  trying: 2,
  abandoned: 3,
  answered: 4,
};

/**
 * Of several rows of one queue entry the strongest status counts. The status of an entry only changes from waiting and
 * trying to an end, so a weaker duplicate is a stale copy. Answered is stronger than Abandoned because a restart of the
 * call-centre module turns answered rows into abandoned ones and never the other way round.
 */
export function entryStrength(entry: ObservedQueueEntry): number {
  return STRENGTH[entry.status];
}

function statusOf(word: string): QueueStatus {
  const status = word.toLowerCase();
  return Object.hasOwn(STRENGTH, status) ? (status as QueueStatus) : 'unknown';
}

function readableOrNull(text: string, locale: Locale): number | null {
  const instant = locale.instants.read(text);
  return instant === 'unreadable' ? null : instant;
}

function digest(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}
