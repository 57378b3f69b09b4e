import { callView, iso, NINE, part, SALES } from './data.fixtures.js';
import type { EndedCall } from './ended-call.js';
import { extensionsOf, laneOf, lanesOf, linesOf } from './lanes.js';
import { sidesOf, talkedOf } from './participants.js';
import { storyTimeline } from './story-timeline.js';
import { type Bar, hasWindow, type Mark } from './timeline.js';

const known = (after: number) => ({
  at: iso(NINE + after),
  observed: {
    earliest: iso(NINE + after - 400),
    latest: iso(NINE + after + 100),
    certainty: 'observed' as const,
  },
});

/** Waited 20 s in Sales while 102 did not answer, talked with 101, then with 103 after a transfer. */
const CALL: EndedCall = {
  ...callView({
    state: 'ended',
    outcome: 'answered',
    answeredAt: iso(NINE + 20_000),
    endedAt: iso(NINE + 90_000),
    extensions: ['101', '102', '103'].map((extension) => part(extension, 'ended')),
    observed: { ...known(90_000).observed },
  }),
  story: {
    visits: [{ queue: SALES, joined: known(0), left: known(20_000), how: 'answered' }],
    segments: [
      { extension: '101', agentName: 'Lan', placed: false, from: known(20_000), to: known(60_000) },
      { extension: '103', agentName: null, placed: false, from: known(60_000), to: null },
    ],
    offers: [{ extension: '102', agentName: null, outcome: 'not-answered', at: iso(NINE + 10_000) }],
  },
};

describe('the life of an ended call, from its record', () => {
  const { bars, marks, from, to, isOver } = storyTimeline(CALL);

  it('has the wait, each talk, and no bar for a ring of which the beginning is not kept', () => {
    expect(
      bars.map(({ extension, state, from: begin, to: end }) => [extension, state, begin - NINE, end! - NINE]),
    ).toEqual([
      [null, 'queued', 0, 20_000],
      [null, 'answered', 20_000, 90_000],
      ['101', 'answered', 20_000, 60_000],
      ['103', 'answered', 60_000, 90_000],
    ]);
    expect([isOver, from - NINE, to - NINE]).toEqual([true, -400, 90_100]);
  });

  it('has a mark for each thing that happened, in order, with its window where that was kept', () => {
    expect(marks.map(({ type, extension, at }) => [type, extension, at - NINE])).toEqual([
      ['queue-joined', null, 0],
      ['call-offer-ended', '102', 10_000],
      ['call-answered', '101', 20_000],
      ['call-transferred', '103', 60_000],
      ['call-ended', null, 90_000],
    ]);
    expect(marks.map(hasWindow)).toEqual([true, false, true, true, true]);
  });

  it('says that the caller hung up, or went on to another queue', () => {
    const left = storyTimeline({
      ...CALL,
      outcome: 'abandoned',
      answeredAt: null,
      story: {
        visits: [
          { queue: SALES, joined: known(0), left: known(20_000), how: 'flowed-out' },
          { queue: { id: 'q2', name: 'Care' }, joined: known(20_000), left: known(90_000), how: 'abandoned' },
        ],
        segments: [],
        offers: [],
      },
    });
    expect(left.marks.map(({ type, queue }) => [type, queue])).toEqual([
      ['queue-joined', 'Sales'],
      ['queue-left', 'Sales'],
      ['queue-joined', 'Care'],
      ['call-abandoned', null],
    ]);
  });
});

describe('a window', () => {
  const mark = (given: Partial<Mark>): Mark => ({ ...storyTimeline(CALL).marks[0]!, ...given });

  it('is there only where the time is not known exactly', () => {
    expect(hasWindow(mark({ certainty: 'upstream' }))).toBe(false);
    expect(hasWindow(mark({ earliest: NINE, latest: NINE }))).toBe(false);
    expect(hasWindow(mark({ earliest: null }))).toBe(false);
    expect(hasWindow(mark({ certainty: 'inferred' }))).toBe(true);
  });
});

describe('a call that rang at many extensions', () => {
  const rang = (extension: string, from: number, to: number | null): Bar => ({
    extension,
    agentName: `agent ${extension}`,
    state: 'ringing',
    from,
    to,
  });
  const call: Bar = { extension: null, agentName: null, state: 'queued', from: 0, to: 40 };
  const answered: Bar = { ...rang('107', 5, 40), state: 'answered' };
  const bars = [
    call,
    rang('101', 1, 5),
    rang('102', 1, 5),
    rang('107', 1, 5),
    answered,
    rang('103', 2, 6),
    rang('104', 20, null),
  ];

  it('has one lane for those that only rang, unless each is asked for', () => {
    const lanes = lanesOf(bars, false);
    expect(lanes.map(({ extensions }) => extensions)).toEqual([[], ['107'], ['101', '102', '103', '104']]);
    expect(lanes[2]!.bars.map(({ from, to }) => [from, to])).toEqual([
      [1, 6],
      [20, null],
    ]);
    expect(lanesOf(bars, true)).toHaveLength(6);
    expect(lanesOf(bars.slice(0, 5), false)).toHaveLength(4);
    const mark = { ...storyTimeline(CALL).marks[0]!, extension: '103' };
    expect([laneOf(lanes, mark), laneOf(lanes, { ...mark, extension: null })]).toEqual([2, 0]);
  });

  it('has one line for those that began to ring, and one for those that stopped', () => {
    const mark = (key: string, type: Mark['type'], extension: string, outcome: string | null): Mark => ({
      ...storyTimeline(CALL).marks[0]!,
      key,
      type,
      extension,
      outcome,
    });
    const each = ['101', '102', '103', '104'];
    const marks = [
      ...each.map((extension) => mark(`a${extension}`, 'call-offered', extension, null)),
      mark('b', 'call-answered', '101', null),
      ...each.map((extension) => mark(`c${extension}`, 'call-offer-ended', extension, 'answered-elsewhere')),
      mark('d', 'call-offer-ended', '101', 'answered'),
    ];
    const lines = linesOf(marks, false);
    expect(lines.map(({ key }) => key)).toEqual(['a101', 'b', 'c101', 'd']);
    expect(extensionsOf(lines[0]!)).toEqual(each);
    expect(linesOf(marks, true)).toHaveLength(marks.length);
    expect(linesOf(marks.slice(0, 3), false)).toHaveLength(3);
  });
});

describe('who took part', () => {
  const local = callView({
    direction: 'local',
    customer: null,
    extensions: [part('105', 'ringing'), part('101', 'answered')],
    agent: { id: null, name: null, username: null, extension: '101' },
  });

  it('are both sides of a local call, the caller first', () => {
    const sides = (call: typeof local) => sidesOf(call).map(({ extension }) => extension);
    expect(sides(local)).toEqual(['101', '105']);
    const agent = { ...local.agent!, extension: '105' };
    expect(sides({ ...local, answeredAt: iso(NINE), agent })).toEqual(['101', '105']);
    const story = {
      visits: [],
      offers: [],
      segments: [{ extension: '105', agentName: null, placed: true, from: known(0), to: null }],
    };
    expect(sidesOf({ ...local, story }).map(({ extension }) => extension)).toEqual(['105', '101']);
  });

  it('are those who talked, each once', () => {
    expect(talkedOf(CALL).map(({ extension }) => extension)).toEqual(['101', '103']);
    expect(talkedOf(local).map(({ extension }) => extension)).toEqual(['101']);
  });
});
