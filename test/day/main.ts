import { parseArgs } from 'node:util';
import { deskLines, deskPaceOf, isDeskRight, judgedDesk } from '../desk/desk-day.js';
import { callStory } from './call-story.js';
import { DaysTally, FINDING_KINDS, excusesOf } from './days-tally.js';
import { type DrawnDay, PACE_NAMES, PACES, paceOf, simulateDrawn } from './drawn-day.js';

const HELP = `npm run days -- [options]

Runs days whose PBX, pace and misfortunes are drawn from their seed, and prints what the judge finds of each and of all.

  --seeds A-B     default 1-10
  --calls N       calls of a day, default 200
  --pace NAME     instead of the drawn one: ${PACE_NAMES.join(', ')}
  --only HABITS   only these of the habits that each seed draws, as engine.pickup,habits.hold; polled every second unless --pace
                  is given
  --show CALL     the truth, the rows and the events of one call of the first seed, as call-12

  --desk          days of a desk: what customers and agents do about abandoned calls, with people, outages and midnight,
                  and what the judges of call-backs, thresholds and numbers find
  --plain         with --desk: without the habits of the engine

The exit code is 1 when the judge finds anything.
`;

function main(): void {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1-10' },
      calls: { type: 'string', default: '200' },
      pace: { type: 'string' },
      only: { type: 'string' },
      show: { type: 'string' },
      desk: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { from, to } = seedsOf(values.seeds);
  const calls = wholeNumber('--calls', values.calls);
  const pace = PACE_NAMES.find((name) => name === values.pace) ?? null;
  if (values.pace !== undefined && pace === null)
    throw new Error(`--pace: "${values.pace}" is none of ${Object.keys(PACES).join(', ')}`);
  if (values.desk) return desks({ from, to, calls, pace, isPlain: values.plain, show: values.show ?? null });
  const tally = new DaysTally();
  for (let seed = from; seed <= (values.show === undefined ? to : from); seed++) {
    const drawn: DrawnDay = { seed, calls, pace, only: values.only ?? null };
    const day = simulateDrawn(drawn);
    const { report } = day;
    tally.add(seed, day);
    if (values.show !== undefined) {
      console.log(callStory(day, values.show).join('\n'));
      continue;
    }
    const found = FINDING_KINDS.map((kind) => `${report[kind].length} ${kind}`).join(', ');
    const excused = Object.entries(excusesOf(report)).map(([reason, times]) => `${reason} ${times}`);
    console.log(
      `seed ${seed} (${paceOf(drawn)}): ${report.ok ? 'right' : 'WRONG'}; ${report.statements} statements, ${found}; ` +
        `${day.state.calls.size} still live; excused: ${excused.join(', ') || 'nothing'}`,
    );
  }
  if (values.show === undefined) console.log(tally.lines().join('\n'));
  if (tally.faultyDays > 0) process.exitCode = 1;
}

function desks(given: {
  readonly from: number;
  readonly to: number;
  readonly calls: number;
  readonly pace: DrawnDay['pace'];
  readonly isPlain: boolean;
  readonly show: string | null;
}): void {
  let wrong = 0;
  for (let seed = given.from; seed <= (given.show === null ? given.to : given.from); seed++) {
    const drawn = { ...given, seed };
    const judged = judgedDesk(drawn);
    if (!isDeskRight(judged)) wrong++;
    if (given.show !== null) console.log(callStory(judged.day, given.show).join('\n'));
    else console.log([`seed ${seed} (${deskPaceOf(drawn)}): ${deskLines(judged).join('\n  ')}`].join('\n'));
  }
  if (given.show === null)
    console.log(`${given.to - given.from + 1 - wrong} of ${given.to - given.from + 1} days right`);
  if (wrong > 0) process.exitCode = 1;
}

function seedsOf(text: string): { readonly from: number; readonly to: number } {
  const [first = '', last = first] = text.split('-', 2);
  const [from, to] = [wholeNumber('--seeds', first), wholeNumber('--seeds', last)];
  if (to < from) throw new Error(`--seeds: ${text} ends before it begins`);
  return { from, to };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name}: "${text}" is no whole number above 0`);
  return Number(text);
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
