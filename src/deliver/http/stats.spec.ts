import { at } from '../../../test/support/ended-calls.js';
import { DeliveryUnderTest, LogWriter, ManualClock, token } from '../../../test/support/delivery.js';
import {
  AGENT,
  type AgentColumn,
  QUEUE,
  type QueueColumn,
  SOURCE,
  WAIT_AT_LEAST,
  WAIT_AT_MOST,
} from '../../core/day/columns.js';
import type { CallStory } from '../../core/day/story.js';
import type { Tally } from '../../core/day/tally.js';
import { bucketOf } from '../../core/day/waits.js';
import { DEFAULT_DESK_RULES } from '../../core/desk-rules.js';
import { StoreUnavailableError } from '../../store/errors.js';
import { MemoryDeskStore } from '../../store/memory/memory-desk-store.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

const HOUR = 3_600_000;
/** Midnight in Vietnam, and 10:00. */
const MIDNIGHT = Date.UTC(2026, 2, 1, 17);
const TEN = MIDNIGHT + 10 * HOUR;
const TODAY = '2026-03-02';

const queueTally = (
  name: string,
  slot: number,
  counts: Partial<Record<QueueColumn, number>>,
  day = TODAY,
): Tally => ({
  day,
  row: { of: 'queue', name, slot },
  add: Object.entries(counts).map(([column, count]) => [QUEUE[column as QueueColumn], count] as const),
  callId: null,
});

/** Answers in a slot, by the least and the most that each wait can have been. */
const waits = (name: string, slot: number, ...ms: (readonly [least: number, most: number])[]): Tally => ({
  day: TODAY,
  row: { of: 'queue', name, slot },
  add: ms.flatMap(([least, most]) => [
    [WAIT_AT_LEAST + bucketOf(least), 1] as const,
    [WAIT_AT_MOST + bucketOf(most), 1] as const,
  ]),
  callId: null,
});

const agentTally = (
  extension: string,
  slot: number,
  counts: Partial<Record<AgentColumn, number>>,
): Tally => ({
  day: TODAY,
  row: { of: 'agent', name: extension, slot },
  add: Object.entries(counts).map(([column, count]) => [AGENT[column as AgentColumn], count] as const),
  callId: null,
});

/** Both endpoints were watched in these quarters, but for so long. */
const watched = (from: number, to: number, unwatchedMs = 0, day = TODAY): Tally[] =>
  ['monitor', 'queue'].flatMap((name) =>
    Array.from({ length: to - from }, (_, index) => ({
      day,
      row: { of: 'source' as const, name, slot: from + index },
      add: [[SOURCE.watched, 1] as const, [SOURCE.unwatchedMs, unwatchedMs] as const],
      callId: null,
    })),
  );

/** Three answers of which one came after 20 s and one may have, a short abandon and another, in the quarter from 9:15. */
const MORNING: Tally[] = [
  ...watched(0, 40),
  queueTally('q-sales', 37, {
    offered: 6,
    answered: 3,
    abandoned: 2,
    shortAbandons: 1,
    flowedOut: 1,
    waitMs: 30_001,
    waitsKnown: 2,
    waitsUnknown: 1,
    talkMs: 100_000,
    talksKnown: 3,
  }),
  waits('q-sales', 37, [4_000, 5_000], [19_500, 20_500], [25_000, 25_000]),
  queueTally('q-care', 38, { offered: 1, answered: 1, waitMs: 2_000, waitsKnown: 1 }),
  waits('q-care', 38, [2_000, 2_000]),
  agentTally('107', 9, {
    answered: 3,
    placed: 1,
    talkMs: 90_000,
    talksKnown: 3,
    notAnswered: 2,
    talking: 90_000,
    'no-call': 3_510_000,
  }),
  agentTally('108', 9, { notAnswered: 1, 'not-watched': 60_000 }),
];
const LABELS = [
  { day: TODAY, of: 'queue', name: 'q-sales', label: 'Bán hàng' },
  { day: TODAY, of: 'queue', name: 'q-care', label: '0905' },
  { day: TODAY, of: 'agent', name: '107', label: 'Nguyễn Lan' },
] as const;

/** A caller who waits in Sales since so many ms. */
const waiting = (callId: string, sinceMs: number): CallStory => ({
  callId,
  started: at(TEN - sinceMs),
  visits: [
    {
      queue: { id: 'q-sales', name: 'Bán hàng' },
      key: 's',
      joined: at(TEN - sinceMs),
      left: null,
      how: null,
    },
  ],
  segments: [],
  offers: [],
});

