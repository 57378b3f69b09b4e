import { describe, expect, it } from '@jest/globals';
import { History, leg, legPart, number } from '../../../test/support/history.js';
import { at, callOf, connectedAt, indexOf, participant } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { consultedFor, mayBeConsulted } from './consulted-leg.js';

const local = { direction: 'local', customer: null, hotline: null } as const;
const asks = leg({ ext: '107', callId: 'asks', role: 'caller', peer: '112', ...local });
const asked = leg({ ext: '112', callId: 'asked', peer: '107', ...local });
const consultation = callOf({
  callId: 'consultation',
  direction: 'local',
  customer: null,
  legs: [legPart({ seen: asks }), legPart({ seen: asked })],
  participants: [participant('107'), participant('112')],
});
const own = leg({ ext: '107', callId: 'customer' });
/** A customer who talks to 107, who consults 112. */
const customer = callOf({
  callId: 'customer',
  legs: [legPart({ seen: own, state: 'answered' })],
  answeredAt: at(1),
  connected: connectedAt('107'),
});
/** The row of 112 under an id never seen. */
const moved = leg({ ext: '112', callId: 'never seen', peer: '107', signal: 'answered', ...local });

function callOfLeg(
  row: ObservedLeg,
  calls: readonly Call[],
  others: readonly ObservedLeg[] = [],
): string | null {
  const rows = new Map([row, ...others].map((one) => [one.key, one]));
  return consultedFor(row, rows, indexOf(calls))?.callId ?? null;
}

