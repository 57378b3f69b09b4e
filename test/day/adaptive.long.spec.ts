import { afterAll, describe, expect, it } from '@jest/globals';
import { median, mean } from '../support/numbers.js';
import { type PacedDay, pacedDay } from '../support/paced-day.js';
import { expectOnlyOpenFindings } from './open-findings.js';

/**
 * Compares adaptive polling with fixed intervals, in virtual time and so the same on every machine: a call centre's
 * morning, from quiet to its busiest hour. `npm run bench -- adaptive` has the whole day.
 */
const MORNING = {
  // Seven to ten in Vietnam.
  startAt: Date.UTC(2026, 2, 2, 0),
  durationMs: 3 * 3_600_000,
  traffic: { profile: 'office' as const, callsPerHour: 240 },
};
const summaries: string[] = [];

function fixed(intervalMs: number): PacedDay {
  return pacedDay({ ...MORNING, pace: { intervalMs, adaptive: null } });
}

function adaptive(budgetPerHour: number): PacedDay {
  const bounds = { minIntervalMs: 250, maxIntervalMs: 2_000, budgetPerHour };
  return pacedDay({ ...MORNING, pace: { intervalMs: 1_000, adaptive: bounds } });
}

/** A fixed interval that costs at least as many requests. */
const asExpensive = ({ requestsPerHour }: PacedDay) => fixed(7_200_000 / requestsPerHour);

describe('adaptive polling', () => {
  afterAll(() => console.log(summaries.join('\n')));

  it.each([
    ['with its defaults', 0],
    ['with a budget', 5_400],
  ])('%s hears of answers about twice as soon as a fixed interval for the same requests', (name, budget) => {
    const ours = adaptive(budget);
    const theirs = asExpensive(ours);
    const [mine, other] = [ours, theirs].map(({ delays }) => delays['call-answered'].seen);
    summaries.push(
      `${name}: ${ours.requestsPerHour.toFixed(0)} requests an hour, answers after ${mean(mine!).toFixed(0)} ms; ` +
        `fixed: ${theirs.requestsPerHour.toFixed(0)} requests, after ${mean(other!).toFixed(0)} ms`,
    );
    // A morning on which little happened proves little.
    expect(mine!.length).toBeGreaterThan(100);
    expect(ours.requestsPerHour).toBeLessThanOrEqual(theirs.requestsPerHour);
    // Open: 0.507 with a budget since legs are DOWN before they ring; 0.5 is the goal.
    expect(mean(mine!) / mean(other!)).toBeLessThanOrEqual(0.52);
    expect(median(mine!) / median(other!)).toBeLessThanOrEqual(0.52);
    // Open: with a budget an offer is heard of 1 % later than at the fixed interval.
    expect(mean(ours.delays['call-offered'].seen)).toBeLessThan(
      1.02 * mean(theirs.delays['call-offered'].seen),
    );
    if (budget > 0) expect(ours.busiestHour).toBeLessThanOrEqual(budget);
    expectOnlyOpenFindings(`adaptive ${name}`, ours.report);
    expectOnlyOpenFindings(`as many requests as adaptive ${name}`, theirs.report);
  });
});
