import type { CallbackView } from '@pitel-event-bridge/client';
import { lineOf } from '../../../src/core/parts/line.js';
import { PhoneNumbers } from '../../../src/source/parse/phone-number.js';
import {
  afterEvent,
  type CallbackEntry,
  type CallbackEvent,
  listed,
  mayUndo,
  queuesOf,
  readOnlyOf,
  showsCallbacks,
} from './callbacks.js';
import { NO_CLAIMS } from './claims.js';
import { iso, NINE, SALES } from './data.fixtures.js';
import { todaysNumber } from './todays-number.js';

const CARE = { id: 'q2', name: 'Care' };

function callback(id: string, after: number, given: Partial<CallbackEntry> = {}): CallbackEntry {
  return {
    id,
    customer: { raw: '0905111222', e164: '+84905111222', national: '0905 111 222' },
    queues: [SALES],
    missed: 1,
    tried: 0,
    firstAt: iso(NINE + after),
    lastAt: iso(NINE + after),
    longestWaitMs: 20_000,
    callIds: [`call-${id}`],
    probable: false,
    afterHours: false,
    claimedBy: null,
    claimedUntil: null,
    parts: [],
    state: 'open',
    done: null,
    deeds: [{ what: 'missed', at: iso(NINE + after), by: null }],
    ...given,
  };
}

describe('the list of call-backs', () => {
  const a = callback('a', 0, { missed: 1, tried: 2, lastAt: iso(NINE + 900) });
  const b = callback('b', 100, { missed: 3, queues: [CARE, SALES] });
  const c = callback('c', 200, { missed: 1, queues: [CARE] });
  const ids = (order: 'waiting' | 'newest' | 'missed' | 'tried', queue: string | null = null) =>
    listed([c, a, b], { order, queue }).map(({ id }) => id);

  it('is in the orders of the bridge', () => {
    expect(ids('waiting')).toEqual(['a', 'b', 'c']);
    expect(ids('newest')).toEqual(['a', 'c', 'b']);
    expect(ids('missed')).toEqual(['b', 'a', 'c']);
    expect(ids('tried')).toEqual(['b', 'c', 'a']);
  });

  it('is narrowed to what one queue missed', () => {
    expect(ids('waiting', 'q1')).toEqual(['a', 'b']);
    expect(queuesOf([b, a])).toEqual([CARE, SALES]);
  });
});

describe('an event of a call-back', () => {
  const event = (after: number, given: Partial<CallbackEvent['data']>): CallbackEvent => {
    const view: CallbackView = callback('a', 0, { claimedBy: 'lan' });
    return {
      type: 'callback-updated',
      time: iso(NINE + after),
      data: { tenant: 'acme', callback: view, ...given },
    } as CallbackEvent;
  };

  it('brings the item as it is, and what was done last', () => {
    const known = callback('a', 0);
    const after = afterEvent(known, event(60_000, { change: 'claimed', by: 'lan' }));
    expect(after.claimedBy).toBe('lan');
    expect(after.deeds).toEqual([...known.deeds, { what: 'claimed', at: iso(NINE + 60_000), by: 'lan' }]);
    expect(afterEvent(after, event(60_000, { change: 'claimed', by: 'lan' })).deeds).toHaveLength(2);
  });

  it('adds an item that was not known, and closes one', () => {
    expect(afterEvent(undefined, event(0, {})).deeds).toEqual([{ what: 'missed', at: iso(NINE), by: null }]);
    const done = afterEvent(callback('a', 0), event(90_000, { reason: 'dismissed', by: 'minh' }));
    expect(done).toMatchObject({
      state: 'done',
      done: { reason: 'dismissed', by: 'minh', at: iso(NINE + 90_000), why: null, probable: false },
    });
  });
});

describe('what may be done', () => {
  const dismissed = (reason: 'dismissed' | 'called-back') =>
    callback('a', 0, {
      state: 'done',
      done: { reason, at: iso(NINE), by: 'lan', why: null, probable: false, callId: null },
    });

  it('is to undo a dismissal within ten minutes, and nothing else that is closed', () => {
    expect(mayUndo(dismissed('dismissed'), NINE + 599_000)).toBe(true);
    expect(mayUndo(dismissed('dismissed'), NINE + 600_000)).toBe(false);
    expect(mayUndo(dismissed('called-back'), NINE)).toBe(false);
    expect(mayUndo(callback('a', 0), NINE)).toBe(false);
  });

  it('depends on the token, and is left to the bridge where that cannot be read', () => {
    const claims = { ...NO_CLAIMS, tenant: 'acme' };
    expect(readOnlyOf(claims)).toBe('not-granted');
    expect(readOnlyOf({ ...claims, callbacks: true })).toBe('no-sub');
    expect(readOnlyOf({ ...claims, callbacks: true, sub: 'lan' })).toBeNull();
    expect(readOnlyOf({ ...claims, callbacks: true, sub: 'lan', display: true })).toBe('display');
    expect(readOnlyOf(NO_CLAIMS)).toBeNull();
  });

  it('is to see none with a token of extensions alone', () => {
    expect(showsCallbacks({ ...NO_CLAIMS, extensions: ['101'] })).toBe(false);
    expect(showsCallbacks({ ...NO_CLAIMS, extensions: ['101'], queues: ['q1'] })).toBe(true);
    expect(showsCallbacks(NO_CLAIMS)).toBe(true);
  });
});

describe('the number to dial', () => {
  const numbers = new PhoneNumbers('VN');
  const dial = (raw: string) => todaysNumber(numbers.parse(raw));

  it('is the one by which the bridge knows the customer, for every number that was replaced', () => {
    const old = [
      ...Array.from({ length: 100 }, (_, prefix) => `01${String(prefix).padStart(2, '0')}1234567`),
      ...Array.from({ length: 900 }, (_, code) => `0${code + 100}345678`),
      ...Array.from({ length: 900 }, (_, code) => `0${code + 100}3456789`),
      ...Array.from({ length: 90 }, (_, code) => `0${code + 10}345678`),
      '+841681234567',
      '84 168 123 4567',
      '0 4 3825 1234',
    ];
    for (const raw of old) {
      const line = lineOf(numbers.parse(raw), 'VN')!;
      if (line.startsWith('+')) expect([raw, dial(raw)]).toEqual([raw, line]);
    }
    expect(old.filter((raw) => lineOf(numbers.parse(raw), 'VN')!.startsWith('+')).length).toBeGreaterThan(50);
  });

  it('is as it was written where it has no successor, and none where it is no number or a mask', () => {
    expect(dial('1900 1234')).toBe('19001234');
    expect(todaysNumber({ raw: 'Anh Ba', e164: null, national: null })).toBeNull();
    expect(todaysNumber({ raw: '0905 *** 222', e164: null, national: null, masked: true })).toBeNull();
  });
});
