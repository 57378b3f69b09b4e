import { isConnected, spansOf } from './judge-sight.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * As a connection ends, a row may show the leg that has gone for a moment more, under an id of its own (the habit `legIds`:
 * `call-uuid`). By the contract that phantom is nothing: neither a leg of the call nor one of its ids, and the leg has gone
 * when the phantom appears. Only where no poll showed the leg before is it a leg as any other, and where polls showed it under no
 * other id since, it is that leg. So it is where it talks and polls showed the leg only ring: what has gone talks for the first
 * time as far as they show.
 *
 * @param isShown whether some answer of the monitor shows the PBX in [from, to)
 * @returns the truth without phantoms; a call without one is the same object
 */
export function withoutPhantoms(
  truth: readonly CallTruth[],
  isShown: (from: number, to: number) => boolean,
): readonly CallTruth[] {
  const cut = (one: Sighting): Sighting => {
    const phantom = one.ids?.find((id) => id.phantom === true);
    if (phantom === undefined || !isShown(one.from, phantom.at)) return one;
    const { at, callId } = phantom;
    // Of the ids that polls have shown, the last one is the phantom's own: it is the leg that they know.
    const ids = [{ at: one.from, callId: one.callId }, ...one.ids!].filter((id) => id.at < at);
    const known = ids.findLast((id, nth) => isShown(id.at, ids[nth + 1]?.at ?? at));
    if (known?.callId === callId) return one;
    const talked = spansOf(one).filter(({ state, from }) => isConnected(state) && from < at);
    if (talked.length > 0 && !talked.some(({ from, to }) => isShown(from, Math.min(to, at)))) return one;
    return {
      ...one,
      to: at,
      ids: one.ids!.filter((id) => id.at < at),
      states: one.states.filter((state) => state.at < at),
    };
  };
  return truth.map((call) => {
    const sightings = call.sightings.map(cut);
    return sightings.every((one, nth) => one === call.sightings[nth]) ? call : { ...call, sightings };
  });
}
