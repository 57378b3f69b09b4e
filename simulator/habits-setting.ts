import { type DrawnHabits, drawHabits } from './draw-habits.js';
import { ENGINE_HABITS, type EngineHabits, HABIT_VALUES, NO_ENGINE_HABITS } from './engine-habits.js';

/**
 * Habits as a person writes them: `none`; `drawn`, from the seed; or a list of names, `trail,legIds=leg,downFirst=0.5`. A name
 * alone switches it on: a share for every call.
 *
 * @throws Error with one line that names the habit and what it may be.
 */
export function readHabits(text: string, seed: string): Partial<DrawnHabits> {
  if (text === 'none' || text === '') return {};
  if (text === 'drawn') return drawHabits(seed);
  const engine: Record<string, EngineHabits[keyof EngineHabits]> = {};
  for (const item of text.split(',')) {
    const [name = '', value] = item.trim().split('=', 2);
    const known = ENGINE_HABITS.find((one) => one === name);
    if (known === undefined) throw new Error(`--habits: there is no habit "${name}"`);
    engine[known] = valueOf(known, value);
  }
  return { engine };
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
  const [low, high] = bounds ?? [0, 1];
  const value = text === undefined && bounds === undefined ? 1 : Number(text);
  if (text !== '' && value >= low && value <= high) return value;
  throw new Error(`--habits: ${name} must be a number from ${low} to ${high}, not "${text ?? ''}"`);
}

/** Of the numbers that are no shares. */
const BOUNDS: { readonly [Name in keyof EngineHabits]?: readonly [number, number] } = {
  clockOffsetMs: [-86_400_000, 86_400_000],
  clockDriftPpm: [-100_000, 100_000],
  pageSize: [0, 10_000],
};
