import { describe, expect, it } from '@jest/globals';
import { History, leg, entry, T0 } from '../../test/support/history.js';

const talking = leg({ signal: 'answered' });
const answered = entry({ status: 'answered', bridgedAt: T0 + 5_000 });

/** A queue call that extension 107 answered two polls ago. */
function answeredCall(policy?: ConstructorParameters<typeof History>[0]): History {
  const history = new History(policy);
  history.poll({ at: 0, idle: ['107', '108'] });
  history.poll({ at: 6, entries: [answered], legs: [talking], idle: ['108'] });
  history.poll({ at: 7, entries: [answered], legs: [talking], idle: ['108'] });
  return history;
}

/** A caller with a ringing leg, whose queue row was missing for three polls and is back. */
function rungCallerIsBack(trying: ReturnType<typeof entry>): History {
  const history = new History();
  history.poll({ at: 0 });
  history.poll({ entries: [trying], legs: [leg()] });
  for (let poll = 0; poll < 3; poll++) history.poll({ legs: [leg()] });
  history.poll({ entries: [trying], legs: [leg()] });
  return history;
}

describe('a queue row that comes back', () => {
  it.each([1, 2, 3])(
    'unchanged, counts as if it had never been missing (ABSENCE_POLLS=%i)',
    (absencePolls) => {
      const history = answeredCall({ absencePolls });
      for (let poll = 0; poll < absencePolls; poll++) history.poll({ legs: [talking], idle: ['108'] });
      history.poll({ entries: [answered], legs: [talking], idle: ['108'] });
      const emitted = history.transitions.length;
      // The extension loses its registration, but its conversation is still in the queue's list.
      for (let poll = 0; poll < 5; poll++) history.poll({ entries: [answered], idle: ['108'] });
      expect(history.transitions.slice(emitted)).toEqual([]);
      expect([...history.state.calls.keys()]).toEqual(['queue-call-1']);
    },
  );

  it('keeps the call alive when the extension stops ringing', () => {
    const trying = entry({ status: 'trying' });
    const history = rungCallerIsBack(trying);
    history.poll({ entries: [trying] });
    expect(history.emitted({ entries: [trying] })).toEqual(['call-offer-ended 107 not-answered']);
    expect(history.emitted({ entries: [trying] })).toEqual([]);
  });

  it('is the entry of the next extension that rings', () => {
    const trying = entry({ status: 'trying' });
    const history = rungCallerIsBack(trying);
    const next = leg({ ext: '108', callId: 'leg-2', hotline: null });
    expect(history.emitted({ entries: [trying], legs: [leg(), next] })).toEqual(['call-offered 108']);
  });
});

describe('the end of a call whose extension is not listed any more', () => {
  it('is observed if the queue deleted its row with the leg', () => {
    const history = answeredCall();
    history.poll({ idle: ['108'] });
    const [end] = history.poll({ idle: ['108'] });
    expect(end).toMatchObject({ type: 'call-ended', data: { observed: { certainty: 'observed' } } });
    expect(end!.data).not.toMatchObject({ talkMs: null });
  });

  it('is observed if the queue answered a little later', () => {
    const history = answeredCall();
    history.poll({ legs: { failed: 'no answer' } });
    history.poll({ idle: ['108'], entries: { failed: 'no answer' } });
    history.poll({ idle: ['108'] });
    expect(history.transitions.at(-1)).toMatchObject({
      type: 'call-ended',
      data: { observed: { certainty: 'observed' } },
    });
  });

  it('is inferred if the queue had deleted its row long before, at a transfer', () => {
    const history = answeredCall();
    const next = leg({ ext: '108', signal: 'answered' });
    history.poll({ legs: [next], idle: ['107'] });
    expect(history.emitted({ legs: [next], idle: ['107'] })).toEqual(['call-transferred 108']);
    for (let poll = 0; poll < 5; poll++) history.poll({ legs: [next], idle: ['107'] });
    for (let poll = 0; poll < 10; poll++) expect(history.emitted({ idle: ['107'] })).toEqual([]);
    const [end] = history.poll({ idle: ['107'] });
    expect(end).toMatchObject({
      type: 'call-ended',
      data: { outcome: 'answered', talkMs: null, observed: { certainty: 'inferred' } },
    });
  });
});

