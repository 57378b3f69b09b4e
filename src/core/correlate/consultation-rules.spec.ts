import { describeTable } from '../../../test/support/rule-tables.js';
import { CONSULTATION, type ConsultationFacts } from './consultation-rules.js';

/** Both of the transferor's legs are gone, and the extension that was consulted talks on. */
const LEFT_TO: ConsultationFacts = {
  alone: true,
  transferor: 'gone',
  consulted: 'talks',
  showsCustomer: false,
};

describeTable(CONSULTATION, [
  [LEFT_TO, 'joins'],
  [{ ...LEFT_TO, showsCustomer: true }, 'joins'],
  [{ ...LEFT_TO, showsCustomer: true, transferor: 'missing' }, 'joins'],
  [{ ...LEFT_TO, showsCustomer: true, transferor: 'there' }, 'joins'],
  [{ ...LEFT_TO, showsCustomer: true, consulted: 'rings' }, 'joins'],
  [{ ...LEFT_TO, showsCustomer: true, consulted: 'missing' }, 'joins'],

  // Two customers' legs of the transferor went in one poll: ambiguous, even if the row shows one of them.
  [{ ...LEFT_TO, alone: false }, 'is over'],
  [{ ...LEFT_TO, alone: false, showsCustomer: true }, 'is over'],
  [{ ...LEFT_TO, alone: false, consulted: 'missing' }, 'is over'],
  [{ ...LEFT_TO, alone: false, consulted: 'rings' }, 'is over'],
  [{ ...LEFT_TO, alone: false, transferor: 'missing' }, 'is over'],

  [{ ...LEFT_TO, transferor: 'missing' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'missing' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'missing', transferor: 'missing' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'missing', transferor: 'there' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'rings' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'rings', transferor: 'missing' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'rings', transferor: 'there' }, 'holds'],
  [{ ...LEFT_TO, transferor: 'there' }, 'is over'],
  // The rows of a connection change one after the other.
  [{ ...LEFT_TO, transferor: 'rings' }, 'holds'],
  [{ ...LEFT_TO, consulted: 'rings', transferor: 'rings' }, 'holds'],
  [{ ...LEFT_TO, showsCustomer: true, transferor: 'rings' }, 'joins'],
  [{ ...LEFT_TO, alone: false, transferor: 'rings' }, 'is over'],
]);
