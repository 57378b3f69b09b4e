import { item, part } from '../../../test/support/desk-owner.js';
import { endedRecord } from '../../../test/support/ended-calls.js';
import { aCallback, callbackTransition, SALES } from '../../../test/support/callbacks.js';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  sourceDown,
  token,
  transition,
} from '../../../test/support/delivery.js';
import type { CallView } from '../../core/model/event.js';
import { PhoneNumbers } from '../../source/parse/phone-number.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

const numbers = new PhoneNumbers('VN');
const CUSTOMER = '0905111222';
const MASK = '0905 *** 222';
const at = (...extensions: string[]) =>
  extensions.map((extension) => ({
    extension,
    extensionId: null,
    agentName: null,
    state: 'ringing' as const,
  }));
const call = (callId: string, given: Partial<CallView>) =>
  transition('call-started', callId, { customer: numbers.parse(CUSTOMER), hotline: null, ...given });
const ended = (callId: string, given: Partial<CallView>) =>
  transition('call-ended', callId, { customer: numbers.parse('+84 905 111 222'), state: 'ended', ...given });
const inSales = { queue: SALES, queues: [SALES] };
/** However it is written. */
const hasNumber = (text: string) => /905111222/.test(text.replace(/[^0-9a-zA-Z"{]/g, ''));

/** All the ways to read, each as the bytes that come. */
describe('a client to whom numbers are masked', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  const clock = new ManualClock();

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000, now: () => clock.now() });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { clock });
    // The calls are known from their events, from the first request on.
    await http('/v1/calls', await token());
    await log.commitWith({
      records: [
        endedRecord('past', {
          endedAt: clock.now() - 60_000,
          line: '+84905111222',
          extensions: [],
          queues: [SALES.id],
          view: { customer: numbers.parse(CUSTOMER), ...inSales },
        }),
      ],
      queues: new Map([[SALES.id, { ...SALES, lastAt: clock.now(), crossed: [] }]]),
      callbacks: new Map([['cb-1', item('cb-1', [part('Sales', 100)])]]),
    });
    await log.commit(
      call('over', { ...inSales, extensions: at('107') }),
      ended('over', { ...inSales, extensions: at('107') }),
      call('own', { ...inSales, extensions: at('107') }),
      call('theirs', { ...inSales, extensions: [] }),
      sourceDown,
      callbackTransition('callback-due', aCallback({ parts: 1 })),
    );
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const http = async (path: string, bearer: string) => (await delivery.get(path, bearer)).text();

  /** The stream's text up to what is wanted. */
  async function stream(path: string, bearer: string, wanted: string): Promise<string> {
    const response = await delivery.get(path, bearer);
    let text = '';
    for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
      text += bytes;
      if (text.includes(wanted)) break;
    }
    return text;
  }

  /** What a socket got, with its snapshot and a live event, or from a cursor on. */
  async function socket(bearer: string, transport: string, cursor?: string): Promise<string> {
    const client = delivery.connect(
      { token: bearer, ...(cursor === undefined ? {} : { cursor }) },
      { transports: [transport] },
    );
    if (cursor === undefined) await client.first('snapshot');
    else await client.first('callback-due');
    await log.commit(ended('theirs', { ...inSales, extensions: [] }), call('theirs', inSales));
    await client.first('call-ended');
    await client.until(() => client.names.at(-1) === 'call-started');
    return JSON.stringify(client.messages);
  }

  const READS: readonly [string, (bearer: string) => Promise<string>][] = [
    ['GET /v1/calls', (bearer) => http('/v1/calls', bearer)],
    ['GET /v1/calls of a queue', (bearer) => http('/v1/calls?queue=Sales', bearer)],
    ['GET /v1/calls/{id}', (bearer) => http('/v1/calls/theirs', bearer)],
    ['GET /v1/calls of those that have ended', (bearer) => http('/v1/calls?state=ended', bearer)],
    ['a table of calls', (bearer) => http('/v1/calls?state=ended&format=csv', bearer)],
    ['GET /v1/calls/{id} of one that has ended', (bearer) => http('/v1/calls/past', bearer)],
    ['GET /v1/callbacks', (bearer) => http('/v1/callbacks', bearer)],
    ['a table of call-backs', (bearer) => http('/v1/callbacks?format=csv', bearer)],
    ['GET /v1/events', (bearer) => http('/v1/events', bearer)],
    ['GET /v1/events of call-backs', (bearer) => http('/v1/events?types=callback-due', bearer)],
    ['an event stream', (bearer) => stream('/v1/events/stream', bearer, 'event: snapshot')],
    [
      'an event stream from a cursor',
      (bearer) => stream('/v1/events/stream?after=e1:0000000000000000', bearer, 'event: callback-due'),
    ],
    ['a WebSocket', (bearer) => socket(bearer, 'websocket')],
    ['a WebSocket from a cursor', (bearer) => socket(bearer, 'websocket', 'e1:0000000000000000')],
    ['a polling client', (bearer) => socket(bearer, 'polling')],
    ['a polling client from a cursor', (bearer) => socket(bearer, 'polling', 'e1:0000000000000000')],
  ];
  const MASKED: readonly [string, Record<string, unknown>][] = [
    ['of a queue', { queues: ['Sales'], display: false }],
    ['of a display', { display: true }],
    ['that says so', { numbers: 'masked' }],
  ];

  it.each(READS)('by %s gets the mask in the place of each number', async (_, read) => {
    for (const [, claims] of MASKED) {
      const exp = clock.now() / 1_000 + 3_600;
      const text = await read(await token({ numbers: undefined, ...claims }, { exp }));
      expect(text).toContain(MASK);
      expect(hasNumber(text)).toBe(false);
    }
  });

  it.each(READS)('by %s would get the number with a token that shows it', async (_, read) => {
    expect(hasNumber(await read(await token()))).toBe(true);
  });

  it('of an extension and a queue gets the numbers of the extension’s calls alone', async () => {
    const bearer = await token(
      { extensions: ['107'], queues: ['Sales'], display: undefined, numbers: undefined },
      {
        exp: clock.now() / 1_000 + 3_600,
      },
    );
    expect(hasNumber(await http('/v1/calls/own', bearer))).toBe(true);
    expect(hasNumber(await http('/v1/calls/theirs', bearer))).toBe(false);
    const { events } = (await (await delivery.get('/v1/events', bearer)).json()) as {
      events: { type: string; data: object }[];
    };
    expect(events.map(({ type, data }) => [type, hasNumber(JSON.stringify(data))])).toEqual([
      ['call-started', true],
      ['call-ended', true],
      ['call-started', true],
      ['call-started', false],
      ['source-down', false],
      ['callback-due', false],
    ]);
    // A number that finds a call reveals whose call it is: so it finds those only whose number is shown.
    const found = (await (await delivery.get(`/v1/calls?customer=${CUSTOMER}`, bearer)).json()) as {
      calls: { callId: string }[];
    };
    expect(found.calls.map(({ callId }) => callId)).toEqual(['own']);
  });

  it.each([
    '/v1/calls',
    '/v1/calls?state=ended',
    '/v1/callbacks',
    '/v1/callbacks?format=csv',
    '/v1/events',
    '/v1/events/stream',
  ])('cannot try numbers at %s', async (path) => {
    const bearer = await token({ numbers: 'masked' });
    for (const customer of [CUSTOMER, '0905111223']) {
      const answer = await delivery.get(
        `${path}${path.includes('?') ? '&' : '?'}customer=${customer}`,
        bearer,
      );
      expect(answer.status).toBe(400);
      const text = await answer.text();
      expect(JSON.parse(text)).toMatchObject({
        code: 'bad-request',
        detail: 'customers is not known to a token that shows numbers masked',
      });
      expect(text).not.toContain(customer);
    }
  });

  it('is not the same as another with the same lists, live and in what is kept for both', async () => {
    const clients = await Promise.all(
      ['full', 'masked', 'full', 'masked'].map(async (shown) =>
        delivery.connect({ token: await token({ queues: ['Sales'], numbers: shown }) }),
      ),
    );
    for (const client of clients) await client.first('snapshot');
    await log.commit(call('new', inSales));
    for (const client of clients) await client.first('call-started');
    expect(clients.map(({ messages }) => hasNumber(JSON.stringify(messages)))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('that gets a token of another kind sees by it from then on', async () => {
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    expect(await client.request('refresh', { token: await token({ numbers: 'masked' }) })).toMatchObject({
      ok: true,
    });
    await log.commit(call('new', inSales));
    expect(JSON.stringify(await client.first('call-started'))).toContain(MASK);
  });

  it('is closed, and named, within a second of the revocation of its token', async () => {
    const [lost, kept] = await Promise.all(['screen-3', 'screen-4'].map((jti) => token({ jti })));
    const [client, other] = [lost, kept].map((one) => delivery.connect({ token: one }));
    for (const one of [client!, other!]) await one.first('snapshot');
    const response = await delivery.get('/v1/events/stream', lost!);
    const rest = response.text();
    delivery.revoke(new Map([['acme', new Set(['screen-3'])]]));
    clock.advance(1_000);
    expect(await client!.first('closing')).toEqual({ code: 'token-revoked' });
    await client!.closed();
    expect(await rest).toContain('event: closing\ndata: {"code":"token-revoked"}');
    expect(await delivery.refusal({ token: lost })).toBe('token-revoked');
    const answer = await delivery.get('/v1/calls', lost!);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'token-revoked']);
    expect(other!.disconnected).toBeNull();
    expect((await delivery.get('/v1/calls', kept!)).status).toBe(200);
  });
});
