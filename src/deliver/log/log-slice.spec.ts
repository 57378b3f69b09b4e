import { LogWriter, ManualClock, silent, transition } from '../../../test/support/delivery.js';
import type { LogSlice } from '../../store/store.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { DeliverStats } from '../stats.js';
import { ForeignNotes } from './foreign-notes.js';
import { stretchOf } from './log-slice.js';

describe('what was read of a log', () => {
  let stats: DeliverStats;
  let notes: ForeignNotes;
  let events: { readonly sequence: number; readonly json: string }[];

  beforeEach(async () => {
    stats = new DeliverStats();
    notes = new ForeignNotes({ tenant: 'acme', stats, clock: new ManualClock(), logger: silent });
    const log = await new LogWriter(new MemoryStore({ maxEvents: 100 })).claim('e1');
    const committed = await log.commit(
      ...Array.from({ length: 9 }, (_, n) => transition('call-started', `c${n}`)),
    );
    events = committed.map((event) => ({ sequence: Number(event.sequence), json: JSON.stringify(event) }));
  });

  const sliceOf = (given: Partial<LogSlice>): LogSlice => ({
    epoch: 'e1',
    first: 1,
    last: 9,
    epochStart: 1,
    continues: [],
    foreign: [],
    events,
    ...given,
  });
  const taken = (after: number, slice: LogSlice) => {
    const stretch = stretchOf('acme', after, slice, notes);
    return stretch && [stretch.entries.map(({ sequence }) => sequence), stretch.through];
  };

  it('is its events, up to a hole', () => {
    expect(taken(2, sliceOf({ events: events.slice(2) }))).toEqual([[3, 4, 5, 6, 7, 8, 9], 9]);
    expect(taken(2, sliceOf({ events: [events[2]!, events[3]!, events[6]!] }))).toEqual([[3, 4], 4]);
    expect(stats.foreign.size).toBe(0);
  });

  it('is nothing where the log lacks what follows, and empty at its end', () => {
    expect(taken(2, sliceOf({ events: events.slice(4) }))).toBeNull();
    expect(taken(2, sliceOf({ events: [] }))).toBeNull();
    expect(taken(9, sliceOf({ events: [] }))).toEqual([[], 9]);
  });

  it.each([
    ['is no JSON', 'PUBLISH me'],
    ['is no event', '{"a":1}'],
  ])('goes on behind what %s, which is counted', (_, json) => {
    const odd = [...events.slice(0, 3), { sequence: 4, json }, ...events.slice(4, 6)];
    expect(taken(0, sliceOf({ events: odd }))).toEqual([[1, 2, 3, 5, 6], 6]);
    expect([...stats.foreign]).toEqual([['log', 1]]);
  });

  it('does not take an event that lies at another sequence than its own', () => {
    const moved = [events[0]!, { sequence: 2, json: events[5]!.json }, events[2]!];
    expect(taken(0, sliceOf({ events: moved }))).toEqual([[1, 3], 3]);
    expect([...stats.foreign]).toEqual([['log', 1]]);
  });

  it('counts an entry with an impossible id once, however often it is read', () => {
    const slice = sliceOf({ events: events.slice(8), foreign: ['1770000000000-0', '1770000000000-1'] });
    expect(taken(8, slice)).toEqual([[9], 9]);
    expect(taken(8, slice)).toEqual([[9], 9]);
    expect([...stats.foreign]).toEqual([['log', 2]]);
  });

  it('jumps over a hole before the epoch, which a foreign entry has caused, and over no other', () => {
    const epochStart = 8;
    expect(taken(3, sliceOf({ epochStart, events: events.slice(7) }))).toEqual([[8, 9], 9]);
    expect(taken(3, sliceOf({ epochStart, events: [], foreign: ['6-5', '7-1'] }))).toEqual([[], 7]);
    // Trimmed: the log does not reach back to where the hole begins.
    expect(taken(3, sliceOf({ epochStart, first: 8, events: events.slice(7) }))).toBeNull();
    expect(taken(3, sliceOf({ epochStart: 4, events: events.slice(7) }))).toBeNull();
  });
});
