import fc from 'fast-check';
import { ENDED_MEMORY_MS } from '../../src/core/model/call.js';
import type { ObservedLeg, ObservedQueueEntry } from '../../src/core/model/observation.js';
import { entry, leg, number, type Poll, T0 } from './history.js';

/** Polls of rows that change at random, as `reconcile.property.spec.ts` draws them. */
const MOBILES = ['0914237383', '0987654321', 'anonymous'];

const legRow: fc.Arbitrary<ObservedLeg> = fc
  .record({
    ext: fc.constantFrom('101', '102', '103'),
    callId: fc.constantFrom('a', 'b', 'q1', 'q2'),
    signal: fc.constantFrom('ringing', 'answered', 'unclear'),
    direction: fc.constantFrom('inbound', 'inbound', 'outbound', 'local'),
    mobile: fc.constantFrom(...MOBILES),
    startedAt: fc.constantFrom(null, T0 - 60_000, T0 + 5_000),
  })
  .map(({ mobile, ...fields }) => leg({ ...fields, customer: number(mobile) }));

const entryRow: fc.Arbitrary<ObservedQueueEntry> = fc
  .record({
    mobile: fc.constantFrom(...MOBILES),
    queueId: fc.constantFrom('sales', 'support'),
    joinedAt: fc.constantFrom(T0 - 70_000, T0, T0 + 10_000),
    agentName: fc.constantFrom(null, 'agent-101'),
    status: fc.constantFrom('waiting', 'trying', 'answered', 'abandoned', 'unknown'),
    rejoinedAt: fc.constantFrom(null, null, T0 + 15_000),
    abandonedAt: fc.constantFrom(null, T0 + 12_000, T0 + 20_000),
    bridgedAt: fc.constantFrom(null, T0 + 11_000),
    callId: fc.constantFrom('q1', 'q2', null),
  })
  .map((fields) => entry(fields as Partial<ObservedQueueEntry>));

const rowsOf = <Row>(row: fc.Arbitrary<Row>) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.array(row, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(row, { maxLength: 3 }).map((partial) => ({ partial })) },
    { weight: 1, arbitrary: fc.constant({ failed: 'HTTP 502' }) },
  );

/** An id that the PBX gives again after an hour names another call, under the same `callId`: no uuid is given again. */
const LONGEST_S = ENDED_MEMORY_MS / 1_000 - 60;

export const polls: fc.Arbitrary<Poll[]> = fc
  .array(
    fc.record({
      legs: rowsOf(legRow),
      entries: rowsOf(entryRow),
      idle: fc.subarray(['101', '102', '103']),
      repeat: fc.boolean(),
      wait: fc.constantFrom(1, 1, 1, 2, 5, 300, 1_000),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((drawn) => {
    let at = 0;
    const kept: Poll[] = [];
    for (const { repeat, wait, ...poll } of drawn) {
      at += at + wait < LONGEST_S ? wait : 1;
      kept.push({ ...(repeat && kept.length > 0 ? kept.at(-1)! : poll), at });
    }
    return kept;
  });

/** Complete and empty polls, which end all calls that are left. */
export function drained(given: readonly Poll[]): readonly Poll[] {
  const last = given.at(-1)!.at!;
  return [...given, ...[1, 2, 3, 15, 16, 17].map((more) => ({ at: last + more }))];
}

/** The seconds between the complete answers before and after the restart before a poll, of the endpoint that has most of them. */
export function longestGapAround(nth: number, all: readonly Poll[]): number {
  return Math.max(gapAround(nth, 'legs', all), gapAround(nth, 'entries', all));
}

/** 0 where there is none before. */
function gapAround(nth: number, rows: 'legs' | 'entries', all: readonly Poll[]): number {
  const isComplete = (poll: Poll) => poll[rows] === undefined || Array.isArray(poll[rows]);
  const before = all.slice(0, nth).findLast(isComplete);
  return before === undefined ? 0 : all.slice(nth).find(isComplete)!.at! - before.at!;
}
