import { aCallback, callbackTransition, crossed } from '../../../test/support/callbacks.js';
import { sourceDown, transition } from '../../../test/support/delivery.js';
import { type BridgeEvent, toEvents } from '../../core/model/event.js';
import { audienceOf } from '../access/audience.js';
import { type LogEntry, readEntry } from './log-entry.js';

const [call, source] = toEvents([transition('call-started', 'c1'), sourceDown], {
  tenant: 'acme',
  epoch: 'e1',
  sequence: 6,
  recordedAt: 0,
});
const spoilt = (change: object) => JSON.stringify({ ...call, ...change });
const spoiltData = (change: object) => spoilt({ data: { ...call!.data, ...change } });

describe('a text that may be an event', () => {
  it.each([call, source])('is one where a bridge has written it: %#', (event) => {
    const json = JSON.stringify(event);
    const reading = readEntry('acme', json);
    expect(reading).toMatchObject({ entry: { type: event!.type, epoch: 'e1', json } });
  });

  it('is one also of a type that this release does not know', () => {
    const json = spoilt({ type: 'call-recorded', data: { tenant: 'acme' } });
    expect(readEntry('acme', json)).toMatchObject({ entry: { type: 'call-recorded', sequence: 7 } });
  });

  it.each([
    ['not JSON', '{"type":'],
    ['not an event', 'null'],
    ['not an event', '"call-started"'],
    ['without a type', '[]'],
    ['without a type', spoilt({ type: 'x",{}]\n42["snapshot"' })],
    ['without an epoch', spoilt({ epoch: 'e 1' })],
    ['without a sequence', spoilt({ sequence: 7 })],
    ['without a sequence', spoilt({ sequence: '0x7' })],
    ['of another tenant', spoilt({ data: null })],
    ['of another tenant', spoiltData({ tenant: 'globex' })],
    ['without the data of its type', spoiltData({ callId: null })],
    ['without the data of its type', spoiltData({ extensions: 'all' })],
    ['without the data of its type', spoiltData({ extensions: [null] })],
    ['without the data of its type', spoiltData({ queues: [{ id: 'q' }] })],
    ['without the data of its type', spoiltData({ offer: null })],
    ['without the data of its type', spoiltData({ state: 7 })],
    ['without the data of its type', spoiltData({ customer: '0914237383' })],
    ['without the data of its type', spoiltData({ customer: { raw: 914237383, e164: null } })],
    ['without the data of its type', spoiltData({ customer: { raw: '0914237383', e164: 84914237383 } })],
    ['without the data of its type', spoiltData({ customer: undefined })],
    ...[{ queue: null }, { queue: 'Sales' }, { queue: { id: 'q' } }].map((data) => [
      'without the data of its type',
      spoilt({ type: 'queue-threshold-crossed', data: { tenant: 'acme', ...data } }),
    ]),
    ...[
      null,
      {},
      { ...aCallback(), customer: null },
      { ...aCallback(), parts: null },
      { ...aCallback(), parts: [null] },
      { ...aCallback(), parts: [{ ...aCallback().parts[0], queue: 'Sales' }] },
      { ...aCallback(), parts: [{ ...aCallback().parts[0], lastAt: 7 }] },
      { ...aCallback(), parts: [{ ...aCallback().parts[0], callIds: null }] },
      { ...aCallback(), callIds: 'c' },
    ].map((callback) => [
      'without the data of its type',
      spoilt({ type: 'callback-due', data: { tenant: 'acme', callback } }),
    ]),
    ['without the data of its type', spoilt({ type: 'source-up', data: { tenant: 'acme', endpoint: 'x' } })],
    ['without the data of its type', spoilt({ type: 'extension-registered', data: { tenant: 'acme' } })],
  ])('is none, but %s: %#', (foreign, json) => {
    expect(readEntry('acme', json)).toEqual({ foreign });
  });

  it('gives the event again after it was let go', () => {
    const reading = readEntry('acme', JSON.stringify(call));
    if (!('entry' in reading)) throw new Error('not read');
    expect(reading.entry.settle().event).toEqual(call satisfies BridgeEvent | undefined);
  });
});

describe('an event as it reads for some', () => {
  const entryOf = (event: object): LogEntry => {
    const reading = readEntry('acme', JSON.stringify(event));
    if (!('entry' in reading)) throw new Error('not read');
    return reading.entry;
  };
  const [due, alarm] = toEvents([callbackTransition('callback-due', aCallback()), crossed()], {
    tenant: 'acme',
    epoch: 'e1',
    sequence: 0,
    recordedAt: 0,
  });
  const of = (...queues: string[]) => audienceOf({ tenant: 'acme', expiresAt: Infinity, queues }, {});

  it('is the entry itself for who sees it as it is', () => {
    const entry = entryOf(due!);
    expect(entry.shownTo(audienceOf({ tenant: 'acme', expiresAt: Infinity }, {}))).toBe(entry);
    const crossing = entryOf(alarm!);
    expect(crossing.shownTo(of('Sales'))).toBe(crossing);
    expect(crossing.shownTo(of('Care'))).toBeNull();
  });

  it('is encoded once for all for whom it reads the same, at the place that it has in the log', () => {
    const entry = entryOf(due!).settle();
    const shown = entry.shownTo(of('Sales'))!;
    expect(entry.shownTo(of('q-sales', 'Other'))).toBe(shown);
    expect(shown.frame).toBe(entry.shownTo(of('Sales'))!.frame);
    expect(entry.shownTo(of('Care'))!.json).not.toBe(shown.json);
    expect([shown.cursor, shown.type, shown.event.id]).toEqual([entry.cursor, entry.type, due!.id]);
    expect(shown.json.length).toBeLessThan(entry.json.length);
  });
});
