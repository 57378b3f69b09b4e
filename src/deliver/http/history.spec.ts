import { CSV_BOM } from '../../base/csv.js';
import { at, endedRecord } from '../../../test/support/ended-calls.js';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  token,
  transition,
} from '../../../test/support/delivery.js';
import type { EndedCallRecord } from '../../core/day/ended-call-record.js';
import type { CallView } from '../../core/model/event.js';
import { StoreUnavailableError } from '../../store/errors.js';
import { MemoryDeskStore } from '../../store/memory/memory-desk-store.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

/** 10:00 in Vietnam. */
const TEN = Date.UTC(2026, 2, 2, 3);
const MINUTE = 60_000;

/** Who called, as the PBX writes it, and the line that this is. */
const LAN = { raw: '0905111222', e164: '+84905111222', national: '0905 111 222' };
const HUNG_UP: Partial<CallView> = { outcome: 'abandoned', customer: LAN };

const HISTORY = [
  endedRecord('c1', { endedAt: TEN - 30 * 60 * MINUTE, line: '+84905111222', view: { customer: LAN } }),
  endedRecord('c2', { endedAt: TEN - 3 * MINUTE, queues: ['q-sales'], extensions: ['107'] }),
  endedRecord('c3', {
    endedAt: TEN - 2 * MINUTE,
    queues: ['q-care'],
    extensions: ['108'],
    line: '+84905111222',
    view: HUNG_UP,
  }),
  endedRecord('c4', { endedAt: TEN - MINUTE, extensions: ['107', '108'] }),
] as const;

/** One that answers so many questions for history, and then none. */
class FailingDesk extends MemoryDeskStore {
  failsAfter = Infinity;

  override history(...asked: Parameters<MemoryDeskStore['history']>): ReturnType<MemoryDeskStore['history']> {
    this.failsAfter -= 1;
    return this.failsAfter < 0 ? Promise.reject(new StoreUnavailableError('away')) : super.history(...asked);
  }

  override endedCall(
    ...asked: Parameters<MemoryDeskStore['endedCall']>
  ): ReturnType<MemoryDeskStore['endedCall']> {
    return this.failsAfter < 0
      ? Promise.reject(new StoreUnavailableError('away'))
      : super.endedCall(...asked);
  }
}

