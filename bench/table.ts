import { hasGoal, isMet, type PeerRatio, type Row } from './measure.js';

/** The rows as an aligned table, and below it the reasons for what was missed. */
export function table(rows: readonly Row[]): string {
  const head = ['what', 'ratio', 'of', 'goal', '', 'of the peers', 'medians (p10–p90)'];
  const body = rows.map((row) => [
    row.what,
    ratioText(row.ratio),
    row.of,
    row.goal === null ? '' : `≤ ${row.goal}`,
    verdict(row),
    (row.peers ?? []).map(peerText).join(', '),
    row.detail,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column]!.length)));
  const lines = [head, ...body].map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...missed(rows)].join('\n');
}

export function verdict(row: Row): string {
  if (!hasGoal(row)) return '';
  return isMet(row) ? 'met' : 'MISSED';
}

export function ratioText(ratio: number): string {
  return ratio.toFixed(ratio < 0.1 ? 4 : 2);
}

export function peerText({ name, ratio, goal }: PeerRatio): string {
  return `${ratioText(ratio)} of ${name}${goal === null ? '' : ` (≤ ${goal})`}`;
}

function missed(rows: readonly Row[]): string[] {
  const misses = rows.filter((row) => hasGoal(row) && !isMet(row));
  const reasons = misses.map(({ what, miss }) => `  ${what}: ${miss ?? 'not explained'}`);
  return misses.length === 0 ? ['', 'All goals met.'] : ['', 'Missed:', ...reasons];
}