describe('a talking leg whose extension is not listed any more', () => {
  it('is not waited for once the caller talks to another extension', () => {
    const history = new History();
    const next = (signal: 'ringing' | 'answered') => leg({ ext: '108', callId: 'leg-2', signal });
    history.poll({ idle: ['107', '108', '109'] });
    history.poll({ legs: [leg()], idle: ['108', '109'] });
    history.poll({ legs: [talking], idle: ['108', '109'] });
    history.poll({ legs: [next('ringing')], idle: ['109'] });
    for (let poll = 0; poll < 3; poll++)
      expect(history.emitted({ legs: [next('ringing')], idle: ['109'] })).toEqual([]);
    expect(history.emitted({ legs: [next('answered')], idle: ['109'] })).toContain('call-transferred 108');
  });
});

describe('a customer who calls again at once', () => {
  it('is a second call if the leg of the first is confirmed as gone', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ legs: [leg()] });
    history.poll();
    expect(history.emitted({ legs: [leg({ callId: 'leg-2' })] })).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
      'call-started',
      'call-offered 107',
    ]);
  });

  it('is a second call also at another extension, and in the queue', () => {
    const atAnother = leg({ callId: 'leg-2', ext: '108' });
    const queued = entry({ joinedAt: T0 + 3_000 });
    for (const again of [{ legs: [atAnother] }, { entries: [queued] }]) {
      const history = new History();
      history.poll({ at: 0 });
      history.poll({ at: 1, legs: [leg()] });
      history.poll({ at: 2 });
      expect(history.emitted({ at: 4, ...again })).toContain('call-abandoned');
      expect(history.state.calls.size).toBe(1);
    }
  });

  it('is one call if the extensions are a hunt group: each rings as the one before stops ringing', () => {
    for (const absencePolls of [1, 2, 3]) {
      const history = new History({ absencePolls });
      history.poll({ at: 0 });
      history.poll({ legs: [leg()] });
      expect(history.emitted({ legs: [leg({ ext: '108', callId: 'leg-2' })] })).toContain('call-offered 108');
      expect([...history.state.calls.keys()]).toEqual(['leg-1']);
    }
  });

  it('is one call with an earlier queue entry that is first shown between the ringing of two extensions', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 2, legs: [leg()], entries: { failed: 'no answer' } });
    history.poll({ at: 3, entries: { failed: 'no answer' } });
    expect(history.emitted({ at: 4, entries: [entry()] })).toEqual(['call-offer-ended 107 not-answered']);
    expect([...history.state.calls.keys()]).toEqual(['leg-1']);
  });
});

describe('a caller who comes back on the same row', () => {
  it('in the second in which the caller left had left then, as the row says', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const back = entry({ status: 'trying', abandonedAt: T0 + 1_000, rejoinedAt: T0 + 1_000 });
    const [left] = history.poll({ at: 2, entries: [back] });
    expect(left).toMatchObject({
      type: 'call-abandoned',
      time: T0 + 1_000,
      data: { observed: { certainty: 'upstream' } },
    });
  });

  it('is linked to the call before, also where the row comes after the ring', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 5_000 });
    for (const at of [5, 6]) history.poll({ at, entries: [gone] });
    history.poll({ at: 21, entries: 'not asked', legs: [leg({ startedAt: T0 + 20_000 })] });
    const back = entry({ ...gone, status: 'trying', rejoinedAt: T0 + 20_000, callId: 'queue-call-2' });
    history.poll({ at: 22, entries: [back], legs: [leg({ startedAt: T0 + 20_000 })] });
    const [call] = history.state.calls.values();
    expect(call).toMatchObject({ entry: { seen: back }, linkedCallIds: ['queue-call-1'] });
  });

  it('left before the poll that first showed it, even if that was not confirmed yet', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    history.poll({ at: 1, entries: [entry()] });
    history.poll({ at: 2, entries: [entry({ status: 'abandoned', abandonedAt: T0 + 1_500 })] });
    const back = entry({ status: 'waiting', abandonedAt: T0 + 1_500, rejoinedAt: T0 + 3_000 });
    const [left] = history.poll({ at: 4, entries: [back] });
    expect(left).toMatchObject({
      type: 'call-abandoned',
      time: T0 + 1_500,
      data: {
        observed: {
          earliest: '2026-03-02T03:00:01.500Z',
          latest: '2026-03-02T03:00:02.000Z',
          certainty: 'upstream',
          precisionMs: 1_000,
        },
      },
    });
  });
});

