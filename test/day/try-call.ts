import { drawHabits } from '../../simulator/draw-habits.js';
import { simulateDay } from '../support/day.js';
const [seedText, which, key] = process.argv.slice(2);
const seed = Number(seedText);
const drawn = drawHabits(seed) as any;
const options: any = {};
for (const part of (which ?? 'none').split(',')) { if (part === 'none') continue; if (part === 'all') Object.assign(options, drawn); else { const [g, h] = part.split('.'); (options[g!] ??= {})[h!] = drawn[g!][h!]; } }
const calls = Number(process.argv[5] ?? 150);
const day = simulateDay({ seed, traffic: { totalCalls: calls, callsPerHour: 1500, firstCallAfterMs: 500 }, tailMs: 120_000, maxPolls: 8_000, ...options } as never);
const t = (ms: number | null | undefined) => (ms == null ? '-' : ((ms - Date.UTC(2026, 2, 2, 1)) / 1000).toFixed(2));
for (const k of key!.split(',')) {
  const call: any = day.world.truth.find((c: any) => c.callKey === k || c.key === k);
  console.log(JSON.stringify({ ...call, sightings: undefined, events: undefined }, (kk, v) => (/At$/.test(kk) && typeof v === 'number' ? t(v) : v)).slice(0, 1200));
  for (const e of call.events) console.log('   truth', t(e.at), e.type, e.extension ?? '', e.outcome ?? '', e.part ?? '');
  for (const s of call.sightings) console.log('   seen', s.endpoint, s.extension ?? s.queueId?.slice(0, 6), s.part ?? '', t(s.from), t(s.to), s.states.map((x: any) => `${t(x.at)} ${x.state}`).join(', '), (s.ids ?? []).map((i: any) => `${i.id?.slice?.(0, 4)}@${t(i.at)}${i.phantom ? '!' : ''}`).join(' '), `lower ${s.role ?? ''}`);
  for (const kind of ['missing', 'doubled', 'invented', 'misreported'] as const) for (const f of day.report[kind]) if (f.callKey === k) console.log('   !!', kind, f.type, t(f.at), f.reason);
  const ids = new Set(call.upstreamIds);
  const subjects = new Set(day.events.filter((e: any) => e.type.startsWith('call-') && (ids.has(e.subject.replace(/~\d+$/, '')) || e.data.upstreamIds.some((i: string) => ids.has(i)))).map((e) => e.subject));
  for (const e of day.events as any[]) if (subjects.has(e.subject)) { const d = e.data; console.log('   ev', t(Date.parse(e.time)), e.type, e.subject.slice(0, 6), d.offer ? `${d.offer.extension}/${d.offer.outcome}` : '', d.outcome ?? '', d.observed.certainty, `[${t(d.observed.earliest && Date.parse(d.observed.earliest))}..${t(Date.parse(d.observed.latest))}]`, `ag=${d.agent?.extension}/${d.agent?.name}`, `ext=${d.extensions.map((x: any) => x.extension + ':' + x.state)}`, `rec ${t(Date.parse(e.recordedtime))} s=${t(Date.parse(d.startedAt))} a=${t(d.answeredAt && Date.parse(d.answeredAt))} cust=${d.customer?.raw} hot=${d.hotline?.raw} link=${d.linkedCallIds.map((x: string) => x.slice(0, 4))} ${d.transferredFrom?.extension ?? ''}`); }
}
