import { describe, expect, it } from '@jest/globals';
import { entry, History, leg, summaryOf, T0 } from '../../test/support/history.js';
import { skewOf } from './parts/pbx-clock.js';

const BEHIND = -300_000;

/** The PBX's time of an instant, given in seconds since T0, by a clock that is so far off. */
const pbx = (seconds: number, skewMs = BEHIND) => Math.floor((T0 + seconds * 1_000 + skewMs) / 1_000) * 1_000;

/** A history in which two callers have joined the queue since the first poll, so that the clock is known. */
function known(skewMs = BEHIND): History {
  const history = new History();
  history.poll({ at: 0 });
  history.poll({ at: 1, entries: [0.2, 0.9].map((at, caller) => waiting(caller, at, skewMs)) });
  return history;
}

function waiting(caller: number, at: number, skewMs: number) {
  // The two must not join within one second of the PBX.
  const joinedAt = pbx(at, skewMs) - (caller === 0 ? 1_000 : 0);
  return entry({ mobile: `091423738${caller}`, callId: `call-${caller}`, joinedAt });
}

const skewIn = ({ state }: History) => skewOf(state.sources);

describe('a PBX whose clock is behind', () => {
  it('is known from two rows that appeared between two polls', () => {
    expect(skewIn(known())).toBeGreaterThan(BEHIND - 1_500);
    expect(skewIn(known())).toBeLessThan(BEHIND + 1_500);
  });

  it('is not known from rows that were there at the first poll, or after a poll that failed or was partial', () => {
    for (const before of [[], [{ failed: '503' }], [{ partial: [] }]] as const) {
      const history = new History();
      if (before.length > 0) history.poll({ at: -1 });
      for (const entries of before) history.poll({ at: 0, entries });
      history.poll({ at: 1, entries: [0, 1].map((caller) => waiting(caller, 0.5, BEHIND)) });
      expect(skewIn(history)).toBeNull();
    }
  });

  it('is not known from a leg that was created before the poll that shows it again', () => {
    const history = new History();
    const created = leg({ signal: 'unclear', startedAt: pbx(-0.5) });
    history.poll({ at: 0, legs: [created] });
    history.poll({ at: 1, legs: [created], entries: [waiting(0, 0.2, BEHIND)] });
    expect(skewIn(history)).toBeNull();
  });

  it('lets a call begin when its leg was created, before its device rang', () => {
    const history = known();
    const rows = [waiting(0, 0.2, BEHIND), waiting(1, 0.9, BEHIND)];
    const created = leg({ signal: 'unclear', startedAt: pbx(4.8) });
    history.poll({ at: 4, entries: rows });
    history.poll({ at: 5, entries: rows, legs: [created] });
    const [started] = history.poll({ at: 6, entries: rows, legs: [{ ...created, signal: 'ringing' }] });
    expect(started).toMatchObject({ type: 'call-started', data: { observed: { certainty: 'observed' } } });
    expect(started!.time).toBeLessThanOrEqual(T0 + 5_000);
  });

  it('gives no duration across the two clocks, and none that is negative', () => {
    const history = new History();
    const waits = entry({ joinedAt: pbx(-50), status: 'trying' });
    history.poll({ at: 0, entries: [waits], legs: [leg()] });
    const talks = { ...waits, status: 'answered' } as const;
    history.poll({ at: 1, entries: [talks], legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 2 });
    const ended = history.poll({ at: 3 }).find(({ type }) => type === 'call-ended')!;
    expect(skewIn(history)).toBeNull();
    expect(ended.data).toMatchObject({ outcome: 'answered', waitMs: null, talkMs: 1_000 });
  });

  it('has the start of a call corrected that began before its clock was known', () => {
    const history = new History();
    const first = entry({ joinedAt: pbx(-50), callId: 'call-9', mobile: '0914237399' });
    const [started] = history.poll({ at: 0, entries: [first] });
    expect(started).toMatchObject({ time: pbx(-50), data: { observed: { certainty: 'upstream' } } });
    history.poll({ at: 1, entries: [first, waiting(0, 0.2, BEHIND), waiting(1, 0.9, BEHIND)] });
    const answered = { ...first, status: 'answered', bridgedAt: pbx(9.5) } as const;
    const rows = [answered, waiting(0, 0.2, BEHIND), waiting(1, 0.9, BEHIND)];
    const [event] = history.poll({ at: 10, entries: rows });
    expect(event).toMatchObject({ type: 'call-answered', data: { observed: { certainty: 'observed' } } });
    const { startedAt, waitMs } = event!.data as { startedAt: string; waitMs: number };
    expect(Math.abs(Date.parse(startedAt) - (T0 - 50_000))).toBeLessThan(2_000);
    expect(Math.abs(waitMs - 59_500)).toBeLessThan(2_000);
  });

  it('has a later answer time taken over, corrected', () => {
    const history = known();
    const [, other] = [waiting(0, 0.2, BEHIND), waiting(1, 0.9, BEHIND)];
    const legs = [leg({ customer: other.customer, signal: 'answered' })];
    const trying = { ...other, status: 'trying' } as const;
    history.poll({
      at: 4,
      entries: [waiting(0, 0.2, BEHIND), trying],
      legs: [leg({ customer: other.customer })],
    });
    history.poll({ at: 8, entries: [waiting(0, 0.2, BEHIND), trying], legs });
    const bridged = { ...other, status: 'answered', bridgedAt: pbx(7.5) } as const;
    history.poll({ at: 9, entries: [waiting(0, 0.2, BEHIND), bridged], legs });
    const call = history.state.calls.get('call-1')!;
    expect(call).toMatchObject({ answeredCertainty: 'observed' });
    expect(Math.abs(call.answeredAt! - (T0 + 7_500))).toBeLessThan(1_500);
  });
});

