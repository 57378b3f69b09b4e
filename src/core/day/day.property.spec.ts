import fc from 'fast-check';
import { DeskHistory } from '../../../test/support/desk-history.js';
import { drained, longestGapAround, polls } from '../../../test/support/drawn-polls.js';
import { T0 } from '../../../test/support/history.js';
import { DEFAULT_DESK_RULES } from '../desk-rules.js';
import type { DeskDelta } from '../desk-state.js';
import { Calendar } from './calendar.js';
import { AGENT } from './columns.js';
import { DayNumbers } from './day-numbers.js';
import { countsOf } from './story-counts.js';

const rules = { calendar: new Calendar(DEFAULT_DESK_RULES.timeZone), shortAbandonMs: 5_000 };
const numbers = new DayNumbers(DEFAULT_DESK_RULES);
const DAYS = { from: T0 - 86_400_000, to: T0 + 2 * 86_400_000, by: 'day' } as const;

describe('for any history of polls', () => {
  test('cut anywhere by a restart, it gives the same stories, records and tallies', () => {
    fc.assert(
      fc.property(polls, fc.array(fc.boolean(), { maxLength: 30 }), (drawn, cuts) => {
        const [straight, cut] = [new DeskHistory(), new DeskHistory()];
        const all = drained(drawn);
        for (const [nth, poll] of all.entries()) {
          // A longer gap is not watched where the owner has changed: that is the one difference that there may be.
          if (cuts[nth] === true && longestGapAround(nth, all) < 10) cut.restart();
          expect(comparable(cut.poll(poll))).toEqual(comparable(straight.poll(poll)));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('every entry into a queue is answered, abandoned, flowed out, unknown or still there, at every poll', () => {
    fc.assert(
      fc.property(polls, (drawn) => {
        const history = new DeskHistory();
        for (const poll of drained(drawn)) {
          history.poll(poll);
          const live = [...history.live.stories].flatMap(({ visits }) => visits);
          const recorded = [...history.records.values()].flatMap(({ story }) => story.visits);
          const rows = numbers.queues({ days: history.days, live: history.live }, DAYS);
          const sum = (of: (row: (typeof rows)[number]) => number) =>
            rows.reduce((all, row) => all + of(row), 0);
          expect(sum(({ offered }) => offered)).toBe(live.length + recorded.length);
          expect(sum(({ waiting }) => waiting)).toBe(live.filter(({ left }) => left === null).length);
          for (const {
            serviceLevel: { inTime },
            answered,
            shortAbandons,
            abandoned,
          } of rows) {
            expect(inTime.least).toBeLessThanOrEqual(inTime.most);
            expect(inTime.most).toBeLessThanOrEqual(answered);
            expect(shortAbandons).toBeLessThanOrEqual(abandoned);
          }
        }
        expect([...history.live.stories]).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('the tables hold what the records say, no more and no less', () => {
    fc.assert(
      fc.property(polls, (drawn) => {
        const history = new DeskHistory();
        for (const poll of drained(drawn)) history.poll(poll);
        const expected = new Map<string, number>();
        for (const { story, view } of history.records.values()) {
          const { earliest, latest, certainty } = view.observed;
          const ended = {
            at: Date.parse(view.endedAt!),
            earliest: earliest === null ? null : Date.parse(earliest),
            latest: Date.parse(latest),
            certainty,
          };
          for (const { day, row, add } of countsOf(story, ended, rules))
            for (const [column, amount] of add) {
              const key = `${day} ${row.of} ${row.name} ${row.slot} ${column}`;
              expected.set(key, (expected.get(key) ?? 0) + amount);
            }
        }
        const stored = new Map<string, number>();
        for (const { day, rows } of history.days)
          for (const { row, counts } of rows)
            for (const [column, amount] of counts.entries()) {
              const isOfStory = row.of === 'queue' || (row.of === 'agent' && column < AGENT.ringing);
              if (isOfStory && amount !== 0)
                stored.set(`${day} ${row.of} ${row.name} ${row.slot} ${column}`, amount);
            }
        expect(stored).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('every time lies in its window, and nothing ends before it begins', () => {
    fc.assert(
      fc.property(polls, (drawn) => {
        const history = new DeskHistory();
        for (const poll of drained(drawn)) history.poll(poll);
        for (const { story } of history.records.values()) {
          const spans = [
            ...story.visits.map(({ joined, left }) => [joined, left] as const),
            ...story.segments.map(({ from, to }) => [from, to] as const),
          ];
          for (const [from, to] of spans) {
            for (const time of [from, to!]) {
              expect(time.at).toBeLessThanOrEqual(time.latest);
              if (time.earliest !== null) expect(time.earliest).toBeLessThanOrEqual(time.at);
            }
            expect(to!.at).toBeGreaterThanOrEqual(from.at);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('an extension that is known is in one state at any time', () => {
    fc.assert(
      fc.property(polls, (drawn) => {
        const history = new DeskHistory();
        const since = new Map<string, number>();
        for (const poll of drawn) {
          history.poll(poll);
          for (const { extension } of history.live.agents)
            if (!since.has(extension)) since.set(extension, history.live.at);
          for (const { agent, inState } of numbers.agents({ days: history.days, live: history.live }, DAYS)) {
            const known = since.get(agent.extension);
            const all = Object.values(inState).reduce((sum, ms) => sum + ms, 0);
            expect(all).toBe(known === undefined ? 0 : history.live.at - known);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** A new owner notes names again; the rest is the same. */
function comparable({ stories, records, tallies, agents }: DeskDelta) {
  const sums = tallies.flatMap(({ day, row, add }) =>
    add.map(([column, amount]) => [day, row.of, row.name, row.slot, column, amount].join(' ')),
  );
  return { stories, records, agents, sums: sums.sort() };
}
