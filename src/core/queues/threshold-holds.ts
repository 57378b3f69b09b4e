import { PBX_PRECISION_MS } from '../model/call.js';
import type { ThresholdRule } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import { honestTime, seenIn, type Timed } from '../parts/honest-time.js';
import { CLOCK_LIMIT_MS, onOurClock } from '../parts/pbx-clock.js';
import { isEarlierOrAt, type Window } from '../parts/window.js';
import type { Left } from './queue-callers.js';
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
 * its limit, by the PBX's clock where that agrees with the polls. It is when it was first found where those callers had waited for
 * longer than the rule or the bridge can have seen it so, and where callers have left of whom the rows do not say whether it
 * came to hold with them.
 *
 * @param left since it was last found not to hold
 * @param window since then
 */
export function crossedAt(
  { rule, limit, waiting, skewMs }: Omit<Waits, 'asOf'>,
  left: readonly Left[],
  window: Window,
): Timed {
  const shown: Waited[] = [];
  const gone: Left[] = [...left];
  for (const { isShown, joinedAt } of waiting)
    if (isShown) shown.push({ joinedAt, until: Infinity });
    else gone.push({ joinedAt, from: -Infinity, to: Infinity });
  const least = gone.map(({ joinedAt, from }) => ({ joinedAt, until: from }));
  const most = gone.map(({ joinedAt, to }) => ({ joinedAt, until: to }));
  const pbxTime = lastReached(rule, limit, [...shown, ...least]);
  const isOlder = isEarlierOrAt(onOurClock(pbxTime, skewMs) + CLOCK_LIMIT_MS, window);
  const isKnown = lastReached(rule, limit, [...shown, ...most]) === pbxTime;
  return isOlder || !isKnown ? seenIn(window, 'observed') : honestTime(pbxTime, window, skewMs);
}

/** When the rule last came to hold by these callers, by whom it holds now. */
function lastReached(rule: ThresholdRule, limit: number, callers: readonly Waited[]): Instant {
  const [full, lead] = rule === 'waiting' ? [limit, 0] : [1, limit * 1_000];
  const steps = callers
    .map(({ joinedAt, until }) => ({ from: joinedAt + lead, until }))
    .filter(({ from, until }) => from < until)
    .flatMap(({ from, until }) => [
      { at: from, more: 1 },
      { at: until, more: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.more - b.more);
  let [count, reached] = [0, 0];
  for (const { at, more } of steps) {
    count += more;
    if (more > 0 && count === full) reached = at;
  }
  return reached;
}

/** In the PBX's seconds. */
interface Waited {
  readonly joinedAt: Instant;
  readonly until: Instant;
}

/** Whether it may have held by `at` with somebody who had come by then: the monitor shows more than the queue as it was before. */
export function mayHaveHeldAt(
  at: Instant,
  { rule, limit, skewMs }: Pick<Waits, 'rule' | 'limit' | 'skewMs'>,
  came: readonly SeenPlace[],
): boolean {
  const lead = rule === 'waiting' ? 0 : limit * 1_000;
  return came.some((place) => beganAt(place, skewMs) + lead <= at);
}

function beganAt({ joinedAt }: SeenPlace, skewMs: number | null): Instant {
  return joinedAt - (skewMs ?? 0);
}
