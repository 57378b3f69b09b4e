import { drawDeskHabits } from '../../simulator/desk-habits.js';
import { drawHabits } from '../../simulator/draw-habits.js';
import { type CallbackVerdict, judgeCallbacks } from '../../simulator/judge-callbacks.js';
import type { DeskEvent, DeskFindings } from '../../simulator/judge-desk-report.js';
import { judgeNumbers } from '../../simulator/judge-numbers.js';
import { judgeThresholds, type ThresholdVerdict } from '../../simulator/judge-thresholds.js';
import { Random } from '../../simulator/random.js';
import type { JudgedRule } from '../../simulator/threshold-callers.js';
import { DayNumbers } from '../../src/core/day/day-numbers.js';
import { DEFAULT_DESK_RULES, type DeskRules } from '../../src/core/desk-rules.js';
import { type Day, type DayOptions, simulateDay } from '../support/day.js';
import { DeskBehind } from '../support/desk-behind.js';
import { PACES, type PaceName } from '../day/drawn-day.js';

/** Days of a desk: the PBX, its customers, the pace, outages and restarts are drawn from the seed, and three judges judge it. */
export interface DrawnDesk {
  readonly seed: number;
  readonly calls: number;
  /** Null: drawn. */
  readonly pace: PaceName | null;
  /** Without the habits of the engine: what remains is the desk's own. */
  readonly isPlain?: boolean;
}

const DAY_MS = 86_400_000;

export interface JudgedDesk {
  readonly day: Day;
  readonly behind: DeskBehind;
  readonly callbacks: CallbackVerdict;
  readonly thresholds: ThresholdVerdict;
  readonly numbers: DeskFindings;
}

const THRESHOLDS = [
  { queue: null, rule: 'waiting', limit: 2 },
  { queue: null, rule: 'longestWait', limit: 12 },
] as const satisfies readonly JudgedRule[];

const RULES: DeskRules = {
  ...DEFAULT_DESK_RULES,
  // Vietnam's quarter to midnight is the day's middle.
  businessHours: [{ days: [1, 2, 3, 4, 5], from: 8 * 60, to: 23 * 60 + 50 }],
  callbackMaxAgeMs: 600_000,
  thresholds: THRESHOLDS,
};
/** Twelve minutes before midnight in Vietnam, on a Monday. */
const BEFORE_MIDNIGHT = Date.UTC(2026, 2, 2, 16, 48);
const DESK_PACES = [
  '1s',
  '200ms',
  '5s',
  'queue-later',
  'faults',
  'restarts',
  'kills',
] as const satisfies readonly PaceName[];

export function deskPaceOf({ seed, pace }: DrawnDesk): PaceName {
  return pace ?? new Random(`desk-pace-${seed}`).pick(DESK_PACES);
}

export function judgedDesk(drawn: DrawnDesk): JudgedDesk {
  const { seed, calls } = drawn;
  const pace = deskPaceOf(drawn);
  const engine = drawn.isPlain === true ? {} : drawHabits(seed);
  const behind = new DeskBehind(RULES, { share: 0.02, seed: String(seed) });
  const options: DayOptions = {
    seed,
    startAt: BEFORE_MIDNIGHT,
    traffic: { callsPerHour: 600, firstCallAfterMs: 500, totalCalls: calls },
    tailMs: 700_000,
    maxPolls: 30_000,
    ...PACES[pace],
    ...engine,
    desk: drawDeskHabits(seed),
    behind,
    outages: outagesOf(seed),
  };
  const day = simulateDay(options);
  const { polls, report, world } = day;
  const losesPolls = pace === 'kills';
  const events = day.events as unknown as DeskEvent[];
  const { acts } = behind;
  const callbacks = judgeCallbacks({
    truth: world.truth,
    events,
    acts,
    calls: report,
    rules: RULES,
    polls,
    losesPolls,
  });
  const seen = { ...polls, partial: day.partial };
  const thresholds = judgeThresholds({
    truth: world.truth,
    events,
    calls: report,
    polls: seen,
    rules: THRESHOLDS,
    losesPolls,
  });
  const { queueEvery = 1, intervalMs, sightingsToDemand = 1 }: DayPace = PACES[pace];
  const numbers = judgeNumbers({
    truth: world.truth,
    log: world.log,
    polls: seen,
    calls: report,
    ...numbersOf(day, behind),
    paceMs: { monitor: intervalMs, queue: intervalMs * queueEvery },
    listsIdle: options.quirks?.listIdle ?? true,
    sightingsToDemand,
  });
  return { day, behind, callbacks, thresholds, numbers };
}

