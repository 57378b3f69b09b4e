import { describe, expect, it } from '@jest/globals';
import { History, leg, legPart, number, summaryOf } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  indexOf,
  participant,
  window,
} from '../../../test/support/parts.js';
import type { Call, Leg } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { resolveConsultation } from './consultation.js';

const local = (ext: string, given: Partial<ObservedLeg> = {}) =>
  leg({ ext, callId: `local-${ext}`, direction: 'local', customer: null, hotline: null, ...given });
const part = (seen: ObservedLeg, given: Partial<Leg> = {}) => legPart({ seen, state: 'answered', ...given });

/** The poll at second 6 missed both legs of extension 107 first, and this one at second 7 confirms it. */
const gone = { absence: absentSince(6, 2) };
const missing = { absence: absentSince(6, 1) };
const caller = callOf({
  callId: 'caller',
  answeredAt: at(1),
  connected: connectedAt('107'),
  participants: [participant('107')],
  legs: [part(leg({ callId: 'l-107' }), gone)],
});
const consultation = (own: Partial<Leg>, consulted: Partial<Leg>, seen: Partial<ObservedLeg> = {}) =>
  callOf({
    callId: 'consultation',
    direction: 'local',
    customer: null,
    hotline: null,
    participants: [participant('107'), participant('108')],
    legs: [part(local('107', { role: 'caller' }), own), part(local('108', seen), consulted)],
  });
const left = consultation(gone, {});

function resolve(call: Call, others: readonly Call[]) {
  const index = indexOf([call, ...others]);
  const calls = {
    get: (id: string) => index.calls.get(id),
    localAt: (ext: string) => index.localAt(ext),
  };
  return resolveConsultation(call, calls, [call, ...others], cycleAt(7));
}

/** What becomes of the caller. */
function fate(call: Call, others: readonly Call[]): string | null {
  const resolution = resolve(call, others);
  if (resolution === null) return null;
  if (resolution.isOver) return 'had hung up';
  const [changed] = resolution.changed;
  if (changed === undefined) return 'is still held';
  return changed.consultation !== null ? 'is held' : `joined ${changed.legs.at(-1)!.joined}`;
}

