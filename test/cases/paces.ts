import type { Endpoint } from '../../src/core/model/observation.js';

/** How often each endpoint is asked, in milliseconds, and when in a second the case begins. */
export interface Pace {
  readonly intervals: Readonly<Record<Endpoint, number>>;
  readonly beginsAtMs: number;
}

export const PACES = {
  'every 200 ms': { intervals: { monitor: 200, queue: 200 }, beginsAtMs: 350 },
  'every second': { intervals: { monitor: 1_000, queue: 1_000 }, beginsAtMs: 900 },
  'monitor 300 ms, queue 1 s': { intervals: { monitor: 300, queue: 1_000 }, beginsAtMs: 50 },
  'every minute': { intervals: { monitor: 60_000, queue: 60_000 }, beginsAtMs: 350 },
} as const satisfies Record<string, Pace>;

export type PaceName = keyof typeof PACES;

/** Those of a case that names none. Every minute is for what takes a day. */
export const PACE_NAMES = (Object.keys(PACES) as PaceName[]).filter((name) => name !== 'every minute');
