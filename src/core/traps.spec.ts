import { describe, expect, it } from '@jest/globals';
import { History, leg, summaryOf, entry, T0 } from '../../test/support/history.js';

/**
 * The traps in the PBX's answers (`docs/upstream.md`) that the core must avoid. The tests of `src/source` have the
 * others.
 */
describe('traps', () => {
  it('trap 1: failed and partial answers end no call', () => {
    const history = new History();
    history.poll({ legs: [leg()], entries: [entry({ mobile: '0987654321' })] });
    for (let poll = 0; poll < 10; poll++) {
      const emitted = history.emitted({ legs: { failed: 'cut body' }, entries: { failed: 'cut body' } });
      expect(emitted.filter((summary) => summary.startsWith('call-'))).toEqual([]);
    }
    for (let poll = 0; poll < 10; poll++) {
      expect(
        history
          .emitted({ legs: { partial: [] }, entries: { partial: [] } })
          .filter((summary) => summary.startsWith('call-')),
      ).toEqual([]);
    }
    expect(history.state.calls.size).toBe(2);
  });

  it('trap 2: an endpoint that fails ends no call', () => {
    const history = new History();
    history.poll({ legs: [leg()], entries: [entry({ mobile: '0987654321' })] });
    for (let poll = 0; poll < 5; poll++) {
      const emitted = history.emitted({
        legs: { failed: 'HTTP 500' },
        entries: [entry({ mobile: '0987654321' })],
      });
      expect(emitted.filter((summary) => summary.startsWith('call-'))).toEqual([]);
    }
  });

  it('trap 4: a leg whose rows flap between states never goes backwards', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg({ signal: 'answered' })] });
    for (const signal of ['ringing', 'unclear', 'answered', 'ringing'] as const) {
      expect(history.emitted({ legs: [leg({ signal })] })).toEqual([]);
    }
  });

  it('trap 5: a call that both endpoints show under different ids is offered once', () => {
    const history = new History();
    history.poll();
    expect(history.emitted({ entries: [entry({ status: 'trying' })], legs: [leg()] })).toEqual([
      'call-started',
      'call-offered 107',
    ]);
  });

  it('trap 5: a leg and a queue entry that a later poll shows are one call too', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg()] });
    expect(history.emitted({ legs: [leg()], entries: [entry({ status: 'trying' })] })).toEqual([]);
    expect([...history.state.calls.keys()]).toEqual(['leg-1']);
  });

  it('trap 6: the members of a ring group that did not answer are no abandoned calls', () => {
    const history = new History();
    history.poll();
    const ring = ['101', '102', '103'].map((ext) => leg({ ext, callId: `leg-${ext}` }));
    history.poll({ legs: ring });
    const winner = leg({ ext: '102', callId: 'leg-102', signal: 'answered' });
    history.poll({ legs: [ring[0]!, winner] });
    history.poll({ legs: [winner] });
    history.poll({ legs: [winner] });
    history.poll({ legs: [winner] });
    history.poll();
    history.poll();
    const types = history.transitions.map((transition) => transition.type);
    expect(types.filter((type) => type === 'call-started')).toHaveLength(1);
    expect(types).not.toContain('call-abandoned');
    expect(history.transitions.at(-1)).toMatchObject({ type: 'call-ended', data: { outcome: 'answered' } });
  });

  it('trap 6: nor are they if the first poll already shows the answer of another member', () => {
    const history = new History();
    history.poll();
    const winner = leg({ ext: '102', callId: 'leg-102', signal: 'answered' });
    history.poll({ legs: [leg({ ext: '101', callId: 'leg-101' }), winner] });
    history.poll({ legs: [winner] });
    history.poll({ legs: [winner] });
    expect(history.transitions.filter((transition) => transition.type === 'call-started')).toHaveLength(1);
    expect(history.transitions.map((transition) => transition.type)).not.toContain('call-abandoned');
  });

  it('trap 7: lingering Abandoned rows are not announced again', () => {
    const history = new History();
    history.poll({ entries: [entry()] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 1_000, callId: null });
    history.poll({ entries: [gone] });
    history.poll({ entries: [gone] });
    const emitted = history.transitions.length;
    for (let poll = 0; poll < 900; poll++) history.poll({ entries: [gone] });
    expect(history.transitions).toHaveLength(emitted);
  });

  it('trap 8: an old Abandoned row and a new Trying row of the same caller are two calls', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const old = entry({ status: 'abandoned', abandonedAt: T0 + 5_000 });
    history.poll({ at: 5, entries: [old] });
    const fresh = entry({ joinedAt: T0 + 5_500, status: 'trying', callId: 'queue-call-2' });
    expect(history.emitted({ at: 6, entries: [old, fresh], legs: [leg()] })).toEqual([
      'call-abandoned',
      'call-ended abandoned',
      'call-started',
      'call-offered 107',
    ]);
    expect([...history.state.calls.keys()]).toEqual(['queue-call-2']);
  });

  it('trap 8: they are two calls also while the agent’s extension still rings for the old one', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry({ status: 'trying' })], legs: [leg()] });
    const old = entry({ status: 'abandoned', abandonedAt: T0 + 1_000 });
    const fresh = entry({ joinedAt: T0 + 1_300, status: 'trying', callId: 'queue-call-2' });
    history.poll({ at: 2, entries: [old, fresh], legs: [leg()] });
    expect(history.state.calls.size).toBe(2);
  });

  it('trap 8: they are two calls also if the monitor has been unavailable since the old one rang', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry({ status: 'trying' })], legs: [leg()] });
    const old = entry({ status: 'abandoned', abandonedAt: T0 + 1_000 });
    const blind = { failed: 'time-out' };
    for (const at of [2, 3, 4, 12]) history.poll({ at, entries: [old], legs: blind });
    const fresh = entry({ joinedAt: T0 + 13_000, status: 'trying', callId: 'queue-call-2' });
    expect(history.emitted({ at: 14, entries: [fresh], legs: blind })).toEqual(['call-started']);
    const ringing = leg({ callId: 'leg-2' });
    const back = [
      ...history.emitted({ at: 15, entries: [fresh], legs: [ringing] }),
      ...history.emitted({ at: 16, entries: [fresh], legs: [ringing] }),
    ];
    expect(back.filter((summary) => summary !== 'source-up')).toEqual(['call-offered 107']);
    const ended = history.transitions.find(({ type }) => type === 'call-ended');
    expect(ended).toMatchObject({ time: T0 + 1_000, data: { outcome: 'abandoned' } });
    expect([...history.state.calls.keys()]).toEqual(['queue-call-2']);
  });

  it('trap 8: an offer that stopped while the monitor was unavailable ended as its caller left', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry({ status: 'trying' })], legs: [leg()] });
    const blind = { failed: 'time-out' };
    const old = entry({ status: 'abandoned', abandonedAt: T0 + 1_000 });
    history.poll({ at: 2, entries: [old], legs: blind });
    const back = entry({ rejoinedAt: T0 + 3_000, abandonedAt: T0 + 1_000, callId: 'queue-call-2' });
    const emitted = history.poll({ at: 4, entries: [back], legs: blind });
    expect(emitted.map(summaryOf)).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
      'call-started',
    ]);
    // The queue gives the time at which the caller left, but not that of the ringing's end: polls show that.
    const [earliest, latest] = [T0 - 40, T0 + 2_000].map((at) => new Date(at).toISOString());
    expect(emitted[0]).toMatchObject({
      time: T0 + 2_000,
      data: { observed: { earliest, latest, certainty: 'observed' } },
    });
  });

  it('trap 8: an old call that took the answer of the new one for its own ends no earlier than that answer', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry({ status: 'trying' })], legs: [leg()] });
    const blind = { failed: 'time-out' };
    for (const at of [2, 3]) history.poll({ at, entries: blind });
    history.poll({ at: 5, entries: blind, legs: [leg({ callId: 'leg-2', signal: 'answered' })] });
    const back = entry({
      rejoinedAt: T0 + 4_000,
      abandonedAt: T0 + 1_000,
      callId: 'queue-call-2',
      status: 'answered',
    });
    const emitted = history.poll({
      at: 6,
      entries: [back],
      legs: [leg({ callId: 'leg-2', signal: 'answered' })],
    });
    expect(emitted.map(summaryOf)).toEqual(
      expect.arrayContaining(['call-ended answered', 'call-started', 'call-answered']),
    );
    expect(emitted.find(({ type }) => type === 'call-ended')).toMatchObject({
      time: T0 + 5_000,
      data: { observed: { certainty: 'inferred' } },
    });
  });

  it('trap 11: a call that is missing from one poll, as at a bridging, does not end', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg()], entries: [entry({ mobile: '0987654321' })] });
    for (let flicker = 0; flicker < 5; flicker++) {
      expect(history.emitted()).toEqual([]);
      expect(history.emitted({ legs: [leg()], entries: [entry({ mobile: '0987654321' })] })).toEqual([]);
    }
  });

  it('trap 12: a call that stops ringing between two polls is abandoned, and that is inferred', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg()] });
    history.poll();
    const events = history.poll();
    expect(events.find((event) => event.type === 'call-abandoned')).toMatchObject({
      data: { observed: { certainty: 'inferred' } },
    });
    expect(events.find((event) => event.type === 'call-ended')).toMatchObject({
      data: { observed: { certainty: 'inferred' } },
    });
  });

  it('trap 13: the end of a leg whose extension is not listed any more is inferred', () => {
    const history = new History();
    const talking = leg({ signal: 'answered' });
    history.poll({ legs: [talking], idle: ['108', '109'] });
    // A softphone that reconnects comes back, so the call is held for a while.
    for (let poll = 0; poll < 10; poll++) expect(history.emitted({ idle: ['108', '109'] })).toEqual([]);
    const [ended] = history.poll({ idle: ['108', '109'] });
    expect(ended).toMatchObject({
      type: 'call-ended',
      time: T0 + 1_000,
      data: { observed: { certainty: 'inferred' }, talkMs: null },
    });
  });

  it('trap 13: the end of a leg whose extension is listed as idle is observed', () => {
    const history = new History();
    history.poll({ idle: ['107', '108'] });
    history.poll({ legs: [leg({ signal: 'answered' })], idle: ['108'] });
    history.poll({ idle: ['107', '108'] });
    const [ended] = history.poll({ idle: ['107', '108'] });
    expect(ended).toMatchObject({ type: 'call-ended', data: { observed: { certainty: 'observed' } } });
  });

  it('trap 14: a caller whose entry is Abandoned because of an overflow is not announced as abandoned', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000 });
    const ringing = leg({ ext: '201', callId: 'queue-call-1' });
    expect(history.emitted({ at: 31, entries: [left] })).toEqual([]);
    expect(history.emitted({ at: 32, entries: [left], legs: [ringing] })).toEqual(['call-offered 201']);
    const talking = leg({ ext: '201', callId: 'queue-call-1', signal: 'answered' });
    expect(history.emitted({ at: 33, entries: [left], legs: [talking] })).toEqual([
      'call-answered',
      'call-offer-ended 201 answered',
    ]);
    history.poll({ at: 40, entries: [left] });
    expect(history.emitted({ at: 41, entries: [left] })).toEqual(['call-ended answered']);
  });

  it('trap 14: nor if the overflow rings under another id before the Abandoned status is confirmed', () => {
    const history = new History();
    history.poll({ at: 30, entries: [entry()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000 });
    expect(history.emitted({ at: 31, entries: [left], legs: [leg({ ext: '201' })] })).toEqual([
      'call-offered 201',
    ]);
    expect(history.emitted({ at: 32, entries: [left], legs: [leg({ ext: '201' })] })).toEqual([]);
    expect(history.state.calls.size).toBe(1);
  });

  it('trap 14: an overflow that only one poll shows ringing ends with that ringing, not with the queue entry', () => {
    const history = new History();
    history.poll({ at: 30, entries: [entry()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000 });
    expect(history.emitted({ at: 31, entries: [left], legs: [leg({ ext: '201' })] })).toEqual([
      'call-offered 201',
    ]);
    expect(history.emitted({ at: 32, entries: [left] })).toEqual([]);
    const ended = history.poll({ at: 33, entries: [left] });
    expect(ended.map(summaryOf)).toEqual([
      'call-offer-ended 201 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(ended.at(-1)).toMatchObject({ time: T0 + 32_000, data: { observed: { certainty: 'inferred' } } });
  });

  it('trap 14: nor while the monitor, which may show an overflow, is unavailable', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000 });
    const blind = { failed: 'HTTP 502' };
    for (const at of [31, 32]) expect(history.emitted({ at, entries: [left], legs: blind })).toEqual([]);
    const ringing = leg({ ext: '201', callId: 'queue-call-1' });
    expect(history.emitted({ at: 33, entries: [left], legs: [ringing] })).toEqual(['call-offered 201']);
    expect(history.emitted({ at: 34, entries: [left], legs: [ringing] })).toEqual([]);
  });

  it.each([
    ['the monitor is down', { failed: 'HTTP 502' }, 4],
    ['the monitor gives no complete answer', { partial: [] }, 11],
  ])(
    'trap 14: a caller who left is announced as abandoned after a while if %s, and that is inferred',
    (_, legs, polls) => {
      const history = new History();
      history.poll({ at: 0, entries: [entry()] });
      const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000 });
      const emitted: string[] = [];
      for (let poll = 1; poll <= polls; poll++) {
        expect(emitted).not.toContain('call-abandoned');
        emitted.push(...history.emitted({ at: 30 + poll, entries: [left], legs }));
      }
      expect(emitted).toEqual(expect.arrayContaining(['call-abandoned', 'call-ended abandoned']));
      expect(history.transitions.at(-1)).toMatchObject({
        type: 'call-ended',
        time: T0 + 30_000,
        data: { observed: { certainty: 'inferred' } },
      });
    },
  );

  it('trap 14: an overflow is one call also if one poll confirms an absence', () => {
    const history = new History({ absencePolls: 1 });
    history.poll({ at: 30, entries: [entry()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000 });
    expect(history.emitted({ at: 31, entries: [left], legs: [leg({ ext: '201' })] })).toEqual([
      'call-offered 201',
    ]);
    const next = entry({ queueId: 'support', joinedAt: T0 + 40_000, callId: 'queue-call-1' });
    const other = leg({ ext: '202', callId: 'leg-2' });
    expect(history.emitted({ at: 41, entries: [left, next], legs: [other] })).toEqual([
      'call-offered 202',
      'call-offer-ended 201 not-answered',
    ]);
    expect(history.state.calls.size).toBe(1);
  });

  it('an agent who answers and transfers the caller while the monitor is unavailable causes no second call', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 500 });
    history.poll({ at: 1, entries: [answered], legs: { failed: 'time-out' } });
    const ringing = leg({ ext: '201', callId: 'leg-of-both' });
    expect(history.emitted({ at: 2, legs: [ringing] })).toEqual(['call-offered 201']);
    expect([...history.state.calls.keys()]).toEqual(['queue-call-1']);
  });

  it('the call of a caller who leaves the queue while the monitor is unavailable ends later: there may be a transfer', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 500 });
    const blind = { failed: 'time-out' };
    history.poll({ at: 1, entries: [answered], legs: blind });
    for (const [at, emitted] of [
      [2, []],
      [3, ['source-degraded']],
      [4, []],
    ] as const)
      expect(history.emitted({ at, legs: { partial: [] } })).toEqual(emitted);
    expect(history.emitted({ at: 12.5, legs: { partial: [] } })).toEqual(['call-ended answered']);
    expect(history.transitions.at(-1)).toMatchObject({
      time: T0 + 2_000,
      data: { observed: { certainty: 'observed' }, talkMs: 1_500 },
    });
  });

  it('a caller who was transferred while the monitor was unavailable and hangs up has left a ringing offer', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 500 });
    history.poll({ at: 1, entries: [answered], legs: { failed: 'time-out' } });
    for (const at of [2, 3, 4]) history.poll({ at, legs: [leg({ ext: '201', callId: 'leg-of-both' })] });
    history.poll({ at: 5 });
    expect(history.emitted({ at: 6 })).toEqual(['call-offer-ended 201 caller-left', 'call-ended answered']);
  });

  it('a leg that begins to ring as a connected caller leaves the queue is a transfer', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 500 });
    history.poll({ at: 1, entries: [answered], legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 2, legs: [leg({ ext: '201', callId: 'leg-2' })] });
    expect([...history.state.calls.values()]).toMatchObject([{ legs: [{}, { joined: 'inferred' }] }]);
  });

  it('a leg that the queue rang and that is still there when the caller has hung up is no overflow', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    history.poll({ at: 1, entries: [entry({ status: 'trying' })], legs: [leg()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 1_000 });
    history.poll({ at: 2, entries: [left], legs: [leg()] });
    history.poll({ at: 3, entries: [left], legs: [leg()] });
    const [, , ended] = history.poll({ at: 4, entries: [left], legs: [{ ...leg(), signal: 'answered' }] });
    expect(history.poll({ at: 5, entries: [left], legs: [{ ...leg(), signal: 'answered' }] })).toEqual([]);
    expect(ended ?? history.transitions.at(-1)).toMatchObject({
      type: 'call-ended',
      time: T0 + 1_000,
      data: { outcome: 'abandoned', observed: { certainty: 'upstream' } },
    });
  });

  it('a restart of the call-centre module, which makes every row Abandoned, ends no call with an answered leg', () => {
    const history = new History();
    const talking = leg({ signal: 'answered' });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 1_000 });
    history.poll({ entries: [answered], legs: [talking] });
    const restarted = entry({ status: 'abandoned', bridgedAt: T0 + 1_000 });
    for (let poll = 0; poll < 5; poll++)
      expect(history.emitted({ entries: [restarted], legs: [talking] })).toEqual([]);
    history.poll({ entries: [restarted] });
    expect(history.emitted({ entries: [restarted] })).toEqual(['call-ended answered']);
  });
});
