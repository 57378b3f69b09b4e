import { describe, expect, it } from '@jest/globals';
import { judge, type JudgedEvent, type Report } from './judge.js';
import { perfectEvents } from './perfect-teller.js';
import type { CallScript } from './plan.js';
import { ANSWERED_CALL, MONDAY_MORNING, createQuietWorld } from './quiet-world.js';
import type { World } from './world.js';

const SECOND = 1000;
const HOUR = 3_600_000;

function pollsOf(world: World) {
  const instants: number[] = [];
  for (let at = MONDAY_MORNING + 500; at <= world.now; at += SECOND) instants.push(at);
  return { monitor: instants, queue: instants };
}

/** An hour after a call whose row remains. */
function dayOf(script: Partial<CallScript>): World {
  const world = createQuietWorld({ quirks: { staleMs: 2 * HOUR } });
  world.advanceTo(world.now + 3 * SECOND);
  world.startCall({
    ...ANSWERED_CALL,
    ...script,
  });
  world.advanceTo(world.now + HOUR);
  return world;
}

type Data = Partial<JudgedEvent['data']>;

/** The true events up to the end, and a `call-ended` that is committed so long after the call's end and says this. */
function endedAfter(world: World, ms: number, data: Data, certainty = 'inferred'): Report {
  const polls = pollsOf(world);
  const { endedAt, outcome } = world.truth[0]!;
  const unsaid = ['call-abandoned', 'call-ended', ...(data.outcome === 'unknown' ? ['call-answered'] : [])];
  const text = (at: number) => new Date(at).toISOString();
  const emitted = perfectEvents(world.truth, polls).filter(({ type }) => !unsaid.includes(type));
  const last = emitted.at(-1)!;
  const seenAt = polls.monitor.find((at) => at >= endedAt!)!;
  const end: JudgedEvent = {
    ...last,
    id: 'the end',
    type: 'call-ended',
    time: text(seenAt),
    recordedtime: text(endedAt! + ms),
    sequence: last.sequence.replace(/\d$/, (digit) => String(Number(digit) + 1)),
    data: {
      ...last.data,
      state: 'ended',
      endedAt: text(seenAt),
      outcome,
      observed: { earliest: text(seenAt - SECOND), latest: text(seenAt), certainty },
      ...data,
    },
  };
  return judge(world.truth, [...emitted, end], polls, { wholeLog: false });
}

const OWN = new Set(['certainty', 'outcome', 'stale']);
const rulesOf = ({ misreported }: Report) =>
  misreported
    .filter(({ rule, type }) => type === 'call-ended' && OWN.has(rule ?? ''))
    .map(({ rule }) => rule);

describe('the end of a call of which only a stale row is left', () => {
  const LATE = 902 * SECOND;

  it('is inferred, and says so', () => {
    const world = dayOf({ staleRow: true });
    expect(rulesOf(endedAfter(world, LATE, { stale: true }))).toEqual([]);
    expect(rulesOf(endedAfter(world, LATE, { stale: true }, 'observed'))).toEqual(['certainty']);
    expect(rulesOf(endedAfter(world, LATE, {}))).toEqual(['stale']);
  });

  it('is none before the row has been there alone for long, nor where it goes with the call', () => {
    expect(rulesOf(endedAfter(dayOf({ staleRow: true }), 880 * SECOND, { stale: true }))).toContain('stale');
    expect(rulesOf(endedAfter(dayOf({}), LATE, { stale: true }))).toContain('stale');
  });
});

describe('a call whose row stays Trying when its caller has gone', () => {
  const stuck = { queue: 'ChamSocKH_39989221', engine: { stuckAfterMs: 40 } };
  const reasonsOf = ({ forgiven }: Report) => JSON.stringify(forgiven);

  it('may end as unknown when the row has been stale for long, and not before', () => {
    const world = dayOf(stuck);
    expect(world.truth[0]).toMatchObject({ outcome: 'abandoned', neverBridged: true });
    const late = endedAfter(world, 902 * SECOND, { stale: true, outcome: 'unknown' });
    expect(rulesOf(late)).toEqual([]);
    expect(reasonsOf(late)).toContain('stays-trying');
    const soon = endedAfter(world, 5 * SECOND, { stale: true, outcome: 'unknown' });
    expect(rulesOf(soon)).toContain('outcome');
    const answered = endedAfter(dayOf({ staleRow: true }), 902 * SECOND, { stale: true, outcome: 'unknown' });
    expect(rulesOf(answered)).toContain('outcome');
  });
});
