import { describeTable } from '../../../test/support/rule-tables.js';
import {
  type ContinuesFacts,
  CONTINUES,
  ENTRY_RINGS,
  type RingFacts,
  RINGS_TOGETHER,
  type TogetherFacts,
} from './evidence-rules.js';

/** A leg of the entry's customer that began while the entry was Trying, and nothing that speaks against it. */
const RINGS: RingFacts = {
  outbound: false,
  ended: false,
  customers: 'same',
  written: true,
  goesOn: false,
  waits: false,
  names: 'none known',
  owns: false,
  hotlines: 'same',
  learnt: 'unknown',
  time: 'inside',
  connected: false,
  stale: false,
};
const NAMED: RingFacts = { ...RINGS, names: 'it' };
const WITHHELD: RingFacts = { ...RINGS, customers: 'withheld', written: false };

describeTable(ENTRY_RINGS, [
  [RINGS, 'customer'],
  [{ ...RINGS, hotlines: 'unknown' }, 'customer'],
  [{ ...RINGS, time: 'unknown' }, 'customer'],
  [{ ...RINGS, written: false }, 'customer'],
  [NAMED, 'named'],
  [{ ...NAMED, customers: 'withheld' }, 'named'],
  [{ ...NAMED, hotlines: 'unknown', time: 'unknown' }, 'named'],
  [WITHHELD, 'time'],
  [{ ...WITHHELD, written: true }, 'written'],
  [{ ...WITHHELD, written: true, hotlines: 'unknown', learnt: 'different' }, null],
  [{ ...WITHHELD, time: 'unknown' }, 'time'],
  // A caller who shows `private` is transferred while one who shows `anonymous` is in a ring-all queue.
  [{ ...WITHHELD, goesOn: true }, null],
  [{ ...NAMED, customers: 'withheld', written: false, goesOn: true }, 'named'],
  [{ ...WITHHELD, learnt: 'same' }, 'time'],
  // A queue may get another number at any time: where the row names the agent, or the call has shown that number, it says nothing.
  [{ ...WITHHELD, hotlines: 'unknown', learnt: 'different' }, null],
  [{ ...RINGS, hotlines: 'unknown', learnt: 'different' }, null],
  [{ ...RINGS, hotlines: 'unknown', learnt: 'same' }, 'customer'],
  [{ ...WITHHELD, learnt: 'different' }, 'time'],
  [{ ...RINGS, learnt: 'different' }, 'customer'],
  [{ ...NAMED, hotlines: 'unknown', customers: 'withheld', learnt: 'different' }, 'named'],

  [{ ...NAMED, outbound: true }, null],
  [{ ...RINGS, outbound: true }, null],
  [{ ...NAMED, ended: true }, null],
  [{ ...RINGS, ended: true }, null],
  [{ ...NAMED, customers: 'different' }, null],
  [{ ...RINGS, customers: 'different' }, null],
  [{ ...NAMED, waits: true }, null],
  [{ ...RINGS, waits: true }, null],
  [{ ...RINGS, names: 'another' }, null],
  [{ ...WITHHELD, names: 'another' }, null],
  [{ ...NAMED, owns: true }, null],
  [{ ...RINGS, owns: true }, null],
  [{ ...NAMED, hotlines: 'different' }, null],
  [{ ...RINGS, hotlines: 'different' }, null],
  [{ ...NAMED, time: 'outside' }, null],
  [{ ...RINGS, time: 'outside' }, null],
  [{ ...NAMED, connected: true }, null],
  [{ ...RINGS, connected: true }, null],
  [{ ...RINGS, stale: true }, null],
  [{ ...WITHHELD, stale: true }, null],
  // The agent whom a stale row names may still be rung for it.
  [{ ...NAMED, stale: true }, 'named'],
]);

/** Two legs of one customer and hotline that began within a second. */
const TOGETHER: TogetherFacts = {
  customers: 'same',
  hotlines: 'same',
  began: 'together',
  atOnce: false,
  taken: false,
  stoppedHere: false,
};

