import { describe, expect, it } from '@jest/globals';
import { judge, type JudgedEvent, type PollInstants } from './judge.js';
import { clockKnownAt } from './judge-clock.js';
import { expectationsOf } from './judge-expect.js';
import { pollsOf } from './judge-polls.js';
import { Sight } from './judge-sight.js';
import { perfectEvents } from './perfect-teller.js';
import { ANSWERED_CALL, MONDAY_MORNING, createQuietWorld } from './quiet-world.js';
import type { CallScript, World, WorldOptions } from './world.js';

const SECOND = 1000;
const DIRECT: CallScript = { kind: 'direct', extension: '107', answerAfterMs: 5000, talkMs: 20_000 };

interface Case {
  readonly world: World;
  /** The events of a bridge that makes no mistake, by polls of every 100 ms. */
  readonly events: readonly JudgedEvent[];
}

function caseOf(script: CallScript, options: Partial<WorldOptions> = {}): Case {
  const world = createQuietWorld(options);
  world.advanceTo(world.now + 3 * SECOND);
  world.startCall(script);
  world.advanceTo(world.now + 60 * SECOND);
  const polls = every(100, world.now);
  return { world, events: perfectEvents(world.truth, { monitor: polls, queue: polls }) };
}

function every(ms: number, to: number): number[] {
  const instants: number[] = [];
  for (let at = MONDAY_MORNING + 50; at <= to; at += ms) instants.push(at);
  return instants;
}

/** What the judge finds of the events of this type, when they say this of their window. */
function found(
  { world, events }: Case,
  type: string,
  observed: {
    readonly earliest: number | null;
    readonly latest: number;
    readonly certainty?: 'observed' | 'inferred';
  },
  { polls, skewMs = 0 }: { readonly polls: PollInstants; readonly skewMs?: number },
): string[] {
  const text = (at: number) => new Date(at).toISOString();
  const { certainty = 'observed' } = observed;
  const latest = text(observed.latest);
  const earliest = observed.earliest === null ? null : text(observed.earliest);
  const stated = events.map((event): JudgedEvent =>
    event.type === type
      ? {
          ...event,
          time: latest,
          data: { ...event.data, observed: { earliest, latest, certainty } },
        }
      : event,
  );
  // The teller knows no clock that is off; nothing else of the events is looked at.
  const truth = world.truth.map((call) => ({ ...call, clockSkewMs: skewMs }));
  const { misreported } = judge(truth, stated, polls, { wholeLog: false });
  return misreported
    .filter((one) => one.type === type && (one.rule === 'observed' || one.rule === 'certainty'))
    .map(({ reason }) => reason);
}

describe('a window by a partial answer', () => {
  const given = caseOf(DIRECT);
  const from = given.world.truth[0]!.sightings[0]!.from;
  const all = every(SECOND, given.world.now);
  const first = all.find((at) => at >= from)!;
  const before = all.filter((at) => at < from).at(-1)!;
  /** The monitor's list has had a row that cannot be read from the first poll to the last; some answers lack rows. */
  const polls = (lacks: (at: number) => boolean): PollInstants => ({
    monitor: [],
    queue: all,
    partial: {
      monitor: all.map((at) => ({
        sent: at,
        shown: at,
        received: at,
        ...(!lacks(at) && { unreadable: { since: all[0]!, until: all.at(-1)! } }),
      })),
      queue: [],
    },
  });
  const offered = (earliest: number | null, lacks: (at: number) => boolean) =>
    found(given, 'call-offered', { earliest, latest: first }, { polls: polls(lacks) });

  it('begins with the last one of which no unreadable row can have been the new one', () => {
    expect(offered(before - 300, () => false)).toEqual([]);
    expect(offered(null, () => false)).toEqual(['no earliest, although polls came before']);
    // An answer in between that lacked rows changes nothing of that.
    expect(offered(null, (at) => at === before)).toEqual(['no earliest, although polls came before']);
  });

  it('has no beginning where the first answer with the row does not say which others are still there', () => {
    expect(offered(null, (at) => at === first)).toEqual([]);
  });
});

