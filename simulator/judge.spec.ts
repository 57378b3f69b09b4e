import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  judge,
  type JudgedEvent,
  type JudgeOptions,
  type PollInstants,
  type Report,
  truthOf,
} from './judge.js';
import type { EngineHabits } from './engine-habits.js';
import { withReasons } from './judge-reasons.js';
import { perfectEvents, type TellerPolls } from './perfect-teller.js';
import type { CallScript } from './plan.js';
import { ANSWERED_CALL, MONDAY_MORNING, createQuietWorld } from './quiet-world.js';
import { createWorld, type World } from './world.js';

/**
 * What the judge demands, and what it does not. That it finds false statements is proved by `judge-lies.long.spec.ts`; the events
 * are a perfect teller's, so that the tests share no code with the bridge.
 */
const SECOND = 1000;

function every(ms: number, world: World, offset = 500): TellerPolls {
  const instants: number[] = [];
  for (let at = MONDAY_MORNING + offset; at <= world.now; at += ms) instants.push(at);
  return { monitor: instants, queue: instants };
}

const quiet = (...scripts: CallScript[]): World => {
  const world = createQuietWorld();
  // An hour of polls before it, so that nothing is alive at the first.
  for (const script of scripts) {
    world.advanceTo(world.now + 3 * SECOND);
    world.startCall(script);
    world.advanceTo(world.now + 90 * SECOND);
  }
  return world;
};
const abandonedCall: CallScript = {
  ...ANSWERED_CALL,
  answerAfterMs: null,
  leavesAfterMs: 6000,
  emptyUuid: false,
};
const direct: CallScript = { kind: 'direct', extension: '107', answerAfterMs: 2000, talkMs: 40_000 };

type Change = (events: readonly JudgedEvent[]) => readonly JudgedEvent[];
const same: Change = (events) => events;
const OF_PARTS: JudgeOptions = { wholeLog: false };

function judged(
  world: World,
  change: Change = same,
  {
    stated = every(SECOND, world),
    seen = stated,
    options = OF_PARTS,
  }: {
    readonly stated?: TellerPolls;
    readonly seen?: PollInstants;
    readonly options?: JudgeOptions;
  } = {},
): Report {
  return judge(world.truth, change(perfectEvents(world.truth, stated)), seen, options);
}

const without =
  (...types: string[]): Change =>
  (events) =>
    events.filter(({ type }) => !types.includes(type));
const says =
  (type: string, data: Partial<JudgedEvent['data']>): Change =>
  (events) =>
    events.map((event) => (event.type === type ? { ...event, data: { ...event.data, ...data } } : event));
const only = (polls: TellerPolls, wanted: (at: number) => boolean): TellerPolls => ({
  monitor: polls.monitor.filter(wanted),
  queue: polls.queue.filter(wanted),
});

function expectTrue({ missing, doubled, invented, misreported }: Report): void {
  expect([...missing, ...doubled, ...invented, ...misreported]).toEqual([]);
}

