import fc from 'fast-check';
import { fairCuts, LEAST_EVENTS } from './fair-cuts.js';

const KB = 1_000;
/** Logs of so many events of a kilobyte each. */
const logsOf = (sizes: Readonly<Record<string, number>>) =>
  new Map(
    Object.entries(sizes).map(([tenant, events]) => [tenant, { events, bytes: events * KB, server: 'one' }]),
  );

describe('the cuts of logs that take too much together', () => {
  it('are none while all are within the bound', () => {
    expect(fairCuts(logsOf({ a: 600, b: 400 }), 1_000 * KB)).toEqual(new Map());
  });

  it('are the same for logs of the same size', () => {
    expect(fairCuts(logsOf({ a: 500, b: 500 }), 600 * KB)).toEqual(
      new Map([
        ['a', 300],
        ['b', 300],
      ]),
    );
  });

  it('shorten a large log and spare those that are below their share', () => {
    expect(fairCuts(logsOf({ flood: 9_000, calm: 200, quiet: 300 }), 3_000 * KB)).toEqual(
      new Map([['flood', 2_500]]),
    );
  });

  it('give what a small log does not need to those that do', () => {
    expect(fairCuts(logsOf({ a: 100, b: 1_000, c: 2_000 }), 1_500 * KB)).toEqual(
      new Map([
        ['b', 700],
        ['c', 700],
      ]),
    );
  });

  it('go by bytes, not by events', () => {
    const logs = new Map([
      ['long', { events: 1_000, bytes: 4_000 * KB, server: 'one' }],
      ['short', { events: 1_000, bytes: 500 * KB, server: 'one' }],
    ]);
    expect(fairCuts(logs, 2_500 * KB)).toEqual(new Map([['long', 500]]));
  });

  it('leave a log its newest events whatever the bound', () => {
    expect(fairCuts(logsOf({ a: 5_000, tiny: 50 }), -1)).toEqual(new Map([['a', LEAST_EVENTS]]));
  });

  it('come to the bound within an event each, and cut none below another', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 3_000, max: 1_000_000 }), (events, bound) => {
        const logs = logsOf(Object.fromEntries(events.map((count, n) => [`t${n}`, count])));
        const cuts = fairCuts(logs, bound * KB);
        const kept = [...logs].map(([tenant, size]) => cuts.get(tenant) ?? size.events);
        const before = events.reduce((sum, count) => sum + count, 0);
        const after = kept.reduce((sum, count) => sum + count, 0);
        if (before <= bound) return cuts.size === 0;
        const most = Math.max(...kept);
        const isFair = [...cuts.values()].every((count) => count >= most);
        return isFair && after <= bound && after > bound - logs.size;
      }),
    );
  });
});
