import { NO_HABITS } from './options.js';
import { type CallScript, createWorld, type World, type WorldOptions } from './world.js';

/** 2 March 2026, 09:00 in Vietnam. */
export const MONDAY_MORNING = Date.UTC(2026, 2, 2, 2);

/** A call to a queue that an agent answers after 3 s and that lasts for 20 s. */
export const ANSWERED_CALL: CallScript = {
  kind: 'queue',
  queue: 'BanHang_39989220',
  customer: '0914237383',
  answerAfterMs: 3000,
  talkMs: 20_000,
  leavesAfterMs: null,
};

/** A world in which nothing happens but what is scripted: for tests and for people who trigger calls by hand. */
export function createQuietWorld(options: Partial<WorldOptions> = {}): World {
  return createWorld({
    startAt: MONDAY_MORNING,
    ...options,
    traffic: { callsPerHour: 0, unregistersPerHour: 0, ...options.traffic },
    habits: { ...NO_HABITS, ...options.habits },
  });
}
