import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, entryPart, indexOf } from '../../../test/support/parts.js';
import { lastLegsOf, legName } from '../parts/last-leg.js';

const named = leg({ startedAt: at(1) });

describe('the calls of a tenant', () => {
  it('are found by an upstream id that only one of them has', () => {
    const [a, b] = [callOf({ upstreamIds: ['x'] }), callOf({ callId: 'call-2', upstreamIds: ['x', 'y'] })];
    const index = indexOf([a, b]);
    expect(index.byUpstreamId('y')).toBe(b);
    expect(index.byUpstreamId('x')).toBeUndefined();
    index.remove('call-2');
    expect(index.byUpstreamId('x')).toBe(a);
    expect(index.byUpstreamId('y')).toBeUndefined();
  });

  it('are found by their customer, in the order in which they began, and not if they are local', () => {
    const late = callOf({ callId: 'a', startedAt: at(9) });
    const early = callOf({ callId: 'b', startedAt: at(1) });
    const local = callOf({ callId: 'c', direction: 'local', customer: null });
    const index = indexOf([late, early, local]);
    expect(index.byCustomer('+84914237383')).toEqual([early, late]);
    expect(index.byCustomer('withheld')).toEqual([]);
    index.put({ ...late, customer: number('0987654321') });
    expect(index.byCustomer('+84914237383')).toEqual([early]);
  });

  it('have left an entry by its key, and where the row has an id by that too', () => {
    const row = entry();
    const { entryKey, rowKey } = row;
    const index = indexOf([callOf({ upstreamIds: ['queue-call-1'], pastEntries: [{ entryKey, rowKey }] })]);
    expect(index.isPastEntry(row)).toBe(true);
    expect(index.isPastEntry({ ...row, callId: null })).toBe(true);
    expect(index.isPastEntry({ ...row, callId: 'another' })).toBe(false);
    expect(index.isPastEntry({ ...row, entryKey: 'another' })).toBe(false);
  });

  it('have just lost a leg by its name: one that the answer lacks, or that went a moment ago', () => {
    const name = legName(named)!;
    const live = indexOf([callOf({ legs: [legPart({ seen: named })] })]);
    const shown = new Map([[named.key, named]]);
    expect(live.hasJustLost(name, new Map(), at(6))).toBe(true);
    expect(live.hasJustLost(name, shown, at(6))).toBe(false);
    const lastLegs = lastLegsOf([legPart({ seen: named, absence: absentSince(4, 2) })]);
    const gone = indexOf([callOf({ lastLegs })]);
    expect([at(6), at(6) + 1].map((now) => gone.hasJustLost(name, new Map(), now))).toEqual([true, false]);
  });

  it('keep a leg that has moved on to another call as that call’s', () => {
    const moved = legPart({ seen: leg({ callId: 'moves' }) });
    const [from, to] = [callOf({ legs: [moved] }), callOf({ callId: 'call-2' })];
    const index = indexOf([from, to]);
    index.put({ ...to, legs: [moved] });
    index.put({ ...from, legs: [] });
    expect(index.legs.get(moved.seen.key)).toMatchObject({ callId: 'call-2' });
  });

  it('are marked as what the next poll must look at', () => {
    const index = indexOf([callOf()]);
    const abandoned = entryPart({ absence: { kind: 'abandoned', ...absentSince(5) } });
    index.put(
      callOf({
        entry: abandoned,
        pendingAbsence: true,
        consultation: { callId: 'x', went: { after: 0, by: 1 } },
      }),
    );
    for (const marked of [index.pending, index.abandoned, index.consulting])
      expect([...marked]).toEqual(['call-1']);
    index.put(callOf({ entry: entryPart({ seen: entry({ status: 'trying', agentName: 'agent-107' }) }) }));
    for (const marked of [index.pending, index.abandoned, index.consulting]) expect([...marked]).toEqual([]);
    expect([...index.quietable]).toEqual(['call-1']);
    index.remove('call-1');
    expect([...index.quietable]).toEqual([]);
  });
});
