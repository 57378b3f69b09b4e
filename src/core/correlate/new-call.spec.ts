import { describe, expect, it } from '@jest/globals';
import { entry, leg, number } from '../../../test/support/history.js';
import { at, callOf, cycleAt, indexOf } from '../../../test/support/parts.js';
import type { Call, EndedCall } from '../model/call.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { beginCall } from './new-call.js';

interface Given {
  readonly legs?: readonly ObservedLeg[];
  readonly entries?: readonly ObservedQueueEntry[];
  readonly calls?: readonly Call[];
  readonly ended?: readonly EndedCall[];
  readonly cycle?: Partial<CycleFacts>;
}

function begun({ legs = [], entries = [], calls = [], ended = [], cycle }: Given): Call {
  const placed = legs.map((seen) => ({ seen, joined: 'shown' as const }));
  return beginCall({ joins: null, legs: placed, entries }, indexOf(calls, ended), cycleAt(60, cycle));
}

const over = (given: Partial<EndedCall> = {}): EndedCall => ({
  callId: 'leg-1',
  upstreamIds: ['leg-1'],
  entries: [],
  rows: [],
  endedAt: at(50),
  ...given,
});

describe('the id of a new call', () => {
  it('is its entry’s, its leg’s, or made of its row', () => {
    expect(begun({ legs: [leg()], entries: [entry()] }).callId).toBe('queue-call-1');
    expect(begun({ legs: [leg()] }).callId).toBe('leg-1');
    const row = entry({ callId: null });
    expect(begun({ entries: [row] }).callId).toBe(row.fallbackId);
  });

  it('is one that no other call had', () => {
    expect(begun({ legs: [leg()], ended: [over()] }).callId).toBe('leg-1~2');
    const second = over({ callId: 'leg-1~2' });
    expect(begun({ legs: [leg()], ended: [over(), second] }).callId).toBe('leg-1~3');
    expect(begun({ legs: [leg()], calls: [callOf({ callId: 'leg-1', customer: null })] }).callId).toBe(
      'leg-1~2',
    );
  });
});

describe('the calls that a new one is linked to', () => {
  it('are those that have ended and had its id, its row or its entry', () => {
    expect(begun({ legs: [leg()], ended: [over()] }).linkedCallIds).toEqual(['leg-1']);
    const row = entry();
    const byRow = over({ callId: 'before', upstreamIds: [], rows: [row.rowKey] });
    expect(begun({ entries: [row], ended: [byRow] }).linkedCallIds).toEqual(['before']);
    const byEntry = over({ callId: 'before', upstreamIds: [], entries: [row.entryKey] });
    expect(begun({ entries: [row], ended: [byEntry] }).linkedCallIds).toEqual(['before']);
    const byId = over({ callId: 'before', upstreamIds: ['queue-call-1'] });
    expect(begun({ entries: [row], ended: [byId] }).linkedCallIds).toEqual(['before']);
  });

  it('are the live inbound ones of its customer and hotline: which of the two is ambiguous', () => {
    const live = callOf({ callId: 'live' });
    expect(begun({ legs: [leg()], calls: [live] }).linkedCallIds).toEqual(['live']);
    expect(begun({ entries: [entry()], calls: [live] }).linkedCallIds).toEqual(['live']);
    const none = (call: Partial<Call>, seen = leg()) =>
      begun({ legs: [seen], calls: [{ ...live, ...call }] }).linkedCallIds;
    expect(none({ direction: 'outbound' })).toEqual([]);
    expect(none({ customer: number('0987654321') })).toEqual([]);
    expect(none({ hotline: number('19005678') })).toEqual([]);
    expect(none({ hotline: null })).toEqual(['live']);
    expect(none({}, leg({ direction: 'outbound' }))).toEqual([]);
    const anonymous = number('anonymous');
    expect(none({ customer: anonymous }, leg({ customer: anonymous }))).toEqual([]);
  });

  it('are the latest ten of a company’s line', () => {
    const calls = Array.from({ length: 12 }, (_, nth) => callOf({ callId: `c${nth}`, startedAt: at(nth) }));
    expect(begun({ legs: [leg()], calls }).linkedCallIds).toEqual(calls.slice(2).map(({ callId }) => callId));
  });
});