describe('a call that begins as a local one and turns out to be in a queue', () => {
  it('is inbound, and abandoned if it is not answered', () => {
    const history = new History();
    const local = leg({ direction: 'local', startedAt: T0 + 500 });
    history.poll({ at: 0 });
    history.poll({ at: 1, legs: [local], entries: { failed: 'no answer' } });
    history.poll({ at: 2, legs: [local], entries: [entry({ status: 'trying' })] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 3_000 });
    for (let poll = 0; poll < 3; poll++) history.poll({ legs: [local], entries: [gone] });
    for (let poll = 0; poll < 2; poll++) history.poll({ entries: [gone] });
    expect(history.transitions.slice(-2)).toMatchObject([
      { type: 'call-abandoned', data: { direction: 'inbound' } },
      { type: 'call-ended', data: { outcome: 'abandoned' } },
    ]);
  });
});

describe('an extension that stops ringing while the queue does not answer', () => {
  const seconds = (at: number, queue: boolean) => ({
    at,
    idle: ['107'],
    entries: queue ? [entry({ status: 'trying' })] : ('not asked' as const),
  });
  const rung = () => {
    const history = new History();
    history.poll({ at: 0, idle: ['107'] });
    history.poll({ at: 1, entries: [entry({ status: 'trying' })], legs: [leg()] });
    history.poll(seconds(2, false));
    return history;
  };

  it('may have stopped because the caller left: its offer ends with the queue’s next answer', () => {
    const history = rung();
    expect(history.emitted(seconds(3, false))).toEqual([]);
    expect(history.emitted(seconds(4, true))).toEqual(['call-offer-ended 107 not-answered']);
    const left = rung();
    left.poll(seconds(3, false));
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 2_000 });
    left.poll({ ...seconds(4, true), entries: [gone] });
    expect(left.emitted({ ...seconds(5, true), entries: [gone] })).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
  });

  it('has not been answered, where the queue does not answer for 10 s', () => {
    const history = rung();
    for (const at of [3, 11]) expect(history.emitted(seconds(at, false))).toEqual([]);
    expect(history.emitted(seconds(12, false))).toEqual(['call-offer-ended 107 not-answered']);
  });
});

describe('a monitor that lists no extensions without a call', () => {
  it('is not taken for one that does because of an idle row of a second device', () => {
    const history = new History();
    history.poll({ legs: [leg()], idle: ['107'] });
    expect(history.state.listsIdle).toBe(false);
    history.poll({ legs: [leg()], idle: ['107', '108'] });
    expect(history.state.listsIdle).toBe(true);
  });
});

describe('a leg of another extension after the row of the queue has gone', () => {
  it('ends the call as a poll shows it, although no poll showed the row as Answered', () => {
    const history = new History();
    history.poll({ at: 0, idle: ['107', '108'] });
    history.poll({ entries: [entry({ status: 'trying' })], legs: [leg()], idle: ['108'] });
    const next = leg({ ext: '108', signal: 'answered' });
    for (let poll = 0; poll < 2; poll++) history.poll({ legs: [next], idle: ['107'] });
    const ended = [1, 2].flatMap(() => history.poll({ idle: ['107', '108'] }));
    expect(ended.at(-1)).toMatchObject({
      type: 'call-ended',
      data: { outcome: 'answered', observed: { certainty: 'observed' } },
    });
  });
});
