import { describe, expect, it } from '@jest/globals';
import { entry, History, leg, number, T0 } from '../../test/support/history.js';

/** A poll in the 50 ms in which the row of the leg that a caller leaves is there beside the next one's. */
const rings = leg({ startedAt: T0 });
const talks = leg({ startedAt: T0, signal: 'answered' });
const next = leg({ ext: '108', callId: 'leg-2', startedAt: T0 + 10_000 });

/** The window of what the poll at second 10 shows first. */
const BETWEEN = { earliest: iso(8_660), latest: iso(10_000) };

function iso(ms: number): string {
  return new Date(T0 + ms).toISOString();
}

/** A call that rings at 107 and, if `answered`, talks there. */
function begun(answered: boolean): History {
  const history = new History();
  history.poll({ at: -2 });
  history.poll({ at: 0, legs: [rings] });
  if (answered) history.poll({ at: 5, legs: [talks] });
  history.poll({ at: 9, legs: [answered ? talks : rings] });
  return history;
}

describe('a leg that a poll shows beside the one that its caller leaves', () => {
  it('is the next one of a blind transfer, if the next poll misses the old one', () => {
    const history = begun(true);
    expect(history.poll({ at: 10, legs: [talks, next] })).toEqual([]);
    expect(history.confirm).toBe(true);
    history.restart();
    expect(history.poll({ at: 10.2, legs: [next] })).toMatchObject([
      {
        type: 'call-offered',
        data: { callId: 'leg-1', observed: BETWEEN },
      },
    ]);
    expect(history.emitted({ at: 10.4, legs: [next] })).toEqual([]);
    expect(history.emitted({ at: 12, legs: [{ ...next, signal: 'answered' }] })).toEqual([
      'call-transferred 108',
      'call-offer-ended 108 answered',
    ]);
  });

  it('is the next one of a hunt group', () => {
    const history = begun(false);
    expect(history.emitted({ at: 10, legs: [rings, next] })).toEqual([]);
    expect(history.emitted({ at: 10.2, legs: [next] })).toEqual(['call-offered 108']);
    expect(history.emitted({ at: 10.4, legs: [next] })).toEqual(['call-offer-ended 107 not-answered']);
  });

  it('is a pick-up under the customer’s number, or by a code', () => {
    const picks = { ...next, signal: 'answered' } as const;
    const dials = { direction: 'local', customer: null, hotline: null } as const;
    for (const picker of [picks, { ...picks, ...dials, dialled: '*8' }]) {
      const history = begun(false);
      expect(history.emitted({ at: 10, legs: [rings, picker] })).toEqual([]);
      expect(history.poll({ at: 10.2, legs: [picker] })).toMatchObject([
        {
          type: 'call-answered',
          time: T0 + 10_000,
          data: {
            callId: 'leg-1',
            agent: { extension: '108' },
            observed: { ...BETWEEN, certainty: 'inferred' },
          },
        },
        { type: 'call-offer-ended', data: { outcome: 'answered-elsewhere' } },
      ]);
    }
  });

  it('is a call of its own where a withheld caller was at that extension before, and the two name each other', () => {
    const anonymous = { customer: number('anonymous') };
    const history = new History();
    history.poll({ at: -2 });
    const beside = { ...rings, ...anonymous, ...leg({ ext: '108', callId: 'leg-9', ...anonymous }) };
    const group = [
      { ...rings, ...anonymous },
      { ...beside, startedAt: T0 },
    ];
    history.poll({ at: 0, legs: group });
    for (const at of [5, 9]) history.poll({ at, legs: [{ ...talks, ...anonymous }] });
    const [started] = history.poll({ at: 10, legs: [{ ...next, ...anonymous }] });
    expect(started).toMatchObject({ type: 'call-started', data: { linkedCallIds: ['leg-1'] } });
  });

  it('is a second caller of a company’s number, if the next poll shows both', () => {
    const history = begun(true);
    history.poll({ at: 10, legs: [talks, next] });
    expect(history.poll({ at: 10.2, legs: [talks, next] })).toMatchObject([
      { type: 'call-started', data: { callId: 'leg-2', linkedCallIds: ['leg-1'] } },
      { type: 'call-offered', data: { observed: BETWEEN } },
    ]);
    expect(history.confirm).toBe(false);
  });

  it('is announced with all that it did, if it has been answered, or has gone, by the next poll', () => {
    const answered = begun(true);
    answered.poll({ at: 10, legs: [talks, next] });
    expect(answered.emitted({ at: 10.2, legs: [{ ...next, signal: 'answered' }] })).toEqual([
      'call-offered 108',
      'call-offer-ended 108 answered',
    ]);
    expect(answered.emitted({ at: 10.4, legs: [{ ...next, signal: 'answered' }] })).toEqual([
      'call-transferred 108',
    ]);
    const gone = begun(true);
    gone.poll({ at: 10, legs: [talks, next] });
    expect(gone.emitted({ at: 10.2 })).toContain('call-offered 108');
    expect(gone.emitted({ at: 10.4 })).toContain('call-ended answered');
    const alone = begun(true);
    alone.poll({ at: 10, legs: [talks, next] });
    expect(alone.emitted({ at: 10.2, legs: [talks] })).toEqual(['call-started', 'call-offered 108']);
    expect(alone.emitted({ at: 10.4, legs: [talks] })).toEqual([
      'call-offer-ended 108 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
  });

  it('is announced at once where it can be no hand-over', () => {
    const other = [
      { customer: number('0987654321') },
      { hotline: number('19005678') },
      { startedAt: T0 + 2_000 },
      { ext: '107', extension: '107', key: '107|leg-2' },
      { direction: 'outbound', role: 'caller' },
    ] as const;
    for (const given of other) {
      const history = begun(true);
      expect(history.emitted({ at: 10, legs: [talks, { ...next, ...given }] })).toContain('call-started');
    }
  });

  it('is the next one at once where the row of the queue in which they talked has just gone', () => {
    const row = entry({ joinedAt: T0 - 1_000, status: 'trying' });
    const answered = { ...row, status: 'answered', bridgedAt: T0 + 5_000 } as const;
    const history = new History();
    history.poll({ at: -2 });
    history.poll({ at: 0, legs: [rings], entries: [row] });
    history.poll({ at: 5, legs: [talks], entries: [answered] });
    history.poll({ at: 9, legs: [talks], entries: [answered] });
    expect(history.emitted({ at: 10, legs: [talks, next] })).toEqual(['call-offered 108']);
    history.poll({ at: 10.2, legs: [next] });
    expect(history.emitted({ at: 10.4, legs: [{ ...next, signal: 'answered' }] })).toEqual([
      'call-transferred 108',
      'call-offer-ended 108 answered',
    ]);
  });
});

describe('a transferor whose two rows go one after the other', () => {
  const local = { direction: 'local', customer: null, hotline: null, signal: 'answered' } as const;
  const asks = leg({ ...local, callId: 'asks', role: 'caller', peer: '112', startedAt: T0 + 6_000 });
  const asked = leg({ ...local, ext: '112', callId: 'asked', peer: '107', startedAt: T0 + 6_000 });
  const shows = { ...asked, direction: 'inbound', customer: talks.customer, peer: null } as const;

  it('has transferred the caller, whichever goes first', () => {
    for (const remains of [asked, shows])
      for (const first of [talks, asks]) {
        const history = begun(true);
        history.poll({ at: 10, legs: [talks, asks, asked] });
        history.poll({ at: 20, legs: [talks, asks, asked] });
        history.poll({ at: 20.2, legs: [first, remains] });
        const emitted = [20.4, 20.6, 20.8].flatMap((at) => history.emitted({ at, legs: [remains] }));
        expect(emitted).toContain('call-transferred 112');
        expect(emitted.filter((one) => one !== 'call-transferred 112')).toEqual(['call-ended answered']);
      }
  });

  it('has done so where the consulted leg shows the caller under another id, beside the rows that go', () => {
    const moved = { ...shows, callId: 'moved', key: '112|moved' };
    const history = begun(true);
    history.poll({ at: 10, legs: [talks, asks, asked] });
    history.poll({ at: 20, legs: [talks, asks, asked] });
    expect(history.emitted({ at: 20.2, legs: [talks, asks, asked, moved] })).toEqual([]);
    expect(history.emitted({ at: 20.4, legs: [moved] })).toEqual([]);
    expect(history.poll({ at: 20.6, legs: [moved] })).toMatchObject([
      { type: 'call-transferred', data: { callId: 'leg-1', observed: { certainty: 'observed' } } },
      { type: 'call-ended', data: { callId: 'asked' } },
    ]);
  });
});
