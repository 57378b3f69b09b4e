import { describe, expect, it } from '@jest/globals';
import type { Transition } from './model/event.js';
import { History, leg, number, summaryOf, entry, T0 } from '../../test/support/history.js';

type CallTransition = Extract<Transition, { type: 'call-offer-ended' }>;
const iso = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();

describe('the life of a call', () => {
  it('is ringing, answered, ended for a direct inbound call', () => {
    const history = new History();
    history.poll();
    expect(history.emitted({ legs: [leg()] })).toEqual(['call-started', 'call-offered 107']);
    expect(history.emitted({ legs: [leg({ signal: 'answered' })] })).toEqual([
      'call-answered',
      'call-offer-ended 107 answered',
    ]);
    expect(history.emitted({})).toEqual([]);
    expect(history.confirm).toBe(true);
    expect(history.emitted({})).toEqual(['call-ended answered']);
    expect(history.confirm).toBe(false);
    expect(history.state.calls.size).toBe(0);
  });

  it('starts and answers at once if the first poll shows it answered, and the answer is inferred', () => {
    const history = new History();
    history.poll();
    const [started, answered] = history.poll({ legs: [leg({ signal: 'answered' })] });
    expect(started).toMatchObject({ type: 'call-started', data: { state: 'ringing', answeredAt: null } });
    expect(answered).toMatchObject({
      type: 'call-answered',
      data: { state: 'answered', waitMs: null, observed: { certainty: 'inferred' } },
    });
  });

  it('says between which polls an answer lies', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, legs: [leg()] });
    const [answered] = history.poll({ at: 2, legs: [leg({ signal: 'answered' })] });
    expect(answered!.data.observed).toEqual({
      // The poll was sent at 0.96, and the monitor may trail by 0.3 s.
      earliest: new Date(T0 + 660).toISOString(),
      latest: iso(2),
      certainty: 'observed',
    });
  });

  it('starts at call_time if that is plausible, and never at another time after that', () => {
    const history = new History();
    history.poll();
    const [started] = history.poll({ legs: [leg({ startedAt: T0 - 1_000 })] });
    expect(started).toMatchObject({ time: T0 - 1_000, data: { observed: { certainty: 'upstream' } } });
    history.poll({ legs: [leg({ startedAt: T0 + 1_000, signal: 'answered' })] });
    expect([...history.state.calls.values()][0]!.startedAt).toBe(T0 - 1_000);
  });

  it('starts between the polls if call_time lies in the future', () => {
    const history = new History();
    history.poll({ at: 0 });
    const [started] = history.poll({ at: 1, legs: [leg({ startedAt: T0 + 3_600_000 })] });
    expect(started).toMatchObject({
      data: { observed: { earliest: iso(-0.34), latest: iso(1), certainty: 'observed' } },
    });
    expect(started!.time).toBeGreaterThanOrEqual(T0 - 340);
    expect(started!.time).toBeLessThanOrEqual(T0 + 1_000);
  });

  it('ends as no-answer if it is outbound and not answered', () => {
    const history = new History();
    history.poll();
    expect(history.emitted({ legs: [leg({ direction: 'outbound' })] })).toEqual(['call-started']);
    history.poll();
    expect(history.emitted()).toEqual(['call-ended no-answer']);
  });

  it('has an inferred answer if it is outbound: click-to-call is ONCALL before the customer answers', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg({ direction: 'outbound' })] });
    const [answered] = history.poll({ legs: [leg({ direction: 'outbound', signal: 'answered' })] });
    expect(answered).toMatchObject({ type: 'call-answered', data: { observed: { certainty: 'inferred' } } });
  });

  it('ends as unknown if its queue entry vanishes before an answer', () => {
    const history = new History();
    history.poll();
    expect(history.emitted({ entries: [entry()] })).toEqual(['call-started']);
    history.poll();
    expect(history.emitted()).toEqual(['call-ended unknown']);
  });

  it('emits the hang-up and the end together, both at abandoned_time', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry()] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 9_500 });
    history.poll({ at: 10, entries: [gone] });
    const [abandoned, ended] = history.poll({ at: 11, entries: [gone] });
    expect(abandoned).toMatchObject({
      type: 'call-abandoned',
      time: T0 + 9_500,
      data: { outcome: 'abandoned', state: 'ended', waitMs: 9_500, observed: { certainty: 'upstream' } },
    });
    expect(ended).toMatchObject({ type: 'call-ended', time: T0 + 9_500 });
    expect(ended!.data.observed).toEqual(abandoned!.data.observed);
  });

  it('is answered at bridged_time if it is in a queue', () => {
    const history = new History();
    history.poll({ at: -1 });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 7_000, agentId: 'a1', agentName: 'nhi' });
    const events = history.poll({ at: 8, entries: [answered] });
    expect(events.map(summaryOf)).toEqual(['call-started', 'call-answered']);
    expect(events[1]).toMatchObject({
      time: T0 + 7_000,
      data: { waitMs: 7_000, agent: { id: 'a1', name: 'nhi' }, observed: { certainty: 'upstream' } },
    });
  });

  it('has the better answer time in later events if bridged_time arrives after the answered leg', () => {
    const history = new History();
    history.poll({ at: 0, entries: [entry()] });
    history.poll({ at: 5, entries: [entry({ status: 'trying' })], legs: [leg({ signal: 'answered' })] });
    const bridged = entry({ status: 'answered', bridgedAt: T0 + 4_200 });
    expect(history.emitted({ at: 6, entries: [bridged], legs: [leg({ signal: 'answered' })] })).toEqual([]);
    history.poll({ at: 20 });
    const [ended] = history.poll({ at: 21 });
    expect(ended).toMatchObject({
      data: { answeredAt: new Date(T0 + 4_200).toISOString(), waitMs: 4_200, talkMs: 15_800 },
    });
  });

  it('is transferred to another extension under the same callId', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg()] });
    history.poll({ legs: [leg({ signal: 'answered' })] });
    history.poll({ legs: [leg({ ext: '108', signal: 'answered' })] });
    const [transferred] = history.poll({ legs: [leg({ ext: '108', signal: 'answered' })] });
    expect(transferred).toMatchObject({
      type: 'call-transferred',
      subject: 'leg-1',
      data: { agent: { extension: '108' }, transferredFrom: { extension: '107' } },
    });
    history.poll();
    expect(history.emitted()).toEqual(['call-ended answered']);
  });

  it('is transferred to an extension that only one poll shows answered after the first one went', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg({ signal: 'answered' })] });
    history.poll({ legs: [leg({ ext: '108', signal: 'answered' })] });
    expect(history.emitted()).toEqual(['call-transferred 108']);
    expect(history.emitted()).toEqual(['call-ended answered']);
  });

  it('is not transferred if both extensions hang up between the same polls', () => {
    const history = new History();
    history.poll();
    const both = [leg({ signal: 'answered' }), leg({ ext: '108', callId: 'leg-1', signal: 'answered' })];
    history.poll({ legs: both });
    history.poll();
    expect(history.emitted()).toEqual(['call-ended answered']);
  });

  it('is offered at the target of a blind transfer before the transfer', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg({ signal: 'answered' })] });
    const ringing = leg({ ext: '108' });
    expect(history.emitted({ legs: [ringing] })).toEqual(['call-offered 108']);
    expect(history.emitted({ legs: [ringing] })).toEqual([]);
    expect(history.emitted({ legs: [leg({ ext: '108', signal: 'answered' })] })).toEqual([
      'call-transferred 108',
      'call-offer-ended 108 answered',
    ]);
  });

  it('goes on while a row of another extension has its id, in any state', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg({ signal: 'answered' })] });
    const unclear = leg({ ext: '108', signal: 'unclear' });
    for (let poll = 0; poll < 4; poll++) expect(history.emitted({ legs: [unclear] })).toEqual([]);
    expect(history.emitted({ legs: [leg({ ext: '108', signal: 'answered' })] })).toEqual([
      'call-transferred 108',
    ]);
  });

  it('is not transferred if it is local and its legs end one after the other', () => {
    const caller = leg({
      ext: '101',
      callId: 'x',
      direction: 'local',
      role: 'caller',
      peer: '102',
      signal: 'answered',
    });
    const callee = leg({
      ext: '102',
      callId: 'x',
      direction: 'local',
      role: 'callee',
      peer: '101',
      signal: 'answered',
    });
    const history = new History();
    history.poll();
    history.poll({ legs: [caller, callee] });
    history.poll({ legs: [caller] });
    expect(history.emitted({ legs: [caller] })).toEqual([]);
    history.poll();
    expect(history.emitted()).toEqual(['call-ended answered']);
  });
});

