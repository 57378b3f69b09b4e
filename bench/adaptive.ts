import { mean, quantile } from '../test/support/numbers.js';
import type { Row } from './measure.js';
import { type PacedDay, pacedDay, type MeasuredEvent } from '../test/support/paced-day.js';

/**
 * What adaptive polling wins: one simulated day of a call centre (30 extensions, 240 calls in the busy hour, quiet at
 * night), in virtual time, under fixed intervals and under the adaptive pace. Each adaptive row is followed by the fixed
 * interval that costs as many requests. `unseen` are answers that began and ended between two polls; `wrong` is what
 * the simulator's judge finds lost, doubled, invented or false. The figures do not depend on the machine, so they have a
 * table of their own.
 */
export function adaptiveDay(): Promise<readonly Row[]> {
  console.log(
    line([
      '',
      'requests/h',
      'busiest',
      'answer seen',
      'ring seen',
      'hang-up seen',
      'end seen',
      'unseen',
      'wrong',
    ]),
  );
  console.log(`${' '.repeat(NAME)}${'mean / p50 / p95 in ms of what polls fell into'.padStart(WIDTH * 4)}`);
  for (const intervalMs of [500, 1_000, 2_000]) show(`fixed ${intervalMs} ms`, fixed(intervalMs));
  for (const budgetPerHour of [0, 7_200, 3_600]) {
    const bounds = { minIntervalMs: 250, maxIntervalMs: 2_000, budgetPerHour };
    const ours = pacedDay({ ...DAY, pace: { intervalMs: 1_000, adaptive: bounds } });
    const theirs = fixed(7_200_000 / ours.requestsPerHour);
    show(`adaptive${budgetPerHour === 0 ? '' : `, budget ${budgetPerHour}`}`, ours);
    show('  fixed, as many requests', theirs);
    const ratio = (type: MeasuredEvent, of: (numbers: readonly number[]) => number) =>
      (of(ours.delays[type].seen) / of(theirs.delays[type].seen)).toFixed(2);
    const p50 = (numbers: readonly number[]) => quantile(numbers, 0.5);
    const ratios = TYPES.map((type) => `× ${ratio(type, mean)} / ${ratio(type, p50)}`);
    console.log(line(['  adaptive of fixed', '', '', ...ratios]));
  }
  return Promise.resolve([]);
}

const DAY = {
  durationMs: 24 * 3_600_000,
  seed: 'adaptive',
  traffic: { profile: 'office' as const, callsPerHour: 240 },
};
const TYPES: readonly MeasuredEvent[] = ['call-answered', 'call-offered', 'call-abandoned', 'call-ended'];
const NAME = 26;
const WIDTH = 20;
const NARROW = 8;

function fixed(intervalMs: number): PacedDay {
  return pacedDay({ ...DAY, pace: { intervalMs, adaptive: null } });
}

function show(name: string, { requestsPerHour, busiestHour, delays, report }: PacedDay): void {
  const { missing, doubled, invented, misreported } = report;
  const wrong = [missing, doubled, invented, misreported].reduce((sum, { length }) => sum + length, 0);
  const times = TYPES.map((type) => {
    const { seen } = delays[type];
    return [mean(seen), quantile(seen, 0.5), quantile(seen, 0.95)].map((ms) => ms.toFixed(0)).join(' / ');
  });
  const unseen = delays['call-answered'].unseen;
  const cells = [name, requestsPerHour.toFixed(0), String(busiestHour), ...times];
  console.log(line([...cells, String(unseen), String(wrong)]));
}

function line([name, requests, busiest, ...others]: readonly string[]): string {
  const cells = others.map((cell, column) => cell.padStart(column < TYPES.length ? WIDTH : NARROW));
  return `${name!.padEnd(NAME)}${requests!.padStart(11)}${busiest!.padStart(9)}${cells.join('')}`;
}
