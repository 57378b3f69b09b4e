import { parseArgs } from 'node:util';
import { type ChosenHabits, readHabits } from './habits-setting.js';

/** The simulator's settings: flags first, then the environment, then the defaults. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly seed: string;
  readonly speed: number;
  readonly callsPerHour: number;
  readonly profile: 'flat' | 'office';
  readonly extensions: number;
  readonly lingerMs: number;
  readonly token: string;
  readonly apiKey: string | undefined;
  readonly habits: ChosenHabits;
}

export const HELP = `Simulated Pitel PBX

  --host            SIM_HOST            127.0.0.1
  --port            SIM_PORT            4010 (0: a free one)
  --seed            SIM_SEED            1
  --speed           SIM_SPEED           1: how much faster than life calls come and go
  --calls-per-hour  SIM_CALLS_PER_HOUR  240, in the busy hour and before speed
  --profile         SIM_PROFILE         flat, or office: two peaks a day, quiet at night
  --extensions      SIM_EXTENSIONS      30
  --linger-ms       SIM_LINGER_MS       60000: how long Abandoned rows stay
  --habits          SIM_HABITS          none; drawn: from the seed; or a list such as
                                        trail,legIds=leg,callsBackLater=0.8 (docs/simulator.md)
  --token           SIM_TOKEN           simulator-token
  --api-key         SIM_API_KEY         none: no token can be exchanged for a key
`;

/** @throws Error with one line for a person, when a setting is unknown or out of bounds. */
export function readSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      seed: { type: 'string' },
      speed: { type: 'string' },
      'calls-per-hour': { type: 'string' },
      profile: { type: 'string' },
      extensions: { type: 'string' },
      'linger-ms': { type: 'string' },
      habits: { type: 'string' },
      token: { type: 'string' },
      'api-key': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const text = (flag: Exclude<keyof typeof values, 'help'>): string | undefined => {
    const given = values[flag] ?? env[`SIM_${flag.toUpperCase().replaceAll('-', '_')}`];
    return given === '' ? undefined : given;
  };
  const number = (flag: Exclude<keyof typeof values, 'help'>, usual: number, low: number, high: number) => {
    const given = text(flag);
    const value = given === undefined ? usual : Number(given);
    if (!Number.isFinite(value) || value < low || value > high) {
      throw new Error(`--${flag} must be a number from ${low} to ${high}, not "${given}"`);
    }
    return value;
  };
  const whole = (flag: Exclude<keyof typeof values, 'help'>, usual: number, low: number, high: number) => {
    const value = number(flag, usual, low, high);
    if (!Number.isInteger(value)) throw new Error(`--${flag} must be a whole number, not "${value}"`);
    return value;
  };
  const profile = text('profile') ?? 'flat';
  if (profile !== 'flat' && profile !== 'office') {
    throw new Error(`--profile must be flat or office, not "${profile}"`);
  }
  const seed = text('seed') ?? '1';
  return {
    host: text('host') ?? '127.0.0.1',
    port: whole('port', 4010, 0, 65_535),
    seed,
    speed: number('speed', 1, 0.01, 1000),
    callsPerHour: number('calls-per-hour', 240, 0, 1_000_000),
    profile,
    extensions: whole('extensions', 30, 1, 10_000),
    lingerMs: whole('linger-ms', 60_000, 0, 86_400_000),
    token: text('token') ?? 'simulator-token',
    apiKey: text('api-key'),
    habits: readHabits(text('habits') ?? 'none', seed),
  };
}