describe('offers', () => {
  it('are made at the called extension of a local call, not at the caller', () => {
    const history = new History();
    history.poll();
    const caller = leg({
      ext: '101',
      callId: 'a',
      direction: 'local',
      role: 'caller',
      peer: '102',
      customer: null,
    });
    const callee = leg({
      ext: '102',
      callId: 'b',
      direction: 'local',
      role: 'callee',
      peer: '101',
      customer: null,
    });
    expect(history.emitted({ legs: [caller, callee] })).toEqual(['call-started', 'call-offered 102']);
    expect(history.state.calls.size).toBe(1);
  });

  it('end as answered-elsewhere at once when another member of the ring group answers', () => {
    const history = new History();
    history.poll();
    const ring = ['101', '102'].map((ext) => leg({ ext, callId: `leg-${ext}` }));
    expect(history.emitted({ legs: ring })).toEqual(['call-started', 'call-offered 101', 'call-offered 102']);
    expect(history.emitted({ legs: [leg({ ext: '101', callId: 'leg-101', signal: 'answered' })] })).toEqual([
      'call-answered',
      'call-offer-ended 101 answered',
      'call-offer-ended 102 answered-elsewhere',
    ]);
    // No later event has the state of the extension that did not answer, so the last one must have it right.
    const { data } = history.transitions.at(-1) as CallTransition;
    expect(data.extensions.map(({ extension, state }) => [extension, state])).toEqual([
      ['101', 'answered'],
      ['102', 'ended'],
    ]);
  });

  it('end as caller-left when the caller hangs up while a blind transfer rings', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg({ signal: 'answered' })] });
    history.poll({ legs: [leg({ ext: '108' })] });
    history.poll({ legs: [leg({ ext: '108' })] });
    history.poll();
    expect(history.emitted()).toEqual(['call-offer-ended 108 caller-left', 'call-ended answered']);
  });

  it('end as answered, which is inferred, if only the queue names the agent who answered', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry({ status: 'trying' })], legs: [leg()] });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 2_000, agentName: 'agent-107' });
    history.poll({ at: 3, entries: [answered], legs: [leg({ signal: 'unclear' })] });
    history.poll({ at: 4, entries: [answered] });
    const [ended] = history.poll({ at: 5, entries: [answered] });
    expect(ended).toMatchObject({
      type: 'call-offer-ended',
      data: { offer: { outcome: 'answered' }, observed: { certainty: 'inferred' } },
    });
  });

  it('end as answered by the agent whom the queue names, also where queue and monitor encode the name differently', () => {
    const name = 'Hoàng Thị Thanh';
    const rings = leg({ agentName: name.normalize('NFC') });
    const history = new History();
    history.poll({ entries: [entry({ status: 'trying' })], legs: [rings] });
    const answered = entry({ status: 'answered', bridgedAt: T0 + 2_000, agentName: name.normalize('NFD') });
    history.poll({ entries: [answered], legs: [{ ...rings, signal: 'unclear' }] });
    history.poll({ entries: [answered] });
    expect(history.emitted({ entries: [answered] })).toEqual(['call-offer-ended 107 answered']);
  });

  it('end as not-answered when the queue tries the next agent', () => {
    const history = new History();
    history.poll();
    const trying = entry({ status: 'trying' });
    history.poll({ entries: [trying], legs: [leg({ ext: '101', callId: 'try-1' })] });
    const next = [leg({ ext: '102', callId: 'try-2' })];
    expect(history.emitted({ entries: [trying], legs: next })).toEqual(['call-offered 102']);
    expect(history.emitted({ entries: [trying], legs: next })).toEqual(['call-offer-ended 101 not-answered']);
  });

  it('end as caller-left when the caller hangs up', () => {
    const history = new History();
    history.poll();
    history.poll({ entries: [entry({ status: 'trying' })], legs: [leg()] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 2_000 });
    history.poll({ entries: [gone] });
    expect(history.emitted({ entries: [gone] })).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
  });

  it('are one for an extension with two devices', () => {
    const history = new History();
    history.poll();
    const legs = [leg({ callId: 'desk' }), leg({ callId: 'mobile' })];
    expect(history.emitted({ legs })).toEqual(['call-started', 'call-offered 107']);
  });

  it('are made again when the queue tries the same agent again, before the end of the first ringing is confirmed', () => {
    const history = new History();
    history.poll();
    const trying = entry({ status: 'trying' });
    history.poll({ entries: [trying], legs: [leg({ callId: 'try-1' })] });
    const again = [leg({ callId: 'try-2' })];
    expect(history.emitted({ entries: [trying], legs: again })).toEqual([
      'call-offer-ended 107 not-answered',
      'call-offered 107',
    ]);
    for (let poll = 0; poll < 3; poll++)
      expect(history.emitted({ entries: [trying], legs: again })).toEqual([]);
  });

  it('do not end when one of two devices of an extension is missing from a poll', () => {
    const history = new History();
    history.poll();
    const [desk, mobile] = [leg({ callId: 'desk' }), leg({ callId: 'mobile' })];
    history.poll({ legs: [desk, mobile] });
    expect(history.emitted({ legs: [mobile] })).toEqual([]);
    expect(history.emitted({ legs: [desk, mobile] })).toEqual([]);
    history.poll({ legs: [mobile] });
    expect(history.emitted({ legs: [mobile] })).toEqual([]);
  });

  it('end at the time at which the extension stopped ringing, although the reason is known only later', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry({ status: 'trying' })], legs: [leg()] });
    history.poll({ at: 2, entries: [entry({ status: 'trying' })] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 1_500 });
    expect(history.emitted({ at: 3, entries: [gone] })).toEqual([]);
    const [ended] = history.poll({ at: 4, entries: [gone] });
    expect(ended).toMatchObject({
      type: 'call-offer-ended',
      time: T0 + 2_000,
      data: { offer: { outcome: 'caller-left' } },
    });
  });

  it('name the extension and its agent', () => {
    const history = new History();
    history.poll();
    const [, offered] = history.poll({ legs: [leg()] });
    expect(offered).toMatchObject({
      discriminator: '107/1',
      data: { agent: { extension: '107', name: 'agent-107' }, offer: { extension: '107', outcome: null } },
    });
  });
});

