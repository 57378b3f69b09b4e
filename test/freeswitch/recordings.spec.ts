import { describe, expect, it } from '@jest/globals';
import type { BridgeEvent, CallEvent } from '../../src/core/model/event.js';
import { brokenIn } from '../cases/always.js';
import { type RightCall, type Run, storiesOf, wrongIn } from '../cases/right.js';
import { eventsOf } from './recorded.js';

/**
 * Single calls on a real FreeSWITCH, recorded as the bridge polled them, and what really happened. Ids are cut to their
 * first eight characters, and seconds count from the caller's arrival.
 */
interface Recording {
  readonly file: string;
  readonly what: string;
  /** When the caller arrived. */
  readonly zero: string;
  /** The calls that there were; each list is one reading of what polls can show, and one of them must be given. */
  readonly right: readonly (readonly RightCall[])[];
}

const RECORDINGS: readonly Recording[] = [
  {
    file: 'anonymous-queue-caller',
    what: 'a caller without a number rings three agents of a ring-all queue, and 101 answers: one call',
    zero: '2026-11-28T19:55:08.705Z',
    right: [
      [
        {
          of: ['4c0d123b', 'e7c50d86', 'fc893f0d', 'c3f3bf27'],
          direction: 'inbound',
          outcome: 'answered',
          offers: { 101: 'answered', 102: 'answered-elsewhere', 103: 'answered-elsewhere' },
          within: { 'call-answered': [1.8, 3.4], 'call-ended': [6, 7.8] },
        },
      ],
    ],
  },
  {
    file: 'answered-and-over-between-polls',
    what: 'a direct call is answered for 350 ms between two polls: that cannot be known, and is said to be inferred',
    zero: '2026-11-28T19:48:47.668Z',
    right: [[{ of: ['7862e2e4'], outcome: 'abandoned', certainty: { 'call-abandoned': 'inferred' } }]],
  },
  {
    file: 'answered-into-the-void',
    what: 'the caller hangs up as 101 answers, and 101 talks to silence: abandoned, or an answer that is inferred',
    zero: '2026-11-28T20:36:16.404Z',
    right: [
      [{ of: ['c7c8e550', '35ba4675', 'edb4b4b3', '693542a4'], outcome: 'abandoned' }],
      [
        {
          of: ['c7c8e550', '35ba4675', 'edb4b4b3', '693542a4'],
          outcome: 'answered',
          certainty: { 'call-ended': 'inferred' },
        },
      ],
    ],
  },
  {
    file: 'attended-transfer',
    what: '106 consults 107 and transfers its customer, who talks to 107 for six seconds: one call of the customer',
    zero: '2026-11-28T20:27:38.847Z',
    right: [
      [
        {
          of: ['208b8a85', '6f7a98de'],
          direction: 'inbound',
          customer: '0905649553',
          outcome: 'answered',
          answered: '106',
          transfers: ['106>107'],
          within: { 'call-transferred': [11.2, 13], 'call-ended': [17.4, 19.2] },
        },
        { of: ['9f8d904c', '6f7a98de'], direction: 'local', outcome: 'answered', transfers: 'any' },
      ],
    ],
  },
  {
    file: 'blind-transfer',
    what: '106 transfers its customer to 107 blind, whose leg has an id of its own: one call',
    zero: '2026-11-28T19:51:28.755Z',
    right: [
      [
        {
          of: ['649ca628', '8424f4c1'],
          direction: 'inbound',
          outcome: 'answered',
          answered: '106',
          offers: { 106: 'answered', 107: 'answered' },
          transfers: ['106>107'],
          certainty: { 'call-transferred': 'inferred' },
          within: { 'call-transferred': [8, 9.6], 'call-ended': [13, 14.8] },
        },
      ],
    ],
  },
  {
    file: 'direction-of-the-leg-queue-call',
    what: "a queue's call where the monitor's direction is the leg's: one inbound call, offered at three extensions",
    zero: '2026-11-28T20:41:12.538Z',
    right: [
      [
        {
          of: ['300c1008', '364ec60f', '34a690c2', '9f638b32'],
          direction: 'inbound',
          outcome: 'answered',
          offers: { 101: 'answered', 102: 'answered-elsewhere', 103: 'answered-elsewhere' },
        },
      ],
    ],
  },
  {
    file: 'row-left-trying',
    what: '101 hangs up within 20 ms of its answer, and the row names it and says Trying from then on',
    zero: '2026-11-28T19:49:39.790Z',
    right: [
      [
        {
          of: ['67dbfc2c', '54ab76b3', 'eb6a7ecc', '919cac85'],
          outcome: 'any',
          // No answer has shown yet that the row's name for its agent is that of 101.
          offers: {
            101: 'answered|answered-elsewhere',
            102: 'answered-elsewhere',
            103: 'answered-elsewhere',
          },
        },
      ],
    ],
  },
  {
    file: 'hunt-group',
    what: 'a number rings 106, 107 and 108 in turn, polled every 300 ms, and 108 answers: one call',
    zero: '2026-11-28T19:47:23.030Z',
    right: [
      [
        {
          of: ['6e362da0', 'e36534c8', '3030f587'],
          outcome: 'answered',
          answered: '108',
          offers: { 106: 'not-answered', 107: 'not-answered', 108: 'answered' },
          within: { 'call-answered': [14, 15] },
        },
      ],
    ],
  },
  {
    file: 'overflow',
    what: 'a queue times out after 20 s, and 108 outside of it rings and answers: one call, never abandoned',
    zero: '2026-11-28T20:02:36.627Z',
    right: [
      [
        {
          of: ['989a4168', '68f975b6'],
          outcome: 'answered',
          answered: '108',
          offers: { 108: 'answered' },
          within: { 'call-answered': [21.8, 23.5], 'call-ended': [25.8, 27.5] },
        },
      ],
    ],
  },
  {
    file: 'phantom-at-unbridge',
    what: "where call_id is the call's, a leg is shown under its own id as it ends: that is no call",
    zero: '2026-11-28T20:27:01.797Z',
    right: [
      [
        {
          of: ['9e497e2a', 'c573951c', '9ad9b531', '80e5c3e7'],
          outcome: 'answered',
          offers: {
            101: 'answered',
            102: 'answered-elsewhere',
            103: 'answered-elsewhere',
            106: 'answered',
          },
          transfers: ['101>106'],
        },
      ],
    ],
  },
  {
    file: 'device-never-rings',
    what: "106's device never rings, its leg has no state for six seconds, and the caller gives up: a call, no offer",
    zero: '2026-11-28T19:49:02.773Z',
    right: [[{ of: ['d55af8ca'], direction: 'inbound', outcome: 'abandoned', offers: {} }]],
  },
  {
    file: 'pick-up',
    what: '108 picks up with **106 what rings at 106: one call of the customer, answered by 108',
    zero: '2026-11-28T19:54:03.998Z',
    right: [
      [
        {
          of: ['981b1e4a', '1f41062c'],
          direction: 'inbound',
          customer: '0901084737',
          outcome: 'answered',
          answered: '108',
          offers: { 106: 'answered-elsewhere' },
          certainty: { 'call-answered': 'inferred' },
          within: { 'call-answered': [3, 4.8], 'call-ended': [8.2, 10] },
        },
      ],
    ],
  },
  {
    file: 'queue-talk-of-400-ms',
    what: '101 talks to a caller for 400 ms between two polls: answered, inferred',
    zero: '2026-11-28T20:03:42.450Z',
    right: [
      [
        {
          of: ['dc7ed2d9', 'dfcb6e23', '66f1105c', 'b2caab94'],
          outcome: 'answered',
          certainty: { 'call-ended': 'inferred' },
          offers: {
            101: 'answered|answered-elsewhere|not-answered',
            102: 'answered|answered-elsewhere|not-answered',
            103: 'answered|answered-elsewhere|not-answered',
          },
        },
      ],
    ],
  },
  {
    file: 'queue-to-queue',
    what: "101 transfers a caller to another queue, where 104 answers: one call, and the second agent's leg is its",
    zero: '2026-11-28T20:27:19.291Z',
    right: [
      [
        {
          of: ['0633c53f', '53cf0185', 'b92f80ae', '801a7943', 'c21e653d'],
          outcome: 'answered',
          offers: {
            101: 'answered',
            102: 'answered-elsewhere',
            103: 'answered-elsewhere',
            104: 'answered',
          },
          transfers: ['101>104'],
        },
      ],
    ],
  },
  {
    file: 'rejected-leg-lingers-as-ringing',
    what: '106 of a ring group rejects, and its row says RINGING until 107 answers: when it rejected cannot be known',
    zero: '2026-11-28T19:47:12.132Z',
    right: [
      [
        {
          of: ['7c746d00', 'c8a5bd75', '6ab45eef'],
          outcome: 'answered',
          answered: '107',
          offers: { 106: 'answered-elsewhere|not-answered', 107: 'answered', 108: 'answered-elsewhere' },
        },
      ],
    ],
  },
  {
    file: 'semi-attended-transfer',
    what: '106 transfers its customer while 107 still rings, which then answers: one call of the customer',
    zero: '2026-11-28T20:28:23.753Z',
    right: [
      [
        {
          of: ['c2f58c4a', 'b186014e'],
          direction: 'inbound',
          customer: '0905170339',
          outcome: 'answered',
          answered: '106',
          transfers: ['106>107'],
          certainty: { 'call-transferred': 'inferred' },
          within: { 'call-transferred': [11.6, 13.5], 'call-ended': [17.8, 20] },
        },
        { of: ['b1e88177', 'b186014e'], direction: 'local', transfers: 'any' },
      ],
    ],
  },
  {
    file: 'two-calls-of-one-number',
    what: 'a company calls 106 direct and, 1.5 s later, a queue on another hotline: two calls',
    zero: '2026-11-28T19:56:09.106Z',
    right: [
      [
        { of: ['1df61d0c'], outcome: 'answered', answered: '106', offers: { 106: 'answered' } },
        {
          of: ['49328486', '0747c608', '70bb33df', '1d22b060'],
          outcome: 'answered',
          offers: { 101: 'answered', 102: 'answered-elsewhere', 103: 'answered-elsewhere' },
        },
      ],
    ],
  },
  {
    file: 'signs-off-in-mid-call',
    what: '106 is not listed for six seconds while it talks: one call',
    zero: '2026-11-28T19:54:16.324Z',
    right: [
      [{ of: ['2dd36970'], outcome: 'answered', answered: '106', within: { 'call-ended': [15.2, 17.2] } }],
    ],
  },
];