describe('an attended transfer', () => {
  it('moves the consulted leg to the caller, inferred, once both of the transferor’s legs are gone', () => {
    const [joins, without] = resolve(caller, [left])!.changed;
    expect(joins).toMatchObject({
      callId: 'caller',
      consultation: null,
      legs: [{ seen: { extension: '107' } }, { seen: { extension: '108' }, joined: 'inferred' }],
      participants: [{ extension: '107' }, { extension: '108', offers: 0 }],
    });
    expect(without).toMatchObject({ callId: 'consultation', legs: [{ seen: { extension: '107' } }] });
  });

  it('waits until it is confirmed that the transferor’s legs are gone', () => {
    const once = { ...caller, legs: [part(leg(), missing)] };
    expect(fate(once, [consultation(missing, {})])).toBeNull();
    expect(fate(once, [consultation({}, {})])).toBeNull();
    expect(fate(caller, [consultation(missing, {})])).toBe('is held');
    expect(fate(caller, [consultation(gone, missing)])).toBe('is held');
  });

  it('need not wait for the caller’s row if that of the consultation has gone before it, for it is dropped now', () => {
    const once = { ...caller, legs: [part(leg(), missing)] };
    expect(fate(once, [left])).toBe('joined inferred');
    expect(fate(once, [consultation(gone, { state: 'ringing' })])).toBe('is held');
    expect(fate({ ...caller, legs: [part(leg())] }, [left])).toBeNull();
  });

  it('is not decided while the consulted leg talks and the transferor’s own says that it rings', () => {
    const ringing = (given: Partial<Leg> = {}) => ({
      ...consultation({ state: 'ringing', ...given }, {}),
    });
    const held = { ...caller, consultation: { callId: 'consultation', went: window(6) } };
    expect(resolve(held, [ringing()])).toMatchObject({ isOver: false, undecided: 'consultation' });
    expect(fate(held, [ringing({ state: 'answered' })])).toBe('had hung up');
    expect(resolve(held, [ringing({ absence: absentSince(7) })])).toMatchObject({ undecided: null });
    expect(fate(held, [ringing({ absence: absentSince(6, 2) })])).toBe('joined inferred');
  });

  it('says when the transferor’s leg went', () => {
    expect(resolve(caller, [left])!.went).toEqual({ after: gone.absence.lastPresent, by: at(6) });
  });

  it('is shown, not inferred, where the consulted leg’s row shows the customer', () => {
    const shows = { customer: caller.customer };
    expect(fate(caller, [consultation(gone, {}, shows)])).toBe('joined shown');
    expect(fate(caller, [consultation({}, {}, shows)])).toBe('joined shown');
    expect(fate(caller, [consultation(gone, {}, { customer: number('0987654321') })])).toBe(
      'joined inferred',
    );
    const withheld = { ...caller, customer: number('anonymous') };
    expect(fate(withheld, [consultation({}, {}, { customer: number('anonymous') })])).toBe('had hung up');
  });

  it('is ambiguous if a second customer’s leg of the transferor goes in the same poll', () => {
    const second = (given: Partial<Call> = {}, absence = absentSince(6, 2)) => ({
      ...caller,
      callId: 'second',
      legs: [part(leg({ callId: 'l-2' }), { absence })],
      ...given,
    });
    expect(fate(caller, [left, second()])).toBe('had hung up');
    expect(fate(caller, [left, second({}, absentSince(5, 2))])).toBe('joined inferred');
    expect(fate(caller, [left, second({ connected: connectedAt('109') })])).toBe('joined inferred');
    expect(fate(caller, [left, second({ connected: connectedAt('107'), direction: 'local' })])).toBe(
      'joined inferred',
    );
  });

  it('is none by a local call that no poll showed before one missed the caller’s leg', () => {
    const since = (seconds: number) => ({
      ...left,
      legs: left.legs.map((one) => ({ ...one, firstSeen: at(seconds) })),
    });
    expect(fate(caller, [since(5.999)])).toBe('joined inferred');
    expect(fate(caller, [since(6)])).toBeNull();
    const [own, consulted] = left.legs;
    const rungLater = { ...left, legs: [own!, { ...consulted!, firstSeen: at(7) }] };
    expect(fate(caller, [rungLater])).toBe('joined inferred');
  });

  it('is none by a local call that was there before the caller’s leg, and of which partial answers may hide the end', () => {
    const rungAt = (seconds: number) => ({
      ...caller,
      legs: caller.legs.map((one) => ({ ...one, firstSeen: at(seconds) })),
    });
    expect(fate(rungAt(0), [left])).toBe('joined inferred');
    expect(fate(rungAt(1), [left])).toBeNull();
  });

  it('needs one consultation and no more', () => {
    expect(fate(caller, [])).toBeNull();
    const other = { ...left, callId: 'consultation-2' };
    expect(fate(caller, [left, other])).toBeNull();
    expect(fate(caller, [consultation(gone, gone)])).toBeNull();
    expect(fate(caller, [left, { ...other, legs: other.legs.map((one) => ({ ...one, ...gone })) }])).toBe(
      'joined inferred',
    );
  });

  it('is none of a call that was not answered, is local, or has another leg', () => {
    expect(fate({ ...caller, answeredAt: null }, [left])).toBeNull();
    expect(fate({ ...caller, direction: 'local' }, [left])).toBeNull();
    const third = part(leg({ ext: '109', callId: 'l-109' }));
    expect(fate({ ...caller, legs: [...caller.legs, third] }, [left])).toBeNull();
    expect(fate({ ...caller, legs: [...caller.legs, { ...third, ...gone }] }, [left])).toBe(
      'joined inferred',
    );
    expect(fate({ ...caller, legs: [] }, [left])).toBeNull();
    const two = { ...caller, legs: [...caller.legs, part(leg({ callId: 'l-107b' }))] };
    expect(fate(two, [left])).toBeNull();
  });
});

