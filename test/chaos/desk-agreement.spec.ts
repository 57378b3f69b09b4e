import type { Callback } from '../../src/core/callbacks/callback.js';
import { callbackView } from '../../src/core/callbacks/callback-view.js';
import { AGENT, QUEUE } from '../../src/core/day/columns.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { judgeAgreement } from './desk-agreement.js';
import type { StoredDesk } from './desk-verdict.js';
import { Tally } from './scenario.js';

/** 10:00 on 2 March 2026 in Vietnam. */
const AT = Date.UTC(2026, 2, 2, 3);
const DAY = '2026-03-02';
const QUEUE_OF = { id: 'sales', name: 'Sales' };
const known = (at: number) => ({ at, earliest: at, latest: at, certainty: 'observed' as const });

const view = { callId: 'a', outcome: 'abandoned' };
const item: Callback = {
  id: 'cb-a',
  line: '+84905000222',
  customer: { raw: '0905000222', e164: '+84905000222', national: '0905000222' },
  parts: [
    {
      queue: QUEUE_OF,
      missed: 1,
      firstAt: AT,
      lastAt: AT,
      longestWaitMs: 5_000,
      callIds: ['a'],
      probable: false,
      afterHours: false,
    },
  ],
  tried: 0,
  deeds: [],
  events: 1,
  claim: null,
  done: null,
};

const event = (type: string, data: object, id: string) =>
  ({ id, type, recordedtime: '2026-03-02T03:00:00.000Z', data: { tenant: 'acme', ...data } }) as BridgeEvent;

/** One caller who gave up after an agent did not answer, and is owed a call. */
const EVENTS = [
  event('call-offer-ended', { callId: 'a', outcome: 'not-answered' }, 'acme/a/offer'),
  event('call-ended', view, 'acme/a/call-ended'),
  event('callback-due', { callback: callbackView(item) }, 'acme/cb-a/1'),
];

const counts = (columns: Readonly<Record<string, number>>, counted: Readonly<Record<string, number>>) => {
  const row = Array.from({ length: Math.max(...Object.values(columns)) + 1 }, () => 0);
  for (const [name, amount] of Object.entries(counted)) row[columns[name]!] = amount;
  return row;
};

const STORED = {
  records: [
    {
      eventId: 'a/call-ended',
      view,
      story: {
        started: known(AT),
        visits: [
          {
            queue: QUEUE_OF,
            key: '1',
            joined: known(AT),
            left: known(AT + 5_000),
            how: 'abandoned' as const,
          },
        ],
        segments: [],
        offers: [{ extension: '101', agentName: null, outcome: 'not-answered' as const, at: AT }],
      },
      terms: { line: null, extensions: [], queues: [] },
    },
  ],
  days: [
    {
      day: DAY,
      rows: [
        {
          row: { of: 'queue', name: 'sales', slot: 40 },
          counts: counts(QUEUE, { offered: 1, abandoned: 1 }),
        },
        { row: { of: 'agent', name: '101', slot: 10 }, counts: counts(AGENT, { notAnswered: 1 }) },
      ],
      labels: [],
    },
  ],
  callbacks: [item],
} as unknown as StoredDesk;

function found(events: readonly BridgeEvent[], stored: StoredDesk): string[] {
  const tally = new Tally();
  judgeAgreement(events, stored, tally);
  return tally.examples;
}

const [record] = STORED.records;
const [day] = STORED.days;
const withCount = (
  nth: number,
  columns: Readonly<Record<string, number>>,
  counted: Record<string, number>,
) => ({
  ...STORED,
  days: [
    {
      ...day!,
      rows: day!.rows.map((row, n) => (n === nth ? { ...row, counts: counts(columns, counted) } : row)),
    },
  ],
});

describe('whether a desk’s log, history, tables and call-backs agree', () => {
  it('finds nothing where they do', () => {
    expect(found(EVENTS, STORED)).toEqual([]);
  });

  it.each<[string, readonly BridgeEvent[], StoredDesk, RegExp]>([
    ['an end that is not in the history', EVENTS, { ...STORED, records: [] }, /^missing: a ended/],
    ['a record without an end', [EVENTS[0]!, EVENTS[2]!], STORED, /^false: a is in the history/],
    [
      'a record twice',
      EVENTS,
      { ...STORED, records: [record!, record!] },
      /^doubled: a is in the history twice/,
    ],
    ['an end twice', [...EVENTS, EVENTS[1]!], STORED, /^doubled: a ended twice/],
    [
      'a record of another event',
      EVENTS,
      { ...STORED, records: [{ ...record!, eventId: 'b/call-ended' }] },
      /^false: a: b\/call-ended/,
    ],
    [
      'an entry counted twice',
      EVENTS,
      withCount(0, QUEUE, { offered: 2, abandoned: 1 }),
      /^doubled: .* offered/,
    ],
    ['an entry not counted', EVENTS, withCount(0, QUEUE, { offered: 1 }), /^missing: .* abandoned/],
    ['an offer counted twice', EVENTS, withCount(1, AGENT, { notAnswered: 2 }), /^doubled: .* notAnswered/],
    ['an offer that the log does not have', EVENTS.slice(1), STORED, /^false: 0 offers/],
    ['an item without its event', EVENTS.slice(0, 2), STORED, /^false: cb-a is owed/],
    ['an item that is not stored', EVENTS, { ...STORED, callbacks: [] }, /^missing: cb-a is open/],
    ['an item that is due twice', [...EVENTS, EVENTS[2]!], STORED, /^doubled: cb-a is due twice/],
    [
      'an item that is stored as another',
      EVENTS,
      { ...STORED, callbacks: [{ ...item, tried: 1 }] },
      /^false: cb-a is stored as another/,
    ],
    [
      'an item that was closed without an event',
      EVENTS,
      {
        ...STORED,
        callbacks: [
          {
            ...item,
            done: { reason: 'expired', at: AT, probable: false, callId: null, by: null, why: null },
          },
        ],
      },
      /^false: cb-a: callback-due is its newest event/,
    ],
  ])('finds %s', (_, events, stored, line) => {
    expect(found(events, stored)).toContainEqual(expect.stringMatching(line));
  });
});
