import type { JudgedEvent } from './judge-report.js';
import { isAnswer, type Sight } from './judge-sight.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * The rules that hold whatever the direction is taken for. All others may follow from it: whose numbers the row shows, whether its
 * leg is an offer, with which other parts it is one call, and so when that began and whether that was before the first answer of a
 * list that shows it, who answered and how it ended.
 */
export const HOLDS_IN_ANY_DIRECTION: ReadonlySet<string> = new Set([
  'callId',
  'linkedCallIds',
  'stale',
  'time',
]);

/**
 * Whose direction the word in the rows is can only be learnt from rows that show it (docs/events.md), and until then the word
 * counts as the call's. Where it is the leg's, it is shown by
 *
 * - the row of a leg that an extension has placed: it says `inbound`, with the extension itself as the caller;
 * - the leg of an agent whom the queue's row names, Answered.
 *
 * A click-to-call's leg looks like that of a called extension, until one of these has shown the hotline as its destination.
 */
export class ShownDirection {
  readonly #sight: Sight;
  /** The first poll with which the bridge must know it. Infinity: none. */
  readonly #shownAt: number;
  readonly #clicksShownAt: number;

  constructor(truth: readonly CallTruth[], sight: Sight) {
    this.#sight = sight;
    let [shownAt, hotlineShownAt] = [Infinity, Infinity];
    for (const call of truth)
      for (const leg of call.sightings) {
        if (leg.says === undefined) continue;
        if (call.kind === 'outbound' && leg.says === 'inbound')
          shownAt = Math.min(shownAt, this.#shownBy(leg));
        if (leg.says === 'outbound')
          shownAt = Math.min(shownAt, this.#shownBy(leg, namedAt(leg, call, sight)));
        if (leg.says === 'outbound' && call.hotline !== null)
          hotlineShownAt = Math.min(hotlineShownAt, this.#shownBy(leg));
      }
    this.#shownAt = shownAt;
    this.#clicksShownAt = Math.max(shownAt, hotlineShownAt);
  }

  /** Whether the call began before, and was emitted with the direction that its rows say. */
  isUnknownOf(call: CallTruth, emitted: readonly JudgedEvent[]): boolean {
    const isClick = call.kind === 'click-to-call';
    const by = isClick ? this.#clicksShownAt : this.#shownAt;
    return call.sightings.some((leg) => {
      const says = isClick && this.#shownAt < Infinity ? 'inbound' : leg.says;
      if (says === undefined || !emitted.some(({ data }) => data.direction === says)) return false;
      const first = this.#sight.polls('monitor').firstAfter(leg.from);
      return first !== null && first.shown < by;
    });
  }

  /** The poll that must have shown the row, if it was there long enough after `since`. */
  #shownBy({ from, to }: Sighting, since = from): number {
    const poll = this.#sight.pollAfter('monitor', Math.max(from, since), this.#sight.toDemand - 1);
    return poll < (to ?? Infinity) ? poll : Infinity;
  }
}

/** From when on polls showed the queue's row Answered, with the leg's own agent. */
function namedAt({ who }: Sighting, { sightings }: CallTruth, sight: Sight): number {
  const named = sightings.filter(
    ({ endpoint, agents }) =>
      endpoint === 'queue' &&
      agents?.some(({ value }) => value !== null && value.name === who?.agentName) === true,
  );
  return Math.min(...named.map((row) => sight.firstSeen(row, isAnswer) ?? Infinity));
}
