import {
  DeliveryUnderTest,
  LogWriter,
  sourceDown,
  token,
  transition,
} from '../../../test/support/delivery.js';
import { PhoneNumbers } from '../../source/parse/phone-number.js';
import type { CallView } from '../../core/model/event.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

const numbers = new PhoneNumbers('VN');
const at = (extension: string) => [
  { extension, extensionId: null, agentName: null, state: 'ringing' as const },
];
const queue = { id: 'q-1', name: 'Sales' };
const call = (callId: string, customer: string | null, given: Partial<CallView> = {}) =>
  transition('call-started', callId, {
    customer: customer === null ? null : numbers.parse(customer),
    ...given,
  });
const LAN = '0914237383';
const MINH = '0987654321';

describe('what a request asks for', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let mine: string;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store);
    mine = await token();
    await json('/v1/calls');
    await log.commit(
      call('lan-107', LAN, { extensions: at('107') }),
      call('lan-sales', LAN, { extensions: [], queue, state: 'queued' }),
      call('minh-107', MINH, { extensions: at('107'), state: 'answered' }),
      call('minh-108', MINH, { extensions: at('108') }),
      call('withheld', null, { extensions: at('109') }),
    );
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const json = async (path: string, bearer = mine) => {
    const response = await delivery.get(path, bearer);
    if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
      await response.body!.cancel();
      return { status: response.status, body: null };
    }
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any };
  };
  const calls = async (query: string, bearer = mine): Promise<string[]> =>
    (await json(`/v1/calls?${query}`, bearer)).body.calls.map((one: CallView) => one.callId);
  const events = async (query: string, bearer = mine): Promise<string[]> =>
    (await json(`/v1/events?${query}`, bearer)).body.events.map((one: { subject: string }) => one.subject);

  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['extension=107', ['lan-107', 'minh-107']],
    ['extensions=107', ['lan-107', 'minh-107']],
    ['extension=107,108', ['lan-107', 'minh-107', 'minh-108']],
    ['extension=107&extension=108', ['lan-107', 'minh-107', 'minh-108']],
    ['extension=107&extensions=108', ['lan-107', 'minh-107', 'minh-108']],
    ['queue=Sales', ['lan-sales']],
    ['queue=q-1', ['lan-sales']],
    ['queue=q-1&extension=108', ['lan-sales', 'minh-108']],
    [`customer=${LAN}`, ['lan-107', 'lan-sales']],
    ['customer=%2B84914237383', ['lan-107', 'lan-sales']],
    ['customer=+84914237383', ['lan-107', 'lan-sales']],
    ['customer=84%20914.237.383', ['lan-107', 'lan-sales']],
    [`customers=${LAN},${MINH}`, ['lan-107', 'lan-sales', 'minh-107', 'minh-108']],
    [`customer=${LAN}&extension=107`, ['lan-107']],
    [`customer=${LAN}&queue=Sales&extension=107`, ['lan-107', 'lan-sales']],
    [`customer=${LAN}&extension=108`, []],
    ['customer=0914237384', []],
    ['customer=', []],
    ['extension=', []],
  ];

  it.each(CASES)('%s has its calls', async (query, wanted) => {
    expect(await calls(query)).toEqual(wanted);
  });

  it.each(CASES)('%s has their events, and no other call’s', async (query, wanted) => {
    expect(await events(query)).toEqual(wanted);
  });

  it.each([
    ['state=ringing', ['lan-107', 'minh-108', 'withheld']],
    ['state=queued', ['lan-sales']],
    ['states=queued,answered', ['lan-sales', 'minh-107']],
    ['state=queued&state=answered&extension=107', ['minh-107']],
    [`state=ringing&customer=${MINH}`, ['minh-108']],
    ['state=', []],
  ])('%s has the calls that are so now', async (query, wanted) => {
    expect(await calls(query)).toEqual(wanted);
  });

  it('a call leaves a state with the event that says so', async () => {
    await log.commit(transition('call-answered', 'lan-107', { state: 'answered', extensions: at('107') }));
    expect(await calls('state=ringing')).toEqual(['minh-108', 'withheld']);
    expect(await calls('state=answered')).toEqual(['lan-107', 'minh-107']);
  });

  it('types are written in the singular too', async () => {
    await log.commit(transition('call-ended', 'lan-107', { state: 'ended' }));
    expect(await events('type=call-ended')).toEqual(['lan-107']);
    expect(await events(`type=call-ended&customer=${MINH}`)).toEqual([]);
  });

  it('a filter for calls keeps back no word about the sources, and what is no call', async () => {
    await log.commit(sourceDown, {
      type: 'extension-registered',
      subject: '107',
      time: 0,
      data: {
        extension: '107',
        registered: true,
        observed: { earliest: null, latest: '2026-03-02T03:00:00.000Z', certainty: 'observed' },
      },
    });
    expect(await events('customer=0999999999')).toEqual(['monitor']);
    expect(await events('extension=107')).toEqual(['lan-107', 'minh-107', 'monitor', '107']);
  });

  it('a filter never shows what the token does not', async () => {
    const own = await token({ extensions: ['108'] });
    const seen = ['minh-108'];
    for (const [query, shown] of [
      [`customer=${LAN}`, []],
      ['queue=Sales', []],
      [`customer=${LAN},${MINH}`, seen],
      ['extension=107,108', seen],
    ] as const) {
      expect([query, await calls(query, own)]).toEqual([query, shown]);
      expect([query, await events(query, own)]).toEqual([query, shown]);
    }
    expect(await calls('state=queued,ringing,answered', own)).toEqual(seen);
  });

  it('the event stream begins with the customer’s calls, and goes on with their events alone', async () => {
    const response = await delivery.get(`/v1/events/stream?customer=${LAN}&extension=107`, mine);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (part: string) => {
      while (!text.includes(part)) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += value;
      }
    };
    await until('event: snapshot');
    await log.commit(
      call('minh-again', MINH, { extensions: at('107') }),
      call('lan-again', LAN, { extensions: at('107') }),
    );
    await until('"callId":"lan-again"');
    expect(text).toContain('"callId":"lan-107"');
    expect(text).not.toContain('minh');
    expect(text).not.toContain('lan-sales');
    await reader.cancel();
  });

  describe('is refused', () => {
    const KNOWN: readonly (readonly [string, string])[] = [
      [
        '/v1/calls',
        'extensions, queues, customers, states, outcomes, since, until, after, limit, format, tenant',
      ],
      ['/v1/calls/lan-107', 'tenant'],
      ['/v1/events', 'after, since, until, limit, types, extensions, queues, customers, tenant'],
      ['/v1/events/stream', 'after, types, extensions, queues, customers, tenant'],
      ['/v1/sources', 'tenant'],
      ['/v1/extensions/107/registration', 'tenant'],
    ];

    it.each(KNOWN)(
      'where %s has a parameter that it does not know, and the known ones are said',
      async (path, known) => {
        for (const name of ['extention', 'stat', 'page', 'extensions[]', '__proto__', 'constructor', 's']) {
          const { status, body } = await json(`${path}?${encodeURIComponent(name)}=1`);
          expect([name, status, body.code]).toEqual([name, 400, 'bad-request']);
          expect(body.detail).toBe(`a parameter is unknown: known here are ${known}`);
        }
      },
    );

    it.each([
      ['/v1/calls?types=call-started', 'a parameter is unknown'],
      ['/v1/calls?limit=1', 'limit must be a whole number from 1 to 1000, and state=ended beside it'],
      ['/v1/events?state=ringing', 'a parameter is unknown'],
      ['/v1/events/stream?until=2026-03-02T03:00:00Z', 'a parameter is unknown'],
      ['/v1/events/stream?since=2026-03-02T03:00:00Z', 'a parameter is unknown'],
      ['/v1/calls?state=ended,ringing', 'states must be of queued, ringing, answered'],
      [
        '/v1/calls?customer=0914***383',
        'customers must be at most 20 whole telephone numbers, without stars',
      ],
      [`/v1/calls?customer=${'0914237383,'.repeat(21)}`, 'customers must be at most 20'],
      [`/v1/events?customer=${'9'.repeat(129)}`, 'customers must be'],
      ['/v1/events?until=tomorrow', 'until must be an instant as in RFC 3339'],
      ['/v1/events?until=2026-03-02T03:00:00', 'until must be'],
      ['/v1/events?since=2026-03-02T03:00:00Z&until=2026-03-02T02:59:59Z', 'not before since'],
    ])('%s', async (path, detail) => {
      const { status, body } = await json(path);
      expect([status, body.code]).toEqual([400, 'bad-request']);
      expect(body.detail).toContain(detail);
    });

    it('but not what jQuery adds, nor a tenant that a token names anyway', async () => {
      for (const [path] of KNOWN.filter(([each]) => !each.includes('107/') && !each.includes('stream'))) {
        expect((await json(`${path}?_=1767225600000&tenant=globex`)).status).toBe(200);
      }
      const stream = await delivery.get('/v1/events/stream?_=1767225600000', mine);
      expect(stream.status).toBe(200);
      await stream.body!.cancel();
    });

    it('after the token was: without one no client learns the parameters', async () => {
      const response = await delivery.get('/v1/calls?page=1', null);
      expect(response.status).toBe(401);
    });
  });
});
