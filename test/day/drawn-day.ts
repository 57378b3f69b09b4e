import { drawHabits, type DrawnHabits } from '../../simulator/draw-habits.js';
import { Random } from '../../simulator/random.js';
import { type Day, type DayOptions, simulateDay } from '../support/day.js';

/** Days whose PBX, pace and misfortunes are drawn from their seed: the same seed gives the same day. */
export interface DrawnDay {
  readonly seed: number;
  readonly calls: number;
  /** Null: drawn. */
  readonly pace: PaceName | null;
  /**
   * Some of the habits that the seed draws, as `engine.pickup,habits.hold`, on a PBX that is polled calmly; null: all of them.
   */
  readonly only: string | null;
}

type Pace = Pick<
  DayOptions,
  'intervalMs' | 'queueEvery' | 'faults' | 'restarts' | 'kills' | 'downMs' | 'sightingsToDemand'
>;

export const PACES = {
  '1s': { intervalMs: 1_000 },
  '200ms': { intervalMs: 200 },
  '5s': { intervalMs: 5_000 },
  'queue-later': { intervalMs: 500, queueEvery: 4 },
  faults: { intervalMs: 1_000, faults: 0.05 },
  restarts: { intervalMs: 1_000, restarts: 0.02 },
  kills: { intervalMs: 200, kills: 0.05, downMs: 1_000, sightingsToDemand: 3 },
} as const satisfies Readonly<Record<string, Pace>>;

export type PaceName = keyof typeof PACES;
export const PACE_NAMES = Object.keys(PACES) as PaceName[];
/** The slow clock of the traffic: a day of 200 calls is eight minutes. */
const TRAFFIC = { callsPerHour: 1_500, firstCallAfterMs: 500 };
const GROUPS = ['engine', 'habits', 'quirks'] as const;

export function paceOf({ seed, pace, only }: DrawnDay): PaceName {
  return pace ?? (only === null ? new Random(`pace-${seed}`).pick(PACE_NAMES) : '1s');
}

export function simulateDrawn(drawn: DrawnDay): Day {
  const habits = habitsOf(drawn);
  return simulateDay({
    seed: drawn.seed,
    traffic: { ...TRAFFIC, totalCalls: drawn.calls },
    tailMs: 120_000,
    // A call that never ends must not keep the day from its end.
    maxPolls: 30_000,
    ...PACES[paceOf(drawn)],
    ...habits,
  });
}

/** @throws Error that names the habit, when there is none of that name. */
function habitsOf({ seed, only }: DrawnDay): Partial<DrawnHabits> {
  const all = drawHabits(seed);
  if (only === null) return all;
  const kept: Partial<Record<(typeof GROUPS)[number], Record<string, unknown>>> = {};
  for (const habit of only.split(',')) {
    const [group, name] = nameOf(habit, all);
    (kept[group] ??= {})[name] = (all[group] as Readonly<Record<string, unknown>>)[name];
  }
  return kept;
}

/** The group and the name of a habit, which may be written without its group. */
function nameOf(habit: string, all: DrawnHabits): [group: (typeof GROUPS)[number], name: string] {
  for (const group of GROUPS) {
    const name = habit.startsWith(`${group}.`) ? habit.slice(group.length + 1) : habit;
    if (name in all[group]) return [group, name];
  }
  throw new Error(`--only: there is no habit "${habit}"`);
}