describe('the judge', () => {
  it('finds nothing wrong, and excuses nothing, in the events of simple calls', () => {
    const report = judged(quiet(ANSWERED_CALL, abandonedCall), same, { options: {} });
    expectTrue(report);
    expect(report).toMatchObject({ ok: true, expected: 10, matched: 10 });
    expect([report.unseen.count, report.forgiven.count]).toEqual([0, 0]);
    expect(report.statements).toBeGreaterThan(200);
  });

  it.each([
    [200, 0],
    [1000, 0],
    [1000, 650],
    [5000, 0],
    [10_000, 3000],
  ])('finds nothing wrong in a perfect bridge’s busy day, polled every %d ms', (interval, offset) => {
    const world = createWorld({
      seed: `busy ${interval}`,
      startAt: MONDAY_MORNING,
      traffic: { totalCalls: 300, callsPerHour: 900 },
    });
    world.advanceTo(MONDAY_MORNING + 4 * 3_600_000);
    const { monitor } = every(interval, world, 0);
    const polls = { monitor, queue: monitor.map((at) => at + offset) };
    const report = judged(world, same, { stated: polls, options: {} });
    expectTrue(report);
    expect(report.expected).toBeGreaterThan(900);
  });

  it.each<Partial<EngineHabits>>([
    { downFirst: 1, neverRings: 0.1 },
    { trail: true, timing: true, legIds: 'leg' },
    { legIds: 'call-uuid', ringWait: 1, holdEnds: 'UNHELD' },
    { pickup: 0.3, huntGroup: 0.3, rejects: 0.2, supervises: 0.1, mobileAgents: 0.1 },
    {
      stuckTrying: 0.05,
      blinks: 0.05,
      leavesAtAnswer: 0.05,
      servingAgent: 'ring-all',
      agentNames: 'prefixed',
    },
    { withheld: 0.2, company: 0.1, sameSecond: 0.1, callsBack: 0.1 },
  ])('finds nothing wrong in a perfect bridge’s day with the habits %j', (engine) => {
    const world = createWorld({
      seed: 'h',
      startAt: MONDAY_MORNING,
      traffic: { totalCalls: 150, callsPerHour: 900 },
      engine,
    });
    world.advanceTo(MONDAY_MORNING + 3 * 3_600_000);
    expectTrue(judged(world, same, { stated: every(SECOND, world, 0), options: {} }));
  });

  it.each(['call-started', 'call-answered', 'call-ended', 'call-offered', 'call-offer-ended'])(
    'detects a missing %s',
    (type) => {
      expect(judged(quiet(ANSWERED_CALL), without(type)).missing.map((finding) => finding.type)).toEqual([
        type,
      ]);
    },
  );

  it('detects a whole call without events', () => {
    const world = quiet(ANSWERED_CALL, abandonedCall);
    const [first] = world.truth;
    const report = judged(world, (events) =>
      events.filter(({ subject }) => !first!.upstreamIds.includes(subject)),
    );
    expect(report.missing).toHaveLength(5);
  });

  it('detects an end that is emitted while the call goes on, whatever its certainty', () => {
    const early = (certainty: string): Change => {
      const [earliest, latest] = [9, 10].map((s) =>
        new Date(MONDAY_MORNING + s * SECOND + 500).toISOString(),
      );
      const observed = { earliest: earliest!, latest: latest!, certainty };
      return (events) =>
        events.map((event) =>
          event.type === 'call-ended'
            ? {
                ...event,
                time: latest!,
                recordedtime: latest!,
                data: { ...event.data, observed, endedAt: latest! },
              }
            : event,
        );
    };
    for (const certainty of ['observed', 'inferred']) {
      expect(judged(quiet(ANSWERED_CALL), early(certainty)).misreported).toContainEqual(
        expect.objectContaining({ type: 'call-ended', rule: 'event', reason: 'the call had not ended yet' }),
      );
    }
  });

  it('demands that an ended call was stated of as one that a later poll would show', () => {
    const world = createQuietWorld();
    const { truth } = world;
    world.startCall(ANSWERED_CALL);
    world.advanceTo(world.now + 12 * SECOND);
    const report = judged(world);
    expect(truth[0]!.outcome).toBeNull();
    expectTrue(report);
    expect(report.missing).toEqual([]);
  });

  it('demands nothing of a call that lies wholly between two polls, and says why', () => {
    const world = quiet({ ...direct, answerAfterMs: null, leavesAfterMs: 300 });
    const report = judge(world.truth, [], every(SECOND, world));
    expect(report).toMatchObject({ ok: true, expected: 0 });
    expect(report.unseen.byReason).toEqual({ 'call-between-polls': 5 });
  });

  it('demands of a call that polls saw only ringing no answer that fell between two polls', () => {
    const world = quiet({ ...direct, answerAfterMs: 2600, talkMs: 300 });
    const report = judged(world);
    expectTrue(report);
    expect(report.unseen.byReason).toEqual({ 'answer-between-polls': 1 });
    expect(report.forgiven.byReason).toHaveProperty('answer-between-polls');
  });

  it('detects an answered call emitted as abandoned with certainty, even where no poll saw the answer', () => {
    const world = quiet({ ...direct, answerAfterMs: 2600, talkMs: 300 });
    const surely: Change = (events) =>
      events.map((event) =>
        event.type === 'call-abandoned' || event.type === 'call-ended'
          ? { ...event, data: { ...event.data, observed: { ...event.data.observed, certainty: 'observed' } } }
          : event,
      );
    expect(judged(world, surely).misreported.map(({ rule }) => rule)).toContain('certainty');
  });

  it('demands no end that came after the last poll', () => {
    const world = quiet(ANSWERED_CALL);
    const polls = only(every(SECOND, world), (at) => at < MONDAY_MORNING + 10 * SECOND);
    const report = judged(world, same, { stated: polls });
    expectTrue(report);
    expect(report.unseen.byReason).toEqual({ 'end-after-last-poll': 1 });
  });

  it('demands a call that was abandoned before the first poll only if that was a short while ago', () => {
    const world = quiet(abandonedCall);
    const late = only(every(SECOND, world), (at) => at > MONDAY_MORNING + 30 * SECOND);
    const demanded = (abandonedLookbackMs?: number) =>
      judge(world.truth, [], late, abandonedLookbackMs === undefined ? {} : { abandonedLookbackMs }).missing
        .length;
    expect([demanded(10_000), demanded()]).toEqual([0, 3]);
  });

  it('demands every call that became Abandoned between two polls, whatever its time', () => {
    const world = quiet({ ...abandonedCall, leavesAfterMs: 6000 });
    const polls = only(
      every(SECOND, world),
      (at) => at < MONDAY_MORNING + 2000 || at > MONDAY_MORNING + 30_000,
    );
    expect(judge(world.truth, [], polls).missing.map(({ type }) => type)).toContain('call-abandoned');
  });

  it('excuses the ONCALL of a click-to-call that is taken for an answer', () => {
    const world = quiet({
      kind: 'click-to-call',
      extension: '107',
      pickUpMs: 2000,
      answerAfterMs: null,
      leavesAfterMs: 20_000,
    });
    const report = judged(world);
    expectTrue(report);
    expect(Object.keys(report.forgiven.byReason)).toEqual(['click-to-call-looks-answered']);
  });

  it('excuses the inferred end of a call whose device lost its registration, but not before it has waited', () => {
    const world = quiet({ ...direct, unregister: { afterMs: 8000, forMs: 20_000 } });
    const report = judged(world);
    expectTrue(report);
    expect(report.forgiven.byReason).toHaveProperty('out-of-sight');
    const impatient: Change = () => perfectEvents(world.truth, every(SECOND, world), { listsIdle: false });
    expect(judged(world, impatient).ok).toBe(false);
    expect(judged(world, impatient, { options: { ...OF_PARTS, listsIdle: false } }).ok).toBe(true);
  });

  it('knows the outcome of a call that ended out of sight before the world stopped, and excuses no other', () => {
    const unregistered = { ...direct, talkMs: 600_000, unregister: { afterMs: 8000, forMs: 500_000 } };
    const world = quiet(unregistered);
    expect(world.truth[0]!.outcome).toBeNull();
    expectTrue(judged(world));
    const wrong = judged(world, says('call-ended', { outcome: 'unknown' })).misreported;
    expect(wrong.map(({ type, rule }) => [type, rule])).toContainEqual(['call-ended', 'outcome']);
  });

  it('takes a caller who overflowed, and whom no poll found by the time the world stopped, for gone, as polls showed', () => {
    const world = createQuietWorld({ directory: { extensions: 8, queues: 1 } });
    for (const { number } of world.directory.extensions) world.unregister(number);
    world.advanceTo(world.now + 30 * SECOND);
    const { queues } = world.directory;
    const overflow = { afterMs: 5000, to: 'ring-group' } as const;
    world.startCall({
      kind: 'queue',
      queue: queues[0]!.name,
      answerAfterMs: null,
      leavesAfterMs: null,
      overflow,
    });
    world.advanceTo(world.now + 30 * SECOND);
    expect(world.truth[0]).toMatchObject({ outcome: null, endedAt: null });
    expectTrue(judged(world));
    const wrong = judged(world, says('call-ended', { outcome: 'unknown' })).misreported;
    expect(wrong.map(({ type, rule }) => [type, rule])).toContainEqual(['call-ended', 'outcome']);
  });

  const inTwo: Change = (events) =>
    events.flatMap((event) => {
      const callId = event.data.upstreamIds.find((id) => id !== event.data.callId) ?? 'none';
      const id = event.id.replace(event.subject, callId);
      return [event, { ...event, id, subject: callId, data: { ...event.data, callId } }];
    });

  it('detects one call emitted as two', () => {
    const { doubled } = judged(quiet(ANSWERED_CALL), inTwo);
    expect(doubled).toMatchObject([
      { type: 'call-started', rule: 'split', reason: 'one call emitted as two' },
    ]);
  });

  it('excuses it of a caller without a number only while another one like it is there', () => {
    const nameless = { ...ANSWERED_CALL, customer: 'anonymous' };
    expect(judged(quiet(nameless), inTwo).doubled).toHaveLength(1);
    const world = createQuietWorld();
    world.startCall(nameless);
    world.advanceTo(world.now + 2 * SECOND);
    world.startCall(nameless);
    world.advanceTo(world.now + 90 * SECOND);
    const report = judged(world, inTwo);
    expect(report.doubled).toEqual([]);
    expect(report.forgiven.byReason['alike-callers']).toBeGreaterThan(0);
  });

  it('finds a call to which the PBX gave no id by queue, number and the instant of joining', () => {
    const world = quiet({ ...abandonedCall, emptyUuid: true });
    const [call] = world.truth;
    const polls = every(SECOND, world);
    // The queue is polled again only when its row has lost its id.
    const late = {
      monitor: polls.monitor,
      queue: polls.queue.filter((at) => at >= call!.endedAt! || at < call!.startedAt),
    };
    const silent = {
      ...late,
      monitor: late.monitor.filter((at) => at < call!.startedAt || at > call!.endedAt!),
    };
    const report = judged(world, same, { stated: silent });
    const [started] = perfectEvents(world.truth, silent);
    expect(started!.data.callId).toMatch(/^q-/);
    expectTrue(report);
  });

  describe('where polls may have been lost with a killed bridge', () => {
    it('demands only what more polls showed than can be lost', () => {
      const world = quiet({ ...direct, answerAfterMs: null, leavesAfterMs: 1200 });
      const missing = (sightingsToDemand: number) =>
        judge(world.truth, [], every(SECOND, world), { sightingsToDemand }).missing.length;
      expect(missing(1)).toBeGreaterThan(0);
      expect(missing(3)).toBe(0);
    });

    it('accepts the events of a bridge that got every third poll', () => {
      const world = createWorld({
        seed: 5,
        startAt: MONDAY_MORNING,
        traffic: { totalCalls: 100, callsPerHour: 900 },
      });
      world.advanceTo(MONDAY_MORNING + 2 * 3_600_000);
      const seen = every(SECOND, world);
      const stated = {
        monitor: seen.monitor.filter((_, nth) => nth % 3 === 1),
        queue: seen.queue.filter((_, nth) => nth % 3 === 1),
      };
      const report = judged(world, same, { stated, seen, options: { sightingsToDemand: 3 } });
      expectTrue(report);
      expect(report.expected).toBeGreaterThan(200);
      expect(judged(world, same, { stated, seen }).ok).toBe(false);
    });
  });

  it('allows for the time that a request takes, and no more', () => {
    const world = quiet(ANSWERED_CALL);
    const stated = every(SECOND, world, 950);
    const slow = (ms: number): PollInstants => {
      const delayed = stated.monitor.map((at) => ({ sent: at - ms, shown: at - ms / 2, received: at }));
      return { monitor: delayed, queue: delayed };
    };
    expectTrue(judged(world, same, { stated, seen: slow(20) }));
    const wide: Change = (events) =>
      events.map((event) => {
        const { observed } = event.data;
        if (observed.certainty === 'upstream' || observed.earliest === null) return event;
        const earliest = new Date(Date.parse(observed.earliest) - 400).toISOString();
        return { ...event, data: { ...event.data, observed: { ...observed, earliest } } };
      });
    expectTrue(judged(world, wide, { stated, seen: slow(400) }));
    expect(judged(world, wide, { stated }).ok).toBe(false);
  });

  it('demands a wait by two clocks only once a row has shown that they agree', () => {
    const unanswered = quiet({ ...direct, answerAfterMs: null, leavesAfterMs: 12_000 });
    const { startedAt } = unanswered.truth[0]!;
    const withoutWait = says('call-ended', { waitMs: null });
    const since = (at: number) => only(every(SECOND, unanswered), (instant) => instant >= at);
    expectTrue(judged(unanswered, withoutWait, { stated: since(startedAt + 5 * SECOND) }));
    expect(judged(unanswered, withoutWait, { stated: since(startedAt) }).ok).toBe(false);
  });

  describe('of a clock that is behind', () => {
    const world = createQuietWorld({ engine: { clockOffsetMs: -60_000 } });
    world.advanceTo(world.now + 3 * SECOND);
    world.startCall({ ...ANSWERED_CALL, talkMs: 20_000 });
    world.advanceTo(world.now + 90 * SECOND);
    const [call] = world.truth;
    const row = call!.sightings.find(({ endpoint }) => endpoint === 'queue')!;
    const text = (at: number): string => new Date(at).toISOString();
    const bridgedAt = Math.floor((row.bridgedAt! - 60_000) / SECOND) * SECOND;
    /** The first answer that was not lost shows the row as it is `ms` before the answer. */
    const since = (ms: number) => only(every(SECOND, world, 900), (at) => at >= row.bridgedAt! - ms);
    const fromPbx: Change = (events) =>
      events.map((event) => {
        if (event.type !== 'call-answered') return event;
        const observed = { earliest: text(bridgedAt), latest: event.recordedtime, certainty: 'observed' };
        const data = { ...event.data, answeredAt: event.recordedtime, waitMs: null, observed };
        return { ...event, time: event.recordedtime, data };
      });

    it('lets the window of an answer begin at the PBX’s time until two rows have shown that', () => {
      const found = ({ misreported }: Report) =>
        misreported.flatMap(({ type, rule }) => (type === 'call-answered' ? [rule] : []));
      expect(found(judged(world, fromPbx, { stated: since(3 * SECOND) }))).toEqual([]);
      expect(found(judged(world, fromPbx, { stated: since(60 * SECOND) }))).toContain('observed');
    });

    it('knows a call without an id by a time that was corrected as exactly as polls can', () => {
      const named = (offMs: number): Change => {
        const startedAt = text(call!.startedAt + offMs);
        return (events) =>
          events.map((event) => ({
            ...event,
            data: { ...event.data, callId: 'q-1', upstreamIds: [], startedAt },
          }));
      };
      const invented = (offMs: number) => judged(world, named(offMs)).invented.length;
      expect([-4.9 * SECOND, 4.9 * SECOND].map(invented)).toEqual([0, 0]);
      expect(invented(6 * SECOND)).toBeGreaterThan(0);
    });
  });

  it('lets what only a partial answer showed be known, and demands nothing because of it', () => {
    const world = quiet({ ...direct, answerAfterMs: null, leavesAfterMs: 1200 });
    const stated = every(SECOND, world);
    const { startedAt, endedAt } = world.truth[0]!;
    const isPartial = (at: number) => at >= startedAt && at < endedAt!;
    const complete = { monitor: stated.monitor.filter((at) => !isPartial(at)), queue: stated.queue };
    const partial = { monitor: stated.monitor.filter(isPartial), queue: [] };
    expectTrue(judged(world, same, { stated, seen: { ...complete, partial } }));
    expect(judged(world, same, { stated, seen: complete }).ok).toBe(false);
    expect(judge(world.truth, [], { ...complete, partial }).missing).toEqual([]);
  });

  it('demands what a partial answer proves whose unreadable rows are older than the call', () => {
    const world = quiet(direct);
    const stated = every(SECOND, world);
    const { startedAt, endedAt } = world.truth[0]!;
    const [since, until] = [stated.monitor[0]!, stated.monitor.at(-1)!];
    const seenWith = (unreadable: { readonly since: number; readonly until: number }): PollInstants => ({
      monitor: [],
      queue: stated.queue,
      partial: {
        monitor: stated.monitor.map((at) => ({ sent: at, shown: at, received: at, unreadable })),
        queue: [],
      },
    });
    expectTrue(judged(world, same, { stated, seen: seenWith({ since, until }) }));
    expect(judge(world.truth, [], seenWith({ since, until })).missing.length).toBeGreaterThan(0);
    expect(
      judged(world, says('call-ended', { baseline: true }), { stated, seen: seenWith({ since, until }) }).ok,
    ).toBe(false);
    // It may be the call's own row where it came with it, and where it went as that was shown.
    expect(judge(world.truth, [], seenWith({ since: startedAt, until })).missing).toEqual([]);
    expect(judge(world.truth, [], seenWith({ since: endedAt!, until })).missing).toEqual([]);
  });

  it('allows, and demands, that an end is inferred that only partial answers showed for a minute', () => {
    const world = quiet({ ...direct, talkMs: 80_000 });
    const stated = every(SECOND, world);
    const { endedAt } = world.truth[0]!;
    const isPartial = (at: number) => at >= endedAt! - 70_000;
    const seen: PollInstants = {
      monitor: stated.monitor.filter((at) => !isPartial(at)),
      queue: stated.queue,
      partial: { monitor: stated.monitor.filter(isPartial), queue: [] },
    };
    const inferred: Change = (events) =>
      events.map((event) =>
        event.type === 'call-ended'
          ? {
              ...event,
              data: {
                ...event.data,
                talkMs: null,
                observed: { ...event.data.observed, certainty: 'inferred' },
              },
            }
          : event,
      );
    expectTrue(judged(world, inferred, { stated, seen }));
    expect(judged(world, same, { stated, seen }).misreported).toMatchObject([{ rule: 'certainty' }]);
  });

  const group: CallScript = { kind: 'ring-group', ringGroup: 'group_1', answerAfterMs: 6000, talkMs: 20_000 };

  it('excuses why a member that rejected stopped ringing, as its row remains until the group is over', () => {
    const world = quiet({ ...group, engine: { rejects: 1 } });
    const rejected = world.truth[0]!.events.find(({ outcome }) => outcome === 'not-answered')!;
    const ending =
      (outcome: string): Change =>
      (events) =>
        events.map((event) =>
          event.data.outcome === 'not-answered'
            ? {
                ...event,
                data: { ...event.data, outcome, offer: { ...event.data.offer!, outcome } },
              }
            : event,
        );
    const elsewhere = ending('answered-elsewhere');
    const report = judged(world, elsewhere);
    // The caller talks on for long, as polls show.
    expect(judged(world, ending('caller-left')).misreported.map(({ rule }) => rule)).toEqual(['outcome']);
    expectTrue(report);
    expect(rejected.at).toBeLessThan(MONDAY_MORNING + 5 * SECOND);
    expect(report.forgiven.byReason).toEqual({ 'stopped-with-its-group': 1 });
    const hunt = quiet({ ...group, engine: { huntMs: 6000 } }, { ...group, engine: { huntMs: 6000 } });
    expect(judged(hunt, elsewhere).ok).toBe(false);
  });

  it('takes an answer for inferred where the leg continues the call without an id of it', () => {
    const hunt = { ...group, engine: { huntMs: 6000 } };
    const world = quiet(hunt, hunt, hunt);
    expectTrue(judged(world));
    const continued = world.truth.filter(({ events }) =>
      events.some(({ outcome }) => outcome === 'not-answered'),
    );
    expect(continued.length).toBeGreaterThan(0);
    const surely: Change = (events) =>
      events.map((event) =>
        event.type === 'call-answered'
          ? { ...event, data: { ...event.data, observed: { ...event.data.observed, certainty: 'observed' } } }
          : event,
      );
    const wrong = judged(world, surely).misreported.filter(({ rule }) => rule === 'certainty');
    expect(wrong.map(({ callKey }) => callKey)).toEqual(continued.map(({ callKey }) => callKey));
  });

  it('takes a row that went while it was Waiting, as far as polls show, for no answer', () => {
    const queued: CallScript = {
      ...ANSWERED_CALL,
      declines: 1,
      ringTimeoutMs: 4000,
      answerAfterMs: 300,
      talkMs: 300,
    };
    const world = quiet(queued);
    const [row] = world.truth[0]!.sightings;
    const [, , waiting, again] = row!.states;
    expect([waiting!.state, again!.state]).toEqual(['Waiting', 'Trying']);
    const unknown = (polls: TellerPolls): Report => {
      const change: Change = (events) =>
        events.flatMap((event) => {
          if (event.type === 'call-answered') return [];
          const { observed } = event.data;
          const data = {
            ...event.data,
            state: event.type === 'call-ended' ? 'ended' : event.data.state,
            answeredAt: null,
            ...(event.type === 'call-ended'
              ? { outcome: 'unknown', observed: { ...observed, certainty: 'observed' } }
              : {}),
          };
          return [{ ...event, data }];
        });
      return judged(world, change, { stated: polls });
    };
    const outcomes = (report: Report) => report.misreported.filter(({ rule }) => rule === 'outcome').length;
    const sparse = (wanted: number) => only(every(SECOND, world), (at) => at < wanted || at >= row!.to!);
    expect(outcomes(unknown(sparse(again!.at)))).toBe(0);
    expect(outcomes(unknown(sparse(waiting!.at)))).toBe(1);
  });

  it.each([
    ['leg', 'inferred', 'observed'],
    ['call-uuid', 'observed', 'inferred'],
  ] as const)(
    'takes a pick-up for as sure as its row shows the call’s id (%s: %s)',
    (legIds, right, wrong) => {
      const world = createQuietWorld({ engine: { legIds, pickupRow: 'own' } });
      world.advanceTo(world.now + 3 * SECOND);
      world.startCall({ ...direct, engine: { pickup: { by: '112', code: '**' } } });
      world.advanceTo(world.now + 90 * SECOND);
      const as =
        (certainty: string): Change =>
        (events) =>
          events.map((event) =>
            event.type === 'call-answered'
              ? { ...event, data: { ...event.data, observed: { ...event.data.observed, certainty } } }
              : event,
          );
      expectTrue(judged(world));
      expectTrue(judged(world, as(right)));
      const found = judged(world, as(wrong)).misreported.map(({ rule, type }) => `${rule} ${type}`);
      expect(found).toContain('certainty call-answered');
    },
  );

  it('knows each abandoned_time that a poll showed, of a row on which it moves', () => {
    const world = createQuietWorld();
    world.advanceTo(world.now + 3 * SECOND);
    const left = { ...ANSWERED_CALL, answerAfterMs: 6000, engine: { leavesAtAnswerMs: 60 } };
    world.startCall(left);
    world.advanceTo(world.now + 90 * SECOND);
    const times = world.truth[0]!.sightings[0]!.abandonedTimes!.flatMap(({ value }) => value ?? []);
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1000);
    const outcomeOf = ({ type, data }: JudgedEvent) => `${type} ${data.outcome}`;
    const stated = perfectEvents(world.truth, every(SECOND, world)).map(outcomeOf);
    expect(stated).toContain('call-ended answered');
    expectTrue(judged(world));
  });

  it('finds a false statement beside an excused one', () => {
    const world = quiet({ ...direct, answerAfterMs: 2600, talkMs: 300 });
    expect(judged(world, says('call-ended', { customer: null })).misreported.map(({ rule }) => rule)).toEqual(
      ['customer'],
    );
  });

  it('pairs an event with its truth', () => {
    const world = quiet(ANSWERED_CALL);
    const polls = every(SECOND, world);
    const offered = perfectEvents(world.truth, polls).find(({ type }) => type === 'call-offered')!;
    expect(truthOf(world.truth, offered, polls)?.event).toMatchObject({
      type: 'call-offered',
      extension: '101',
    });
  });

  it('has its reasons in its documentation', () => {
    const page = readFileSync(new URL('../docs/judge.md', import.meta.url), 'utf8');
    expect(page).toBe(withReasons(page));
  });
});

