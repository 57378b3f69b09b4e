import { isDeepStrictEqual } from 'node:util';
import { callbackView } from '../../src/core/callbacks/callback-view.js';
import { AGENT, QUEUE } from '../../src/core/day/columns.js';
import type { CallStory } from '../../src/core/day/story.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { StoredDesk } from './desk-verdict.js';
import type { Tally } from './scenario.js';

/**
 * Demands that a tenant's log, history, tables and call-backs agree with one another: what one commit brings is there as a
 * whole, and once. It knows nothing of the truth.
 */
export function judgeAgreement(events: readonly BridgeEvent[], stored: StoredDesk, tally: Tally): void {
  judgeHistory(events, stored, tally);
  judgeTables(events, stored, tally);
  judgeItems(events, stored, tally);
}

/** Each call of which the log says that it ended is in the history, once, as its event has it; and no other. */
function judgeHistory(events: readonly BridgeEvent[], { records }: StoredDesk, tally: Tally): void {
  const ends = new Map<string, BridgeEvent>();
  for (const event of events) {
    if (event.type !== 'call-ended') continue;
    const { callId } = event.data as { readonly callId: string };
    if (ends.has(callId)) tally.count('doubled', `${callId} ended twice`);
    ends.set(callId, event);
  }
  tally.expected += ends.size;
  const known = new Set<string>();
  for (const { eventId, view } of records) {
    if (known.has(view.callId)) tally.count('doubled', `${view.callId} is in the history twice`);
    known.add(view.callId);
    const event = ends.get(view.callId);
    if (event === undefined) {
      tally.count('false', `${view.callId} is in the history, and the log has no end of it`);
      continue;
    }
    const { tenant, ...data } = event.data;
    tally.demand(event.id === `${tenant}/${eventId}`, `${view.callId}: ${eventId} instead of ${event.id}`);
    tally.demand(isDeepStrictEqual(plain(view), data), `${view.callId} is another in the history`);
  }
  for (const callId of ends.keys())
    if (!known.has(callId)) tally.count('missing', `${callId} ended, and is not in the history`);
}

/** The tables are the sums of what the history's calls have been through. */
function judgeTables(events: readonly BridgeEvent[], { records, days }: StoredDesk, tally: Tally): void {
  const right = new Map<string, number>();
  for (const { story } of records)
    for (const [key, amount] of countsOf(story)) right.set(key, (right.get(key) ?? 0) + amount);
  const columns = { queue: Object.entries(QUEUE), agent: Object.entries(AGENT) };
  const stated = new Map<string, number>();
  for (const { day, rows } of days)
    for (const { row, counts } of rows) {
      if (row.of === 'source') continue;
      for (const [name, column] of columns[row.of]) {
        const amount = counts[column] ?? 0;
        if (COUNTED[row.of].has(name) && amount !== 0)
          stated.set(`${day} ${row.of} ${row.name} ${row.slot} ${name}`, amount);
      }
    }
  for (const key of new Set([...right.keys(), ...stated.keys()])) {
    const [is, should] = [stated.get(key) ?? 0, right.get(key) ?? 0];
    if (is > should) tally.count('doubled', `${key}: ${is} counted, ${should} in the history`);
    if (is < should) tally.count('missing', `${key}: ${is} counted, ${should} in the history`);
  }
  const ended = new Set(records.map(({ view }) => view.callId));
  const missed = events.filter(
    ({ type, data }) =>
      type === 'call-offer-ended' &&
      ended.has((data as { readonly callId: string }).callId) &&
      (data as { readonly outcome?: string }).outcome === 'not-answered',
  ).length;
  const counted = [...stated].reduce((sum, [key, n]) => sum + (key.endsWith(' notAnswered') ? n : 0), 0);
  tally.demand(missed === counted, `${missed} offers were not answered by the log, ${counted} by the tables`);
}

/** Each stored item is as its newest event has it; each item that its events leave open is stored. */
function judgeItems(events: readonly BridgeEvent[], { callbacks }: StoredDesk, tally: Tally): void {
  const newest = new Map<string, BridgeEvent>();
  const due = new Set<string>();
  for (const event of events) {
    if (!event.type.startsWith('callback-')) continue;
    const { id } = (event.data as { readonly callback: { readonly id: string } }).callback;
    newest.set(id, event);
    if (event.type !== 'callback-due') continue;
    if (due.has(id)) tally.count('doubled', `${id} is due twice`);
    due.add(id);
  }
  const stored = new Map(callbacks.map((item) => [item.id, item]));
  for (const item of callbacks) {
    const event = newest.get(item.id);
    if (event === undefined || !due.has(item.id)) {
      tally.count('false', `${item.id} is owed, and no event says so`);
      continue;
    }
    const { callback } = event.data as { readonly callback: unknown };
    tally.demand(
      isDeepStrictEqual(plain(callbackView(item)), callback),
      `${item.id} is stored as another than ${event.id} has it`,
    );
    tally.demand(
      (item.done !== null) === (event.type === 'callback-done'),
      `${item.id}: ${event.type} is its newest event, and it is ${item.done === null ? 'open' : 'closed'}`,
    );
  }
  for (const [id, { type }] of newest)
    if (type !== 'callback-done' && !stored.has(id))
      tally.count('missing', `${id} is open by the log, and not stored`);
}

/** What a call counts, by the row and column, as `docs/statistics.md` says. */
function countsOf({ visits, segments, offers }: Omit<CallStory, 'callId'>): [key: string, amount: number][] {
  const counts: [string, number][] = [];
  for (const { queue, joined, how } of visits) {
    const row = rowOf('queue', queue.id, joined.at, QUARTER_MS);
    counts.push([`${row} offered`, 1]);
    if (how !== null) counts.push([`${row} ${how === 'flowed-out' ? 'flowedOut' : how}`, 1]);
  }
  for (const { extension, placed, from } of segments)
    counts.push([`${rowOf('agent', extension, from.at, HOUR_MS)} ${placed ? 'placed' : 'answered'}`, 1]);
  for (const { extension, outcome, at } of offers)
    if (outcome === 'not-answered') counts.push([`${rowOf('agent', extension, at, HOUR_MS)} notAnswered`, 1]);
  return counts;
}

function rowOf(of: 'queue' | 'agent', name: string, at: number, slotMs: number): string {
  const local = at + VIETNAM_MS;
  const day = new Date(local).toISOString().slice(0, 10);
  return `${day} ${of} ${name} ${Math.floor((local % DAY_MS) / slotMs)}`;
}

/** As the log has it: JSON leaves out what is undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The columns that count calls, and neither times nor waits. */
const COUNTED = {
  queue: new Set(['offered', 'answered', 'abandoned', 'flowedOut', 'unknown']),
  agent: new Set(['answered', 'placed', 'notAnswered']),
};
/** Vietnam has no summer time. */
const VIETNAM_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
