import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import { absentSince, at, callOf, cycleAt, entryPart, indexOf, window } from '../../../test/support/parts.js';
import type { Call, Leg } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { ringAnsweredBy } from './answered-leg.js';

const rings = leg({ startedAt: at(1) });
const talks = leg({ startedAt: at(1), callId: 'of-caller', signal: 'answered' });
const call = (given: Partial<Leg> = {}) => callOf({ legs: [legPart({ seen: rings, ...given })] });

function answered(
  row: ObservedLeg,
  {
    calls = [call()],
    rows = [row],
    ...cycle
  }: { calls?: readonly Call[]; rows?: readonly ObservedLeg[] } & Partial<CycleFacts> = {},
): string | null {
  const shown = new Map(rows.map((one) => [one.key, one]));
  return ringAnsweredBy(row, shown, indexOf(calls), cycleAt(6, cycle))?.callId ?? null;
}

describe('a leg that talks in the first poll that shows its id', () => {
  it('is the one that rang there for the customer since that second, and that this poll misses', () => {
    expect(answered(talks)).toBe('call-1');
    expect(answered({ ...talks, signal: 'ringing' })).toBeNull();
    expect(answered(talks, { rows: [talks, rings] })).toBeNull();
    expect(answered(talks, { calls: [call({ absence: absentSince(5) })] })).toBeNull();
  });

  it('is none that talked before: then it is a phantom', () => {
    expect(answered(talks, { calls: [call({ state: 'answered' })] })).toBeNull();
  });

  it('is none of another extension, customer, hotline or direction', () => {
    expect(answered({ ...talks, extension: '108' })).toBeNull();
    expect(answered({ ...talks, customer: number('0987654321') })).toBeNull();
    expect(answered({ ...talks, hotline: number('19005678') })).toBeNull();
    expect(answered({ ...talks, hotline: null })).toBe('call-1');
    expect(answered({ ...talks, direction: 'outbound' })).toBeNull();
    const withheld = (seen: ObservedLeg, raw: string) => ({ ...seen, customer: number(raw) });
    const anonymous = callOf({
      customer: number('anonymous'),
      legs: [legPart({ seen: withheld(rings, 'anonymous') })],
    });
    expect(answered(withheld(talks, 'anonymous'), { calls: [anonymous] })).toBe('call-1');
    expect(answered(withheld(talks, 'private'), { calls: [anonymous] })).toBeNull();
  });

  it('is the same with a later time, if the polls are so close that no customer can have called again', () => {
    const moved = { ...talks, startedAt: at(5) };
    const since = (seconds: number) => ({ monitor: { after: at(6) - seconds * 1000, by: at(6) } });
    expect(answered(moved, since(2.4))).toBe('call-1');
    expect(answered(moved, since(2.5))).toBeNull();
    expect(answered({ ...talks, startedAt: null }, since(2.4))).toBe('call-1');
    expect(answered({ ...talks, startedAt: at(0) }, since(2.4))).toBeNull();
    expect(answered(talks, since(9))).toBe('call-1');
    expect(answered(moved, { monitor: { ...window(6), after: null } })).toBeNull();
  });

  it('is of the call that its id names, where the one that rang goes on without it', () => {
    const other = callOf({ callId: 'call-2', upstreamIds: ['of-caller'] });
    const queued = callOf({ legs: call().legs, entry: entryPart({ seen: entry({ status: 'trying' }) }) });
    expect(answered(talks, { calls: [queued, other] })).toBeNull();
    expect(answered(talks, { calls: [queued] })).toBe('call-1');
    expect(answered(talks, { calls: [call(), other] })).toBe('call-1');
    expect(answered(talks, { calls: [{ ...call(), direction: 'outbound' }, other] })).toBeNull();
    expect(answered(talks, { calls: [{ ...call(), direction: 'outbound' }] })).toBe('call-1');
    const own = { ...queued, upstreamIds: ['of-caller'] };
    expect(answered(talks, { calls: [own] })).toBe('call-1');
  });

  it('is none where two calls rang so', () => {
    const other = callOf({
      callId: 'call-2',
      legs: [legPart({ seen: { ...rings, key: '107|leg-2', callId: 'leg-2' } })],
    });
    expect(answered(talks, { calls: [call(), other] })).toBeNull();
  });
});
