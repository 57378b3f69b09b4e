import { hasGoal, isMet, type Row } from './measure.js';
import { peerText, ratioText, verdict } from './table.js';

/** What a run has measured, as it is written down. */
export interface Figures {
  /** RFC 3339. */
  readonly takenAt: string;
  readonly node: string;
  readonly took: Readonly<Record<string, Took>>;
  readonly rows: readonly Row[];
}

/** What a measurement has taken. */
export interface Took {
  readonly seconds: number;
  /** Of its usual rounds, that there was time for. */
  readonly share: number;
}

/**
 * A run as one self-contained page: the table, a bar for each ratio against its goal, a plot for each curve. It is light or
 * dark, as the reader's browser is.
 */
export function page({ takenAt, node, rows }: Figures, uplot: { script: string; style: string }): string {
  const curves = rows.filter(({ curve }) => curve !== undefined);
  const data = curves.map(({ what, curve }) => ({ what, curve }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Measurements, ${escaped(takenAt)}</title>
<style>${uplot.style}${STYLE}</style>
</head>
<body>
<h1>Measurements</h1>
<p>${escaped(takenAt)}, Node ${escaped(node)}. Each ratio is one of medians from interleaved runs; a bar ends at the ratio,
the line is the goal. Less is better.</p>
<table>
<thead><tr><th>what<th>ratio<th>of<th>goal<th>against the goal<th>of the peers<th>medians (p10–p90)</tr></thead>
<tbody>
${rows.map(rowMarkup).join('\n')}
</tbody>
</table>
<h2>Growth</h2>
<p>Both axes are logarithmic: a straight line at 45° is linear growth.</p>
<div id="plots"></div>
<script>${uplot.script}</script>
<script>const curves = ${JSON.stringify(data).replaceAll('<', '\\u003c')};
${PLOTS}</script>
</body>
</html>
`;
}

function rowMarkup(row: Row): string {
  const { what, ratio, of, goal, detail, peers = [], miss } = row;
  const missed = hasGoal(row) && !isMet(row);
  const reason = missed && miss !== undefined ? `<br><em>${escaped(miss)}</em>` : '';
  const cells = [
    escaped(what) + reason,
    ratioText(ratio),
    escaped(of),
    goal === null ? '' : `≤ ${goal} ${verdict(row)}`,
    barMarkup(ratio, goal),
    escaped(peers.map(peerText).join(', ')),
    escaped(detail),
  ];
  return `<tr${missed ? ' class="missed"' : ''}>${cells.map((cell) => `<td>${cell}`).join('')}</tr>`;
}

/** The goal stands in the middle, and what is twice the goal or more fills the bar. */
function barMarkup(ratio: number, goal: number | null): string {
  if (goal === null || goal === 0) return '';
  const share = Math.min(1, ratio / goal / 2);
  return `<div class="bar"><i style="width:${(share * 100).toFixed(1)}%"></i></div>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const STYLE = `
:root { --text: #1b1f24; --ground: #fff; --faint: #d6dae0; --good: #1a7f4b; --bad: #c0362c; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --ground: #14171a; --faint: #3a4048; --good: #4cc38a; --bad: #ff7b6b; }
}
body { font: 14px/1.45 system-ui, sans-serif; color: var(--text); background: var(--ground); margin: 2rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--faint); }
td:nth-child(2) { font-variant-numeric: tabular-nums; }
tr.missed td:nth-child(4) { color: var(--bad); font-weight: 600; }
.bar { width: 8rem; height: .9rem; background: linear-gradient(90deg, transparent 49.5%, var(--text) 49.5% 50.5%, transparent 50.5%); }
.bar i { display: block; height: 100%; background: var(--good); opacity: .6; }
tr.missed .bar i { background: var(--bad); }
#plots { display: flex; flex-wrap: wrap; gap: 2rem; }
.u-legend { color: var(--text); }
`;

/** Runs in the page. */
const PLOTS = `
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
const colours = ['#2f7ed8', '#e08a1e', '#7a5cc4', '#3aa76d'];
function draw() {
  const box = document.getElementById('plots');
  box.replaceChildren();
  const axis = (label) => ({ label, stroke: css('--text'), grid: { stroke: css('--faint') }, ticks: { stroke: css('--faint') } });
  for (const { what, curve } of curves) {
    new uPlot({
      title: what, width: 520, height: 340,
      scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
      axes: [axis(curve.of), axis(curve.unit)],
      series: [{ label: curve.of }, ...curve.lines.map(({ name }, index) => ({
        label: name, stroke: colours[index % colours.length], width: 2, points: { show: true },
      }))],
    }, [curve.sizes, ...curve.lines.map(({ values }) => values)], box);
  }
}
draw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
`;
