import { drawHabits } from '../../simulator/draw-habits.js';
import { simulateDay } from '../support/day.js';
const args = process.argv.slice(2);
const [from, to] = (args[0] ?? '1-1').split('-').map(Number) as [number, number];
const calls = Number(args[1] ?? 200);
const only = args[2];
const show = Number(args[3] ?? 3);
const interval = Number(args[4] ?? 1000);
const counts = new Map<string, { n: number; ex: string[] }>();
let ok = 0;
const tot = { expected: 0, matched: 0, statements: 0, missing: 0, doubled: 0, invented: 0, misreported: 0, excused: 0 };
for (let seed = from; seed <= (to ?? from); seed++) {
  const drawn = drawHabits(seed) as unknown as { engine: Record<string, unknown>; habits: object; quirks: object };
  const options = only === 'none' ? {} : only !== undefined && only !== 'all' ? { engine: Object.fromEntries(only.split(',').map((h) => [h, drawn.engine[h]])) } : drawn;
  const t = Date.now();
  const day = simulateDay({ seed, traffic: { totalCalls: calls, callsPerHour: 1500, firstCallAfterMs: 500 }, tailMs: 120_000, maxPolls: 20_000, intervalMs: interval, ...options } as never);
  const { report } = day;
  for (const kind of ['missing', 'doubled', 'invented', 'misreported'] as const) {
    tot[kind] += report[kind].length;
    for (const f of report[kind]) {
      const key = `${kind} ${(f as { event?: string; type?: string }).type ?? (f as { event?: string }).event ?? ''} ${f.reason.replace(/\d+/g, 'N')}`;
      const c = counts.get(key) ?? { n: 0, ex: [] };
      c.n++;
      if (c.ex.length < show) c.ex.push(`seed ${seed} ${JSON.stringify(f).slice(0, 400)}`);
      counts.set(key, c);
    }
  }
  tot.expected += report.expected; tot.matched += report.matched; tot.statements += report.statements;
  if (report.ok) ok++;
  console.log(`seed ${seed} ${report.ok ? 'ok' : 'NOT'} exp ${report.expected} matched ${report.matched} missing ${report.missing.length} doubled ${report.doubled.length} invented ${report.invented.length} mis ${report.misreported.length} forgiven ${JSON.stringify((report.forgiven as { byReason: object }).byReason)} unseen ${JSON.stringify((report.unseen as { byReason: object }).byReason)} stm ${report.statements} polls ${day.pollCount} alive ${day.state.calls.size} ${Date.now() - t}ms`);
}
console.log(ok, JSON.stringify(tot));
for (const [key, { n, ex }] of [...counts].sort((a, b) => b[1].n - a[1].n)) { console.log(n, key); for (const e of ex) console.log('     ', e); }
