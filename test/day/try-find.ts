import { drawHabits } from '../../simulator/draw-habits.js';
import { simulateDay } from '../support/day.js';
const [seedText, which, pattern, callsText] = process.argv.slice(2);
const drawn = drawHabits(Number(seedText)) as any; const options: any = {};
for (const part of (which ?? 'none').split(',')) { if (part === 'none') continue; if (part === 'all') Object.assign(options, drawn); else { const [g, h] = part.split('.'); (options[g!] ??= {})[h!] = drawn[g!][h!]; } }
const day = simulateDay({ seed: Number(seedText), traffic: { totalCalls: Number(callsText ?? 100), callsPerHour: 1500, firstCallAfterMs: 500 }, tailMs: 120_000, maxPolls: 8_000, ...options } as never);
for (const kind of ['missing', 'doubled', 'invented', 'misreported'] as const) for (const f of day.report[kind]) if (new RegExp(pattern ?? '.').test(`${kind} ${f.type} ${f.reason}`)) console.log(kind, f.type, f.callKey, f.extension ?? '', (((f.at ?? 0) - Date.UTC(2026, 2, 2, 1)) / 1000).toFixed(2), f.reason);
