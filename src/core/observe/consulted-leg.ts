import type { CallIndex } from '../index/call-index.js';
import type { Call } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { callerLikeness } from '../parts/customer.js';

/**
 * A PBX that gives the legs of a connection one id (`call_uuid`) shows the consulted leg under another one as it connects it to
 * the customer. Where that is the id of the customer's own leg, which no list shows, it is an id never seen; and the row, if it does
 * not show the customer, looks like the phantom of a leg whose connection ends. Its `call_time` is that of the consulted leg.
 *
 * Returns the customer's call: the only one that the transferor's leg has left, or that is held for this consultation, while a
 * poll misses both legs of the consultation, and shows the consulted extension talk with the transferor, as before, or with the
 * customer.
 *
 * Not guaranteed: where the customer and the transferor hang up between the same two polls, it may be such a phantom.
 */
export function consultedFor(
  row: ObservedLeg,
  rows: ReadonlyMap<string, ObservedLeg>,
  index: Pick<CallIndex, 'calls' | 'localAt'>,
): Call | null {
  const isMissing = ({ legs }: Call): boolean => legs.every(({ seen }) => !rows.has(seen.key));
  const found = callersFor(row, index).filter(
    ({ caller, consultation }) =>
      isMissing(consultation) &&
      (caller.legs.length === 0 ? caller.consultation?.callId === consultation.callId : isMissing(caller)),
  );
  return found.length === 1 && !isElsewhere(row, rows) ? found[0]!.caller : null;
}

/** Whether the next answer may show that: rows that go are there for a moment beside those that come. */
export function mayBeConsulted(row: ObservedLeg, index: Pick<CallIndex, 'calls' | 'localAt'>): boolean {
  return callersFor(row, index).length > 0;
}

/** The callers whom the row may have from the one who consulted its extension, each with that consultation. */
function callersFor(
  row: ObservedLeg,
  index: Pick<CallIndex, 'calls' | 'localAt'>,
): readonly { readonly caller: Call; readonly consultation: Call }[] {
  if (row.signal !== 'answered') return [];
  return index.localAt(row.extension).flatMap((consultation) => {
    const { legs } = consultation;
    const asked = legs.find(({ seen }) => seen.extension === row.extension && seen.role === 'callee');
    const asks = legs.find(({ seen }) => seen.extension !== row.extension && seen.role === 'caller');
    if (asked === undefined || asks === undefined) return [];
    const transferor = asks.seen.extension;
    const isAsked = row.direction === 'local' ? row.peer === transferor : isOneLeg(asked.seen, row);
    if (!isAsked) return [];
    return [...index.calls.values()]
      .filter(
        (call) =>
          call.direction !== 'local' &&
          call.answeredAt !== null &&
          call.connected?.extension === transferor &&
          (row.direction === 'local' || callerLikeness(row.customer, call.customer) !== 'different'),
      )
      .map((caller) => ({ caller, consultation }));
  });
}

function isOneLeg(asked: ObservedLeg, { startedAt, direction }: ObservedLeg): boolean {
  return direction === 'inbound' && startedAt !== null && startedAt === asked.startedAt;
}

/** Whether the extension talks in another row: then that is its leg, and this one the phantom. */
function isElsewhere({ key, extension }: ObservedLeg, rows: ReadonlyMap<string, ObservedLeg>): boolean {
  for (const other of rows.values())
    if (other.extension === extension && other.key !== key && other.signal === 'answered') return true;
  return false;
}
