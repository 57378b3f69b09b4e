import { drawHabits } from '../../simulator/draw-habits.js';
import { simulateDay } from '../support/day.js';
type Drawn = { engine: Record<string, unknown>; habits: Record<string, unknown>; quirks: Record<string, unknown> };
const calls = Number(process.argv[2] ?? 150);
const filter = process.argv[3];
const done = new Map<string, number>();
for (let seed = 1; seed <= 60; seed++) {
  const drawn = drawHabits(seed) as unknown as Drawn;
  for (const group of ['engine', 'habits', 'quirks'] as const)
    for (const [habit, value] of Object.entries(drawn[group] ?? {})) {
      const key = `${group}.${habit}`;
      if (filter !== undefined && !key.includes(filter)) continue;
      if (value === false || value === 0 || value === undefined || value === null || (done.get(key) ?? 0) >= 2) continue;
      done.set(key, (done.get(key) ?? 0) + 1);
      try {
        const day = simulateDay({ seed, traffic: { totalCalls: calls, callsPerHour: 1500, firstCallAfterMs: 500 }, tailMs: 120_000, maxPolls: 6_000, [group]: { [habit]: value } } as never);
        const { report: r } = day;
        const why = new Map<string, number>();
        for (const kind of ['missing', 'doubled', 'invented', 'misreported'] as const)
          for (const f of r[kind]) { const k = `${kind} ${f.type} ${f.reason.replace(/\d+/g, 'N')}`; why.set(k, (why.get(k) ?? 0) + 1); }
        console.log(`${r.ok ? 'ok ' : 'NOT'} ${key}=${JSON.stringify(value)} seed ${seed}: mi ${r.missing.length} do ${r.doubled.length} in ${r.invented.length} mis ${r.misreported.length} alive ${day.state.calls.size}`, [...why].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([k, n]) => `${n}x ${k}`).join(' | '));
      } catch (e) { console.log('ERR', key, (e as Error).message.slice(0, 200)); }
    }
}
