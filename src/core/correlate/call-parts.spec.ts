import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, cycleAt, entryPart, window } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import { currentEntry, joinParts, withParts } from './call-parts.js';
import type { Placement } from './placement.js';

const cycle = cycleAt(6);
const nothing = { joins: null, legs: [], entries: [] } as const;
const joined = (call: Call, placement: Partial<Placement>) =>
  joinParts(call, { ...nothing, ...placement }, cycle);
const sales = entry();
const support = entry({ queueId: 'support', callId: 'queue-call-2', joinedAt: at(5) });

describe('the queues of a call', () => {
  const inSales = callOf({
    entry: entryPart({ seen: sales }),
    queues: [{ id: 'sales', name: 'sales-name' }],
  });

  it('are in the order in which the caller was last in them, each of them once', () => {
    const both = joined(inSales, { entries: [support] });
    expect(both.queues.map(({ id }) => id)).toEqual(['sales', 'support']);
    const back = joined(both, { entries: [entry({ joinedAt: at(6), callId: 'queue-call-3' })] });
    expect(back.queues.map(({ id }) => id)).toEqual(['support', 'sales']);
  });

  it('have the name that the row has now', () => {
    const renamed = { ...sales, queueName: 'Sales' };
    const call = withParts(inSales, { legs: [], entry: entryPart({ seen: renamed }) }, cycle);
    expect(call.queues).toEqual([{ id: 'sales', name: 'Sales' }]);
  });

  it('leave their entries behind, so that their rows are known', () => {
    const both = joined(inSales, { entries: [support] });
    expect(both).toMatchObject({
      entry: { seen: support },
      pastEntries: [{ entryKey: sales.entryKey, rowKey: sales.rowKey }],
      direction: 'inbound',
    });
  });
});

describe('the current one of several entries', () => {
  it('is the live one that began last', () => {
    expect(currentEntry([support, sales])).toBe(support);
    expect(currentEntry([{ ...support, status: 'abandoned' }, sales])).toBe(sales);
    const back = { ...sales, rejoinedAt: at(6) };
    expect(currentEntry([support, back])).toBe(back);
  });

  it('is an Abandoned one if none is live', () => {
    const [a, b] = [sales, support].map((row) => ({ ...row, status: 'abandoned' as const }));
    expect(currentEntry([a!, b!])).toBe(b);
  });

  it('is the call’s own if that is there and began later', () => {
    const own = entryPart({ seen: support });
    expect(currentEntry([sales], own)).toBe(support);
    const gone = { ...own, absence: { kind: 'vanished', ...absentSince(6) } as const };
    expect(currentEntry([sales], gone)).toBe(sales);
  });
});

describe('what parts say of their call', () => {
  it('is its customer and hotline where those were not known, but not of a local call', () => {
    const unknown = callOf({ customer: null, hotline: null });
    const legs = [{ seen: leg(), joined: 'shown' }] as const;
    expect(joined(unknown, { legs })).toMatchObject({
      customer: number('0914237383'),
      hotline: number('19001234'),
      upstreamIds: ['leg-1'],
      participants: [{ extension: '107', offers: 0 }],
    });
    const local = callOf({ customer: null, hotline: null, direction: 'local' });
    const turned = withParts(local, { legs: [legPart()], entry: null }, cycle);
    expect(turned).toMatchObject({ customer: null, hotline: null });
  });

  it('is how a leg joined, and since when it is there', () => {
    const call = joined(callOf(), { legs: [{ seen: leg({ signal: 'answered' }), joined: 'inferred' }] });
    expect(call.legs).toMatchObject([
      { state: 'answered', joined: 'inferred', since: window(6), firstSeen: at(6), absence: null },
    ]);
    const created = { seen: leg(), since: window(4), polls: 1 };
    const since = joined(callOf(), { legs: [{ seen: leg(), joined: 'shown', created }] });
    expect(since.legs).toMatchObject([{ state: 'ringing', since: window(4), firstSeen: at(4) }]);
  });
});

