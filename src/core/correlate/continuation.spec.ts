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
import type { CycleFacts } from '../parts/cycle-facts.js';
import { callContinuedBy, callLetInto, callOfRedial, mayContinue } from './continuation.js';
import { Weighing } from './weighing.js';

/** Extension 107 talked, and the poll at second 6 misses its leg first. */
const gone = legPart({ state: 'answered', absence: absentSince(6) });
const lost = callOf({
  legs: [gone],
  participants: [participant('107')],
  answeredAt: at(1),
  connected: connectedAt('107'),
});
const next = leg({ ext: '108', callId: 'leg-2', startedAt: at(6) });
const anonymous = number('anonymous');

function continued(
  seen: Partial<typeof next>,
  calls: readonly Call[] = [lost],
  given: Partial<CycleFacts> = {},
) {
  return (
    callContinuedBy(
      { ...next, ...seen },
      { index: indexOf(calls), cycle: cycleAt(6, given), weighing: new Weighing() },
    )?.callId ?? null
  );
}

describe('a leg continues a call', () => {
  it('in the poll that first misses the old leg, whenever the new one began', () => {
    expect(continued({})).toBe('call-1');
    expect(continued({ startedAt: null })).toBe('call-1');
    expect(continued({ startedAt: at(-60) })).toBe('call-1');
  });

  it('in a later poll, if it began within 2 s of when the old leg can have gone', () => {
    const later = { monitor: window(9), queue: window(9) };
    const begun = (seconds: number) => continued({ startedAt: at(seconds) }, [lost], later);
    expect([2.999, 3, 8, 8.001].map(begun)).toEqual([null, 'call-1', 'call-1', null]);
    expect(continued({ startedAt: null }, [lost], later)).toBeNull();
  });

  it('by the time on the bridge’s clock, where the PBX’s is off', () => {
    const later = { monitor: window(9), queue: window(9), skewMs: 60_000 };
    const begun = (seconds: number) => continued({ startedAt: at(seconds) }, [lost], later);
    expect([4, 62, 64, 70].map(begun)).toEqual([null, null, 'call-1', null]);
  });

  it('not between polls that are so far apart that the customer may have hung up and called again', () => {
    const gone = (seconds: number) => {
      const absence = { ...absentSince(6), lastPresent: at(6 - seconds) };
      return [{ ...lost, legs: [legPart({ state: 'answered', absence })] }];
    };
    expect(continued({}, gone(14.999))).toBe('call-1');
    expect(continued({}, gone(15))).toBeNull();
    const later = { monitor: window(9), queue: window(9) };
    expect(continued({ startedAt: at(7) }, gone(14.999), later)).toBe('call-1');
    expect(continued({ startedAt: at(7) }, gone(15), later)).toBeNull();
  });

  it('never at an extension that the call already had', () => {
    expect(continued({ extension: '107' })).toBeNull();
  });

  it('not while the caller talks to an extension', () => {
    const other = legPart({ seen: leg({ ext: '109', callId: 'leg-3' }), state: 'answered' });
    expect(continued({}, [{ ...lost, legs: [gone, other] }])).toBeNull();
    const ringing = { ...other, state: 'ringing' as const };
    expect(continued({}, [{ ...lost, legs: [gone, ringing] }])).toBe('call-1');
  });

  it('only if the connected participant’s leg is the one that went', () => {
    const other = legPart({ seen: leg({ ext: '109', callId: 'leg-3' }), absence: absentSince(6) });
    const held = { ...gone, absence: absentSince(2) };
    const late = { startedAt: at(5.5) };
    expect(continued(late, [{ ...lost, legs: [held, other] }])).toBeNull();
    expect(continued(late, [{ ...lost, legs: [other] }])).toBe('call-1');
  });

  it('of the same customer and hotline', () => {
    expect(continued({ customer: number('0987654321') })).toBeNull();
    expect(continued({ hotline: number('19005678') })).toBeNull();
    expect(continued({ hotline: null })).toBe('call-1');
  });

  it('of a withheld customer only with the same hotline, if exactly one call just lost its leg', () => {
    const withheld = { ...lost, customer: anonymous };
    expect(continued({ customer: anonymous }, [withheld])).toBe('call-1');
    expect(continued({ customer: anonymous, hotline: null }, [withheld])).toBeNull();
    const second = { ...withheld, callId: 'call-2', legs: [{ ...gone, seen: leg({ callId: 'leg-9' }) }] };
    expect(continued({ customer: anonymous }, [withheld, second])).toBeNull();
  });

  it('of a withheld customer only if it is written alike in a row of the call', () => {
    const withheld = { ...lost, customer: anonymous };
    const priv = number('private');
    expect(continued({ customer: priv }, [withheld])).toBeNull();
    const leg108 = { ...gone, seen: leg({ customer: priv }) };
    expect(continued({ customer: priv }, [{ ...withheld, legs: [leg108] }])).toBe('call-1');
  });

  it('not at an extension that the call of a withheld customer had, but that is ambiguous if it is the only such call', () => {
    const withheld = { ...lost, customer: anonymous };
    const second = { ...withheld, callId: 'call-2', legs: [{ ...gone, seen: leg({ callId: 'leg-9' }) }] };
    const again = { ...next, extension: '107', customer: anonymous };
    const doubt = (seen: typeof next, calls: readonly Call[]) =>
      callOfRedial(seen, { index: indexOf(calls), cycle: cycleAt(6), weighing: new Weighing() })?.callId ??
      null;
    expect(continued(again, [withheld])).toBeNull();
    expect(doubt(again, [withheld])).toBe('call-1');
    expect(doubt(again, [withheld, second])).toBeNull();
    expect(doubt({ ...again, hotline: number('19005678') }, [withheld])).toBeNull();
    expect(doubt({ ...again, extension: '108' }, [withheld])).toBeNull();
    expect(doubt({ ...again, customer: next.customer }, [lost])).toBeNull();
  });

  it('while the leg of the old agent is there, in the poll that first misses the row in which they talked', () => {
    const answered = entryPart({ seen: entry({ status: 'answered' }), answered: true });
    const talking = { ...lost, legs: [legPart({ state: 'answered' })] };
    const deleted = (seconds: number) => ({
      ...answered,
      absence: { kind: 'vanished', ...absentSince(seconds) } as const,
    });
    expect(continued({}, [{ ...talking, entry: deleted(6) }])).toBe('call-1');
    // The caller was sent on before, and talks to that agent.
    expect(continued({}, [{ ...talking, entry: deleted(5) }])).toBeNull();
    expect(continued({}, [{ ...talking, entry: answered }])).toBeNull();
    expect(continued({}, [{ ...talking, entry: { ...deleted(6), answered: false } }])).toBeNull();
  });

  it('not if it is outbound: calling back at once is a new call', () => {
    expect(continued({ direction: 'outbound' })).toBeNull();
  });

  it('not of an outbound call that was not answered, nor of one whose customer is withheld and called another number', () => {
    const out = { ...lost, direction: 'outbound' as const, hotline: number('19005678') };
    const withheld = { ...out, customer: anonymous };
    expect(continued({}, [{ ...out, answeredAt: null, connected: null }])).toBeNull();
    expect(continued({ customer: anonymous, hotline: number('19001234') }, [withheld])).toBeNull();
    expect(continued({ customer: anonymous, hotline: number('19005678') }, [withheld])).toBe('call-1');
  });

  it('of an outbound call, whatever number the customer’s other half shows as called', () => {
    const outbound = { ...lost, direction: 'outbound' as const, hotline: number('24052364') };
    expect(continued({}, [outbound])).toBe('call-1');
  });
});