describe('the start of a call whose leg a poll showed before its row in the queue', () => {
  const given = caseOf(ANSWERED_CALL, { engine: { downFirst: 1, trail: false } });
  const [row, leg] = ['queue', 'monitor'].map((endpoint) =>
    given.world.truth[0]!.sightings.find((one) => one.endpoint === endpoint)!,
  );
  const shown = leg!.from + 20;
  const rings = leg!.states[1]!.at;
  const startedBy = (asked: number): string[] => {
    const polls = { monitor: [row!.from - 400, shown, rings + 100], queue: [row!.from - SECOND, asked] };
    const [started] = expectationsOf(given.world.truth[0]!, new Sight(pollsOf(polls), {}));
    return started!.evidence.map(({ endpoint }) => endpoint);
  };

  it('may be between the answers of the queue as long as no poll has shown the leg ringing', () => {
    expect(leg!.states[0]!.state).not.toBe('RINGING');
    expect(startedBy(shown + 20)).toEqual(['monitor', 'queue']);
    expect(startedBy(rings + 120)).toEqual(['monitor']);
  });
});

describe('a time of the PBX that is after the poll that shows it', () => {
  const script: CallScript = {
    ...ANSWERED_CALL,
    answerAfterMs: null,
    leavesAfterMs: 6100,
    emptyUuid: false,
  };

  it('is not the PBX’s', () => {
    const given = caseOf(script);
    const { abandonedAt } = given.world.truth[0]!.sightings[0]!;
    const second = Math.ceil(abandonedAt! / SECOND) * SECOND;
    const shown = abandonedAt! + 100;
    const without = shown - SECOND;
    const rest = every(SECOND, given.world.now).filter((at) => at < without || at > shown);
    const instants = [...rest, without, shown];
    const of = (skewMs: number) =>
      found(
        given,
        'call-abandoned',
        { earliest: without, latest: shown },
        { polls: { monitor: instants, queue: instants }, skewMs },
      );
    // The PBX's clock is so far ahead that its next second had begun.
    expect(of(second - abandonedAt! + 50)).toEqual([]);
    expect(of(0)).toEqual(['observed instead of upstream']);
  });
});

describe('the end of a conversation whose row in the queue only partial answers lack', () => {
  const given = caseOf({ ...ANSWERED_CALL, talkMs: 5000 });
  given.world.advanceTo(given.world.now + 120 * SECOND);
  const [row, leg] = ['queue', 'monitor'].map((endpoint) =>
    given.world.truth[0]!.sightings.find((one) => one.endpoint === endpoint)!,
  );
  const all = every(SECOND, given.world.now);
  const isLater = (at: number) => at >= row!.to!;
  const polls: PollInstants = {
    monitor: all,
    queue: all.filter((at) => !isLater(at)),
    partial: { monitor: [], queue: all.filter(isLater) },
  };
  const first = all.find((at) => at >= leg!.to!)!;
  const ended = (earliest: number, certainty: 'observed' | 'inferred') => {
    const late = first + 70 * SECOND;
    const recordedtime = new Date(late).toISOString();
    const events = given.events.map((event) =>
      event.type === 'call-ended' ? { ...event, recordedtime } : event,
    );
    return found({ ...given, events }, 'call-ended', { earliest, latest: first, certainty }, { polls });
  };

  it('is inferred, and lies between the polls that showed the agent’s leg and that it had gone', () => {
    expect(ended(first - SECOND - 300, 'inferred')).toEqual([]);
    expect(ended(first - SECOND - 300, 'observed')).toEqual(['observed instead of inferred']);
    expect(ended(first - 10 * SECOND, 'inferred')).not.toEqual([]);
  });
});

describe('the clock of a PBX that is behind', () => {
  it('is not known by rows that came and went between two polls', () => {
    const truth = [2 * SECOND, 4 * SECOND].map((startsMs) => {
      const { world } = caseOf(ANSWERED_CALL);
      const [call] = world.truth;
      const row = call!.sightings.find(({ endpoint }) => endpoint === 'queue')!;
      const joinedAt = row.joinedAt! + startsMs;
      const ended = { ...row, joinedAt, from: row.from + startsMs, to: row.from + startsMs + SECOND };
      return { ...call!, clockSkewMs: -60_000, sightings: [ended] };
    });
    const [first, second] = truth.map(({ sightings }) => sightings[0]!.from);
    const known = (...instants: number[]) =>
      clockKnownAt(truth, new Sight(pollsOf({ monitor: [], queue: instants }), {}));
    const [before, after] = [first! - 100, second! + 20 * SECOND];
    expect(known(before, first! + 100, second! + 100)).toBe(second! + 100);
    expect(known(before, first! + 100, after)).toBe(Infinity);
  });
});
