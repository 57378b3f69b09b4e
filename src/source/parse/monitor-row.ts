import type { LegSignal, ObservedLeg } from '../../core/model/observation.js';
import { legsReading } from './legs-reading.js';
import { directionOf, type LegNumbers, participantsOf, peerOf, roleOf } from './participants.js';
import { isFeatureCode } from './phone-number.js';
import { bad, idOrNull, type Locale, type RowReading, textOrNull } from './row-reading.js';
import { checkRow, monitorRow } from './answer-schemas.js';

/**
 * Reads one row of `/v3/monitor` as a leg, an extension without a call, or a bad row.
 *
 * | call_id | call_state        | reading                                                              |
 * |---------|-------------------|----------------------------------------------------------------------|
 * | given   | anything          | leg, `unclear` where the state is unknown                            |
 * | empty   | ringing, answered | bad: it must neither merge with others nor be taken for no call       |
 * | empty   | anything else     | idle                                                                 |
 *
 * A row without an extension is empty where its `call_id` and `call_state` are too, if all three fields are given. Any
 * other row without an extension is bad. A `call_time` that is missing, a sentinel or unreadable is null: nothing depends
 * on it.
 */

/** The two documented states and FreeSWITCH's; a held call is an answered one. */
const SIGNALS: Readonly<Record<string, LegSignal>> = {
  ONCALL: 'answered',
  ACTIVE: 'answered',
  HELD: 'answered',
  UNHELD: 'answered',
  RINGING: 'ringing',
  RING_WAIT: 'ringing',
  DIALING: 'ringing',
  EARLY: 'ringing',
};

export function readMonitorRow(raw: unknown, locale: Locale): RowReading<ObservedLeg> {
  const checked = checkRow(monitorRow, raw);
  if (!checked.ok) return bad(checked.reason);
  const row = checked.value;
  if (row.extension === '') return isEmpty(row, raw as object) ? { kind: 'empty' } : bad('extension missing');
  const callId = idOrNull(row.call_id);
  const word = row.call_state.toUpperCase();
  const signal = Object.hasOwn(SIGNALS, word) ? (SIGNALS[word] ?? 'unclear') : 'unclear';
  const owner = {
    extensionId: idOrNull(row.extension_uuid),
    agentName: textOrNull(row.agent_name),
    username: textOrNull(row.username),
    userId: idOrNull(row.user_uuid),
  };
  if (callId === null) {
    return signal === 'unclear' ? { kind: 'idle', extension: row.extension, owner } : bad('call_id missing');
  }
  const numbers: LegNumbers = {
    extension: row.extension,
    bCid: row.b_cid_num,
    cid: row.cid_num,
    destination: row.destination,
  };
  const direction = directionOf(row.direction, numbers);
  const ringWait = word === 'RING_WAIT';
  const startedAt = locale.instants.read(row.call_time);
  const key = `${row.extension}|${callId}`;
  const leg: ObservedLeg = {
    key,
    callId,
    extension: row.extension,
    extensionId: owner.extensionId,
    agentName: owner.agentName,
    username: owner.username,
    userId: owner.userId,
    signal,
    direction,
    role: roleOf(direction, numbers),
    ...participantsOf(direction, numbers, locale.numbers),
    peer: direction === 'local' ? peerOf(numbers) : null,
    dialled: isFeatureCode(numbers.destination) ? numbers.destination : null,
    ringWait,
    ownCustomer: direction === 'inbound' && row.b_cid_num === row.extension,
    startedAt: startedAt === 'unreadable' ? null : startedAt,
  };
  const asLeg = legsReading(row.direction, leg, numbers, locale.numbers);
  return { kind: 'row', key, row: asLeg === null ? leg : { ...leg, asLeg } };
}

/** If the PBX renames its fields, its rows must not be taken for empty ones. */
function isEmpty({ call_id, call_state }: { call_id: string; call_state: string }, raw: object): boolean {
  const isGiven = ['extension', 'call_id', 'call_state'].every((field) => Object.hasOwn(raw, field));
  return isGiven && idOrNull(call_id) === null && call_state === '';
}

const STRENGTH: Readonly<Record<LegSignal, number>> = { unclear: 0, ringing: 1, answered: 2 };

/**
 * Of several rows of one leg (several devices or dialogs of one extension) the strongest counts: a leg that is answered
 * on one device is answered whatever the other rows show, and does not change when their order does.
 */
export function legStrength(leg: ObservedLeg): number {
  return STRENGTH[leg.signal];
}