describe('a leg beside the one from which its caller may have gone on', () => {
  const talking = { ...lost, legs: [legPart({ state: 'answered' })] };
  const waits = (seen: Partial<typeof next>, call: Call = talking) =>
    mayContinue(
      { ...next, ...seen },
      { index: indexOf([call]), cycle: cycleAt(6), weighing: new Weighing() },
    );

  it('waits for the next answer, whether an extension talks or rings', () => {
    expect(waits({})).toBe(true);
    expect(waits({}, { ...talking, answeredAt: null, connected: null, legs: [legPart()] })).toBe(true);
  });

  it('does so if it talks or, where it rings, began at most 2 s before the last poll', () => {
    const { after } = cycleAt(6).monitor!;
    expect(waits({ startedAt: after! - 2_000 })).toBe(true);
    expect(waits({ startedAt: after! - 2_001 })).toBe(false);
    expect(waits({ startedAt: after! - 2_001, signal: 'answered' })).toBe(true);
    expect(waits({ startedAt: null })).toBe(true);
  });

  it('does not for another customer or hotline, at an extension of the call, or where that leg has gone', () => {
    expect(waits({ customer: number('0987654321') })).toBe(false);
    expect(waits({ hotline: number('19005678') })).toBe(false);
    expect(waits({ extension: '107' })).toBe(false);
    expect(waits({}, lost)).toBe(false);
    const other = legPart({ seen: leg({ ext: '109', callId: 'leg-3' }) });
    expect(waits({}, { ...lost, legs: [legPart({ absence: absentSince(2) }), other] })).toBe(false);
  });
});

