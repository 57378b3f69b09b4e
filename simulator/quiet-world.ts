import { NO_HABITS } from './options.js';
import { createWorld, type World, type WorldOptions } from './world.js';

/** 2 March 2026, 09:00 in Vietnam. */
export const MONDAY_MORNING = Date.UTC(2026, 2, 2, 2);

/** A world in which nothing happens but what is scripted: for tests and for people who trigger calls by hand. */
export function createQuietWorld(options: Partial<WorldOptions> = {}): World {
  return createWorld({
    startAt: MONDAY_MORNING,
    ...options,
    traffic: { callsPerHour: 0, unregistersPerHour: 0, ...options.traffic },
    habits: { ...NO_HABITS, ...options.habits },
  });
}
