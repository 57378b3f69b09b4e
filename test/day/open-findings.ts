import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Report } from '../../simulator/judge-report.js';
import { findingsOf } from './days-tally.js';

/**
 * What the judge still finds wrong of each fixed day: mistakes that are known and not yet mended. A new one fails, and so does
 * one that is listed but mended: the commit that mends it takes it from `open-findings.json`.
 */
const OPEN = JSON.parse(readFileSync(new URL('open-findings.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;

export function expectOnlyOpenFindings(name: string, report: Report): void {
  const found = findingsOf(report).map(
    ({ kind, finding: { type, callKey, callId, reason } }) =>
      `${kind} ${type} of ${callKey ?? callId}: ${reason}`,
  );
  expect({ name, found }).toEqual({ name, found: OPEN[name] ?? [] });
}