describe('a leg after a queue entry', () => {
  const row = entry({ status: 'abandoned', abandonedAt: at(30) });
  const absence = { kind: 'abandoned', ...absentSince(31) } as const;
  const left = callOf({ hotline: null, entry: entryPart({ seen: row, absence }) });
  const late = { monitor: window(60), queue: window(60) };

  it('continues the call in the poll of either endpoint that first misses the entry', () => {
    expect(continued({ startedAt: null }, [left], { queue: window(31) })).toBe('call-1');
    expect(continued({ startedAt: null }, [left], { monitor: window(31), queue: null })).toBe('call-1');
    expect(continued({ startedAt: null }, [left], late)).toBeNull();
  });

  it('continues it if it began when the queue let the caller go, with 1 s of tolerance, however late a poll shows that', () => {
    const begun = (abandonedAt: number, given: Partial<CycleFacts>) => {
      const call = { ...left, entry: entryPart({ seen: { ...row, abandonedAt: at(abandonedAt) }, absence }) };
      return (seconds: number) => continued({ startedAt: at(seconds) }, [call], given);
    };
    for (const given of [late, { monitor: window(31), queue: window(31) }]) {
      expect([29, 30, 31].map(begun(30, given))).toEqual(['call-1', 'call-1', 'call-1']);
      // A customer who hung up, and calls again before the next poll.
      expect([28, 32, 59].map(begun(30, given))).toEqual([null, null, null]);
      expect([8, 9, 11, 12].map(begun(10, given))).toEqual([null, 'call-1', 'call-1', null]);
    }
  });

  it('continues it by the polls where the row does not say when it was let go', () => {
    const silent = { ...left, entry: entryPart({ seen: { ...row, abandonedAt: null }, absence }) };
    const begun = (seconds: number) => continued({ startedAt: at(seconds) }, [silent], late);
    expect([27, 28, 33, 34].map(begun)).toEqual([null, 'call-1', 'call-1', null]);
    const first = { ...absence, lastPresent: null };
    expect(continued({}, [{ ...silent, entry: { ...silent.entry, absence: first } }], late)).toBeNull();
  });

  it('does not continue it by a number by which no caller came to its queues, if others are known', () => {
    const queues = ['sales', 'support'].map((id) => ({ id, name: id }));
    const came = (known: CycleFacts['leadsTo'], given: Partial<Call> = {}) =>
      continued({ startedAt: at(30) }, [{ ...left, queues, ...given }], { leadsTo: known });
    expect(came(() => 'different')).toBeNull();
    expect(came((id) => (id === 'sales' ? 'same' : 'different'))).toBe('call-1');
    expect(came((id) => (id === 'sales' ? 'unknown' : 'different'))).toBe('call-1');
    expect(came(() => 'different', { hotline: next.hotline })).toBe('call-1');
    expect(came(() => 'different', { queues: [] })).toBe('call-1');
  });

  it('continues a call that is left with its answered entry, if it began within 2 s of when a poll first missed the leg', () => {
    const lastLegs = [{ extension: '107', customer: '+84914237383', startedAt: at(0), goneAt: at(6) }];
    const answered = entryPart({ seen: entry({ status: 'answered' }), answered: true });
    const call = { ...lost, legs: [], lastLegs, entry: answered };
    const begun = (seconds: number, given: Partial<Call> = {}) =>
      continued({ startedAt: at(seconds) }, [{ ...call, ...given }], late);
    expect([3.999, 4, 8, 8.001].map((seconds) => begun(seconds))).toEqual([null, 'call-1', 'call-1', null]);
    expect(begun(6, { connected: connectedAt('109') })).toBeNull();
    expect(begun(6, { legs: [legPart({ seen: leg({ ext: '107' }), absence: absentSince(40) })] })).toBeNull();
  });

  it('that is listed and not answered does not: the queue goes on ringing', () => {
    const trying = entryPart({ seen: entry({ status: 'trying' }) });
    const call = { ...lost, answeredAt: null, connected: null, entry: trying };
    expect(continued({}, [call])).toBeNull();
    expect(continued({}, [{ ...call, entry: { ...trying, answered: true } }])).toBe('call-1');
  });
});

