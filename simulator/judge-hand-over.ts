import type { Evidence } from './judge-expect.js';
import { haveOneNumber } from './judge-match.js';
import { isConnected, isRinging, mayRing, spansOf } from './judge-sight.js';
import type { Statement } from './judge-statement.js';
import type { Sighting } from './truth.js';

/**
 * A channel lives on for 20 to 60 ms after its hang-up, and each row trails the engine by a time of its own (`trail.ts`). So a poll
 * at the moment of a hand-over shows the caller's old leg beside the next one, exactly as it shows two callers of one
 * number; a pick-up, beside the ring that it ends. What the new leg is only the next poll shows, and a bridge may wait for it.
 *
 * @returns whether the poll that is the first to show this change is also the first to show its leg, and shows such another one
 */
export function mayBeHandedOn(
  { endpoint, at }: Evidence,
  { event, legs, call, sight, index }: Statement,
): boolean {
  if (endpoint !== 'monitor' || !OF_NEW_LEGS.has(event.type)) return false;
  const polls = sight.polls('monitor');
  const shownAt = (instant: number): number => polls.firstAfter(instant)?.shown ?? Infinity;
  const poll = shownAt(at);
  const isShown = ({ from, to }: Sighting): boolean => from <= poll && (to === null || poll < to);
  const stateOf = (one: Sighting): string | null =>
    spansOf(one).find(({ from, to }) => from <= poll && poll < to)?.state ?? null;
  return legs.some((leg) => {
    if (!isShown(leg) || shownAt(leg.from) !== poll) return false;
    const isOther = (one: Sighting): boolean =>
      one.endpoint === 'monitor' && one.extension !== leg.extension && one.from < leg.from && isShown(one);
    return index.truth.some((other) =>
      other.sightings.some(
        (one) =>
          isOther(one) &&
          (leg.role === 'picker'
            ? mayRing(stateOf(one))
            : haveOneNumber(call, other) && (isConnected(stateOf(one)) || isRinging(stateOf(one)))),
      ),
    );
  });
}

const OF_NEW_LEGS: ReadonlySet<string> = new Set(['call-started', 'call-offered', 'call-answered']);
