import type { CallbackRules } from './judge-callbacks.js';
import type { JudgedEvent } from './judge-report.js';
import { perfectCallbacks, type StatedCallbacks } from './perfect-callbacks.js';
import { perfectEvents } from './perfect-teller.js';
import { MONDAY_MORNING } from './quiet-world.js';
import { createWorld, type World } from './world.js';

/** A day on which much is to be called back, and what a bridge without mistakes says of it: for the specs of the judges. */
export interface DeskDay {
  readonly world: World;
  readonly polls: { readonly monitor: readonly number[]; readonly queue: readonly number[] };
  readonly calls: readonly JudgedEvent[];
  readonly stated: StatedCallbacks;
  readonly rules: CallbackRules;
}

const RULES: CallbackRules = { shortAbandonMs: 5_000, callbackMaxAgeMs: 1_800_000, businessHours: null };

const AWAY = { from: MONDAY_MORNING + 900_000, to: MONDAY_MORNING + 930_000 };

/** Little that polls could not show, so that there is little play, and each lie can be found. */
const CLEAR = { short: 0, impatient: 0, attendedTransfer: 0, overflow: 0.1, declines: 0.3 };
const CLEAR_MIX = {
  queue: 0.7,
  'ring-group': 0.05,
  direct: 0.05,
  outbound: 0.2,
  'click-to-call': 0,
  local: 0,
};

/** @param isAway the PBX answers nothing for half a minute, a quarter of an hour after the day's beginning */
export function deskDayOf(seed: string, { isAway = false }: { readonly isAway?: boolean } = {}): DeskDay {
  const world = createWorld({
    seed,
    startAt: MONDAY_MORNING,
    traffic: {
      totalCalls: 160,
      callsPerHour: 400,
      firstCallAfterMs: 500,
      ...(isAway ? { mix: CLEAR_MIX } : {}),
    },
    habits: { blip: 0, unregister: 0, oddStart: 0, anonymous: 0.05, ...(isAway ? CLEAR : {}) },
    desk: {
      regulars: 0.4,
      oldForms: 0.5,
      ownNumbers: 0.04,
      givesUp: 0.4,
      callsBackLater: 0.8,
      backUnanswered: 0.3,
      backBrief: 0.3,
      // Its rows look answered, so that much of the day could not be known.
      backByClick: isAway ? 0 : 0.3,
      backCrossed: 0.2,
      backRepeated: 0.6,
      callsAgainLater: 0.4,
    },
  });
  world.advanceTo(MONDAY_MORNING + 6 * 3_600_000);
  const last = Math.max(...world.truth.map(({ endedAt }) => endedAt ?? 0)) + (isAway ? 60_000 : 2_400_000);
  const monitor: number[] = [];
  for (let at = MONDAY_MORNING; at < last; at += 1_000)
    if (!isAway || at < AWAY.from || at >= AWAY.to) monitor.push(at);
  const polls = { monitor, queue: monitor };
  const calls = perfectEvents(world.truth, polls);
  return { world, polls, calls, stated: perfectCallbacks(world.truth, calls, monitor, RULES), rules: RULES };
}
