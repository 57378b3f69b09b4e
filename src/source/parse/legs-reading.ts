import type { LegsReading, ObservedLeg } from '../../core/model/observation.js';
import {
  calledParticipants,
  isBetweenExtensions,
  isLine,
  isOutsider,
  type LegNumbers,
  participantsOf,
  peerOf,
} from './participants.js';
import { type PhoneNumbers, sameLine } from './phone-number.js';

/**
 * Reads a row's direction as that of the extension's own leg, as FreeSWITCH keeps it: the PBX places the leg to the
 * extension of an inbound call (`outbound`), and the extension places its leg of an outbound call (`inbound`). Null where
 * the row has another word, which then reads the same.
 *
 * @param leg the row with its direction read as the call's
 */
export function legsReading(
  word: string,
  leg: ObservedLeg,
  from: LegNumbers,
  numbers: PhoneNumbers,
): LegsReading | null {
  const written = word.toLowerCase();
  if (written !== 'inbound' && written !== 'outbound') return null;
  const isCalled = written === 'outbound';
  const isLocal = isBetweenExtensions(from);
  const direction = isLocal ? 'local' : isCalled ? 'inbound' : 'outbound';
  const participants =
    direction === 'outbound' ? calledParticipants(from, numbers) : participantsOf(direction, from, numbers);
  const role = isCalled ? 'callee' : 'caller';
  const peer = isLocal ? peerOf(from) : null;
  const ownCustomer = direction === 'inbound' && from.bCid === from.extension;
  return {
    leg: { ...leg, direction, role, ...participants, peer, ownCustomer },
    destination: destinationOf(leg, from, numbers),
    placed: isPlaced(from, numbers),
  };
}

/**
 * Whether the extension placed the leg: it is in `cid_num`, and both other numbers are outside. A pick-up's row may have the
 * extension in `b_cid_num` too, and the hotline that was called as its destination.
 */
function isPlaced({ extension, cid, bCid, destination }: LegNumbers, numbers: PhoneNumbers): boolean {
  const [hotline, customer] = [numbers.read(bCid), numbers.read(destination)];
  if (cid !== extension || hotline === null || customer === null) return false;
  return isLine(hotline) && isOutsider(customer) && !sameLine(hotline, customer);
}

function destinationOf(
  { extension, customer }: ObservedLeg,
  { destination }: LegNumbers,
  numbers: PhoneNumbers,
): LegsReading['destination'] {
  if (destination === extension) return 'own';
  const number = numbers.read(destination);
  return number !== null && customer !== null && sameLine(number, customer) ? 'customer' : 'other';
}
