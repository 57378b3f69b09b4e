import type { Likeness, Match } from '../parts/customer.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';

/**
 * The evidence that two parts are one conversation, for and against. These tables decide, and nothing else does:
 * `correlate.ts` finds the candidates and gathers the facts.
 */

const CUSTOMERS = {
  heading: 'customers',
  meaning:
    'the numbers of the two callers. `withheld`: both withhold theirs, which makes them neither same nor different',
  values: { same: 'same', withheld: '`withheld`', different: 'different' },
} as const;

const HOTLINES = {
  heading: 'hotlines',
  meaning: 'the numbers called; that of a queue entry is the one of its first leg',
  values: { same: 'same', different: 'different', unknown: 'not both known' },
} as const;

export interface RingFacts {
  readonly outbound: boolean;
  readonly ended: boolean;
  readonly customers: Likeness;
  readonly written: boolean;
  readonly goesOn: boolean;
  readonly waits: boolean;
  readonly names: 'it' | 'another' | 'none known';
  readonly owns: boolean;
  readonly hotlines: Match;
  readonly learnt: Match;
  readonly time: 'inside' | 'outside' | 'unknown';
  readonly connected: boolean;
  readonly stale: boolean;
}

/** How strong the evidence is that the queue rings this leg for this entry; null: it does not. */
export type RingEvidence = 'named' | 'customer' | 'written' | 'time' | null;

export const ENTRY_RINGS = new RuleTable<RingFacts, RingEvidence>({
  title: 'Whether a leg is rung for a queue entry',
  facts: {
    outbound: { heading: 'outbound', meaning: 'the direction of the leg', values: YES_NO },
    ended: {
      heading: 'id of an ended call',
      meaning: 'the leg shows an id of a call that has ended, and of none that is live',
      values: YES_NO,
    },
    customers: CUSTOMERS,
    written: {
      heading: 'written alike',
      meaning: 'both rows write the number with the same characters',
      values: YES_NO,
    },
    goesOn: {
      heading: 'goes on',
      meaning:
        'the numbers are withheld in two ways, and the leg would continue the only call that has just lost its own, and whose number is written alike',
      values: YES_NO,
    },
    waits: {
      heading: 'waits',
      meaning:
        'the entry was Waiting in the queue answers before and after the monitor answer: the later one was requested when that came, or at most 90 ms before',
      values: YES_NO,
    },
    names: {
      heading: 'names',
      meaning:
        'whose agent the row names, if that agent’s extension is listed; where the name is not known, a leg that rings for the entry already is that agent’s, and one of many that ring at once for another entry is not, nor is any while a leg of that agent rings in a call that began as outbound, before the direction of the rows was known. A row that says Answered names who answered, not who rings; a row from before the monitor’s answer says nothing if that agent has rung and stopped since',
      values: { it: 'this leg’s', another: 'another’s', 'none known': 'none known' },
    },
    owns: {
      heading: 'has a leg here',
      meaning: 'the entry has a live leg at this extension',
      values: YES_NO,
    },
    hotlines: HOTLINES,
    learnt: {
      heading: 'hotline of the queue',
      meaning:
        'whether the number called is one by which answered callers came to the queue, or to one that the caller was in before',
      values: { same: 'one of them', different: 'another one', unknown: 'none known' },
    },
    time: {
      heading: 'began',
      meaning:
        'the first `call_time` seen of the leg: from when the caller joined until an agent answered or the caller left, with a tolerance of 1 s',
      values: { inside: 'meanwhile', outside: 'before or after', unknown: 'not known' },
    },
    connected: {
      heading: 'connected',
      meaning:
        'a participant of the call is connected, and the caller has not joined this queue since the answer',
      values: YES_NO,
    },
    stale: { heading: 'stale', meaning: 'the entry’s row is stale', values: YES_NO },
  },
  outcome: {
    evidence: (evidence) =>
      evidence === null
        ? 'none: it is not'
        : {
            named: 'the agent (strongest)',
            customer: 'the customer',
            written: 'how the number is withheld',
            time: 'the time (weakest)',
          }[evidence],
  },
  rows: [
    { when: { outbound: true }, then: null, why: 'an outbound leg never joins an inbound call' },
    {
      when: { ended: true },
      then: null,
      why: 'the caller of that call goes on: it had ended because no poll could find them',
    },
    { when: { customers: 'different' }, then: null, why: 'two customers' },
    { when: { waits: true }, then: null, why: 'the queue rings agents only for entries that are Trying' },
    { when: { names: 'another' }, then: null, why: 'the queue rings the agent that it names' },
    { when: { owns: true }, then: null, why: 'the queue rings an agent once' },
    { when: { hotlines: 'different' }, then: null, why: 'the caller called another number' },
    { when: { time: 'outside' }, then: null, why: 'the queue did not ring at that time' },
    { when: { connected: true }, then: null, why: 'the caller talks to somebody' },
    {
      when: { stale: true, names: 'none known' },
      then: null,
      why: 'the caller has gone; only the row remains',
    },
    { when: { names: 'it' }, then: 'named', why: 'the row says so' },
    {
      when: { learnt: 'different', hotlines: 'unknown' },
      then: null,
      why: 'no caller is known to come to this queue by that number: it may be another caller of a company’s line, or of a withheld one',
    },
    {
      when: { customers: 'same' },
      then: 'customer',
      why: 'the queue rings, and this extension rings for that number',
    },
    {
      when: { written: true },
      then: 'written',
      why: 'the queue rings for a caller who withholds the number in the way that this leg shows, such as `private`',
    },
    {
      when: { goesOn: true },
      then: null,
      why: 'the caller of that call was sent there',
    },
    {
      when: {},
      then: 'time',
      why: 'the queue rings for a caller who withholds the number, and this extension rings for such a caller',
    },
  ],
  impossible: [
    { when: { goesOn: true, customers: 'same' }, why: 'no number is withheld' },
    { when: { goesOn: true, customers: 'different' }, why: 'not both are withheld' },
    { when: { goesOn: true, written: true }, why: 'the numbers are withheld in one way' },
  ],
});