describe('one call or two', () => {
  it('joins an inbound leg and the only queue entry of the same customer', () => {
    const history = new History();
    history.poll();
    history.poll({ entries: [entry()] });
    expect(history.emitted({ entries: [entry({ status: 'trying' })], legs: [leg()] })).toEqual([
      'call-offered 107',
    ]);
    const [call] = history.state.calls.values();
    expect(call).toMatchObject({ callId: 'queue-call-1', upstreamIds: ['queue-call-1', 'leg-1'] });
  });

  it('keeps a leg apart if it could belong to either of two queue entries', () => {
    const history = new History();
    history.poll();
    const entries = [entry(), entry({ queueId: 'support', callId: 'queue-call-2' })];
    history.poll({ entries: entries });
    expect(history.emitted({ entries: entries, legs: [leg()] })).toEqual([
      'call-started',
      'call-offered 107',
    ]);
    expect(history.state.calls.size).toBe(3);
  });

  it('never joins anonymous callers', () => {
    const history = new History();
    history.poll();
    const anonymous = number('anonymous');
    history.poll({ entries: [entry({ customer: anonymous })] });
    history.poll({ entries: [entry({ customer: anonymous })], legs: [leg({ customer: anonymous })] });
    expect(history.state.calls.size).toBe(2);
  });

  it('keeps ring groups of two customers apart', () => {
    const history = new History();
    history.poll();
    const other = number('0987654321');
    history.poll({
      legs: [
        leg({ ext: '101', callId: 'a1' }),
        leg({ ext: '102', callId: 'a2' }),
        leg({ ext: '101', callId: 'b1', customer: other }),
        leg({ ext: '102', callId: 'b2', customer: other }),
      ],
    });
    expect(history.state.calls.size).toBe(2);
  });

  it('keeps two answered legs of one number apart', () => {
    const history = new History();
    history.poll({
      legs: [
        leg({ ext: '101', callId: 'a', signal: 'answered' }),
        leg({ ext: '102', callId: 'b', signal: 'answered' }),
      ],
    });
    expect(history.state.calls.size).toBe(2);
  });

  it('starts a new call, linked to the old one, if an id comes back after its call ended', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg()] });
    history.poll();
    expect(history.emitted()).toContain('call-ended abandoned');
    const [started] = history.poll({ legs: [leg()] });
    expect(started).toMatchObject({
      type: 'call-started',
      subject: 'leg-1~2',
      data: { linkedCallIds: ['leg-1'] },
    });
  });

  it('starts a new call, linked to the old one, if the caller resumes', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry()] });
    const gone = entry({ status: 'abandoned', abandonedAt: T0 + 5_000, callId: null });
    history.poll({ at: 5, entries: [gone] });
    history.poll({ at: 6, entries: [gone] });
    const back = entry({ abandonedAt: T0 + 5_000, rejoinedAt: T0 + 20_000, callId: 'queue-call-2' });
    const [started, ...more] = history.poll({ at: 21, entries: [back] });
    expect(more).toEqual([]);
    expect(started).toMatchObject({
      type: 'call-started',
      subject: 'queue-call-2',
      time: T0 + 20_000,
      data: { linkedCallIds: ['queue-call-1'] },
    });
    const answered = entry({ ...back, status: 'answered', bridgedAt: T0 + 22_000 });
    expect(history.poll({ at: 23, entries: [answered] })[0]).toMatchObject({
      type: 'call-answered',
      data: { waitMs: 2_000 },
    });
  });

  it('announces the hang-up of a caller who came back before the next poll', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry()] });
    const back = entry({ abandonedAt: T0 + 5_000, rejoinedAt: T0 + 8_000 });
    const events = history.poll({ at: 10, entries: [back] });
    expect(events.map(summaryOf)).toEqual(['call-abandoned', 'call-ended abandoned', 'call-started']);
    expect(events[0]).toMatchObject({ time: T0 + 5_000, subject: 'queue-call-1' });
    expect(events[2]).toMatchObject({
      subject: 'queue-call-1~2',
      time: T0 + 8_000,
      data: { linkedCallIds: ['queue-call-1'] },
    });
  });

  it('announces it with what the same poll shows of the legs', () => {
    const history = new History();
    const trying = entry({ status: 'trying' });
    history.poll({ at: 0 });
    history.poll({ at: 1, legs: [leg()], entries: [trying] });
    const back = entry({ abandonedAt: T0 + 5_000, rejoinedAt: T0 + 8_000 });
    const [ended] = history.poll({ at: 10, entries: [back] });
    expect(ended).toMatchObject({
      type: 'call-offer-ended',
      data: { state: 'queued', observed: { latest: new Date(T0 + 10_000).toISOString() } },
    });
  });

  it('keeps one call when the queue sends the caller to a second queue', () => {
    const history = new History();
    history.poll();
    history.poll({ entries: [entry()] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 30_000, callId: null });
    const next = entry({ queueId: 'support', joinedAt: T0 + 30_000 });
    expect(history.emitted({ at: 31, entries: [left, next] })).toEqual([]);
    expect(history.emitted({ at: 32, entries: [left, next] })).toEqual([]);
    const [call] = history.state.calls.values();
    expect(call).toMatchObject({ callId: 'queue-call-1', queues: [{ id: 'sales' }, { id: 'support' }] });
  });
});

