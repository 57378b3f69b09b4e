import type { CallIndex } from '../index/call-index.js';
import type { Call, Leg } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { customerKey, WITHHELD } from '../parts/customer.js';

/**
 * A PBX that gives the legs of a connection one id (`call_uuid`) shows the consulted leg under another one as it connects it to
 * the customer. Where that is the id of the customer's own leg, which no list shows, it is an id never seen; and the row looks like the
 * phantom of a leg whose connection ends. It shows the transferor, as before, or the customer: then it is the consulted leg by
 * its extension and its `call_time`.
 *
 * Returns the customer's call: the only one that the transferor's leg has left, or that is held for this consultation, while a
 * poll misses both legs of the consultation, and shows the consulted extension talk.
 *
 * Not guaranteed: where the customer and the transferor hang up between the same two polls, it may be such a phantom.
 */
export function consultedFor(
  row: ObservedLeg,
  rows: ReadonlyMap<string, ObservedLeg>,
  index: Pick<CallIndex, 'calls' | 'localAt'>,
): Call | null {
  const { extension, peer, signal, direction } = row;
  const customer = customerKey(row.customer);
  const isAsBefore = direction === 'local';
  if (signal !== 'answered' || (isAsBefore ? peer === null || peer === extension : customer === WITHHELD))
    return null;
  const isMissing = ({ key }: ObservedLeg): boolean => !rows.has(key);
  const isOwn = ({ seen }: Leg): boolean =>
    seen.extension === extension &&
    (isAsBefore || (row.startedAt !== null && seen.startedAt === row.startedAt));
  const isTransferor = ({ seen }: Leg): boolean =>
    seen.role === 'caller' && (isAsBefore ? seen.extension === peer : seen.extension !== extension);
  const consultation = index
    .localAt(extension)
    .find(
      ({ legs }) => legs.some(isOwn) && legs.some(isTransferor) && legs.every(({ seen }) => isMissing(seen)),
    );
  if (consultation === undefined || isElsewhere(row, rows)) return null;
  const transferor = consultation.legs.find(isTransferor)!.seen.extension;
  const found = [...index.calls.values()].filter(
    (call) =>
      call.direction !== 'local' &&
      call.answeredAt !== null &&
      call.connected?.extension === transferor &&
      (isAsBefore || customerKey(call.customer) === customer) &&
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
