import { mkdir, writeFile } from 'node:fs/promises';
import { ROOT } from '../support/root.js';
import type { Outcome } from './run.js';

/** What came of all rows, for people (a Markdown table) and for programs (JSON). */
export interface ChaosReport {
  readonly seed: string;
  readonly form: 'short' | 'long';
  readonly outcomes: readonly Outcome[];
}

const FOLDER = new URL('chaos-report/', ROOT);

export function table({ seed, form, outcomes }: ChaosReport): string {
  const rows = outcomes.map(({ row, fault, tally, seconds }) =>
    [
      row,
      fault,
      tally.injected,
      tally.expected,
      tally.missing,
      tally.doubled,
      tally.false,
      `${seconds.toFixed(0)} s`,
      tally.notes.join('; '),
    ].join(' | '),
  );
  const sum = (kind: 'sigkill' | 'failover' | 'drop') =>
    outcomes.reduce((total, { tally }) => total + tally.kinds[kind], 0);
  return [
    '| row | fault | times injected | events expected | missing | doubled | false | took | figures |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
    `${sum('sigkill')} SIGKILLs, ${sum('failover')} fail-overs, ${sum('drop')} dropped client connections; ` +
      `${form} form, seed ${seed}.`,
  ].join('\n');
}

/** Writes `chaos-report/report.md` and `report.json`. */
export async function writeReport(report: ChaosReport): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(new URL('report.md', FOLDER), `${table(report)}\n`);
  await writeFile(new URL('report.json', FOLDER), `${JSON.stringify(report, null, 2)}\n`);
}
