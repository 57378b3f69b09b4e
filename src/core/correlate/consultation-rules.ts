import { RuleTable, YES_NO } from '../parts/rule-table.js';

/**
 * An attended transfer: the connected participant consults another extension by a local call and leaves the caller to it. The
 * PBX says nothing of that; the answers show only which legs go and which remain.
 */

export interface ConsultationFacts {
  readonly alone: boolean;
  readonly transferor: 'there' | 'rings' | 'missing' | 'gone';
  readonly consulted: 'rings' | 'talks' | 'missing';
  readonly showsCustomer: boolean;
}

/** `joins`: the consulted leg is the caller's now. `holds`: the caller hears it ring. `is over`: the caller had gone. */
export type Consulted = 'joins' | 'holds' | 'is over';

export const CONSULTATION = new RuleTable<ConsultationFacts, Consulted>({
  title: 'What becomes of a caller whose connected participant has gone after a consultation',
  facts: {
    alone: {
      heading: 'one caller',
      meaning: 'no other caller’s leg went from the transferor in the same poll',
      values: YES_NO,
    },
    transferor: {
      heading: 'transferor',
      meaning:
        'the transferor’s own leg of the consultation. `rings`: it is there, and its row says that the other extension has not answered; `missing`: not confirmed as gone',
      values: { there: 'there', rings: '`rings`', missing: '`missing`', gone: 'gone' },
    },
    consulted: {
      heading: 'consulted',
      meaning: 'the leg of the extension that was consulted. `missing`: not confirmed as gone',
      values: { rings: 'rings', talks: 'talks', missing: '`missing`' },
    },
    showsCustomer: {
      heading: 'shows customer',
      meaning: 'the consulted leg’s row shows the customer',
      values: YES_NO,
    },
  },
  outcome: {
    'the caller': (outcome) =>
      ({ joins: 'is transferred', holds: 'is held', 'is over': 'had hung up' })[outcome],
  },
  rows: [
    { when: { showsCustomer: true, alone: true }, then: 'joins', why: 'the row says so' },
    { when: { alone: false }, then: 'is over', why: 'it is not to be known whose caller was transferred' },
    { when: { consulted: 'missing' }, then: 'holds', why: 'the next poll confirms it' },
    {
      when: { consulted: 'talks', transferor: 'gone' },
      then: 'joins',
      why: 'only the consulted leg talks on',
    },
    { when: { consulted: 'talks', transferor: 'missing' }, then: 'holds', why: 'the next poll confirms it' },
    {
      when: { consulted: 'talks', transferor: 'rings' },
      then: 'holds',
      why: 'one of the two rows is late: the next poll shows with whom it talks',
    },
    { when: { consulted: 'talks' }, then: 'is over', why: 'the two extensions talk to one another' },
    { when: { consulted: 'rings' }, then: 'holds', why: 'the caller may hear it ring' },
  ],
  impossible: [],
});
