import { describeTable } from '../../../test/support/rule-tables.js';
import { type DirectionFacts, WHOSE_DIRECTION } from './direction-evidence.js';

/** A row that shows nothing. */
const ROW: DirectionFacts = {
  placed: false,
  clicked: false,
  says: 'outbound',
  destination: 'other',
  entry: 'none',
  rings: 'other',
};

describeTable(WHOSE_DIRECTION, [
  [ROW, null],
  [{ ...ROW, placed: true, says: 'inbound' }, 'leg'],
  [{ ...ROW, placed: true, says: 'inbound', destination: 'customer' }, 'leg'],
  [{ ...ROW, placed: true, says: 'inbound', clicked: true, entry: 'names' }, 'leg'],
  [{ ...ROW, says: 'inbound' }, null],

  [{ ...ROW, entry: 'names' }, 'leg'],
  [{ ...ROW, entry: 'names', rings: 'group' }, 'leg'],
  [{ ...ROW, entry: 'names', destination: 'own' }, 'leg'],
  [{ ...ROW, entry: 'names', says: 'inbound' }, 'call'],
  [{ ...ROW, entry: 'names', says: 'inbound', destination: 'own', rings: 'answered' }, 'call'],
  [{ ...ROW, entry: 'names', destination: 'customer' }, null],
  [{ ...ROW, entry: 'names', says: 'inbound', destination: 'customer' }, null],
  [{ ...ROW, entry: 'names', clicked: true }, null],

  [{ ...ROW, entry: 'fits' }, null],
  [{ ...ROW, entry: 'fits', rings: 'answered' }, null],
  [{ ...ROW, entry: 'fits', rings: 'group' }, 'leg'],
  [{ ...ROW, entry: 'fits', says: 'inbound' }, null],
  [{ ...ROW, entry: 'fits', says: 'inbound', rings: 'answered' }, null],
  [{ ...ROW, entry: 'fits', says: 'inbound', rings: 'group' }, 'call'],
  [{ ...ROW, entry: 'fits', says: 'inbound', destination: 'own', rings: 'group' }, 'call'],
  [{ ...ROW, entry: 'fits', destination: 'customer', rings: 'group' }, null],

  [{ ...ROW, rings: 'group' }, null],
  [{ ...ROW, destination: 'own' }, null],
  [{ ...ROW, destination: 'own', rings: 'group' }, 'leg'],
  [{ ...ROW, destination: 'own', rings: 'answered' }, 'leg'],
  [{ ...ROW, destination: 'own', rings: 'answered', clicked: true }, null],
  [{ ...ROW, destination: 'own', rings: 'group', says: 'inbound' }, null],
  [{ ...ROW, destination: 'own', rings: 'answered', says: 'inbound' }, null],
  [{ ...ROW, destination: 'customer', rings: 'group' }, null],
  [{ ...ROW, destination: 'customer', rings: 'answered' }, null],
  [{ ...ROW, rings: 'answered' }, null],
  [{ ...ROW, says: 'inbound', rings: 'group' }, null],
]);