describe('whose direction the rows’ word is', () => {
  /** A tenant whose rows have the leg's, and how a bridge reads the first call that takes the word for the call's. */
  const legs = (...scripts: CallScript[]): World => {
    const world = createQuietWorld({ engine: { direction: 'leg' } });
    for (const script of scripts) {
      world.advanceTo(world.now + 3 * SECOND);
      world.startCall(script);
      world.advanceTo(world.now + 90 * SECOND);
    }
    return world;
  };
  const dialled: CallScript = { kind: 'outbound', extension: '112', answerAfterMs: 2000, talkMs: 20_000 };
  const asWritten =
    (call: string): Change =>
    (events) =>
      events.map((event) =>
        event.subject === call ? { ...event, data: { ...event.data, direction: 'outbound' } } : event,
      );
  const idOf = (world: World, nth: number) => world.truth[nth]!.upstreamIds[0]!;

  it('is not known of a call that began before a row had shown it', () => {
    const world = legs(direct, dialled, direct);
    const first = judged(world, asWritten(idOf(world, 0)));
    expectTrue(first);
    expect(first.forgiven.byReason).toEqual({ 'direction-not-shown': 5 });
    expect(judged(world, asWritten(idOf(world, 2))).misreported).toHaveLength(5);
    expectTrue(judged(world));
  });

  it('decides which rows are the call’s, and so whether an earlier answer than the queue’s first had shown it', () => {
    const world = legs(direct, dialled, direct);
    const baseline =
      (call: string): Change =>
      (events) =>
        asWritten(call)(events).map((event) =>
          event.subject === call ? { ...event, data: { ...event.data, baseline: true } } : event,
        );
    expectTrue(judged(world, baseline(idOf(world, 0))));
    expect(judged(world, baseline(idOf(world, 2))).misreported).toHaveLength(10);
  });

  it('is known where it is the call’s', () => {
    const world = quiet(direct, dialled);
    expect(judged(world, asWritten(idOf(world, 0))).misreported).toHaveLength(5);
  });

  it('is no excuse for what has the right direction', () => {
    const world = legs(direct);
    expect(judged(world, without('call-offered')).missing).toHaveLength(1);
  });
});

