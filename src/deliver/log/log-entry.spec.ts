import { sourceDown, transition } from '../../../test/support/delivery.js';
import { type BridgeEvent, toEvents } from '../../core/model/event.js';
import { readEntry } from './log-entry.js';

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
