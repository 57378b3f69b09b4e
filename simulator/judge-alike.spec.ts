import { describe, expect, it } from '@jest/globals';
import type { EngineHabits } from './engine-habits.js';
import { judge } from './judge.js';
import type { JudgedEvent } from './judge-report.js';
import { perfectEvents } from './perfect-teller.js';
import { createQuietWorld } from './quiet-world.js';
import type { CallTruth, Sighting } from './truth.js';

const SECOND = 1_000;

interface Callers {
  readonly agentNames?: EngineHabits['agentNames'];
  readonly customers?: readonly [string, string];
  readonly apartMs?: number;
  readonly queues?: readonly [string, string];
  /** Callers of both queues have been answered before. */
  readonly taught?: boolean;
}

const [SALES, SUPPORT] = ['BanHang_39989220', 'KyThuat_39989222'];

/** Two callers of queues that ring one agent each; a bridge takes the leg of each for the other's. */
function mistaken({
  agentNames = 'uuid',
  customers = ['0914237383', '0914237383'],
  apartMs = 100,
  queues = [SALES, SALES],
  taught = false,
}: Callers = {}) {
  const world = createQuietWorld({ directory: { doubleRegistered: 0 }, engine: { agentNames } });
  const before = taught ? queues : [];
  for (const [nth, queue] of before.entries())
    world.startCall({
      kind: 'queue',
      queue,
      customer: `091223344${nth}`,
      answerAfterMs: SECOND,
      talkMs: 2 * SECOND,
    });
  if (taught) world.advanceTo(world.now + 20 * SECOND);
  for (const [nth, customer] of customers.entries()) {
    if (nth > 0) world.advanceTo(world.now + apartMs);
    const { callKey } = world.startCall({
      kind: 'queue',
      queue: queues[nth]!,
      customer,
      answerAfterMs: 8 * SECOND,
      talkMs: 20 * SECOND,
      leavesAfterMs: null,
    });
    expect(callKey).not.toBe('');
  }
  const { startedAt } = world.truth[0]!;
  world.advanceTo(startedAt + 60 * SECOND);
  const instants: number[] = [];
  for (let at = startedAt - 0.2 * SECOND; at <= world.now; at += SECOND) instants.push(at);
  const polls = { monitor: instants, queue: instants };
  const alike = world.truth.slice(before.length);
  const [a, b] = alike.map(legOf);
  expect(alike.map(({ sightings }) => sightings.length)).toEqual([2, 2]);
  const events = perfectEvents(world.truth, polls).map((event) => swapped(event, a!, b!));
  return judge(world.truth, events, polls, { log: world.log });
}

function legOf({ sightings }: CallTruth): Sighting {
  return sightings.find(({ endpoint }) => endpoint === 'monitor')!;
}

/** The event as a bridge emits it that takes one leg for the other. */
function swapped(event: JudgedEvent, a: Sighting, b: Sighting): JudgedEvent {
  const pairs = [
    [a.callId, b.callId],
    [a.who!.extensionId, b.who!.extensionId],
    [a.who!.agentName, b.who!.agentName],
    [a.who!.userId, b.who!.userId],
    [`"${a.extension}"`, `"${b.extension}"`],
  ] as const;
  let text = JSON.stringify(event.data);
  for (const [one, other] of pairs)
    if (one !== '' && other !== '')
      text = text.replaceAll(one, '<swap>').replaceAll(other, one).replaceAll('<swap>', other);
  return { ...event, data: JSON.parse(text) as JudgedEvent['data'] };
}

describe('two callers in queues whose legs a bridge mistakes for one another', () => {
  it('are excused if they are of one number, or both withhold it, and no row says whose the legs are', () => {
    for (const customers of [
      ['0914237383', '0914237383'],
      ['anonymous', 'anonymous'],
    ] as const) {
      const report = mistaken({ customers });
      expect({ ...report, ok: report.ok }).toMatchObject({
        missing: [],
        invented: [],
        misreported: [],
        ok: true,
      });
      expect(report.forgiven.byReason['alike-callers']).toBeGreaterThan(4);
    }
  });

  it('are excused of two hotlines while no row has shown by which number the callers of a queue come', () => {
    const { ok, forgiven } = mistaken({ queues: [SALES, SUPPORT] });
    expect(ok).toBe(true);
    expect(forgiven.byReason['alike-callers']).toBeGreaterThan(4);
  });

  it.each<[why: string, callers: Callers]>([
    ['the rows name the agents as the monitor does', { agentNames: 'monitor' }],
    ['they are two customers', { customers: ['0914237383', '0987654321'] }],
    ['they withhold the number in two ways', { customers: ['anonymous', 'unavailable'] }],
    ['only one withholds the number', { customers: ['0914237383', 'anonymous'] }],
    ['they called two hotlines, each known as its queue’s', { queues: [SALES, SUPPORT], taught: true }],
    ['the agent of the first rang before the second called', { apartMs: 4 * SECOND }],
  ])('are not if %s', (_, callers) => {
    const { ok, forgiven } = mistaken(callers);
    expect({ ok, excused: forgiven.byReason['alike-callers'] ?? 0 }).toEqual({ ok: false, excused: 0 });
  });
});

