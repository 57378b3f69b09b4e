import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  entryPart,
  indexOf,
  participant,
  window,
} from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { mayPickUp, thirdExtension } from './third-extension.js';
import { Weighing } from './weighing.js';

/** A call that rings at an extension. */
const rings = (ext: string, given: Partial<Call> = {}) =>
  callOf({
    callId: `rings-${ext}`,
    legs: [legPart({ seen: leg({ ext, callId: `rings-${ext}` }) })],
    participants: [participant(ext)],
    ...given,
  });
/** The same, in the poll at second 6, which first misses the ring. */
const stopped = (ext: string, seconds = 6, given: Partial<Call> = {}) =>
  rings(ext, {
    legs: [legPart({ seen: leg({ ext, callId: `rings-${ext}` }), absence: absentSince(seconds) })],
    ...given,
  });
/** A call whose caller talks to an extension. */
const talks = (ext: string) =>
  callOf({
    callId: `talks-${ext}`,
    legs: [legPart({ seen: leg({ ext, callId: `talks-${ext}` }), state: 'answered' })],
    participants: [participant(ext, { offerOpen: false })],
    answeredAt: at(1),
    connected: connectedAt(ext),
  });
const dials = (dialled: string, given: Partial<ObservedLeg> = {}) =>
  leg({
    ext: '108',
    callId: 'third',
    signal: 'answered',
    direction: 'local',
    customer: null,
    dialled,
    ...given,
  });

function joins(
  seen: ObservedLeg,
  calls: readonly Call[],
  answering: ReadonlyMap<string, Call> = new Map(),
): string | null {
  const weighed = { index: indexOf(calls), cycle: cycleAt(6), weighing: new Weighing(), answering };
  const found = thirdExtension(seen, weighed);
  return found === null ? null : `${found.call.callId} ${found.joined}`;
}

describe('an extension that dials a code', () => {
  it('picks up the ring of the extension that the code ends in', () => {
    expect(joins(dials('**106'), [rings('106'), rings('107')])).toBe('rings-106 inferred');
    expect(joins(dials('*33106'), [rings('106')])).toBe('rings-106 inferred');
    expect(joins(dials('**106'), [stopped('106'), stopped('107')])).toBe('rings-106 inferred');
    expect(joins(dials('*333106'), [rings('106')])).toBeNull();
    expect(joins(dials('106'), [rings('106')])).toBeNull();
  });

  it('listens in on the extension that the code ends in, if that talks', () => {
    expect(joins(dials('*33106'), [talks('106'), rings('107')])).toBe('talks-106 listens');
  });

  it('listens in on who talked there last, while that conversation goes on', () => {
    const gone = { ...talks('106'), legs: [legPart({ state: 'answered', absence: absentSince(6) })] };
    expect(joins(dials('*33106'), [gone])).toBe('talks-106 listens');
    expect(joins(dials('*33106'), [gone, { ...talks('106'), callId: 'now' }])).toBe('now listens');
    expect(joins(dials('*33106'), [gone, { ...gone, callId: 'other' }])).toBeNull();
    const held = (quiet: ReturnType<typeof window> | null) => ({
      ...gone,
      legs: [],
      entry: entryPart({ seen: entry({ status: 'answered' }), answered: true, quiet }),
    });
    expect(joins(dials('*33106'), [held(null)])).toBe('talks-106 listens');
    expect(joins(dials('*33106'), [held(window(2))])).toBeNull();
  });

  it('listens in on a call of which a leg talks there in this very poll', () => {
    const rung = rings('107');
    expect(joins(dials('*33106'), [rung], new Map([['106', rung]]))).toBe('rings-107 listens');
    expect(joins(dials('*33108'), [rung], new Map([['106', rung]]))).toBeNull();
    expect(joins(dials('*33106'), [talks('106')], new Map([['106', rung]]))).toBe('talks-106 listens');
  });

  it('joins nothing where the extension neither rings nor talks, or two calls ring there', () => {
    expect(joins(dials('**109'), [stopped('106'), talks('107')])).toBeNull();
    expect(joins(dials('**106'), [rings('106'), rings('106', { callId: 'second' })])).toBeNull();
    const over = rings('106', { participants: [participant('106', { offerOpen: false })] });
    expect(joins(dials('**106'), [over])).toBeNull();
  });

  it('without an extension picks up the only ring that stopped in this poll', () => {
    expect(joins(dials('*8'), [stopped('106'), rings('107')])).toBe('rings-106 inferred');
    expect(joins(dials('**'), [stopped('106')])).toBe('rings-106 inferred');
    expect(joins(dials('*8'), [stopped('106'), stopped('107')])).toBeNull();
    expect(joins(dials('*8'), [stopped('106'), stopped('108')])).toBe('rings-106 inferred');
    expect(joins(dials('*8'), [stopped('106', 5)])).toBeNull();
    expect(joins(dials('*8'), [rings('106')])).toBeNull();
    expect(joins(dials('*8'), [stopped('106', 6, { answeredAt: at(2) })])).toBeNull();
    // A member of a group that another one answers stops ringing too.
    const answers = legPart({ seen: leg({ ext: '109', callId: 'l-9' }), state: 'answered' });
    const answered = stopped('107', 6, { legs: [...stopped('107').legs, answers] });
    expect(joins(dials('*8'), [stopped('106'), answered])).toBe('rings-106 inferred');
  });

  it('takes no ring that went with its queue entry', () => {
    const went = (kind: 'vanished' | 'abandoned') =>
      stopped('107', 6, { entry: entryPart({ absence: { ...absentSince(6), kind } }) });
    expect(joins(dials('*8'), [stopped('106'), went('vanished')])).toBe('rings-106 inferred');
    expect(joins(dials('*8'), [went('abandoned')])).toBeNull();
    const listed = (status: 'trying' | 'waiting') =>
      stopped('107', 6, { entry: entryPart({ seen: entry({ status }) }) });
    expect(joins(dials('*8'), [listed('trying')])).toBe('rings-107 inferred');
    // The agent rejected it, and the caller waits on.
    expect(joins(dials('*8'), [stopped('106'), listed('waiting')])).toBe('rings-106 inferred');
  });

  it('picks up a local call too', () => {
    expect(joins(dials('**106'), [rings('106', { direction: 'local' })])).toBe('rings-106 inferred');
  });

  it('does so only when it talks', () => {
    expect(joins(dials('**106', { signal: 'ringing' }), [rings('106')])).toBeNull();
    expect(joins(dials('**106', { dialled: null }), [rings('106')])).toBeNull();
  });
});