type DayPace = Pick<DayOptions, 'queueEvery' | 'sightingsToDemand'> & { readonly intervalMs: number };

/** What the service would say at the day's end. */
function numbersOf({ polls, state: { sources } }: Day, { days, records, state }: DeskBehind) {
  const at = Math.max(polls.monitor.at(-1) ?? 0, polls.queue.at(-1) ?? 0);
  const [stories, agents] = [[...state.stories.values()], [...state.agents.values()]];
  const data = { days, live: { at, stories, agents, sources } };
  const computed = new DayNumbers(RULES);
  const query = { from: BEFORE_MIDNIGHT - DAY_MS, to: at + DAY_MS };
  return {
    queues: computed.queues(data, { ...query, by: 'quarter' }),
    agents: computed.agents(data, { ...query, by: 'hour' }),
    unwatched: computed.unwatched(data, { ...query, by: 'quarter' }, at),
    history: [...records.keys()],
    until: at,
    shortAbandonMs: RULES.shortAbandonMs,
    seconds: RULES.serviceLevels[0]!.seconds,
  };
}

/** In every other day one endpoint, or both, answer nothing for a while. */
function outagesOf(seed: number): NonNullable<DayOptions['outages']> {
  const random = new Random(`outages-${seed}`);
  if (random.chance(0.5)) return [];
  return Array.from({ length: random.int(1, 3) }, () => {
    const from = random.int(60_000, 900_000);
    const of = random.pick(['monitor', 'queue', 'both'] as const);
    return { from, to: from + random.int(5_000, 90_000), of };
  });
}

/** Of the desk: what the judge of calls finds is `npm run days` without `--desk`. */
export function isDeskRight({ callbacks, thresholds, numbers }: JudgedDesk): boolean {
  return [callbacks, thresholds, numbers].every(({ found }) => found.length === 0);
}

export function deskLines({ day, callbacks, thresholds, numbers }: JudgedDesk): string[] {
  const { due, missed, tried, closed, closedByAttempt, excused } = callbacks;
  const counts = Object.entries(closed).map(([reason, times]) => `${reason} ${times}`);
  const all = [callbacks, thresholds, numbers];
  const statements = all.reduce((sum, one) => sum + one.statements, 0);
  const found = all.flatMap(({ found: some }) => some);
  return [
    `${found.length === 0 ? 'right' : 'WRONG'}; ${statements} statements; calls ${day.report.ok ? 'right' : 'WRONG'}; ` +
      `${due} due, ${missed} missed, ${tried} tried, closed ${counts.join(', ') || 'none'}; ` +
      `by an attempt ${closedByAttempt.sure} surely, ${closedByAttempt.probable} probably; ` +
      `crossed ${thresholds.crossed}, cleared ${thresholds.cleared}; excused ${[...excused].map(([reason, times]) => `${reason} ${times}`).join(', ') || 'nothing'}`,
    ...found
      .slice(0, MOST_SHOWN)
      .map(
        ({ rule, about, at, reason }) =>
          `!! ${rule} ${about} ${at === null ? '' : new Date(at).toISOString()} ${reason}`,
      ),
  ];
}

const MOST_SHOWN = 12;