describe('the start of a new call', () => {
  it('is when the caller joined the queue or came back, or the leg began', () => {
    expect(begun({ entries: [entry({ joinedAt: at(59) })] })).toMatchObject({
      startedAt: at(59),
      startedCertainty: 'upstream',
    });
    const back = entry({ joinedAt: at(1), rejoinedAt: at(59) });
    expect(begun({ entries: [back] }).startedAt).toBe(at(59));
    expect(
      begun({ legs: [leg({ startedAt: at(59) }), leg({ ext: '108', startedAt: at(58.5) })] }).startedAt,
    ).toBe(at(58.5));
  });

  it('is when its leg was created, although the PBX has moved its time to that of the answer since', () => {
    const created = { seen: leg({ startedAt: at(57) }), since: { after: at(56), by: at(58) }, polls: 1 };
    const moved = leg({ signal: 'answered', startedAt: at(59) });
    const placed = { seen: moved, joined: 'shown' as const, created };
    expect(beginCall({ joins: null, legs: [placed], entries: [] }, indexOf([]), cycleAt(60))).toMatchObject({
      startedAt: at(57),
      startedCertainty: 'upstream',
    });
  });

  it('is the poll that shows it where the PBX gives no time, or one in the future', () => {
    for (const startedAt of [null, at(61)])
      expect(begun({ legs: [leg({ startedAt })] })).toMatchObject({
        startedAt: at(60),
        startedCertainty: 'observed',
      });
  });

  it('is not a time before the end of an earlier call with that id', () => {
    const of = (startedAt: number) => begun({ legs: [leg({ startedAt })], ended: [over()] }).pbxStartedAt;
    expect(of(at(50))).toBeNull();
    expect(of(at(50) + 1)).toBe(at(50) + 1);
    const row = entry({ joinedAt: at(40), callId: 'leg-1' });
    expect(begun({ entries: [row], ended: [over()] }).pbxStartedAt).toBeNull();
    expect(begun({ entries: [{ ...row, rejoinedAt: at(45) }], ended: [over()] }).pbxStartedAt).toBe(at(45));
  });
});

describe('a new call', () => {
  it('was there before the first poll if each of its parts may have been', () => {
    const first = (monitor: boolean, queue: boolean) => ({ isFirst: { monitor, queue } });
    const both = { legs: [leg()], entries: [entry()] };
    expect(begun({ ...both, cycle: first(true, true) }).baseline).toBe(true);
    expect(begun({ ...both, cycle: first(true, false) }).baseline).toBe(false);
    expect(begun({ ...both, cycle: first(false, true) }).baseline).toBe(false);
    expect(begun({ legs: [leg()], cycle: first(true, false) }).baseline).toBe(true);
    expect(begun({ entries: [entry()], cycle: first(false, true) }).baseline).toBe(true);
  });

  it('was there before the first poll if its leg was, which did not ring then', () => {
    const created = (after: number | null) => ({ seen: leg(), since: { after, by: at(58) }, polls: 1 });
    const of = (after: number | null) =>
      beginCall(
        { joins: null, legs: [{ seen: leg(), joined: 'shown', created: created(after) }], entries: [] },
        indexOf([]),
        cycleAt(60),
      ).baseline;
    expect([of(null), of(at(57))]).toEqual([true, false]);
  });

  it('has the direction of its legs, and is inbound with a queue entry', () => {
    const outbound = leg({ direction: 'outbound' });
    expect(begun({ legs: [outbound] }).direction).toBe('outbound');
    expect(begun({ legs: [outbound, leg({ ext: '108' })] }).direction).toBe('inbound');
    expect(begun({ legs: [leg({ direction: 'local' })] }).direction).toBe('local');
    expect(begun({ legs: [leg({ direction: 'local' }), outbound] }).direction).toBe('outbound');
    expect(begun({ legs: [outbound], entries: [entry()] }).direction).toBe('inbound');
  });
});
