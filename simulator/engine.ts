import { type EngineHabits, isOn, type ShareName } from './engine-habits.js';
import type { HabitName } from './options.js';
import type { Random } from './random.js';
import type { Schedule } from './schedule.js';
import { Trail } from './trail.js';

/**
 * What a world knows of its engine's habits: which are on, the chance that they draw from, the delay of its rows, its clock.
 *
 * Guarantees: a habit that is off draws nothing, and nothing of this class touches the streams that the traffic draws from.
 */
export class Engine {
  readonly trail: Trail;
  readonly #startAt: number;

  constructor(
    readonly habits: EngineHabits,
    readonly random: Random,
    schedule: Schedule,
  ) {
    this.trail = new Trail(schedule, habits.trail ? random.fork() : null);
    this.#startAt = schedule.now;
  }

  isOn(name: keyof EngineHabits): boolean {
    return isOn(this.habits, name);
  }

  happens(name: ShareName): boolean {
    const share = this.habits[name];
    return share > 0 && this.random.chance(share);
  }

  /** The habits of rows and lists that touch every call of this direction. */
  ofEveryCall(direction: 'inbound' | 'outbound' | 'local'): HabitName[] {
    const names = WHOLE.filter((name) => this.isOn(name));
    return direction === 'local' ? names.filter((name) => name !== 'direction') : names;
  }

  /** What the PBX's own clock says at this instant. */
  clock(instant: number): number {
    return instant + this.skewAt(instant);
  }

  skewAt(instant: number): number {
    const { clockOffsetMs, clockDriftPpm } = this.habits;
    if (clockOffsetMs === 0 && clockDriftPpm === 0) return 0;
    return Math.round(clockOffsetMs + ((instant - this.#startAt) * clockDriftPpm) / 1_000_000);
  }
}

const WHOLE: readonly (keyof EngineHabits)[] = [
  'trail',
  'timing',
  'direction',
  'clockOffsetMs',
  'clockDriftPpm',
  'pageSize',
  'namelessIdle',
];