describe('a tenant that is polled for the first time', () => {
  it('announces the live calls with baseline: true', () => {
    const history = new History();
    const events = history.poll({ legs: [leg()], entries: [entry({ mobile: '0987654321' })] });
    expect(events.filter((event) => event.type === 'call-started').map((event) => event.data)).toMatchObject([
      { baseline: true, observed: { earliest: null, certainty: 'observed' } },
      { baseline: true, observed: { earliest: iso(0), certainty: 'upstream' } },
    ]);
  });

  it('announces a call that begins after the first poll with baseline: false', () => {
    const history = new History();
    history.poll();
    expect(history.poll({ legs: [leg()] })[0]!.data).toMatchObject({ baseline: false });
  });

  it('announces entries that were abandoned within the look-back, and never announces older ones', () => {
    const history = new History({ abandonedLookbackMs: 60_000 });
    const recent = entry({ status: 'abandoned', joinedAt: T0 - 90_000, abandonedAt: T0 - 59_000 });
    const old = entry({
      mobile: '0987654321',
      callId: 'old',
      status: 'abandoned',
      joinedAt: T0 - 90_000,
      abandonedAt: T0 - 61_000,
    });
    expect(history.emitted({ at: 0, entries: [recent, old] })).toEqual(['call-started']);
    expect(history.emitted({ at: 1, entries: [recent, old] })).toEqual([
      'call-abandoned',
      'call-ended abandoned',
    ]);
    for (let poll = 0; poll < 5; poll++) expect(history.emitted({ entries: [recent, old] })).toEqual([]);
  });

  it('announces an entry that was abandoned between two polls, however long before the second', () => {
    const history = new History();
    history.poll({ at: 0 });
    const missed = entry({ status: 'abandoned', joinedAt: T0 + 100_000, abandonedAt: T0 + 130_000 });
    history.poll({ at: 3_600, entries: [missed] });
    expect(history.emitted({ entries: [missed] })).toEqual(['call-abandoned', 'call-ended abandoned']);
  });
});

describe('sources', () => {
  it('go down after the third failed poll, and come up with the time since the last complete answer', () => {
    const history = new History();
    history.poll({ at: 0 });
    const failing = { legs: { failed: 'HTTP 502' } } as const;
    expect(history.emitted({ at: 1, ...failing })).toEqual([]);
    expect(history.emitted({ at: 2, ...failing })).toEqual([]);
    expect(history.poll({ at: 3, ...failing })).toMatchObject([
      {
        type: 'source-down',
        subject: 'monitor',
        // The time lies in the window: the endpoint stopped answering between the last answer and the first failure.
        time: T0 + 1_000,
        data: { reason: 'HTTP 502', since: iso(1), observed: { earliest: iso(0), latest: iso(1) } },
      },
    ]);
    expect(history.emitted({ at: 4, ...failing })).toEqual([]);
    expect(history.poll({ at: 10 })).toMatchObject([{ type: 'source-up', data: { unwatchedMs: 10_000 } }]);
  });
});
