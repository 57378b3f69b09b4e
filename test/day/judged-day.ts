import { expect } from '@jest/globals';
import type { Excuses } from '../../simulator/judge-report.js';
import type { Day } from '../support/day.js';
import { expectOnlyOpenFindings } from './open-findings.js';

/** What the judge found of a day, in one line. */
export function summary(name: string, { world, pollCount, spoiled, restarts, events, report }: Day): string {
  const said = ({ byReason }: Excuses) =>
    Object.entries(byReason)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ') || 'nothing';
  return [
    `${name}: ${world.truth.length} calls, ${pollCount} polls (${spoiled} answers spoiled, ${restarts} restarts), ${events.length} events;`,
    `${report.matched} of ${report.expected} emitted, ${report.missing.length} missing, ${report.doubled.length} doubled,`,
    `${report.invented.length} invented, ${report.misreported.length} misreported;`,
    `not to be seen: ${said(report.unseen)}; excused: ${said(report.forgiven)}; of ${report.statements} statements`,
  ].join(' ');
}

/** Expects that the judge found nothing but what is open, and that the day was one on which it could have. */
export function expectJudgedTrue(name: string, day: Day, calls: number): void {
  expectOnlyOpenFindings(name, day.report);
  expect(day.world.truth).toHaveLength(calls);
  // A day on which few events are demanded proves little.
  expect(day.report.expected).toBeGreaterThan(calls * 3);
  expect(day.state.calls.size).toBe(0);
}