describe('the history over HTTP', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let mine: string;

  beforeEach(async () => {
    clock = new ManualClock(TEN);
    store = new MemoryStore({ maxEvents: 1_000, now: () => clock.now() });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { clock });
    mine = await token();
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const keep = (...records: EndedCallRecord[]) =>
    log.commitWith({
      records,
      queues: new Map(
        records.flatMap(({ view: { queues } }) =>
          queues.map((queue) => [queue.id, { ...queue, lastAt: TEN, crossed: [] }] as const),
        ),
      ),
    });
  const ask = async (query: string, bearer = mine) => {
    const response = await delivery.get(`/v1/calls?state=ended${query}`, bearer);
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any };
  };
  const ids = async (query: string, bearer = mine): Promise<string[]> => {
    const { status, body } = await ask(query, bearer);
    expect([status, body.next]).toEqual([200, null]);
    return body.calls.map(({ callId }: CallView) => callId);
  };

  it('has the calls that have ended, the newest first, as their last event had them and with their story', async () => {
    const story = {
      visits: [
        {
          queue: { id: 'q-sales', name: 'Sales' },
          key: 's',
          joined: at(TEN),
          left: at(TEN + 5_000),
          how: 'answered' as const,
        },
      ],
      segments: [
        {
          extension: '107',
          agentName: 'Lan',
          placed: false,
          from: at(TEN + 5_000),
          to: { ...at(TEN + 9_000), certainty: 'inferred' as const },
        },
      ],
      offers: [{ extension: '108', agentName: null, outcome: 'not-answered' as const, at: TEN + 4_000 }],
    };
    await keep(HISTORY[0], HISTORY[1], endedRecord('c9', { endedAt: TEN, story }));
    const { status, body } = await ask('');
    expect(status).toBe(200);
    expect(body.calls.map(({ callId }: CallView) => callId)).toEqual(['c9', 'c2', 'c1']);
    const { view } = endedRecord('c9', { endedAt: TEN });
    const observed = (instant: string, before: string) => ({
      earliest: before,
      latest: instant,
      certainty: 'observed',
    });
    expect(body.calls[0]).toEqual({
      tenant: 'acme',
      ...view,
      story: {
        visits: [
          {
            queue: { id: 'q-sales', name: 'Sales' },
            joined: {
              at: '2026-03-02T03:00:00.000Z',
              observed: observed('2026-03-02T03:00:00.000Z', '2026-03-02T02:59:59.000Z'),
            },
            left: {
              at: '2026-03-02T03:00:05.000Z',
              observed: observed('2026-03-02T03:00:05.000Z', '2026-03-02T03:00:04.000Z'),
            },
            how: 'answered',
          },
        ],
        segments: [
          {
            extension: '107',
            agentName: 'Lan',
            placed: false,
            from: {
              at: '2026-03-02T03:00:05.000Z',
              observed: observed('2026-03-02T03:00:05.000Z', '2026-03-02T03:00:04.000Z'),
            },
            to: {
              at: '2026-03-02T03:00:09.000Z',
              observed: {
                ...observed('2026-03-02T03:00:09.000Z', '2026-03-02T03:00:08.000Z'),
                certainty: 'inferred',
              },
            },
          },
        ],
        offers: [
          { extension: '108', agentName: null, outcome: 'not-answered', at: '2026-03-02T03:00:04.000Z' },
        ],
      },
    });
  });

  it('finds calls by customer in either form of the number, by extension, queue, outcome and the time of their end', async () => {
    await keep(...HISTORY);
    expect(await ids('&customer=0905111222')).toEqual(['c3', 'c1']);
    expect(await ids('&customer=%2B84 905 111 222&outcome=abandoned')).toEqual(['c3']);
    expect(await ids('&customers=0914237383,0905111222')).toEqual(['c4', 'c3', 'c2', 'c1']);
    expect(await ids('&customer=0999999999')).toEqual([]);
    expect(await ids('&extension=108')).toEqual(['c4', 'c3']);
    expect(await ids('&queue=q-care')).toEqual(['c3']);
    expect(await ids(`&queue=${encodeURIComponent('name of q-care')}`)).toEqual(['c3']);
    expect(await ids('&queue=q-care&extension=107')).toEqual(['c4', 'c3', 'c2', 'c1']);
    expect(await ids('&queue=unheard of')).toEqual([]);
    expect(await ids('&outcomes=abandoned,no-answer')).toEqual(['c3']);
    expect(await ids('&since=2026-03-02T02:57:00Z&until=2026-03-02T02:59:00Z')).toEqual(['c3', 'c2']);
    // Days are the tenant's: c1 ended at 04:00 of the day before.
    expect(await ids('&until=2026-03-01')).toEqual(['c1']);
    expect(await ids('&since=2026-03-02')).toEqual(['c4', 'c3', 'c2']);
  });

  it('finds an old mobile number by the one of today, and the other way round', async () => {
    const old = { raw: '01651234567', e164: null, national: null };
    await keep(endedRecord('old', { line: '+84351234567', view: { customer: old } }));
    expect(await ids('&customer=0351234567')).toEqual(['old']);
    expect(await ids('&customer=01651234567')).toEqual(['old']);
  });

  it('gives pages that follow one another by position, also while calls end', async () => {
    await keep(...HISTORY);
    const first = await ask('&limit=2');
    expect(first.body.calls.map(({ callId }: CallView) => callId)).toEqual(['c4', 'c3']);
    await keep(endedRecord('c5', { endedAt: TEN }));
    expect(await ids(`&limit=2&after=${first.body.next}`)).toEqual(['c2', 'c1']);
  });

  it('shows a token what it shows of live calls: those of its extensions and queues, and no others', async () => {
    await keep(...HISTORY);
    const of107 = await token({ extensions: ['107'] });
    const ofCare = await token({ queues: ['name of q-care'] });
    expect(await ids('', of107)).toEqual(['c4', 'c2', 'c1']);
    expect(await ids('&extension=108', of107)).toEqual(['c4']);
    expect(await ids('&queue=q-care', of107)).toEqual([]);
    expect(await ids('', ofCare)).toEqual(['c3']);
    expect(await ids('&extension=107', ofCare)).toEqual([]);
    expect(await ids('', await token({ queues: [] }))).toEqual([]);
    expect(await ids('', await token({ tenant: 'globex' }))).toEqual([]);
  });

  it('masks the number where the token does, in lists, in one call and in tables', async () => {
    await keep(...HISTORY);
    const ofCare = await token({ queues: ['q-care'], numbers: 'masked' });
    for (const path of ['/v1/calls?state=ended', '/v1/calls/c3', '/v1/calls?state=ended&format=csv']) {
      const text = await (await delivery.get(path, ofCare)).text();
      expect([path, text.includes('0905 *** 222')]).toEqual([path, true]);
      expect([path, text.replace(/\D/g, '').includes('905111222')]).toEqual([path, false]);
    }
    expect((await ask('&customer=0905111222', ofCare)).status).toBe(400);
    // An extension's own calls are whole, but a number finds no others.
    const both = await token(
      { extensions: ['107'], queues: ['q-care'], numbers: undefined, display: false },
      { exp: TEN / 1_000 + 3_600 },
    );
    expect(await ids('&customer=0905111222', both)).toEqual(['c1']);
  });

  it('has a call by its id, first as it lives and then as it ended', async () => {
    await delivery.get('/v1/calls', mine);
    await log.commit(transition('call-started', 'c2'));
    const one = async (bearer = mine) => {
      const response = await delivery.get('/v1/calls/c2', bearer);
      return { status: response.status, body: (await response.json()) as { state?: string; story?: object } };
    };
    expect(await one()).toMatchObject({ status: 200, body: { state: 'ringing' } });
    await log.commitWith({ records: [HISTORY[1]] }, transition('call-ended', 'c2'));
    expect(await one()).toMatchObject({
      status: 200,
      body: { callId: 'c2', state: 'ended', story: { visits: [] } },
    });
    for (const stranger of [await token({ extensions: ['108'] }), await token({ tenant: 'globex' })])
      expect((await one(stranger)).status).not.toBe(200);
  });

  it('gives all of it as a table, page by page, that a spreadsheet reads as it is', async () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      endedRecord(`m${index}`, { endedAt: TEN - index }),
    );
    await keep(...HISTORY, ...many);
    const response = await delivery.get('/v1/calls?state=ended', mine, { accept: 'text/csv' });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const text = Buffer.from(await response.arrayBuffer()).toString();
    expect(text.startsWith(`${CSV_BOM}callId,direction,outcome,customer,customerE164,hotline,queues,`)).toBe(
      true,
    );
    const lines = text.split('\r\n');
    expect(lines).toHaveLength(1 + 254 + 1);
    expect(lines.find((line) => line.startsWith('c3,'))).toBe(
      'c3,inbound,abandoned,"\t0905111222","\t+84905111222",,name of q-care,"\t108",,,2026-03-02 10:00:00,,2026-03-02 09:58:00,2026-03-02T02:58:00.000Z,observed,,,0',
    );
    const some = await delivery.get('/v1/calls?state=ended&format=csv&limit=101', mine);
    expect((await some.text()).split('\r\n')).toHaveLength(1 + 101 + 1);
  });

  it.each([
    [
      'state=ended,queued',
      'states must be of queued, ringing, answered, separated by commas, or ended alone',
    ],
    ['limit=5', 'limit must be a whole number from 1 to 1000, and state=ended beside it'],
    [
      'state=ringing&since=2026-03-02',
      'since must be a day of the tenant, such as 2026-03-02, or an instant as in RFC 3339, such as 2026-03-02T03:00:00Z (a + is written %2B), and state=ended beside it',
    ],
    [
      'state=ended&after=e1:0000000000000001',
      'after must be `next` of the page before, and state=ended beside it',
    ],
    [
      'state=ended&outcome=lost',
      'outcomes must be of answered, abandoned, no-answer, unknown, separated by commas, and state=ended beside it',
    ],
    [
      'state=ended&since=2026-02-30',
      'since must be a day of the tenant, such as 2026-03-02, or an instant as in RFC 3339, such as 2026-03-02T03:00:00Z (a + is written %2B), and state=ended beside it',
    ],
    ['state=ended&since=2026-03-03&until=2026-03-01', 'until must not be before since'],
    ['state=ended&format=xml', 'format must be one of json, csv, and state=ended beside it'],
    [
      'state=ended&agent=Lan',
      'a parameter is unknown: known here are extensions, queues, customers, states, outcomes, since, until, after, limit, format, tenant',
    ],
  ])('refuses %s, and says why', async (query, detail) => {
    const response = await delivery.get(`/v1/calls?${query}`, mine);
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'bad-request', detail }]);
  });

  it('says that it cannot be read, and cuts a table that cannot be finished', async () => {
    await keep(
      ...Array.from({ length: 1_500 }, (_, index) => endedRecord(`m${index}`, { endedAt: TEN - index })),
    );
    const desk = new FailingDesk(store);
    await delivery.stop();
    delivery = await DeliveryUnderTest.start(store, { clock, desk });
    desk.failsAfter = 12;
    const cut = await delivery.get('/v1/calls?state=ended&format=csv', mine);
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow();
    desk.failsAfter = 0;
    for (const path of ['/v1/calls?state=ended', '/v1/calls?state=ended&format=csv', '/v1/calls/m1'])
      expect((await delivery.get(path, mine)).status).toBe(503);
  });
});
