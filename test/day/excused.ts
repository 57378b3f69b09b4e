import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { MOST_EXCUSED } from '../../simulator/judge-reasons.js';
import type { Report } from '../../simulator/judge-report.js';

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
  { unseen, forgiven, statements }: Report,
  { losesPolls = false }: { readonly losesPolls?: boolean } = {},
): void {
  const counts: Record<string, number> = {};
  for (const { byReason } of [unseen, forgiven])
    for (const [reason, count] of Object.entries(byReason)) counts[reason] = (counts[reason] ?? 0) + count;
  const allowed = ALLOWED[name] ?? {};
  const more = Object.entries(counts).filter(([reason, count]) => count > (allowed[reason] ?? 0));
  expect({ name, more }).toEqual({ name, more: [] });
  const excused = forgiven.count + (losesPolls ? 0 : unseen.count);
  expect(excused / statements).toBeLessThanOrEqual(MOST_EXCUSED);
}