describe('the numbers over HTTP', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let mine: string;

  beforeEach(async () => {
    clock = new ManualClock(TEN);
    store = new MemoryStore({ maxEvents: 1_000, now: () => clock.now() });
    log = await new LogWriter(store).claim('e1');
    await log.commitWith({ tallies: MORNING, labels: LABELS });
    await log.watched(TEN);
    delivery = await DeliveryUnderTest.start(store, { clock });
    mine = await token();
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const json = async (path: string, bearer = mine) => {
    const response = await delivery.get(path, bearer);
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any };
  };
  const table = async (path: string, bearer = mine) =>
    (await (await delivery.get(path, bearer, { accept: 'text/csv' })).text()).split('\r\n');

  it('are of today by the day where nothing else is asked, with what waits now, and a range where a wait is not known exactly', async () => {
    await log.commitWith({ stories: new Map([['c1', waiting('c1', 60_000)]]) });
    const { status, body } = await json('/v1/stats/queues');
    expect(status).toBe(200);
    expect(body).toEqual({
      from: '2026-03-01T17:00:00.000Z',
      to: '2026-03-02T17:00:00.000Z',
      by: 'day',
      timeZone: 'Asia/Ho_Chi_Minh',
      intervals: [
        {
          day: TODAY,
          from: '2026-03-01T17:00:00.000Z',
          to: '2026-03-02T17:00:00.000Z',
          isOver: false,
          unwatchedMs: { monitor: 0, queue: 0 },
          queues: [
            expect.objectContaining({ queue: { id: 'q-care', name: '0905' }, offered: 1, abandonedShare: 0 }),
            {
              queue: { id: 'q-sales', name: 'Bán hàng' },
              offered: 7,
              answered: 3,
              abandoned: 2,
              flowedOut: 1,
              unknown: 0,
              waiting: 1,
              shortAbandons: 1,
              abandonedShare: 0.25,
              serviceLevel: { seconds: 20, inTime: { least: 1, most: 2 }, share: { least: 0.25, most: 0.5 } },
              speedOfAnswer: { ms: 15_001, known: 2, unknown: 1 },
              talk: { ms: 33_333, known: 3, unknown: 0 },
            },
          ],
        },
      ],
    });
  });

  it('are by quarter and hour too, each that has begun, with the time that was not watched', async () => {
    await log.commitWith({ tallies: watched(36, 37, 120_000) });
    const { body } = await json(
      '/v1/stats/queues?by=quarter&from=2026-03-02T02:00:00Z&to=2026-03-02T04:00:00Z',
    );
    const shown = body.intervals.map(
      (one: { from: string; isOver: boolean; queues: unknown[]; unwatchedMs: object }) => [
        one.from.slice(11, 16),
        one.isOver,
        one.queues.length,
        one.unwatchedMs,
      ],
    );
    const none = { monitor: 0, queue: 0 };
    expect(shown).toEqual([
      ['02:00', true, 0, { monitor: 120_000, queue: 120_000 }],
      ['02:15', true, 1, none],
      ['02:30', true, 1, none],
      ['02:45', true, 0, none],
      ['03:00', false, 0, none],
    ]);
    const { body: hours } = await json('/v1/stats/queues?by=hour&queue=q-sales');
    expect(hours.intervals).toHaveLength(11);
    expect(hours.intervals[9].queues).toMatchObject([{ queue: { id: 'q-sales' }, offered: 6 }]);
  });

  it('say of days of which nothing is stored that they were not watched', async () => {
    const { body } = await json('/v1/stats/queues?from=2026-02-27&to=2026-03-02');
    expect(
      body.intervals.map(({ day, unwatchedMs }: { day: string; unwatchedMs: object }) => [day, unwatchedMs]),
    ).toEqual([
      ['2026-02-27', { monitor: 24 * HOUR, queue: 24 * HOUR }],
      ['2026-02-28', { monitor: 24 * HOUR, queue: 24 * HOUR }],
      ['2026-03-01', { monitor: 24 * HOUR, queue: 24 * HOUR }],
      [TODAY, { monitor: 0, queue: 0 }],
    ]);
  });

  it('are of agents by hour and day, with the time in each state up to now', async () => {
    const standing = {
      extension: '107',
      agentName: 'Nguyễn Lan',
      state: 'no-call',
      since: TEN - 60_000,
      counted: TEN - 30_000,
    } as const;
    await log.commitWith({ agents: new Map([['107', standing]]) });
    const { body } = await json('/v1/stats/agents');
    expect(body.intervals).toMatchObject([
      {
        day: TODAY,
        agents: [
          {
            agent: { extension: '107', name: 'Nguyễn Lan' },
            answered: 3,
            placed: 1,
            talk: { ms: 30_000, known: 3, unknown: 0 },
            talking: 1,
            notAnswered: 2,
            inState: {
              ringing: 0,
              talking: 90_000,
              'no-call': 3_540_000,
              'not-registered': 0,
              'not-watched': 0,
            },
            now: { state: 'no-call', since: new Date(TEN - 60_000).toISOString() },
          },
          { agent: { extension: '108', name: null }, notAnswered: 1, inState: { 'not-watched': 60_000 } },
        ],
      },
    ]);
    expect((await json('/v1/stats/agents?by=quarter')).status).toBe(400);
  });

  it('show a token its queues and its extensions, and nothing of others', async () => {
    const shown = async (of: 'queues' | 'agents', claims: object, query = '') => {
      const { status, body } = await json(`/v1/stats/${of}${query}`, await token({ ...claims }));
      expect(status).toBe(200);
      return body.intervals.flatMap(
        (one: Record<string, { queue?: { id: string }; agent?: { extension: string } }[]>) =>
          one[of]!.map(({ queue, agent }) => queue?.id ?? agent?.extension),
      );
    };
    expect(await shown('queues', {})).toEqual(['q-care', 'q-sales']);
    expect(await shown('queues', { queues: ['Bán hàng'.normalize('NFD')] })).toEqual(['q-sales']);
    expect(await shown('queues', { queues: ['q-care'] }, '?queues=q-sales,q-care')).toEqual(['q-care']);
    expect(await shown('queues', { extensions: ['107'] })).toEqual([]);
    expect(await shown('agents', { extensions: ['107'] })).toEqual(['107']);
    expect(await shown('agents', { extensions: ['107'] }, '?extension=108')).toEqual([]);
    expect(await shown('agents', { queues: ['q-sales'] })).toEqual([]);
    expect(await shown('agents', { queues: ['q-sales'], extensions: ['108'] })).toEqual(['108']);
    expect(await shown('agents', {}, '?extensions=108')).toEqual(['108']);
  });

  it('are tables of whole numbers for a spreadsheet, which say what was not watched', async () => {
    await log.commitWith({ tallies: watched(0, 1, 120_000) });
    const lines = await table('/v1/stats/queues?by=hour&to=2026-03-02');
    expect(lines[0]).toBe(
      'day,from,to,fromUtc,isOver,monitorUnwatchedMs,queueUnwatchedMs,queueId,queue,offered,answered,abandoned,shortAbandons,flowedOut,unknown,waiting,abandonedPercent,serviceLevelSeconds,inTimeLeast,inTimeMost,serviceLevelPercentLeast,serviceLevelPercentMost,speedOfAnswerMs,speedOfAnswerKnown,speedOfAnswerUnknown,talkMs,talkKnown,talkUnknown',
    );
    expect(lines.slice(1)).toEqual([
      '2026-03-02,2026-03-02 00:00:00,2026-03-02 01:00:00,2026-03-01T17:00:00.000Z,true,120000,120000,,,,,,,,,,,,,,,,,,,,,',
      '2026-03-02,2026-03-02 09:00:00,2026-03-02 10:00:00,2026-03-02T02:00:00.000Z,true,0,0,q-care,"\t0905",1,1,0,0,0,0,0,0,20,1,1,100,100,2000,1,0,,0,0',
      '2026-03-02,2026-03-02 09:00:00,2026-03-02 10:00:00,2026-03-02T02:00:00.000Z,true,0,0,q-sales,Bán hàng,6,3,2,1,1,0,0,25,20,1,2,25,50,15001,2,1,33333,3,0',
      '',
    ]);
    const agents = await table('/v1/stats/agents');
    expect(agents[0]).toBe(
      'day,from,to,fromUtc,isOver,monitorUnwatchedMs,queueUnwatchedMs,extension,agent,answered,placed,talking,notAnswered,talkMs,talkKnown,talkUnknown,ringingMs,talkingMs,noCallMs,notRegisteredMs,notWatchedMs',
    );
    expect(agents[1]).toBe(
      '2026-03-02,2026-03-02 00:00:00,2026-03-03 00:00:00,2026-03-01T17:00:00.000Z,false,120000,120000,"\t107",Nguyễn Lan,3,1,1,2,30000,3,0,0,90000,3510000,0,0',
    );
  });

  it('have a file name that says what they are', async () => {
    const response = await delivery.get('/v1/stats/queues?format=csv&by=hour', mine);
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="queues-by-hour-from-2026-03-02.csv"',
    );
    await response.body!.cancel();
  });

  it.each([
    ['from=2026-03-02&to=2026-03-01', 'to must be later than from, which is the day of to if it is left out'],
    ['from=2026-03-03', 'to must be later than from, which is the day of to if it is left out'],
    ['by=week', 'by must be one of quarter, hour, day; agents are counted by hour and day only'],
    [
      'by=hour&from=2026-01-01',
      'from and to must span at most 31 days of intervals by hour: ask for less at a time, or by day',
    ],
    ['from=0001-01-01', 'from and to must span at most 400 days of intervals by day: ask for less at a time'],
    [
      'from=yesterday',
      'from must be a day of the tenant, such as 2026-03-02, or an instant as in RFC 3339, such as 2026-03-02T03:00:00Z (a + is written %2B)',
    ],
    ['extensions=107', 'a parameter is unknown: known here are from, to, format, by, queues, tenant'],
  ])('refuse %s, and say why', async (query, detail) => {
    expect(await json(`/v1/stats/queues?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'bad-request', detail },
    });
  });

  it('refuse a day that the tenant’s zone has left out', async () => {
    await delivery.stop();
    // Samoa went from 29 to 31 December 2011.
    const deskRules = () => ({ ...DEFAULT_DESK_RULES, timeZone: 'Pacific/Apia' });
    delivery = await DeliveryUnderTest.start(store, { clock, deskRules });
    const { status, body } = await json('/v1/stats/queues?from=2011-12-30&to=2011-12-30');
    expect([status, body.detail]).toEqual([400, "to must be a day that the tenant's zone has"]);
  });

  it('count a call once that ends while they are read', async () => {
    await log.commitWith({ stories: new Map([['c1', waiting('c1', 60_000)]]) });
    const desk = new BusyDesk(store);
    await delivery.stop();
    delivery = await DeliveryUnderTest.start(store, { clock, desk });
    for (const moment of ['before', 'after'] as const) {
      await log.commitWith({ stories: new Map([[moment, waiting(moment, 60_000)]]) });
      desk.meanwhile[moment] = () =>
        log.commitWith({
          stories: new Map([[moment, null]]),
          tallies: [queueTally('q-sales', 39, { offered: 1, abandoned: 1 })],
        });
      const { body } = await json('/v1/stats/queues?queue=q-sales');
      const { offered } = body.intervals[0].queues[0];
      expect([moment, offered]).toEqual([moment, moment === 'before' ? 8 : 9]);
    }
  });

  it('say that they cannot be read: at first with a problem, later by the end of the connection', async () => {
    const desk = new BusyDesk(store);
    await delivery.stop();
    delivery = await DeliveryUnderTest.start(store, { clock, desk });
    desk.failsAfter = 0;
    expect(await json('/v1/stats/queues')).toMatchObject({ status: 503, body: { code: 'store-away' } });
    desk.failsAfter = 60;
    const many = Array.from({ length: 300 }, (_, day) =>
      new Date(Date.UTC(2026, 1, 28) - day * 24 * HOUR).toISOString().slice(0, 10),
    );
    await log.commitWith({
      tallies: many.flatMap((day) => ['q-a', 'q-b'].map((name) => queueTally(name, 0, { offered: 1 }, day))),
    });
    const cut = await delivery.get('/v1/stats/queues?from=2025-03-01', mine);
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow();
  });

  it('are not there for a tenant that was never observed', async () => {
    expect(await json('/v1/stats/queues', await token({ tenant: 'globex' }))).toMatchObject({
      status: 503,
      body: { code: 'not-ready' },
    });
  });
});

/** Something happens right before the next table is read, or right after; and it answers only so many questions for tables. */
class BusyDesk extends MemoryDeskStore {
  readonly meanwhile: {
    before?: (() => Promise<unknown>) | undefined;
    after?: (() => Promise<unknown>) | undefined;
  } = {};
  failsAfter = Infinity;

  override async days(...asked: Parameters<MemoryDeskStore['days']>) {
    this.failsAfter -= 1;
    if (this.failsAfter < 0) throw new StoreUnavailableError('away');
    const { before, after } = this.meanwhile;
    this.meanwhile.before = this.meanwhile.after = undefined;
    await before?.();
    const tables = await super.days(...asked);
    await after?.();
    return tables;
  }
}
