import { judge, type JudgedEvent, type PollInstants, type Report, truthOf } from './judge.js';
import type { CallScript } from './plan.js';
import { createQuietWorld, MONDAY_MORNING } from './quiet-world.js';
import type { CallTruth } from './truth.js';
import { createWorld, type World } from './world.js';

/**
 * Each test plants one defect in otherwise perfect events, and the judge has to find it. The perfect events are made from
 * the truth itself, so the tests share no code with the bridge.
 */
const SECOND = 1000;
const everySecond = (world: World, offset = 500): PollInstants => {
  const instants: number[] = [];
  for (let at = MONDAY_MORNING + offset; at <= world.now; at += SECOND) instants.push(at);
  return { monitor: instants, queue: instants };
};

const everyThird = (world: World): PollInstants => {
  const { monitor } = everySecond(world, 1000);
  const instants = monitor.filter((_, index) => index % 3 === 0);
  return { monitor: instants, queue: instants };
};

/** The events of a bridge that misses nothing, each at the instant it happened. */
function perfectEvents(truth: readonly CallTruth[]): JudgedEvent[] {
  // A call that no row ever showed (a ring group without a free member) has no id for an event.
  const shown = truth.filter(({ upstreamIds }) => upstreamIds.length > 0);
  const events = shown.flatMap((call) => call.events.map((event) => ({ call, event })));
  events.sort((a, b) => a.event.at - b.event.at || a.event.seq - b.event.seq);
  return events.map(({ call, event }, index): JudgedEvent => {
    const at = new Date(event.at).toISOString();
    const callId = call.upstreamIds[0] ?? call.callKey;
    const { customer, hotline } = call;
    return {
      id: `t/${callId}/${event.type}/${event.part ?? 0}`,
      type: event.type,
      subject: callId,
      time: at,
      sequence: String(index + 1).padStart(16, '0'),
      epoch: 'e1',
      data: {
        callId,
        linkedCallIds: [],
        upstreamIds: call.upstreamIds,
        direction: call.direction,
        customer: customer && { raw: customer.raw, e164: customer.e164 },
        hotline: hotline === null ? null : { raw: hotline },
        queue: call.queues[0] ?? null,
        agent: event.extension === undefined ? null : { extension: event.extension },
        startedAt: new Date(call.startedAt).toISOString(),
        outcome: event.outcome ?? (event.type === 'call-abandoned' ? 'abandoned' : null),
        observed: { earliest: at, latest: at, certainty: 'observed' },
      },
    };
  });
}

const quiet = (...scripts: CallScript[]): World => {
  const world = createQuietWorld();
  for (const script of scripts) {
    world.startCall(script);
    world.advanceTo(world.now + 90 * SECOND);
  }
  return world;
};
const answeredCall: CallScript = {
  kind: 'queue',
  queue: 'BanHang_39989220',
  customer: '0914237383',
  answerAfterMs: 3000,
  talkMs: 20_000,
  leavesAfterMs: null,
};
const abandonedCall: CallScript = {
  ...answeredCall,
  answerAfterMs: null,
  leavesAfterMs: 6000,
  emptyUuid: false,
};

type Change = (events: JudgedEvent[]) => JudgedEvent[];
function judged(world: World, change: Change = (events) => events, polls = everySecond(world)): Report {
  return judge(world.truth, change(perfectEvents(world.truth)), polls);
}
const without =
  (type: string): Change =>
  (events) =>
    events.filter((event) => event.type !== type);
const altered =
  (type: string, data: Partial<JudgedEvent['data']>, rest: Partial<JudgedEvent> = {}): Change =>
  (events) =>
    events.map((event) =>
      event.type === type ? { ...event, ...rest, data: { ...event.data, ...data } } : event,
    );
const answeredAt = (world: World, { agent }: JudgedEvent['data']): boolean =>
  world.log.some(({ type, extension }) => type === 'call-answered' && extension === agent?.extension);
const certainty = (sure: string, at: number) => ({
  observed: {
    earliest: new Date(at - SECOND).toISOString(),
    latest: new Date(at).toISOString(),
    certainty: sure,
  },
});