describe('a phantom, the row of a leg that has gone under an id of its own', () => {
  const world = createQuietWorld({ engine: { legIds: 'call-uuid' } });
  world.advanceTo(world.now + 3 * SECOND);
  world.startCall({ ...direct, talkMs: 20_000 });
  world.startCall({ ...ANSWERED_CALL, talkMs: 30_000 });
  world.advanceTo(world.now + 90 * SECOND);
  const [called, queued] = world.truth;
  const polls = every(200, world, 100);

  it('is neither a part of the call nor one of its ids', () => {
    const events = perfectEvents(world.truth, polls);
    for (const call of [called!, queued!]) {
      const end = events.find(
        ({ type, data }) => type === 'call-ended' && call.upstreamIds.includes(data.callId),
      )!;
      expect(Date.parse(end.data.observed.latest) - call.endedAt!).toBeLessThanOrEqual(200);
    }
    const phantom = called!.sightings[0]!.ids!.at(-1)!;
    expect(phantom.phantom).toBe(true);
    const named: Change = (all) =>
      all.map((event) =>
        event.data.callId === called!.upstreamIds[0] && event.type === 'call-ended'
          ? { ...event, data: { ...event.data, upstreamIds: [...event.data.upstreamIds, phantom.callId] } }
          : event,
      );
    expectTrue(judged(world, same, { stated: polls }));
    expect(judged(world, named, { stated: polls }).misreported).toHaveLength(1);
  });
});