describe('an agent whose caller hangs up', () => {
  const talks = leg({ callId: 'l-107', signal: 'answered' });
  const colleagues = [
    local('107', { role: 'caller', callId: 'local', peer: '108' }),
    local('108', { callId: 'local', peer: '107', signal: 'ringing' }),
  ];
  const polled = (
    absencePolls: number,
    first: readonly ObservedLeg[],
    ...polls: (readonly ObservedLeg[])[]
  ) => {
    const history = new History({ absencePolls });
    history.poll({ legs: first.map((one) => ({ ...one, signal: 'ringing' })) });
    history.poll({ legs: first });
    for (const legs of polls) history.poll({ legs });
    return history.transitions.filter(({ subject }) => subject === 'l-107').map(summaryOf);
  };

  it('and who calls a colleague next has ended the caller’s call, which is held for no consultation', () => {
    const ended = [
      'call-started',
      'call-offered 107',
      'call-answered',
      'call-offer-ended 107 answered',
      'call-ended answered',
    ];
    expect(polled(2, [talks], [], colleagues)).toEqual(ended);
    expect(polled(1, [talks], colleagues)).toEqual(ended);
    // Its leg was there before, without a state: the call begins only now, and is no consultation in the same poll.
    const created = { ...colleagues[0]!, signal: 'unclear' } as const;
    expect(polled(2, [talks], [talks, created], [created], colleagues)).toEqual(ended);
  });
});

describe('a semi-attended transfer', () => {
  const ringing = { state: 'ringing' } as const;
  const held = { ...caller, legs: [], consultation: { callId: 'consultation', went: window(6) } };

  it('holds the caller while the consulted extension rings, and notes when the transferor’s leg went', () => {
    expect(fate(caller, [consultation(gone, ringing)])).toBe('is held');
    expect(resolve(caller, [consultation({}, ringing)])!.changed).toMatchObject([
      { callId: 'caller', consultation: { callId: 'consultation', went: window(6) } },
    ]);
    expect(fate(held, [consultation(gone, ringing)])).toBe('is still held');
  });

  it('is a transfer when only the consulted leg talks, inferred even if the row shows the customer then', () => {
    expect(fate(held, [left])).toBe('joined inferred');
    expect(fate(held, [consultation(gone, {}, { customer: held.customer })])).toBe('joined inferred');
    expect(resolve(held, [left])!.changed[0]!.consultation).toBeNull();
  });

  it('needs no consultation any more once a leg of the call’s own is there, by a shared id', () => {
    const own = { ...held, legs: [part(leg({ ext: '108', callId: 'caller' }))] };
    for (const others of [[consultation(gone, missing)], [consultation(gone, gone)], []])
      expect(resolve(own, others)).toEqual({
        isOver: false,
        changed: [expect.objectContaining({ callId: 'caller', consultation: null, legs: own.legs })],
        moved: null,
        undecided: null,
        went: null,
      });
    expect(fate({ ...held, legs: [part(leg({ ext: '108' }), missing)] }, [])).toBe('had hung up');
  });

  it('is decided by the poll that shows whether the transferor still rings there', () => {
    const talks = leg({ signal: 'answered' });
    const rows = (own: 'ringing' | 'answered', consulted: 'ringing' | 'answered') => [
      local('107', { role: 'caller', peer: '108', signal: own }),
      local('108', { peer: '107', signal: consulted }),
    ];
    const history = () => {
      const known = new History();
      known.poll();
      known.poll({ legs: [leg()] });
      known.poll({ legs: [talks] });
      known.poll({ legs: [talks, ...rows('ringing', 'ringing')] });
      known.poll({ legs: rows('ringing', 'ringing') });
      known.poll({ legs: rows('ringing', 'ringing') });
      expect(known.emitted({ legs: rows('ringing', 'answered') })).toEqual([]);
      return known;
    };
    const transferred = history();
    const [, consulted] = rows('ringing', 'answered');
    expect(transferred.emitted({ legs: [consulted!] })).toEqual([]);
    expect(transferred.emitted({ legs: [consulted!] })).toEqual([
      'call-transferred 108',
      'call-offer-ended 108 answered',
      'call-ended no-answer',
    ]);
    const hungUp = history();
    expect(hungUp.emitted({ legs: rows('answered', 'answered') })).toEqual([
      'call-ended answered',
      'call-answered',
      'call-offer-ended 108 answered',
    ]);
  });

  it('is none where both talk, or neither does: the customer had hung up', () => {
    expect(fate(held, [consultation({}, {})])).toBe('had hung up');
    expect(fate(held, [consultation(gone, gone)])).toBe('had hung up');
    expect(fate(held, [])).toBe('had hung up');
  });
});