describe('the judge', () => {
  it('finds nothing wrong with perfect events', () => {
    const report = judged(quiet(answeredCall, abandonedCall));
    expect(report).toMatchObject({ ok: true, missing: [], doubled: [], invented: [], misreported: [] });
    expect(report.expected).toBe(10);
    expect(report.matched).toBe(10);
    expect(report.unseen.count).toBe(0);
  });

  it('finds nothing wrong with perfect events of a busy day, at any poll interval', () => {
    const world = createWorld({
      seed: 11,
      startAt: MONDAY_MORNING,
      traffic: { totalCalls: 800, callsPerHour: 900 },
    });
    world.advanceTo(MONDAY_MORNING + 12 * 3_600_000);
    for (const interval of [200, 1000, 10_000]) {
      const instants: number[] = [];
      for (let at = MONDAY_MORNING; at <= world.now; at += interval) instants.push(at);
      const report = judged(world, undefined, { monitor: instants, queue: instants });
      expect(report).toMatchObject({ ok: true, missing: [], doubled: [], invented: [], misreported: [] });
      expect(report.matched).toBe(report.expected);
      expect(report.expected).toBeGreaterThan(1000);
    }
  });

  it.each(['call-started', 'call-answered', 'call-ended', 'call-offered', 'call-offer-ended'])(
    'detects a missing %s',
    (type) => {
      const report = judged(quiet(answeredCall), without(type));
      expect(report.ok).toBe(false);
      expect(report.missing.map((finding) => finding.type)).toEqual([type]);
    },
  );

  it('detects a missing call-abandoned', () => {
    const report = judged(quiet(abandonedCall), without('call-abandoned'));
    expect(report.missing.map(({ type }) => type)).toEqual(['call-abandoned']);
  });

  it('detects a missing call-transferred', () => {
    const world = quiet({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 2000,
      talkMs: 40_000,
      transfer: { as: 'blind', to: '112', afterMs: 9000, ringMs: 3000 },
    });
    expect(judged(world).ok).toBe(true);
    expect(judged(world, without('call-transferred')).missing).toMatchObject([{ type: 'call-transferred' }]);
  });

  it('detects a whole call without events', () => {
    const report = judged(quiet(answeredCall, abandonedCall), (events) => {
      const [first] = events;
      return events.filter(({ subject }) => subject !== first?.subject);
    });
    expect(report.missing).toHaveLength(5);
  });

  it('detects a doubled event, by its id or by its meaning', () => {
    const twice: Change = (events) => [
      ...events,
      ...events.slice(-1).map((event) => ({ ...event, sequence: '9999999999999999' })),
    ];
    expect(judged(quiet(answeredCall), twice).doubled.map(({ reason }) => reason)).toContain(
      'call-ended a second time',
    );
    const offeredAgain: Change = (events) =>
      events.flatMap((event) =>
        event.type === 'call-offered'
          ? [event, { ...event, id: 'other', sequence: `${event.sequence}1` }]
          : [event],
      );
    expect(judged(quiet(answeredCall), offeredAgain).doubled.map(({ reason }) => reason)).toEqual([
      'call-offered again',
    ]);
  });

  const inTwo: Change = (events) =>
    events.flatMap((event) => {
      const other = event.data.upstreamIds[1] ?? '';
      const data = { ...event.data, callId: other };
      return [event, { ...event, id: `${event.id}-b`, sequence: `${event.sequence}1`, subject: other, data }];
    });

  it('detects one call emitted as two', () => {
    const { doubled } = judged(quiet(answeredCall), inTwo);
    expect(doubled).toMatchObject([{ type: 'call-started', reason: 'one call emitted as two' }]);
  });

  it('detects it of a caller whose row polls found only after the caller had left', () => {
    const world = quiet(abandonedCall);
    const { monitor, queue } = everySecond(world);
    const { endedAt } = world.truth[0]!;
    const polls = { monitor, queue: queue.filter((at) => at >= endedAt!) };
    expect(judged(world, inTwo, polls).doubled).toMatchObject([{ reason: 'one call emitted as two' }]);
  });

  it('forgives it where that caller overflowed unseen', () => {
    const overflow = { afterMs: 5000, to: 'ring-group' } as const;
    const world = quiet({ ...answeredCall, answerAfterMs: null, leavesAfterMs: 20_000, overflow });
    const { abandonedAt } = world.truth[0]!.sightings.find(({ endpoint }) => endpoint === 'queue')!;
    const { monitor, queue } = everySecond(world);
    const polls = { monitor, queue: queue.filter((at) => at >= abandonedAt!) };
    expect(judged(world, inTwo, polls).doubled).toEqual([]);
  });

  it('forgives a split of callers who withhold their number', () => {
    const world = quiet({ ...answeredCall, customer: 'anonymous' });
    const split: Change = (events) =>
      events.flatMap((event) => {
        const data = { ...event.data, callId: event.data.upstreamIds[1] ?? '' };
        return [event, { ...event, id: `${event.id}-b`, sequence: `${event.sequence}1`, data }];
      });
    const report = judged(world, split);
    expect(report.doubled).toEqual([]);
    expect(report.unseen.byReason['split-ambiguous']).toBeGreaterThan(0);
  });

  it('detects a merge of two customers', () => {
    const world = quiet(answeredCall, { ...answeredCall, customer: '0865662711' });
    const [, second] = world.truth;
    const merged: Change = (events) =>
      events.map((event, index) =>
        index === 4
          ? {
              ...event,
              data: {
                ...event.data,
                upstreamIds: [...event.data.upstreamIds, ...(second?.upstreamIds ?? [])],
              },
            }
          : event,
      );
    expect(judged(world, merged).misreported[0]?.reason).toBe('merges call-2 into this call');
  });

  it('detects an invented call, and an invented event of a real one', () => {
    const ghost: Change = (events) => [
      ...events,
      ...events.slice(0, 1).map((event) => ({
        ...event,
        id: 'ghost',
        sequence: '9',
        data: { ...event.data, callId: 'ghost', upstreamIds: ['ghost'], queue: null },
      })),
    ];
    expect(judged(quiet(answeredCall), ghost).invented).toMatchObject([
      { callId: 'ghost', reason: 'no such call' },
    ]);
    const elsewhere: Change = (events) => [
      ...events.slice(0, -1),
      ...events.slice(1, 2).map((event) => ({
        ...event,
        id: 'elsewhere',
        sequence: '0000000000000004x',
        data: { ...event.data, agent: { extension: '130' } },
      })),
      ...events.slice(-1),
    ];
    expect(judged(quiet(answeredCall), elsewhere).invented).toMatchObject([
      { type: 'call-offered', extension: '130' },
    ]);
  });

  it.each<[string, Change, string]>([
    [
      'a wrong outcome',
      altered('call-ended', { outcome: 'no-answer' }),
      'outcome no-answer instead of answered',
    ],
    [
      'a wrong direction',
      altered('call-started', { direction: 'outbound' }),
      'direction outbound instead of inbound',
    ],
    [
      'another customer',
      altered('call-started', { customer: { raw: '0900000000', e164: null } }),
      'another customer',
    ],
    [
      'a wrong E.164 number',
      altered('call-started', { customer: { raw: '0914237383', e164: '+4914237383' } }),
      'a wrong E.164 number',
    ],
    ['a wrong queue', altered('call-started', { queue: { id: 'x', name: 'Other' } }), 'queue Other'],
    [
      'an answer by a stranger',
      altered('call-answered', { agent: { extension: '130' } }),
      'answered by 130, who had no part in it',
    ],
    [
      'a wrong end of an offer',
      altered('call-offer-ended', { outcome: 'caller-left' }),
      'offer ended caller-left instead of answered',
    ],
    [
      'an answer emitted before it was given',
      altered('call-answered', certainty('observed', MONDAY_MORNING + SECOND), {
        time: new Date(MONDAY_MORNING).toISOString(),
      }),
      'emitted 2500 ms before it happened',
    ],
    [
      "a false time that is said to be the upstream's",
      altered('call-answered', certainty('upstream', MONDAY_MORNING + 9 * SECOND), {
        time: new Date(MONDAY_MORNING + 8 * SECOND).toISOString(),
      }),
      "time 4500 ms off, said to be the upstream's",
    ],
    [
      'a window in which it did not happen',
      altered('call-answered', certainty('observed', MONDAY_MORNING + 9 * SECOND), {
        time: new Date(MONDAY_MORNING + 9 * SECOND).toISOString(),
      }),
      'happened 4500 ms before the window it was said to lie in',
    ],
  ])('detects %s', (_, change, reason) => {
    const report = judged(quiet({ ...answeredCall, bridgeLagMs: 0 }), change);
    expect(report.misreported.map((finding) => finding.reason)).toEqual([reason]);
  });

  it('detects an end that is emitted while the call goes on, whatever its certainty', () => {
    const early = (sure: string): Change =>
      altered('call-ended', certainty(sure, MONDAY_MORNING + 10 * SECOND), {
        time: new Date(MONDAY_MORNING + 10 * SECOND).toISOString(),
      });
    for (const sure of ['observed', 'inferred']) {
      const report = judged(quiet(answeredCall), early(sure));
      expect(report.misreported).toMatchObject([
        { type: 'call-ended', reason: 'the call had not ended yet' },
      ]);
    }
  });

  it('forgives an inferred end of a call whose device lost its registration, not a certain one', () => {
    const world = quiet({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 2000,
      talkMs: 40_000,
      unregister: { afterMs: 8000, forMs: 60_000 },
    });
    const guess = (sure: string): Change =>
      altered('call-ended', certainty(sure, MONDAY_MORNING + 11 * SECOND), {
        time: new Date(MONDAY_MORNING + 11 * SECOND).toISOString(),
      });
    const inferred = judged(world, guess('inferred'));
    expect(inferred.ok).toBe(true);
    expect(inferred.unseen.byReason).toEqual({ 'out-of-sight': 2 });
    expect(judged(world, guess('observed')).misreported).toHaveLength(1);
  });

  it('detects an answered call emitted as abandoned with certainty, even where no poll saw the answer', () => {
    const world = quiet({ kind: 'direct', extension: '107', answerAfterMs: 2100, talkMs: 200 });
    const ended = world.truth[0]?.endedAt ?? 0;
    const abandoned =
      (sure: string): Change =>
      (events) =>
        without('call-answered')(events).flatMap((event) => {
          const data = { ...event.data, ...certainty(sure, ended + 600), outcome: 'abandoned' };
          if (event.type === 'call-offer-ended')
            return [{ ...event, data: { ...data, outcome: 'caller-left' } }];
          if (event.type !== 'call-ended') return [event];
          const before = `${event.sequence.slice(0, -1)}4`;
          return [
            { ...event, id: 'abandoned', type: 'call-abandoned', sequence: before, data },
            { ...event, data },
          ];
        });
    expect(judged(world, abandoned('observed')).misreported).toMatchObject([
      { type: 'call-abandoned', reason: 'the call was answered' },
    ]);
    const inferred = judged(world, abandoned('inferred'));
    expect(inferred.ok).toBe(true);
    expect(inferred.unseen.byReason['answer-between-polls']).toBeGreaterThan(0);
  });

  it('detects an overflow that is announced as a caller who hung up', () => {
    const world = quiet({
      ...answeredCall,
      answerAfterMs: 9000,
      overflow: { afterMs: 5000, to: 'queue' },
    });
    expect(judged(world).ok).toBe(true);
    const hungUp: Change = (events) =>
      events.map((event) =>
        event.type === 'call-answered'
          ? { ...event, type: 'call-abandoned', data: { ...event.data, outcome: 'abandoned' } }
          : event,
      );
    const report = judged(world, hungUp);
    expect(report.misreported).toMatchObject([{ type: 'call-abandoned', reason: 'the call was answered' }]);
    expect(report.missing).toMatchObject([{ type: 'call-answered' }]);
  });

  it('takes the queue’s own time for the end where no poll saw that the caller overflowed', () => {
    const world = quiet({
      ...abandonedCall,
      leavesAfterMs: 6500,
      overflow: { afterMs: 5000, to: 'ring-group' },
    });
    const polls = everyThird(world);
    const ended = (afterMs: number): Change => {
      const at = MONDAY_MORNING + afterMs;
      const upstream = { ...certainty('upstream', MONDAY_MORNING + 7000), outcome: 'abandoned' };
      const rest = { time: new Date(at).toISOString() };
      return (events) =>
        altered('call-abandoned', upstream, rest)(altered('call-ended', upstream, rest)(events));
    };
    const wrong = (afterMs: number) =>
      judged(world, ended(afterMs), polls).misreported.filter(({ type }) => !type.startsWith('call-offer'));
    expect(wrong(5000)).toEqual([]);
    expect(wrong(2000)).not.toEqual([]);
  });

  it('detects a life out of order: an end before the answer, a sequence that goes back', () => {
    const swapped: Change = (events) => {
      const order = [0, 1, 2, 4, 3].map((place) => events[place]).filter((event) => event !== undefined);
      return order.map((event, index) => ({ ...event, sequence: String(index).padStart(16, '0') }));
    };
    expect(judged(quiet(answeredCall), swapped).misreported.map(({ reason }) => reason)).toEqual([
      'call-answered after call-ended',
    ]);
    const back: Change = (events) =>
      events.map((event, index) => (index === 2 ? { ...event, sequence: '0000000000000000' } : event));
    expect(judged(quiet(answeredCall), back).misreported).toHaveLength(1);
    const late: Change = (events) => events.slice(1);
    expect(judged(quiet(answeredCall), late).misreported.map(({ reason }) => reason)).toContain(
      'the first event of the call is not call-started',
    );
  });

  it('demands nothing of a call that lies wholly between two polls, and says why', () => {
    const world = quiet({ kind: 'direct', extension: '107', answerAfterMs: null, leavesAfterMs: 300 });
    const report = judged(world, () => []);
    expect(report).toMatchObject({ ok: true, expected: 0 });
    expect(report.unseen.byReason).toEqual({ 'call-between-polls': 5 });
  });

  it('demands of a call that polls saw only ringing no answer that fell between two polls', () => {
    const world = quiet({ kind: 'direct', extension: '107', answerAfterMs: 2100, talkMs: 200 });
    const report = judged(world, without('call-answered'));
    expect(report.missing).toEqual([]);
    expect(report.unseen.byReason).toEqual({ 'answer-between-polls': 1 });
  });

  it('demands no end that came after the last poll', () => {
    const world = quiet(answeredCall);
    const polls = everySecond(world);
    const upTo = (instants: readonly number[]) => instants.filter((at) => at < MONDAY_MORNING + 10 * SECOND);
    const report = judged(world, without('call-ended'), {
      monitor: upTo(polls.monitor),
      queue: upTo(polls.queue),
    });
    expect(report).toMatchObject({ ok: true, unseen: { byReason: { 'end-after-last-poll': 1 } } });
  });

  it('demands no call that was abandoned before the first poll', () => {
    const world = quiet(abandonedCall);
    const polls = everySecond(world);
    const later = (instants: readonly number[]) => instants.filter((at) => at > MONDAY_MORNING + 30 * SECOND);
    const late = { monitor: later(polls.monitor), queue: later(polls.queue) };
    expect(judge(world.truth, [], late, { abandonedLookbackMs: 10_000 })).toMatchObject({ ok: true });
    expect(judge(world.truth, [], late).missing.map(({ type }) => type)).toContain('call-abandoned');
  });

  it('accepts the ONCALL of a click-to-call as an answer', () => {
    const world = quiet({
      kind: 'click-to-call',
      extension: '107',
      pickUpMs: 2000,
      answerAfterMs: null,
      leavesAfterMs: 20_000,
    });
    const report = judged(world, (events) => {
      const [started, ended] = events;
      if (started === undefined || ended === undefined) return [];
      const answered = {
        ...started,
        id: 'answered',
        type: 'call-answered',
        sequence: `${started.sequence}1`,
      };
      return [started, answered, { ...ended, data: { ...ended.data, outcome: 'answered' } }];
    });
    expect(report).toMatchObject({ ok: true, unseen: { byReason: { 'click-to-call-looks-answered': 1 } } });
  });

  it('finds a call to which the PBX gave no id by queue, number and the instant of joining', () => {
    const world = quiet(abandonedCall);
    const report = judged(world, (events) =>
      events
        .filter(({ type }) => !type.startsWith('call-offer'))
        .map((event) => ({ ...event, data: { ...event.data, callId: 'digest', upstreamIds: [] } })),
    );
    expect(report.invented).toEqual([]);
    expect(report.missing.map(({ type }) => type)).toEqual(['call-offered', 'call-offer-ended']);
  });

  it('distinguishes two such callers who joined within a second of each other', () => {
    const world = createQuietWorld();
    const nameless = { ...abandonedCall, customer: 'anonymous' };
    world.advanceTo(world.now + 336);
    world.startCall(nameless);
    world.advanceTo(world.now + 878);
    world.startCall(nameless);
    world.advanceTo(world.now + 90 * SECOND);
    const report = judged(world, (events) =>
      events
        .filter(({ type }) => !type.startsWith('call-offer'))
        .map((event) => {
          // In whole seconds, as the row shows it.
          const startedAt = event.data.startedAt.replace(/\.\d+Z/, '.000Z');
          const data = { ...event.data, startedAt, callId: `digest of ${startedAt}`, upstreamIds: [] };
          return { ...event, data };
        }),
    );
    expect(report.missing.filter(({ type }) => !type.startsWith('call-offer'))).toEqual([]);
    expect(report.doubled).toEqual([]);
  });

  it('demands more than one sighting where polls may have been lost with a killed bridge', () => {
    const world = quiet({ kind: 'direct', extension: '107', answerAfterMs: null, leavesAfterMs: 1200 });
    expect(judge(world.truth, [], everySecond(world)).missing.length).toBeGreaterThan(0);
    expect(judge(world.truth, [], everySecond(world), { sightingsToDemand: 3 })).toMatchObject({ ok: true });
  });

  it('demands why an offer ended only where enough polls showed it', () => {
    const why = (talkMs: number, sightingsToDemand: number) => {
      const world = quiet({ kind: 'ring-group', answerAfterMs: 3000, talkMs, leavesAfterMs: null });
      const emitted = altered('call-offer-ended', { outcome: 'caller-left' })(perfectEvents(world.truth));
      const losers = emitted.filter(
        ({ type, data }) => type !== 'call-offer-ended' || !answeredAt(world, data),
      );
      return judge(world.truth, losers, everySecond(world), { sightingsToDemand }).misreported.length > 0;
    };
    expect([why(1_200, 1), why(1_200, 3)]).toEqual([true, false]);
    expect(why(20_000, 3)).toBe(true);
  });

  it('demands why an offer ended only by the queue’s polls before the extension was known to have stopped ringing', () => {
    const world = quiet(abandonedCall);
    const left = world.truth[0]!.endedAt!;
    const emitted = altered('call-offer-ended', { outcome: 'not-answered' })(perfectEvents(world.truth));
    const { monitor, queue } = everySecond(world);
    const stopped = monitor.filter((at) => at >= left);
    const isForgiven = (pollsAfter: number) => {
      const between = [10, 20].map((ms) => stopped[pollsAfter]! + ms);
      const polls = { monitor, queue: [...queue.filter((at) => at < left), ...between, ...stopped.slice(3)] };
      return judge(world.truth, emitted, polls, { sightingsToDemand: 2 }).misreported.length === 0;
    };
    expect([isForgiven(0), isForgiven(1)]).toEqual([false, true]);
  });

  it('accepts an extension that got the call by transfer as one that answered it, where too few polls showed it stop ringing', () => {
    const ring = { kind: 'ring-group', answerAfterMs: 3000, talkMs: 20_000, leavesAfterMs: null } as const;
    const loser = quiet(ring).log.find(({ outcome }) => outcome === 'answered-elsewhere')!.extension!;
    const world = quiet({ ...ring, transfer: { as: 'attended', to: loser, afterMs: 1_200 } });
    const emitted = perfectEvents(world.truth).map((event) =>
      event.type === 'call-offer-ended' && event.data.agent?.extension === loser
        ? { ...event, data: { ...event.data, outcome: 'answered' } }
        : event,
    );
    const [stopped, transferred] = ['call-answered', 'call-transferred'].map(
      (type) => world.truth[0]!.events.find((event) => event.type === type)!.at,
    );
    const isForgiven = (pollsBetween: number, sightingsToDemand: number) => {
      const instants = everySecond(world).monitor.filter(
        (at) => at < stopped! + pollsBetween * SECOND || at > transferred!,
      );
      const { misreported } = judge(
        world.truth,
        emitted,
        { monitor: instants, queue: instants },
        { sightingsToDemand },
      );
      return misreported.length === 0;
    };
    expect([isForgiven(0, 1), isForgiven(1, 1)]).toEqual([true, false]);
    expect([isForgiven(1, 2), isForgiven(2, 2)]).toEqual([true, false]);
  });

  it('accepts, of an event seen too rarely to be demanded, the time at which it seemed to happen', () => {
    const world = quiet({
      kind: 'click-to-call',
      extension: '107',
      pickUpMs: 1000,
      answerAfterMs: 3000,
      talkMs: 500,
    });
    // The extension's leg is ONCALL before the customer answers, and that is all a poll could go by.
    const onCall = MONDAY_MORNING + 2500;
    const emitted = altered('call-answered', certainty('inferred', onCall), {
      time: new Date(onCall).toISOString(),
    })(perfectEvents(world.truth));
    for (const sightingsToDemand of [1, 9])
      expect(judge(world.truth, emitted, everySecond(world), { sightingsToDemand })).toMatchObject({
        ok: true,
      });
  });

  it('allows for lost polls, not for lost rows, where the upstream’s time moves', () => {
    const world = quiet({ kind: 'ring-group', answerAfterMs: 3000, talkMs: 20_000, leavesAfterMs: null });
    const [call] = world.truth;
    const answered = call!.events.find(({ type }) => type === 'call-answered')!.at;
    const moved = altered('call-started', certainty('upstream', answered + SECOND), {
      time: new Date(answered).toISOString(),
    })(perfectEvents(world.truth));
    const misreported = (sightingsToDemand: number) =>
      judge(world.truth, moved, everySecond(world), { sightingsToDemand }).misreported.length;
    // Three polls saw several extensions ring: only where four may be lost can the moved time be the only one seen.
    expect([misreported(3), misreported(5)]).toEqual([1, 0]);
  });

  it('accepts a later poll as the first to show the answer where the polls before may be lost', () => {
    const world = quiet({
      ...answeredCall,
      talkMs: 20_000,
      transfer: { as: 'blind', to: '102', afterMs: 1500, ringMs: 2000, answered: true },
    });
    const [call] = world.truth;
    const [answer, transfer] = ['call-answered', 'call-transferred'].map(
      (wanted) => call!.events.find(({ type }) => type === wanted)!.at,
    );
    const late = altered('call-answered', certainty('observed', transfer! + SECOND), {
      time: new Date(transfer! + SECOND).toISOString(),
    })(perfectEvents(world.truth));
    const misreported = (sightingsToDemand: number) =>
      judge(world.truth, late, everySecond(world), { sightingsToDemand }).misreported.filter(
        ({ type }) => type === 'call-answered',
      ).length;
    expect(transfer! - answer!).toBeGreaterThan(SECOND);
    expect([misreported(1), misreported(3)]).toEqual([1, 0]);
  });

  it('accepts two offers where an extension rings again before a poll could see it idle', () => {
    const world = createQuietWorld();
    const agents = world.directory.queues.find(({ name }) => name === answeredCall.queue)!.agents;
    for (const { number } of agents.slice(1)) world.unregister(number);
    world.startCall({
      ...answeredCall,
      answerAfterMs: 6000,
      declines: 1,
      ringTimeoutMs: 4000,
      oddStart: { state: null, forMs: 3000 },
    });
    world.advanceTo(world.now + 90 * SECOND);
    const [call] = world.truth;
    const extension = call!.events.find(({ type }) => type === 'call-offered')!.extension!;
    const again = call!.sightings.filter((one) => one.extension === extension).at(-1)!;
    // No poll lies between the two, and at first the second leg's row does not say RINGING.
    const ringsAt = again.states.find(({ state }) => state === 'RINGING')!.at;
    const { monitor, queue } = everySecond(world);
    const before = call!.sightings.find((one) => one.extension === extension)!.to!;
    const polls = { monitor: monitor.filter((at) => at < before || at >= again.from), queue };
    const seenAt = monitor.find((at) => at >= ringsAt)!;
    let offers = 0;
    const emitted = perfectEvents(world.truth).map((event) => {
      if (event.type !== 'call-offered' || ++offers !== 2) return event;
      return {
        ...event,
        time: new Date(seenAt).toISOString(),
        data: { ...event.data, ...certainty('observed', seenAt) },
      };
    });
    expect(offers).toBe(2);
    expect(judge(world.truth, emitted, polls)).toMatchObject({ ok: true });
    // A third offer is one too many.
    const third = { ...emitted.find(({ type }) => type === 'call-offered')!, id: 'third', sequence: '9999' };
    expect(judge(world.truth, [...emitted, third], polls).doubled).toHaveLength(1);
  });

  it('pairs an event with its truth', () => {
    const world = quiet(answeredCall);
    const [, offered] = perfectEvents(world.truth);
    if (offered === undefined) throw new Error('no event');
    expect(truthOf(world.truth, offered, everySecond(world))?.event).toMatchObject({
      type: 'call-offered',
      extension: '101',
    });
  });
});
