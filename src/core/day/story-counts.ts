import type { Instant } from '../model/observation.js';
import { type Calendar, HOUR_MS, QUARTER_MS } from './calendar.js';
import { AGENT, QUEUE, WAIT_AT_LEAST, WAIT_AT_MOST } from './columns.js';
import { spanBetween } from './known-time.js';
import type { CallStory, EndedOffer, KnownTime, QueueVisit, TalkSegment } from './story.js';
import type { TallyRow } from './tally.js';
import { bucketOf } from './waits.js';

/** What a story adds to the tables of the days: `columns.ts` says what each column counts. */

/** What is added to one row. */
export interface Counts {
  readonly day: string;
  readonly row: TallyRow;
  readonly add: ReadonlyMap<number, number>;
}

export interface CountingRules {
  readonly calendar: Calendar;
  readonly shortAbandonMs: number;
}

/** A story, or a part of one. */
export type Counted = Pick<CallStory, 'visits' | 'segments' | 'offers'>;

/**
 * Each row once. A visit that goes on is only offered, and of a segment that goes on there is only that it began.
 *
 * @param ended when the call ended; null if it goes on, or when it ended is not known
 */
export function countsOf(story: Counted, ended: KnownTime | null, rules: CountingRules): readonly Counts[] {
  const counts = new CountsByRow();
  const { visits, segments, offers } = story;
  for (const [nth, visit] of visits.entries())
    countVisit(counts, visit, visits[nth + 1] ?? null, ended, rules);
  for (const segment of segments) countSegment(counts, segment, rules);
  for (const offer of offers) countOffer(counts, offer, rules);
  return counts.all();
}

function countVisit(
  counts: CountsByRow,
  visit: QueueVisit,
  next: QueueVisit | null,
  ended: KnownTime | null,
  { calendar, shortAbandonMs }: CountingRules,
): void {
  const { queue, joined, left, how } = visit;
  const of = quarterOf(calendar, 'queue', queue.id, joined.at);
  counts.add(of, QUEUE.offered, 1);
  if (left === null || how === null) return;
  const wait = spanBetween(joined, left);
  switch (how) {
    case 'answered': {
      counts.add(of, QUEUE.answered, 1);
      if (wait.most !== null) counts.add(of, WAIT_AT_MOST + bucketOf(wait.most), 1);
      counts.add(of, WAIT_AT_LEAST + bucketOf(wait.least), 1);
      addMean(counts, of, wait.ms, [QUEUE.waitMs, QUEUE.waitsKnown, QUEUE.waitsUnknown]);
      const talked = next?.joined ?? ended;
      const columns = [QUEUE.talkMs, QUEUE.talksKnown, QUEUE.talksUnknown] as const;
      if (talked !== null) addMean(counts, of, spanBetween(left, talked).ms, columns);
      return;
    }
    case 'abandoned':
      counts.add(of, QUEUE.abandoned, 1);
      if (wait.most !== null && wait.most < shortAbandonMs) counts.add(of, QUEUE.shortAbandons, 1);
      return;
    case 'flowed-out':
      counts.add(of, QUEUE.flowedOut, 1);
      return;
    case 'unknown':
      counts.add(of, QUEUE.unknown, 1);
  }
}

function countSegment(
  counts: CountsByRow,
  { extension, placed, from, to }: TalkSegment,
  { calendar }: CountingRules,
): void {
  const of = hourOf(calendar, extension, from.at);
  counts.add(of, placed ? AGENT.placed : AGENT.answered, 1);
  if (to === null) return;
  addMean(counts, of, spanBetween(from, to).ms, [AGENT.talkMs, AGENT.talksKnown, AGENT.talksUnknown]);
}

function countOffer(counts: CountsByRow, offer: EndedOffer, { calendar }: CountingRules): void {
  if (offer.outcome !== 'not-answered') return;
  counts.add(hourOf(calendar, offer.extension, offer.at), AGENT.notAnswered, 1);
}

function addMean(
  counts: CountsByRow,
  of: RowOfDay,
  ms: number | null,
  [sum, known, unknown]: readonly [sum: number, known: number, unknown: number],
): void {
  if (ms === null) return counts.add(of, unknown, 1);
  counts.add(of, sum, ms);
  counts.add(of, known, 1);
}

export interface RowOfDay {
  readonly day: string;
  readonly row: TallyRow;
}

export function quarterOf(calendar: Calendar, of: 'queue' | 'source', name: string, at: Instant): RowOfDay {
  const { day, from } = calendar.dayAt(at);
  return { day, row: { of, name, slot: Math.floor((at - from) / QUARTER_MS) } };
}

export function hourOf(calendar: Calendar, extension: string, at: Instant): RowOfDay {
  const { day, from } = calendar.dayAt(at);
  return { day, row: { of: 'agent', name: extension, slot: Math.floor((at - from) / HOUR_MS) } };
}

/** Adds up what is added to each row. */
export class CountsByRow {
  readonly #rows = new Map<string, AddedRow>();
  /** The row that was added to last: what is counted of one thing comes together. */
  #last: { readonly of: RowOfDay; readonly row: AddedRow } | null = null;

  add(of: RowOfDay, column: number, amount: number): void {
    if (amount === 0) return;
    if (this.#last?.of !== of) this.#last = { of, row: this.#rowOf(of) };
    const { add } = this.#last.row;
    add.set(column, (add.get(column) ?? 0) + amount);
  }

  #rowOf({ day, row }: RowOfDay): AddedRow {
    const key = `${day} ${row.of} ${row.slot} ${row.name}`;
    let known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, (known = { day, row, add: new Map() }));
    return known;
  }

  all(): readonly Counts[] {
    return [...this.#rows.values()];
  }
}

interface AddedRow extends RowOfDay {
  readonly add: Map<number, number>;
}
