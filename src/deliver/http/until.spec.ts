import fc from 'fast-check';
import { jest } from '@jest/globals';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  token,
  transition,
} from '../../../test/support/delivery.js';
import type { BridgeEvent } from '../../core/model/event.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

const DAY = Date.UTC(2026, 2, 2);
const iso = (s: number) => new Date(DAY + s * 1_000).toISOString();

interface Page {
  readonly events: readonly BridgeEvent[];
  readonly cursor: string;
  readonly complete?: boolean;
}

describe('a page of the log up to an instant', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let mine: string;

  beforeEach(async () => {
    // An hour after the events below.
    clock = new ManualClock(DAY + 3_600_000);
    store = new MemoryStore({ maxEvents: 1_000, now: () => log.recordedAt });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { clock });
    mine = await token();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await delivery.stop();
    await store.close();
  });

  const page = async (query: string): Promise<Page> => {
    const response = await delivery.get(`/v1/events?${query}`, mine);
    const body: unknown = await response.json();
    expect([response.status, body]).toEqual([200, body]);
    return body as Page;
  };
  const ids = (events: readonly BridgeEvent[]) => events.map(({ subject }) => subject);
  /** Events recorded at these seconds: c0, c1 … */
  const record = async (...seconds: number[]) => {
    for (const [index, s] of seconds.entries()) {
      log.recordedAt = DAY + s * 1_000;
      await log.commit(transition('call-started', `c${index}`));
    }
  };
  /** As the documents say: on with the cursor until the answer is complete. */
  const all = async (query: string, until: string): Promise<BridgeEvent[]> => {
    const events: BridgeEvent[] = [];
    let from = query;
    for (let requests = 0; requests < 100; requests += 1) {
      const answer = await page(`${from}&until=${until}`);
      events.push(...answer.events);
      if (answer.complete === true) return events;
      from = `${query.replace(/(^|&)(since|after)=[^&]*/, '')}&after=${answer.cursor}`;
    }
    throw new Error('never complete');
  };

  it('has what was recorded before it, and not what was recorded at it', async () => {
    await record(0, 10, 20, 20, 30);
    const until = async (s: number) => ids((await page(`until=${iso(s)}`)).events);
    expect(await until(0)).toEqual([]);
    expect(await until(10)).toEqual(['c0']);
    expect(await until(20)).toEqual(['c0', 'c1']);
    expect(await until(21)).toEqual(['c0', 'c1', 'c2', 'c3']);
    expect(await until(99)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });

  it('says that it is complete, and ends with a cursor from which everything later goes on', async () => {
    await record(0, 10, 20, 30);
    const first = await page(`since=${iso(0)}&until=${iso(20)}`);
    expect(first).toMatchObject({ complete: true, cursor: 'e1:0000000000000002' });
    expect(ids((await page(`after=${first.cursor}`)).events)).toEqual(['c2', 'c3']);
  });

  it('has no word of completeness without an until', async () => {
    await record(0);
    expect(await page('limit=1')).not.toHaveProperty('complete');
  });

  it('is not complete while a limit holds something of it back', async () => {
    await record(0, 10, 20, 30);
    const first = await page(`limit=1&until=${iso(20)}`);
    expect([ids(first.events), first.complete]).toEqual([['c0'], false]);
    const second = await page(`limit=1&after=${first.cursor}&until=${iso(20)}`);
    expect([ids(second.events), second.complete]).toEqual([['c1'], true]);
    const again = await page(`limit=1&after=${second.cursor}&until=${iso(20)}`);
    expect(again).toEqual({ events: [], cursor: second.cursor, complete: true });
  });

  it('is not complete while events of before it may still be recorded', async () => {
    await record(0, 10);
    const soon = iso(3_600 + 60);
    const early = await page(`until=${soon}`);
    expect([ids(early.events), early.complete]).toEqual([['c0', 'c1'], false]);
    clock.advance(60_000);
    // A replica's clock may be a little ahead of the one that events are recorded by.
    expect(await page(`after=${early.cursor}&until=${soon}`)).toEqual({ ...early, events: [] });
    clock.advance(2_000);
    expect(await page(`after=${early.cursor}&until=${soon}`)).toEqual({
      ...early,
      events: [],
      complete: true,
    });
  });

  it('is complete once something later is in the log, whatever a clock says', async () => {
    clock.behindMs = 86_400_000;
    await record(0, 10, 20);
    expect((await page(`until=${iso(20)}`)).complete).toBe(true);
    expect((await page(`until=${iso(21)}`)).complete).toBe(false);
  });

  it('leaves a cursor of after it where it is', async () => {
    await record(0, 10, 20);
    expect(await page(`after=e1:3&until=${iso(10)}`)).toEqual({
      events: [],
      cursor: 'e1:0000000000000003',
      complete: true,
    });
  });

  it('of an empty log is complete when its time has passed', async () => {
    expect(await page(`until=${iso(0)}`)).toMatchObject({ events: [], complete: true });
    expect(await page(`until=${iso(7_200)}`)).toMatchObject({ events: [], complete: false });
  });

  it('reaches into an earlier epoch', async () => {
    await record(0, 10);
    await log.claim('e2', true);
    log.recordedAt = DAY + 20_000;
    await log.commit(transition('call-started', 'd0'));
    expect(ids(await all('limit=1', iso(20)))).toEqual(['c0', 'c1']);
    expect(ids(await all('limit=1', iso(21)))).toEqual(['c0', 'c1', 'd0']);
  });

  it('is not complete where the log could not be read to its end', async () => {
    await record(...Array.from({ length: 300 }, (_, n) => n));
    const read = store.read.bind(store);
    const failing = jest.spyOn(store, 'read').mockImplementation((tenant, after, limit) =>
      // Neither the first page, nor the search for its ends, which reads one event at a time.
      limit > 1 && after > 0 && after < 298 ? Promise.reject(new Error('away')) : read(tenant, after, limit),
    );
    const early = await page(`until=${iso(299)}&limit=1000`);
    expect([early.events.length, early.complete]).toEqual([128, false]);
    failing.mockRestore();
    expect(await all(`limit=1000&after=${early.cursor}`, iso(299))).toHaveLength(171);
  });

  it('is not complete where the log became another one while its end was looked for', async () => {
    await record(0, 10);
    await page('limit=1');
    const { pages, position } = delivery.relay.feed('acme');
    jest.spyOn(pages, 'sequenceBefore').mockImplementation(() => {
      position.begin({ epoch: 'e2', sequence: 0 }, 'epoch-changed');
      return Promise.resolve(0);
    });
    expect(await page(`until=${iso(10)}`)).toMatchObject({ events: [], complete: false });
  });

  it('drawn: windows that meet share no event and lose none, whatever their pages', async () => {
    await record(...Array.from({ length: 60 }, (_, n) => Math.floor(n / 3) * 10));
    const instants = fc.uniqueArray(fc.integer({ min: -5, max: 215 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(instants, fc.integer({ min: 1, max: 40 }), async (cuts, limit) => {
        const edges = [-10, ...cuts.toSorted((a, b) => a - b), 300];
        const seen: string[] = [];
        for (const [index, edge] of edges.slice(1).entries())
          seen.push(...ids(await all(`limit=${limit}&since=${iso(edges[index]!)}`, iso(edge))));
        expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => `c${n}`));
      }),
      { numRuns: 15 },
    );
  });

  it('counts past what the token may not see', async () => {
    await record(0, 10, 20);
    const stranger = await token({ extensions: ['999'] });
    const response = await delivery.get(`/v1/events?until=${iso(20)}`, stranger);
    expect(await response.json()).toEqual({ events: [], cursor: 'e1:0000000000000002', complete: true });
  });
});
