import type { CallIndex } from '../index/call-index.js';
import type { Call } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';

/**
 * A PBX that gives the legs of a connection one id (`call_uuid`) shows the consulted leg under another one as it connects it to
 * the customer. Where that is the id of the customer's own leg, which no list shows, it is an id never seen; and the row looks like the
 * phantom of a leg whose connection ends.
 *
 * Returns the customer's call: the only one that the transferor's leg has left, or that is held for this consultation, while a
 * poll misses both legs of the consultation, and shows the consulted extension talk with the transferor, as before.
 *
 * Not guaranteed: where the customer and the transferor hang up between the same two polls, it may be such a phantom.
 */
export function consultedFor(
  row: ObservedLeg,
  rows: ReadonlyMap<string, ObservedLeg>,
  index: Pick<CallIndex, 'calls' | 'localAt'>,
): Call | null {
  const { extension, peer, signal, direction } = row;
  if (signal !== 'answered' || direction !== 'local' || peer === null || peer === extension) return null;
  const isMissing = ({ key }: ObservedLeg): boolean => !rows.has(key);
  const consultation = index
    .localAt(extension)
    .find(
      ({ legs }) =>
        legs.some(({ seen }) => seen.extension === extension) &&
        legs.some(({ seen }) => seen.extension === peer && seen.role === 'caller') &&
        legs.every(({ seen }) => isMissing(seen)),
    );
  if (consultation === undefined || isElsewhere(row, rows)) return null;
  const found = [...index.calls.values()].filter(
    (call) =>
      call.direction !== 'local' &&
      call.answeredAt !== null &&
      call.connected?.extension === peer &&
      (call.legs.length === 0
        ? call.consultation?.callId === consultation.callId
        : call.legs.every(({ seen }) => isMissing(seen))),
  );
  return found.length === 1 ? found[0]! : null;
}

/** Whether the extension talks in another row: then that is its leg, and this one the phantom. */
function isElsewhere({ key, extension }: ObservedLeg, rows: ReadonlyMap<string, ObservedLeg>): boolean {
  for (const other of rows.values())
    if (other.extension === extension && other.key !== key && other.signal === 'answered') return true;
  return false;
}