describe('an entry that is Abandoned when it is first seen, and whose id is emptied,', () => {
  const left = entry({ queueId: 'sales', status: 'abandoned', abandonedAt: at(6) });
  const call = callOf({
    entry: entryPart({ seen: left, absence: { ...absentSince(6), kind: 'abandoned' } }),
  });
  const row = entry({
    queueId: 'support',
    status: 'abandoned',
    callId: null,
    joinedAt: at(6),
    abandonedAt: at(6),
  });
  const letInto = (given: Parameters<typeof entry>[0] = {}, calls: readonly Call[] = [call]) =>
    callLetInto(
      { ...row, ...given },
      { index: indexOf(calls), cycle: cycleAt(7, { skewMs: 0 }), weighing: new Weighing() },
    )?.callId ?? null;

  it('is of the call that another queue let go in that second, or whose row went then', () => {
    expect(letInto()).toBe('call-1');
    expect([4.999, 5, 7, 7.001].map((seconds) => letInto({ joinedAt: at(seconds) }))).toEqual([
      null,
      'call-1',
      'call-1',
      null,
    ]);
    const vanished = { ...call.entry!, absence: { ...absentSince(6), kind: 'vanished' } as const };
    expect(letInto({}, [{ ...call, entry: vanished }])).toBe('call-1');
    expect(letInto({ joinedAt: at(8) }, [{ ...call, entry: vanished }])).toBeNull();
  });

  it('not if it has an id or goes on, is of the same queue, withholds the number, or two calls were let go', () => {
    expect(letInto({ callId: 'its own' })).toBeNull();
    expect(letInto({ status: 'waiting' })).toBeNull();
    expect(letInto({ queueId: 'sales' })).toBeNull();
    expect(letInto({ customer: anonymous }, [{ ...call, customer: anonymous }])).toBeNull();
    expect(letInto({}, [call, { ...call, callId: 'call-2' }])).toBeNull();
    expect(letInto({}, [{ ...call, entry: entryPart() }])).toBeNull();
    expect(letInto({}, [{ ...call, entry: null }])).toBeNull();
  });
});