describe('two callers whose legs a bridge takes for a ring group', () => {
  /** The first is emitted with both legs, the second with none. */
  const grouped = ({ queueEvery = 4, apartMs = 100, queues = [SALES, SALES] }: Grouped = {}) => {
    const world = createQuietWorld({ directory: { doubleRegistered: 0 } });
    for (const [nth, queue] of queues.entries()) {
      if (nth > 0) world.advanceTo(world.now + apartMs);
      world.startCall({
        kind: 'queue',
        queue,
        customer: '0914237383',
        answerAfterMs: (8 + nth) * SECOND,
        talkMs: 20 * SECOND,
        leavesAfterMs: null,
      });
    }
    const { startedAt } = world.truth[0]!;
    world.advanceTo(startedAt + 60 * SECOND);
    const instants = Array.from({ length: 60 }, (_, nth) => startedAt + (nth - 0.2) * SECOND);
    const polls = { monitor: instants, queue: instants.filter((_, nth) => nth % queueEvery === 0) };
    const [a, b] = world.truth;
    const isOfLeg = ({ type }: CallTruth['events'][number]) => type.startsWith('call-offer');
    const emitted = [
      {
        ...a!,
        upstreamIds: [...a!.upstreamIds, legOf(b!).callId],
        sightings: [...a!.sightings, legOf(b!)],
        events: [...a!.events, ...b!.events.filter(isOfLeg)].sort((one, other) => one.at - other.at),
      },
      {
        ...b!,
        sightings: b!.sightings.filter((one) => one !== legOf(b!)),
        events: b!.events.filter((one) => !isOfLeg(one)),
      },
    ];
    return judge(world.truth, perfectEvents(emitted, polls), polls, { log: world.log });
  };

  it('are excused if nothing but these legs had been shown, which began together and called one number', () => {
    const { ok, forgiven } = grouped();
    expect(ok).toBe(true);
    expect(forgiven.byReason['alike-callers']).toBeGreaterThan(4);
  });

  it.each<[why: string, given: Grouped]>([
    ['the queue had shown them', { queueEvery: 1 }],
    ['they began to ring apart', { apartMs: 2.5 * SECOND }],
    ['they called two numbers', { queues: [SALES, SUPPORT] }],
  ])('are not if %s', (_, given) => {
    expect(grouped(given).forgiven.byReason['alike-callers'] ?? 0).toBe(0);
  });
});

interface Grouped {
  readonly queueEvery?: number;
  readonly apartMs?: number;
  readonly queues?: readonly [string, string];
}

describe('an answer that waits for the queue to say which of two callers it is of', () => {
  const OF_ANSWER: ReadonlySet<string> = new Set(['call-answered', 'call-offer-ended']);

  /** Whether an answer is in time so many polls after the one that shows the leg talk, and the row not Answered yet. */
  function waits(polls: number, customers: readonly string[]) {
    const world = createQuietWorld({ directory: { doubleRegistered: 0 } });
    for (const customer of customers)
      world.startCall({
        kind: 'queue',
        queue: SALES,
        customer,
        answerAfterMs: 8 * SECOND,
        talkMs: 20 * SECOND,
        leavesAfterMs: null,
      });
    const [call] = world.truth;
    world.advanceTo(call!.startedAt + 60 * SECOND);
    const talks = legOf(call!).states.find(({ state }) => state === 'ONCALL')!.at;
    const said = call!.sightings[0]!.states.find(({ state }) => state === 'Answered')!.at;
    expect(said).toBeGreaterThan(talks + 20);
    const instants: number[] = [];
    for (let at = talks + 10 - 12 * SECOND; at <= world.now; at += SECOND) instants.push(at);
    const seen = { monitor: instants, queue: instants };
    const events = perfectEvents(world.truth, seen).map((event) => {
      const isLate = OF_ANSWER.has(event.type) && event.data.callId === call!.upstreamIds[0];
      const recorded = Date.parse(event.recordedtime) + (isLate ? polls * SECOND : 0);
      return { ...event, recordedtime: new Date(recorded).toISOString() };
    });
    const { misreported } = judge(world.truth, events, seen, { log: world.log });
    // By then the rows may say more than the event does, and the other call's events are recorded before.
    return !misreported.some(({ rule, callKey }) => rule === 'recordedtime' && callKey !== null);
  }

  it('may be recorded with the first answer of the queue that can say so, and no later', () => {
    expect(waits(1, ['0914237383', '0914237383'])).toBe(true);
    expect(waits(2, ['0914237383', '0914237383'])).toBe(false);
  });

  it('waits for nothing where there is no other caller of the number', () => {
    expect(waits(0, ['0914237383', '0987654321'])).toBe(true);
    expect(waits(1, ['0914237383', '0987654321'])).toBe(false);
  });
});