export interface TogetherFacts {
  readonly customers: Likeness;
  readonly hotlines: Match;
  readonly began: 'together' | 'apart' | 'unknown';
  readonly atOnce: boolean;
  readonly taken: boolean;
  readonly stoppedHere: boolean;
}

export const RINGS_TOGETHER = new RuleTable<TogetherFacts, boolean>({
  title: 'Whether two inbound legs without a queue entry ring for one call (a ring group)',
  facts: {
    customers: CUSTOMERS,
    hotlines: HOTLINES,
    began: {
      heading: 'began',
      meaning: 'their `call_time`: at most 1 s apart or more',
      values: { together: 'together', apart: 'apart', unknown: 'not both known' },
    },
    atOnce: {
      heading: 'shown at once',
      meaning: 'one poll showed both for the first time, or two in a row did',
      values: YES_NO,
    },
    taken: {
      heading: 'taken',
      meaning:
        'the call has a queue entry or was answered, or both legs were answered in the first poll that shows them',
      values: YES_NO,
    },
    stoppedHere: {
      heading: 'stopped here',
      meaning: 'the call rang at this extension, and a poll misses that leg',
      values: YES_NO,
    },
  },
  outcome: { 'they are': (isOne) => (isOne ? 'one call' : 'two calls') },
  rows: [
    { when: { customers: 'different' }, then: false, why: 'two customers' },
    { when: { taken: true }, then: false, why: 'that call has its extensions' },
    {
      when: { stoppedHere: true },
      then: false,
      why: 'a group rings each extension once: the customer redials',
    },
    { when: { hotlines: 'different' }, then: false, why: 'the numbers called differ' },
    { when: { began: 'apart' }, then: false, why: 'two people behind one number' },
    { when: { customers: 'same' }, then: true, why: 'a ring group begins to ring at once' },
    {
      when: { began: 'together', atOnce: true, hotlines: 'same' },
      then: true,
      why: 'two callers who withhold their numbers would have called one hotline in one second',
    },
    { when: {}, then: false, why: 'a withheld number alone makes no one caller' },
  ],
  impossible: [],
});