describe('a call that goes on at an extension that it had been at before', () => {
  const world = quiet({ ...direct, transfer: { as: 'blind', to: '108', afterMs: 5000 } });
  const [call] = world.truth;

  /** As if 108 had rung for the call before, and each leg had an id of its own. */
  function splitAtTransfer(isLinked: boolean): Report {
    const [first, second] = call!.sightings;
    const rung = {
      ...first!,
      part: 99,
      callId: 'rung',
      extension: '108',
      who: second!.who!,
      to: call!.startedAt + SECOND,
      states: [{ at: first!.from, state: '' }],
    };
    const apart = {
      ...call!,
      upstreamIds: [first!.callId, 'rung', 'redial'],
      sightings: [first!, rung, { ...second!, callId: 'redial' }],
    };
    const part = (own: (typeof apart)['sightings'], callKey: string) => ({
      ...apart,
      callKey,
      sightings: own,
      upstreamIds: own.map(({ callId }) => callId),
    });
    const polls = every(SECOND, world);
    const events = perfectEvents([part([first!, rung], 'a'), part([apart.sightings[2]!], 'b')], polls);
    const linked = events.map((event) => ({
      ...event,
      data: {
        ...event.data,
        linkedCallIds: event.data.callId === 'redial' && isLinked ? [first!.callId] : [],
      },
    }));
    return judge([apart], linked, polls, OF_PARTS);
  }

  it('looks like a redial, and is two calls of which the second names the first', () => {
    expect(splitAtTransfer(true).doubled).toEqual([]);
    expect(splitAtTransfer(true).forgiven.byReason['looks-like-a-redial']).toBeGreaterThan(0);
    expect(splitAtTransfer(false).doubled).toHaveLength(1);
  });
});

