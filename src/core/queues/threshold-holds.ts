import { PBX_PRECISION_MS } from '../model/call.js';
import type { ThresholdRule } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import { honestTime, seenIn, type Timed } from '../parts/honest-time.js';
import { CLOCK_LIMIT_MS, onOurClock } from '../parts/pbx-clock.js';
import { isEarlierOrAt, type Window } from '../parts/window.js';
import type { SeenPlace } from './queue-place.js';
import type { ThresholdFacts } from './threshold-rules.js';

/**
 * Whether a rule holds for the callers who wait, and since when.
 *
 * A wait is judged by when the answer was requested that still shows the caller, and has certainly passed a limit only when it
 * has by more than the second that the PBX cuts off: no crossing is emitted that did not happen.
 */
export interface Waits {
  readonly rule: ThresholdRule;
  /** Callers, or whole seconds. */
  readonly limit: number;
  readonly waiting: readonly SeenPlace[];
  /** When the queue's latest complete answer was requested. */
  readonly asOf: Instant;
  readonly skewMs: number | null;
}

export interface Held {
  readonly holds: ThresholdFacts['holds'];
  /** From which `asOf` on it may hold otherwise although nothing changes; null: never. */
  readonly changesAt: Instant | null;
}

export function heldBy({ rule, limit, waiting, asOf, skewMs }: Waits): Held {
  if (rule === 'waiting') {
    const shown = waiting.filter(({ isShown }) => isShown).length;
    return {
      holds: shown >= limit ? 'yes' : waiting.length >= limit ? 'perhaps' : 'no',
      changesAt: null,
    };
  }
  let holds: Held['holds'] = 'no';
  let changesAt: Instant | null = null;
  for (const place of waiting) {
    const from = beganAt(place, skewMs) + limit * 1_000;
    const surelyFrom = from + PBX_PRECISION_MS;
    if (asOf >= from) holds = holds === 'yes' || (place.isShown && asOf >= surelyFrom) ? 'yes' : 'perhaps';
    const next = asOf < from ? from : asOf < surelyFrom ? surelyFrom : null;
    if (next !== null && (changesAt === null || next < changesAt)) changesAt = next;
  }
  return { holds, changesAt };
}

/** How much of the rule's unit there is now. */
export function valueOf({ rule, waiting, asOf, skewMs }: Omit<Waits, 'limit'>): number {
  if (rule === 'waiting') return waiting.length;
  const longest = Math.max(0, ...waiting.map((place) => asOf - beganAt(place, skewMs)));
  return Math.floor(longest / 1_000);
}

/**
 * When a rule that holds certainly came to hold: when the caller joined who made the number full, or when the longest wait passed
 * its limit, by the PBX's clock where that agrees with the polls. Where those callers had waited for longer than the rule or the
 * bridge can have seen it so, it is when it was first found.
 *
 * @param window since it was last found not to hold
 */
export function crossedAt({ rule, limit, waiting, skewMs }: Omit<Waits, 'asOf'>, window: Window): Timed {
  const joined = waiting
    .flatMap(({ isShown, joinedAt }) => (isShown ? [joinedAt] : []))
    .sort((a, b) => a - b);
  const pbxTime = rule === 'waiting' ? joined[limit - 1]! : joined[0]! + limit * 1_000;
  const isOlder = isEarlierOrAt(onOurClock(pbxTime, skewMs) + CLOCK_LIMIT_MS, window);
  return isOlder ? seenIn(window, 'observed') : honestTime(pbxTime, window, skewMs);
}

function beganAt({ joinedAt }: SeenPlace, skewMs: number | null): Instant {
  return joinedAt - (skewMs ?? 0);
}