describe('a recorded call', () => {
  it.each(RECORDINGS)('$file: $what', async ({ file, zero, right }) => {
    const ids = right.flatMap((calls) => calls.flatMap(({ of }) => of));
    const run = runOf(await eventsOf(`recordings/${file}`), new Set(ids), Date.parse(zero));
    const readings = right.map((calls) => wrongIn({ calls }, run));
    const best = readings.reduce((a, b) => (a.length <= b.length ? a : b));
    expect([...best, ...brokenIn(run)]).toEqual([]);
  });
});

/**
 * The calls with one of `ids`, and all others of their customers. A recording shows rows that were stuck before and the
 * next scenario's beginning too.
 */
function runOf(all: readonly BridgeEvent[], ids: ReadonlySet<string>, beginsAt: number): Run {
  const stories = storiesOf(all as readonly CallEvent[]).map((story) => story.map(withShortIds));
  const isOurs = ({ data, subject }: CallEvent) => [subject, ...data.upstreamIds].some((id) => ids.has(id));
  const customerOf = (story: readonly CallEvent[]) => story.at(-1)!.data.customer?.raw;
  const ours = stories.filter((story) => story.some(isOurs));
  const customers = new Set(ours.map(customerOf));
  const shown = stories.filter((story) => ours.includes(story) || customers.has(customerOf(story)));
  const live = shown.filter((story) => story.at(-1)!.type !== 'call-ended');
  return { beginsAt, events: shown.flat(), live: live.map(([first]) => first!.subject) };
}

function withShortIds(event: CallEvent): CallEvent {
  const { data } = event;
  return {
    ...event,
    subject: shortId(event.subject),
    data: {
      ...data,
      upstreamIds: data.upstreamIds.map(shortId),
      linkedCallIds: data.linkedCallIds.map(shortId),
    },
  };
}

/** `df3bd13a~2` where the id was used again. */
function shortId(id: string): string {
  return id.replace(/^([^-]{8})-[^~]*/, '$1');
}