export interface ContinuesFacts {
  readonly outbound: boolean;
  readonly calling: boolean;
  readonly customers: Likeness;
  readonly hotlines: Match;
  readonly visited: boolean;
  readonly rings: boolean;
  readonly connected: boolean;
  readonly letGo: 'then' | 'another time' | 'unknown';
  readonly lost: 'in this poll' | 'shortly before' | 'in a gap' | 'not yet' | 'no';
}

/** `waits`: the next answer of the monitor shows it. */
export type Continues = 'joins' | 'waits' | 'no';

export const CONTINUES = new RuleTable<ContinuesFacts, Continues>({
  title: 'Whether a leg continues a call that has lost a part (hunt group, overflow, blind transfer)',
  facts: {
    outbound: { heading: 'outbound', meaning: 'the direction of the leg', values: YES_NO },
    calling: {
      heading: 'calling',
      meaning: 'the call is outbound, and was not answered',
      values: YES_NO,
    },
    customers: CUSTOMERS,
    hotlines: {
      ...HOTLINES,
      meaning: `${HOTLINES.meaning}. Before it has one, a number by which no answered caller came to its queues is another one, if others are known`,
    },
    visited: { heading: 'was here', meaning: 'the call has had a leg at this extension', values: YES_NO },
    rings: {
      heading: 'queue rings',
      meaning: 'the call’s queue entry is listed and not answered: its legs are those of the queue',
      values: YES_NO,
    },
    connected: {
      heading: 'connected',
      meaning:
        'the leg of the connected participant is there, and this poll is not the first that misses the row of the queue in which they talked',
      values: YES_NO,
    },
    letGo: {
      heading: 'let go',
      meaning:
        'the row of the queue entry is Abandoned and says when, and so does the leg’s `call_time`: at most 1 s apart, or more',
      values: { then: 'then', 'another time': 'at another time', unknown: 'not known' },
    },
    lost: {
      heading: 'lost a part',
      meaning:
        'a leg or the queue entry is missing for the first time in this poll; or the new leg began at most 2 s from when that part can have gone. `in a gap`: so it is, but the polls between which the part went are 15 s apart or more, or there was none before. `not yet`: no part is missing, the leg by which the caller would go on is there, and this poll is the first that shows the new leg, which talks or began to ring at most 2 s before',
      values: {
        'in this poll': 'in this poll',
        'shortly before': 'shortly before',
        'in a gap': '`in a gap`',
        'not yet': '`not yet`',
        no: 'no',
      },
    },
  },
  outcome: {
    'the leg': (continues) =>
      ({
        joins: 'joins the call, `inferred`',
        waits: 'waits for the next answer of the monitor',
        no: 'does not',
      })[continues],
  },
  rows: [
    { when: { outbound: true }, then: 'no', why: 'calling back at once is a new call' },
    { when: { calling: true }, then: 'no', why: 'there is no conversation to be transferred' },
    { when: { customers: 'different' }, then: 'no', why: 'two customers' },
    { when: { hotlines: 'different' }, then: 'no', why: 'the caller called another number' },
    {
      when: { customers: 'withheld', hotlines: 'unknown' },
      then: 'no',
      why: 'nothing ties the two together',
    },
    { when: { visited: true }, then: 'no', why: 'a customer who redials looks the same' },
    { when: { rings: true }, then: 'no', why: 'the queue goes on ringing' },
    {
      when: { connected: true, lost: 'not yet' },
      then: 'waits',
      why: 'the row of a leg that ends lives on for a moment beside the next one’s: if that is so, the next answer lacks it',
    },
    { when: { connected: true }, then: 'no', why: 'the caller talks to somebody' },
    {
      when: { letGo: 'another time' },
      then: 'no',
      why: 'the PBX sends a caller on in the same moment: the customer hung up, and calls again',
    },
    { when: { letGo: 'then' }, then: 'joins', why: 'the queue let the caller go to that extension' },
    {
      when: { lost: 'not yet' },
      then: 'waits',
      why: 'likewise where an extension rings or, without another’s having rung, talks in its place',
    },
    { when: { lost: 'no' }, then: 'no', why: 'the call is where it was' },
    {
      when: { lost: 'in a gap' },
      then: 'no',
      why: 'in so long a time a customer hangs up and calls again, and nothing shows which',
    },
    { when: {}, then: 'joins', why: 'the PBX sends a caller on in the same moment' },
  ],
  impossible: [],
});
