import { sourceDown } from '../../../test/support/delivery.js';
import { toEvents } from '../../core/model/event.js';
import { EventBuffer } from './event-buffer.js';
import { LogEntry } from './log-entry.js';

const entryOf = (sequence: number, bytes = 10): LogEntry => {
  const [event] = toEvents([sourceDown], {
    tenant: 'acme',
    epoch: 'e1',
    sequence: sequence - 1,
    recordedAt: 0,
  });
  return new LogEntry(event!, 'x'.repeat(bytes));
};
const entries = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => entryOf(first + n));
const ALL = 1_000_000;
const held = (buffer: EventBuffer, after: number, limit = ALL, bytes = ALL) =>
  buffer.after(after, limit, bytes)?.map(({ sequence }) => sequence) ?? null;

describe('the buffer of a tenant’s newest events', () => {
  it('has what follows a sequence, and nothing before its own beginning', () => {
    const buffer = new EventBuffer({ maxEvents: 100, maxBytes: ALL });
    expect(held(buffer, 0)).toBeNull();
    buffer.append(entries(11, 14));
    expect(held(buffer, 9)).toBeNull();
    expect(held(buffer, 10)).toEqual([11, 12, 13, 14]);
    expect(held(buffer, 12)).toEqual([13, 14]);
    expect(held(buffer, 14)).toEqual([]);
  });

  it('gives a page by count or by bytes, and at least one event', () => {
    const buffer = new EventBuffer({ maxEvents: 100, maxBytes: ALL });
    buffer.append(entries(1, 9));
    expect(held(buffer, 0, 2)).toEqual([1, 2]);
    expect(held(buffer, 0, ALL, 25)).toEqual([1, 2, 3]);
    expect(held(buffer, 0, ALL, 1)).toEqual([1]);
  });

  it('drops the oldest first, by count and by bytes', () => {
    const byCount = new EventBuffer({ maxEvents: 16, maxBytes: ALL });
    byCount.append(entries(1, 18));
    expect(held(byCount, 1)).toBeNull();
    expect(held(byCount, 2)).toHaveLength(16);
    const byBytes = new EventBuffer({ maxEvents: 100, maxBytes: 160 });
    byBytes.append(entries(1, 18));
    expect(held(byBytes, 1)).toBeNull();
    expect(held(byBytes, 2)).toHaveLength(16);
  });

  it('begins again after it was cleared', () => {
    const buffer = new EventBuffer({ maxEvents: 100, maxBytes: 100 });
    buffer.append(entries(1, 9));
    buffer.clear();
    expect(held(buffer, 0)).toBeNull();
    buffer.append(entries(21, 30));
    expect(held(buffer, 20)).toHaveLength(10);
  });
});
