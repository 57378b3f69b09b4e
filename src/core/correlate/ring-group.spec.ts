import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, cycleAt, entryPart, indexOf } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { type Group, groupOf } from './group.js';
import { joinRingGroups } from './ring-group.js';
import { Weighing } from './weighing.js';

const first = leg({ startedAt: at(5) });
const second = leg({ ext: '108', callId: 'leg-2', startedAt: at(5) });
const anonymous = number('anonymous');

function groupWith(seen: ObservedLeg): Group {
  const group = groupOf(seen.customer);
  group.legs.push({ seen, joined: 'shown' });
  return group;
}

/** The calls that new legs make: the ids of the legs of each, or of the call that they join. */
function joined(legs: readonly ObservedLeg[], calls: readonly Call[] = []): string[] {
  const groups = legs.map(groupWith);
  joinRingGroups(groups, { index: indexOf(calls), cycle: cycleAt(6), weighing: new Weighing() });
  return groups
    .filter(({ mergedInto }) => mergedInto === null)
    .map(({ joins, legs: all }) => [joins?.callId, ...all.map(({ seen }) => seen.callId)].join(' ').trim());
}

describe('a ring group', () => {
  it('is the inbound legs of one customer and hotline that began within 1 s of each other', () => {
    expect(joined([first, second])).toEqual(['leg-1 leg-2']);
    expect(joined([first, { ...second, startedAt: at(6) }])).toEqual(['leg-1 leg-2']);
    expect(joined([first, { ...second, startedAt: at(6.001) }])).toEqual(['leg-1', 'leg-2']);
    expect(joined([first, { ...second, startedAt: null }])).toEqual(['leg-1 leg-2']);
  });

  it('is none of two customers, two hotlines, or with a leg of another direction', () => {
    expect(joined([first, { ...second, customer: number('0987654321') }])).toEqual(['leg-1', 'leg-2']);
    expect(joined([first, { ...second, hotline: number('19005678') }])).toEqual(['leg-1', 'leg-2']);
    expect(joined([first, { ...second, hotline: null }])).toEqual(['leg-1', 'leg-2']);
    expect(
      joined([
        { ...first, hotline: null },
        { ...second, hotline: null },
      ]),
    ).toEqual(['leg-1 leg-2']);
    expect(joined([first, { ...second, direction: 'outbound' }])).toEqual(['leg-1', 'leg-2']);
    expect(joined([first, { ...second, direction: 'local' }])).toEqual(['leg-1', 'leg-2']);
  });

  it('is one of a withheld customer in one second, if one poll or two in a row show the legs first', () => {
    const withheld = (seen: typeof second, raw = 'anonymous') => ({ ...seen, customer: number(raw) });
    const rings = (firstSeen: number) =>
      callOf({ customer: anonymous, legs: [legPart({ seen: withheld(first), firstSeen: at(firstSeen) })] });
    const { after } = cycleAt(6).monitor!;
    expect(joined([withheld(first), withheld(second)])).toEqual(['leg-1 leg-2']);
    expect(joined([withheld(first), withheld(second, 'private')])).toEqual(['leg-1', 'leg-2']);
    expect(joined([withheld(second)], [rings(5.5)])).toEqual(['call-1 leg-2']);
    expect(
      joined([withheld(second)], [{ ...rings(5.5), legs: [legPart({ seen: first, firstSeen: after! })] }]),
    ).toEqual(['leg-2']);
  });

  it('is none if both legs talk in the first poll that shows them', () => {
    const talks = { signal: 'answered' } as const;
    expect(
      joined([
        { ...first, ...talks },
        { ...second, ...talks },
      ]),
    ).toEqual(['leg-1', 'leg-2']);
    expect(joined([{ ...first, ...talks }, second])).toEqual(['leg-1 leg-2']);
  });

  it('of a withheld customer is what one poll shows of one hotline and second', () => {
    const withheld = (seen: ObservedLeg) => ({ ...seen, customer: anonymous });
    expect(joined([withheld(first), withheld(second)])).toEqual(['leg-1 leg-2']);
    expect(joined([withheld(first), { ...withheld(second), startedAt: null }])).toEqual(['leg-1', 'leg-2']);
    const unwritten = (seen: ObservedLeg) => ({ ...withheld(seen), hotline: null });
    expect(joined([unwritten(first), unwritten(second)])).toEqual(['leg-1 leg-2']);
    const known = callOf({ customer: anonymous, legs: [legPart({ seen: withheld(first) })] });
    expect(joined([withheld(second)], [known])).toEqual(['leg-2']);
  });
});

describe('a leg that begins to ring beside a call', () => {
  const rings = callOf({ legs: [legPart({ seen: first })] });

  it('joins it if one of its legs began within 1 s', () => {
    expect(joined([second], [rings])).toEqual(['call-1 leg-2']);
    expect(joined([{ ...second, startedAt: at(6.001) }], [rings])).toEqual(['leg-2']);
    expect(joined([{ ...second, startedAt: null }], [rings])).toEqual(['call-1 leg-2']);
    const twice = {
      ...rings,
      legs: [legPart({ seen: leg({ callId: 'leg-0', startedAt: at(1) }) }), ...rings.legs],
    };
    expect(joined([second], [twice])).toEqual(['call-1 leg-2']);
  });

  it('joins none that has its extensions: answered, in a queue, or outbound', () => {
    for (const taken of [
      { answeredAt: at(5) },
      { entry: entryPart({ seen: entry() }) },
      { direction: 'outbound' as const },
    ])
      expect(joined([second], [{ ...rings, ...taken }])).toEqual(['leg-2']);
  });

  it('joins it also in the poll that first misses its legs, and not later', () => {
    const gone = (seconds: number) => ({
      ...rings,
      legs: [legPart({ seen: first, absence: absentSince(seconds) })],
    });
    expect(joined([second], [gone(6)])).toEqual(['call-1 leg-2']);
    expect(joined([second], [gone(5)])).toEqual(['leg-2']);
  });

  it('joins none that has just stopped ringing at this extension: the customer redials', () => {
    const again = { ...first, key: '107|again', callId: 'again', startedAt: at(6) };
    const stopped = { ...rings, legs: [legPart({ seen: first, absence: absentSince(6) })] };
    expect(joined([again], [stopped])).toEqual(['again']);
    // Two devices of one extension ring beside each other.
    expect(joined([again], [rings])).toEqual(['call-1 again']);
  });

  it('joins none, and no other new leg, where two calls may be it', () => {
    const other = callOf({
      callId: 'call-2',
      legs: [legPart({ seen: { ...first, key: '109|x', callId: 'x' } })],
    });
    const third = { ...second, key: '110|leg-3', callId: 'leg-3', extension: '110' };
    expect(joined([second, third], [rings, other])).toEqual(['leg-2', 'leg-3']);
  });

  it('joins no call of another hotline or customer', () => {
    expect(joined([{ ...second, hotline: number('19005678') }], [rings])).toEqual(['leg-2']);
    expect(joined([{ ...second, customer: number('0987654321') }], [rings])).toEqual(['leg-2']);
  });
});