describe('what the judge accepts of a transfer', () => {
  const attended: CallScript = {
    ...direct,
    talkMs: 60_000,
    transfer: { as: 'attended', to: '108', afterMs: 5000, ringMs: 4000 },
  };
  const played = (engine: Partial<EngineHabits>, script: CallScript): World => {
    const world = createQuietWorld({ engine });
    world.advanceTo(world.now + 3 * SECOND);
    world.startCall(script);
    world.advanceTo(world.now + 90 * SECOND);
    return world;
  };
  const certain =
    (type: string, certainty: string): Change =>
    (events) =>
      events.map((event) =>
        event.type === type
          ? { ...event, data: { ...event.data, observed: { ...event.data.observed, certainty } } }
          : event,
      );

  it('is `observed` where the row of the consulted leg shows the customer, and else `inferred`', () => {
    for (const [consultLeg, right, wrong] of [
      ['customer', 'observed', 'inferred'],
      ['transferor', 'inferred', 'observed'],
    ] as const) {
      const world = played({ consultLeg }, attended);
      expectTrue(judged(world, certain('call-transferred', right)));
      expect(judged(world, certain('call-transferred', wrong)).misreported).toHaveLength(1);
    }
  });

  it('is an end that is `inferred` while a consultation rings', () => {
    const world = played({}, { ...attended, transfer: { ...attended.transfer!, instead: 'given-up' } });
    const [call] = world.truth;
    const ended: Change = (events) =>
      events.map((event) =>
        event.type === 'call-ended' && event.data.callId === call!.upstreamIds[0]
          ? certain('call-ended', 'inferred')([event])[0]!
          : event,
      );
    const without = (report: Report) => report.misreported.filter(({ rule }) => rule === 'certainty');
    expect(without(judged(world, ended))).toEqual([]);
    expect(without(judged(played({}, direct), certain('call-ended', 'inferred')))).toHaveLength(1);
  });
});
