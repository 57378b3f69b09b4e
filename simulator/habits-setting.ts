import { DESK_HABITS, type DeskHabits } from './desk-habits.js';
import { type DrawnHabits, drawHabits } from './draw-habits.js';
import { ENGINE_HABITS, type EngineHabits, HABIT_VALUES, NO_ENGINE_HABITS } from './engine-habits.js';

export interface ChosenHabits extends Partial<DrawnHabits> {
  readonly desk?: Partial<DeskHabits>;
}

/**
 * Habits as a person writes them: `none`; `drawn`, the engine's from the seed; or a list of names of the engine's and the desk's,
 * `trail,legIds=leg,downFirst=0.5,callsBackLater=0.8`. A name alone switches it on: a share for every call.
 *
 * @throws Error with one line that names the habit and what it may be.
 */
export function readHabits(text: string, seed: string): ChosenHabits {
  if (text === 'none' || text === '') return {};
  if (text === 'drawn') return drawHabits(seed);
  const engine: Record<string, EngineHabits[keyof EngineHabits]> = {};
  const desk: { -readonly [Name in keyof DeskHabits]?: number } = {};
  for (const item of text.split(',')) {
    const [name = '', value] = item.trim().split('=', 2);
    const ofDesk = DESK_HABITS.find((one) => one === name);
    if (ofDesk !== undefined) {
      desk[ofDesk] = shareOf(name, value, 0, 1);
      continue;
    }
    const known = ENGINE_HABITS.find((one) => one === name);
    if (known === undefined) throw new Error(`--habits: there is no habit "${name}"`);
    engine[known] = valueOf(known, value);
  }
  return {
    ...(Object.keys(engine).length > 0 || Object.keys(desk).length === 0 ? { engine } : {}),
    ...(Object.keys(desk).length > 0 ? { desk } : {}),
  };
}

function valueOf(name: keyof EngineHabits, text: string | undefined): EngineHabits[keyof EngineHabits] {
  const off = NO_ENGINE_HABITS[name];
  if (typeof off === 'string') {
    const values: readonly string[] = HABIT_VALUES[name as keyof typeof HABIT_VALUES];
    if (text !== undefined && values.includes(text)) return text as EngineHabits[keyof EngineHabits];
    throw new Error(`--habits: ${name} must be one of ${values.join(', ')}, not "${text ?? ''}"`);
  }
  if (typeof off === 'boolean') {
    if (text === undefined || text === 'on') return true;
    if (text === 'off') return false;
    throw new Error(`--habits: ${name} is on or off, not "${text}"`);
  }
  const bounds: readonly [number, number] | undefined = BOUNDS[name];
  if (bounds === undefined) return shareOf(name, text, 0, 1);
  return shareOf(name, text ?? '', ...bounds);
}

function shareOf(name: string, text: string | undefined, low: number, high: number): number {
  const value = text === undefined ? 1 : Number(text);
  if (text !== '' && value >= low && value <= high) return value;
  throw new Error(`--habits: ${name} must be a number from ${low} to ${high}, not "${text ?? ''}"`);
}

/** Of the numbers that are no shares. */
const BOUNDS: { readonly [Name in keyof EngineHabits]?: readonly [number, number] } = {
  clockOffsetMs: [-86_400_000, 86_400_000],
  clockDriftPpm: [-100_000, 100_000],
  pageSize: [0, 10_000],
};