describe('a leg that joined by inference', () => {
  it('is shown to be the entry’s that comes after it, but not the one with which it comes', () => {
    const seen = leg({ startedAt: at(5) });
    const call = callOf({ legs: [legPart({ seen, joined: 'inferred' })] });
    const together = joined(callOf(), { legs: [{ seen, joined: 'inferred' }], entries: [support] });
    expect(joined(call, { entries: [support] }).legs).toMatchObject([{ joined: 'shown' }]);
    expect(together.legs).toMatchObject([{ joined: 'inferred' }]);
  });
});

describe('that the queue rang for an entry', () => {
  const trying = entry({ status: 'trying' });
  const rang = (seen = trying, legs = [legPart()], before: Parameters<typeof entryPart>[0] = {}) =>
    withParts(callOf(), { legs, entry: entryPart({ seen, ...before }) }, cycle).entry!;

  it('is known by a leg while it is Trying: before or after its row names an agent', () => {
    expect(rang().rang).toBe('unnamed');
    expect(rang({ ...trying, agentName: 'ring-all' }).rang).toBe('unnamed');
    expect(rang({ ...trying, agentName: 'agent_7' }).rang).toBe('named');
    expect(rang({ ...trying, agentName: 'agent_7' }, [legPart()], { rang: 'unnamed' }).rang).toBe('unnamed');
    expect(rang(trying, [legPart()], { rang: 'named' }).rang).toBe('unnamed');
  });

  it('is known by a leg that went before its row came, but not whether the row named an agent meanwhile', () => {
    const missing = legPart({ absence: absentSince(6) });
    expect(rang(trying, [missing]).rang).toBe('named');
    expect(rang(trying, [missing], { rang: 'unnamed' }).rang).toBe('unnamed');
  });

  it('is not known by a leg that is outbound, or while the entry waits', () => {
    expect(rang(sales, [legPart({ absence: absentSince(6) })]).rang).toBe('no');
    expect(rang(trying, [legPart({ seen: leg({ direction: 'outbound' }) })]).rang).toBe('no');
    expect(rang(sales).rang).toBe('no');
    expect(rang(sales, [legPart()], { rang: 'named' }).rang).toBe('named');
  });

  it('ends its staleness while a leg is there', () => {
    expect(rang(trying, [legPart()], { quiet: window(3) }).quiet).toBeNull();
    expect(rang(trying, [], { quiet: window(3) }).quiet).toEqual(window(3));
    expect(rang(trying, [legPart({ absence: absentSince(6) })], { quiet: window(3) }).quiet).toEqual(
      window(3),
    );
  });
});

describe('a leg that answers under another id than it rang under', () => {
  const rang = (given: Partial<Parameters<typeof legPart>[0]> = {}) =>
    callOf({
      legs: [legPart({ seen: leg({ callId: 'rang' }), firstSeen: at(3), absence: absentSince(6), ...given })],
    });
  const firstSeen = (
    call: Call,
    given: Parameters<typeof leg>[0] = {},
    how: 'shown' | 'inferred' = 'shown',
  ) => {
    const seen = leg({ callId: 'call', signal: 'answered', ...given });
    return joined(call, { legs: [{ seen, joined: how }] }).legs.at(-1)!.firstSeen;
  };

  it('is there since it rang', () => {
    expect(firstSeen(rang())).toBe(at(3));
  });

  it('is new at another extension, where the ring had stopped before or goes on, or while it rings again', () => {
    expect(firstSeen(rang(), { ext: '108' })).toBe(at(6));
    expect(firstSeen(rang({ absence: absentSince(5) }))).toBe(at(6));
    expect(firstSeen(rang({ absence: null }))).toBe(at(6));
    expect(firstSeen(rang(), { signal: 'ringing' })).toBe(at(6));
    expect(firstSeen(rang({ state: 'answered' }))).toBe(at(6));
    expect(firstSeen(rang(), {}, 'inferred')).toBe(at(6));
  });
});
