import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { MOST_EXCUSED } from '../../simulator/judge-reasons.js';
import type { Report } from '../../simulator/judge-report.js';
import { excusesOf } from './days-tally.js';

/**
 * What the judge may excuse of each fixed day, by reason. The numbers may fall and never rise: a commit that makes the bridge or the
 * judge excuse more says why, and changes `excused.json`.
 */
const ALLOWED = JSON.parse(readFileSync(new URL('excused.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, number>>>
>;

/** `losesPolls`: what only lost polls showed is not seen, and counts by its own number, but not towards the share. */
export function expectNotMoreExcused(
  name: string,
  report: Report,
  { losesPolls = false }: { readonly losesPolls?: boolean } = {},
): void {
  expect({ name, more: moreExcused(report, ALLOWED[name]) }).toEqual({ name, more: [] });
  const { unseen, forgiven, statements } = report;
  const excused = forgiven.count + (losesPolls ? 0 : unseen.count);
  expect(excused / statements).toBeLessThanOrEqual(MOST_EXCUSED);
}

/** The reasons that excused more of the day than is allowed. */
export function moreExcused(
  report: Report,
  allowed: Readonly<Record<string, number>> = {},
): [reason: string, times: number][] {
  return Object.entries(excusesOf(report)).filter(([reason, times]) => times > (allowed[reason] ?? 0));
}