describe('a consulted extension whose leg shows an id never seen', () => {
  it('talks to the customer whom the transferor has left, as both legs of the consultation go', () => {
    expect(callOfLeg(moved, [customer, consultation])).toBe('customer');
    expect(callOfLeg(moved, [{ ...customer, direction: 'outbound' }, consultation])).toBe('customer');
  });

  it('talks to the customer who is held for this consultation', () => {
    const went = { after: at(1), by: at(2) };
    const held = (callId: string) => ({ ...customer, legs: [], consultation: { callId, went } });
    expect(callOfLeg(moved, [held('consultation'), consultation])).toBe('customer');
    expect(callOfLeg(moved, [held('another'), consultation])).toBeNull();
    expect(callOfLeg(moved, [{ ...customer, legs: [] }, consultation])).toBeNull();
  });

  it('does not while the transferor, or the leg that was consulted, is there', () => {
    for (const there of [asks, asked, own])
      expect(callOfLeg(moved, [customer, consultation], [there])).toBeNull();
  });

  it('does not where the extension talks in another row, which makes this one a phantom', () => {
    const transferred = leg({ ext: '112', callId: 'customer', signal: 'answered' });
    expect(callOfLeg(moved, [customer, consultation], [transferred])).toBeNull();
    expect(callOfLeg(moved, [customer, consultation], [{ ...transferred, signal: 'ringing' }])).toBe(
      'customer',
    );
  });

  it('does not where two customers may be it, or none', () => {
    expect(callOfLeg(moved, [customer, { ...customer, callId: 'second' }, consultation])).toBeNull();
    expect(callOfLeg(moved, [{ ...customer, connected: connectedAt('109') }, consultation])).toBeNull();
    expect(callOfLeg(moved, [{ ...customer, answeredAt: null }, consultation])).toBeNull();
    expect(callOfLeg(moved, [{ ...customer, direction: 'local' }, consultation])).toBeNull();
    expect(callOfLeg(moved, [customer])).toBeNull();
  });

  it('does so where the row shows the customer, with the time of the leg that was consulted', () => {
    const timed = (seen: ObservedLeg) => legPart({ seen: { ...seen, startedAt: at(3) } });
    const known = { ...consultation, legs: [timed(asks), timed(asked)] };
    const shows = leg({ ext: '112', callId: 'never seen', signal: 'answered', startedAt: at(3) });
    expect(callOfLeg(shows, [customer, known])).toBe('customer');
    expect(callOfLeg({ ...shows, startedAt: at(4) }, [customer, known])).toBeNull();
    expect(callOfLeg({ ...shows, startedAt: null }, [customer, consultation])).toBeNull();
    expect(callOfLeg({ ...shows, customer: number('0987654321') }, [customer, known])).toBeNull();
    expect(callOfLeg({ ...shows, direction: 'outbound' }, [customer, known])).toBeNull();
    const withheld = { ...customer, customer: number('anonymous') };
    expect(callOfLeg({ ...shows, customer: number('anonymous') }, [withheld, known])).toBe('customer');
    expect(callOfLeg({ ...shows, customer: number('private') }, [withheld, known])).toBeNull();
  });

  it('may do so with the next answer while the rows that would go are there', () => {
    const may = (row: ObservedLeg, ...calls: readonly Call[]) => mayBeConsulted(row, indexOf(calls));
    expect(may(moved, customer, consultation)).toBe(true);
    expect(may(moved, customer)).toBe(false);
    expect(may({ ...moved, signal: 'ringing' }, customer, consultation)).toBe(false);
  });

  it('does not if it rings, is no local row, or the transferor was the one who was called', () => {
    expect(callOfLeg({ ...moved, signal: 'ringing' }, [customer, consultation])).toBeNull();
    expect(callOfLeg({ ...moved, direction: 'inbound' }, [customer, consultation])).toBeNull();
    expect(callOfLeg({ ...moved, peer: '109' }, [customer, consultation])).toBeNull();
    const called = {
      ...consultation,
      legs: [legPart({ seen: { ...asks, role: 'callee' } }), legPart({ seen: asked })],
    };
    expect(callOfLeg(moved, [customer, called])).toBeNull();
  });

  it('may show the customer: then it is the consulted leg by its call_time', () => {
    const shows = leg({ ext: '112', callId: 'never seen', signal: 'answered', startedAt: at(1) });
    const timed = (startedAt: number | null) => ({
      ...consultation,
      legs: [legPart({ seen: asks }), legPart({ seen: { ...asked, startedAt } })],
    });
    expect(callOfLeg(shows, [customer, timed(at(1))])).toBe('customer');
    expect(callOfLeg(shows, [customer, timed(at(2))])).toBeNull();
    expect(callOfLeg({ ...shows, startedAt: null }, [customer, timed(null)])).toBeNull();
    expect(callOfLeg({ ...shows, customer: number('0987654321') }, [customer, timed(at(1))])).toBeNull();
    const withheld = number('anonymous');
    const hidden = { ...customer, customer: withheld };
    expect(callOfLeg({ ...shows, customer: withheld }, [hidden, timed(at(1))])).toBe('customer');
    expect(callOfLeg({ ...shows, customer: number('Restricted') }, [hidden, timed(at(1))])).toBeNull();
    for (const there of [asks, asked, own])
      expect(callOfLeg(shows, [customer, timed(at(1))], [there])).toBeNull();
  });

  it('makes the transfer certain where it shows the customer', () => {
    const transferred = (row: Partial<ObservedLeg>) => {
      const history = new History();
      const talks = leg({ ...own, signal: 'answered' });
      const both = (signal: ObservedLeg['signal']) => [
        { ...asks, signal },
        { ...asked, signal, startedAt: at(3) },
      ];
      history.poll({ at: 0 });
      history.poll({ at: 1, legs: [own] });
      history.poll({ at: 2, legs: [talks] });
      history.poll({ at: 3, legs: [talks, ...both('ringing')] });
      history.poll({ at: 5, legs: [talks, ...both('answered')] });
      const now = { ...moved, startedAt: at(3), ...row };
      for (const second of [6, 7]) history.poll({ at: second, legs: [now], idle: ['107'] });
      const found = history.transitions.filter(({ type }) => type === 'call-transferred');
      return found.map(({ data }) => ('observed' in data ? data.observed.certainty : null));
    };
    const { direction, customer: shown, hotline } = own;
    expect(transferred({ direction, customer: shown, hotline, peer: null })).toEqual(['observed']);
    expect(transferred({})).toEqual(['inferred']);
  });
});