describe('a leg that may have picked up a ring that is still there', () => {
  const waits = (seen: ObservedLeg, calls: readonly Call[]) =>
    mayPickUp(seen, { index: indexOf(calls), cycle: cycleAt(6), weighing: new Weighing() });
  const own = leg({ ext: '108', callId: 'third', signal: 'answered', ownCustomer: true, customer: null });

  it('waits for the next answer, which misses the ring if so', () => {
    expect(waits(dials('*8'), [rings('106')])).toBe(true);
    expect(waits(own, [rings('106')])).toBe(true);
  });

  it('does not where no other extension rings, or an extension has answered', () => {
    expect(waits(dials('*8'), [talks('106')])).toBe(false);
    expect(waits(dials('*8'), [rings('108')])).toBe(false);
    const answers = legPart({ seen: leg({ ext: '109', callId: 'l-9' }), state: 'answered' });
    const answered = rings('106', { legs: [...rings('106').legs, answers] });
    expect(waits(dials('*8'), [answered])).toBe(false);
  });

  it('does not if it dialled an extension, rings, or is shown with another hotline', () => {
    expect(waits(dials('**109'), [rings('106')])).toBe(false);
    expect(waits(dials('*8', { signal: 'ringing' }), [rings('106')])).toBe(false);
    expect(waits({ ...own, hotline: number('19005678') }, [rings('106')])).toBe(false);
    expect(waits({ ...own, ownCustomer: false }, [rings('106')])).toBe(false);
  });
});

describe('an extension that is shown as its own customer', () => {
  const own = leg({ ext: '108', callId: 'third', signal: 'answered', ownCustomer: true, customer: null });

  it('picks up the only ring of the hotline that stopped in this poll', () => {
    expect(joins(own, [stopped('106')])).toBe('rings-106 inferred');
    expect(joins(own, [stopped('106'), stopped('107', 6, { hotline: number('19005678') })])).toBe(
      'rings-106 inferred',
    );
    expect(joins(own, [stopped('106'), stopped('107')])).toBeNull();
    expect(joins({ ...own, hotline: null }, [stopped('106')])).toBeNull();
    expect(joins(own, [stopped('106', 6, { direction: 'local' })])).toBeNull();
    expect(joins(own, [rings('106')])).toBeNull();
  });
});