describe('a PBX whose clock is ahead', () => {
  it('is known from one row, also at the first poll', () => {
    const history = new History();
    const [started] = history.poll({ at: 0, entries: [entry({ joinedAt: pbx(-1, 300_000) })] });
    expect(skewIn(history)).toBe(299_000);
    expect(started).toMatchObject({ data: { observed: { certainty: 'observed' } } });
    expect(started!.time).toBeLessThanOrEqual(T0);
  });

  it('says nothing of how long a caller of the first poll has waited', () => {
    const history = new History();
    const waits = entry({ joinedAt: pbx(-250, 300_000) });
    history.poll({ at: 0, entries: [waits] });
    const answered = { ...waits, status: 'answered', bridgedAt: pbx(9.5, 300_000) } as const;
    expect(history.poll({ at: 10, entries: [answered] })[0]).toMatchObject({
      type: 'call-answered',
      data: { waitMs: null },
    });
  });

  it('does not announce the hang-up of one caller twice', () => {
    const history = known(300_000);
    const others = [0.2, 0.9].map((at, caller) => waiting(caller, at, 300_000));
    const down = { failed: 'no answer' };
    history.poll({ at: 10, entries: down, legs: [leg({ startedAt: pbx(9.5, 300_000) })] });
    history.poll({ at: 12, entries: down });
    history.poll({ at: 13, entries: down });
    const left = entry({
      joinedAt: pbx(9, 300_000),
      status: 'abandoned',
      abandonedAt: pbx(11, 300_000),
      callId: null,
    });
    const emitted = history.poll({ at: 14, entries: [...others, left] }).map(summaryOf);
    expect(emitted.filter((summary) => summary.startsWith('call-'))).toEqual([]);
  });
});

describe('a caller whose row is Abandoned in the first poll that shows it', () => {
  const left = (abandonedAt: number | null) =>
    entry({ status: 'abandoned', joinedAt: T0 - 900_000, abandonedAt, callId: null });

  it.each([
    ['long ago', T0 - 600_000],
    ['at no time, since the module was restarted', null],
  ])('is announced if the last complete answer did not have it: %s', (_, abandonedAt) => {
    const history = new History();
    history.poll({ at: 0 });
    expect(history.emitted({ at: 1, entries: [left(abandonedAt)] })).toEqual(['call-started']);
  });

  it('is announced at a tenant’s first poll if it is recent on the corrected clock', () => {
    const rows = (abandoned: number) => [
      entry({
        status: 'abandoned',
        joinedAt: pbx(-90, 300_000),
        abandonedAt: pbx(abandoned, 300_000),
        callId: null,
      }),
      entry({ mobile: '0914237399', joinedAt: pbx(-0.5, 300_000), callId: 'call-9' }),
    ];
    expect(new History().emitted({ at: 0, entries: rows(-50) })).toHaveLength(2);
    expect(new History().emitted({ at: 0, entries: rows(-70) })).toHaveLength(1);
  });
});