describeTable(RINGS_TOGETHER, [
  [TOGETHER, true],
  [{ ...TOGETHER, atOnce: true }, true],
  [{ ...TOGETHER, began: 'unknown' }, true],
  [{ ...TOGETHER, hotlines: 'unknown' }, true],
  [{ ...TOGETHER, customers: 'withheld', atOnce: true }, true],

  [{ ...TOGETHER, customers: 'different' }, false],
  [{ ...TOGETHER, customers: 'different', atOnce: true }, false],
  [{ ...TOGETHER, taken: true }, false],
  // A customer who redials at once.
  [{ ...TOGETHER, stoppedHere: true }, false],
  [{ ...TOGETHER, stoppedHere: true, began: 'unknown' }, false],
  [{ ...TOGETHER, taken: true, customers: 'withheld', atOnce: true }, false],
  [{ ...TOGETHER, hotlines: 'different' }, false],
  [{ ...TOGETHER, hotlines: 'different', customers: 'withheld', atOnce: true }, false],
  // Two people behind one company number.
  [{ ...TOGETHER, began: 'apart' }, false],
  [{ ...TOGETHER, began: 'apart', atOnce: true }, false],
  [{ ...TOGETHER, customers: 'withheld' }, false],
  [{ ...TOGETHER, customers: 'withheld', atOnce: true, began: 'unknown' }, false],
  [{ ...TOGETHER, customers: 'withheld', atOnce: true, began: 'apart' }, false],
  [{ ...TOGETHER, customers: 'withheld', atOnce: true, hotlines: 'unknown' }, false],
]);

/** A leg of a customer whose call has just lost its leg. */
const GOES_ON: ContinuesFacts = {
  outbound: false,
  calling: false,
  customers: 'same',
  hotlines: 'same',
  visited: false,
  rings: false,
  connected: false,
  letGo: 'unknown',
  lost: 'in this poll',
};
/** The queue let the caller go in the second in which the leg began, which a poll long after that shows. */
const LET_GO: ContinuesFacts = { ...GOES_ON, letGo: 'then', lost: 'no' };

describeTable(CONTINUES, [
  [GOES_ON, 'joins'],
  [{ ...GOES_ON, lost: 'shortly before' }, 'joins'],
  [{ ...GOES_ON, hotlines: 'unknown' }, 'joins'],
  [{ ...GOES_ON, customers: 'withheld' }, 'joins'],
  [{ ...GOES_ON, customers: 'withheld', lost: 'shortly before' }, 'joins'],
  [LET_GO, 'joins'],
  [{ ...LET_GO, lost: 'in a gap' }, 'joins'],

  [{ ...GOES_ON, outbound: true }, 'no'],
  // An extension that called out, and rang off when the customer did not answer.
  [{ ...GOES_ON, calling: true }, 'no'],
  [{ ...GOES_ON, customers: 'different' }, 'no'],
  [{ ...GOES_ON, hotlines: 'different' }, 'no'],
  [{ ...GOES_ON, customers: 'withheld', hotlines: 'different' }, 'no'],
  [{ ...GOES_ON, customers: 'withheld', hotlines: 'unknown' }, 'no'],
  [{ ...GOES_ON, visited: true }, 'no'],
  [{ ...GOES_ON, rings: true }, 'no'],
  [{ ...GOES_ON, rings: true, lost: 'not yet', connected: true }, 'no'],
  [{ ...GOES_ON, connected: true }, 'no'],
  // A poll shows the old leg for the last time beside the new one, or a company's other caller.
  [{ ...GOES_ON, lost: 'not yet' }, 'waits'],
  [{ ...GOES_ON, lost: 'not yet', connected: true }, 'waits'],
  [{ ...GOES_ON, lost: 'not yet', connected: true, visited: true }, 'no'],
  [{ ...LET_GO, lost: 'not yet' }, 'joins'],
  [{ ...GOES_ON, lost: 'no' }, 'no'],
  // A customer who hung up, and calls again before the next poll.
  [{ ...GOES_ON, letGo: 'another time' }, 'no'],
  [{ ...GOES_ON, lost: 'in a gap' }, 'no'],
  [{ ...LET_GO, connected: true }, 'no'],
]);
