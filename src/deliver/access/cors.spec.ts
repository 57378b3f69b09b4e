import { DeliveryUnderTest, LogWriter, token } from '../../../test/support/delivery.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { originAllowed } from './cors.js';

const CRM = 'https://crm.example';

describe('CORS_ORIGINS over HTTP', () => {
  let store: MemoryStore;
  let started: DeliveryUnderTest[];

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    await new LogWriter(store).claim('e1');
    started = [];
  });
  afterEach(async () => {
    for (const delivery of started) await delivery.stop();
    await store.close();
  });

  async function serving(options: Parameters<typeof DeliveryUnderTest.start>[1] = {}) {
    const delivery = await DeliveryUnderTest.start(store, { corsOrigins: [CRM], ...options });
    started.push(delivery);
    return delivery;
  }
  /** As a browser asks before a request that carries a token. */
  const preflight = ({ url }: DeliveryUnderTest, path: string, origin: string) =>
    fetch(`${url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,last-event-id',
      },
    });
  const corsHeaders = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

  it.each(['/v1/calls', '/v1/events', '/v1/events/stream', '/v1/extensions/107/registration'])(
    'lets a page of a listed origin ask %s with a token, which the browser asks about first',
    async (path) => {
      const answer = await preflight(await serving(), path, CRM);
      expect(answer.status).toBe(204);
      expect(corsHeaders(answer)).toEqual({
        'access-control-allow-origin': CRM,
        'access-control-allow-methods': 'GET,HEAD,POST',
        'access-control-allow-headers': 'Authorization,Content-Type,Last-Event-ID,X-Request-Id',
        'access-control-expose-headers': 'Retry-After,WWW-Authenticate,X-Request-Id',
        'access-control-max-age': '600',
      });
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
    },
  );

  it('lets that page read the answers, the stream and the refusals', async () => {
    const delivery = await serving();
    const calls = await delivery.get('/v1/calls', await token(), { origin: CRM });
    const stream = await delivery.get('/v1/events/stream', await token(), { origin: CRM });
    const refused = await delivery.get('/v1/calls', null, { origin: CRM });
    expect([calls, stream, refused].map(({ status }) => status)).toEqual([200, 200, 401]);
    for (const answer of [calls, stream, refused]) {
      expect(corsHeaders(answer)).toMatchObject({ 'access-control-allow-origin': CRM });
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
    }
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await stream.body!.cancel();
  });

  it.each([
    ['an origin that is not listed', [CRM], 'https://evil.example'],
    ['a listed name on another port', [CRM], `${CRM}:8443`],
    ['any origin where none is listed', [], CRM],
    ['a page without an origin', [CRM], 'null'],
  ])('sends browsers no CORS header for %s', async (_, corsOrigins, origin) => {
    const delivery = await serving({ corsOrigins });
    const asked = await preflight(delivery, '/v1/calls', origin);
    const answered = await delivery.get('/v1/calls', await token(), { origin });
    expect(asked.ok).toBe(false);
    expect([asked, answered].map(corsHeaders)).toEqual([{}, {}]);
  });

  it('concerns the interface and no other address', async () => {
    const delivery = await serving();
    for (const path of ['/health/ready', '/metrics', '/v1', '/v10/calls', '/'])
      expect([path, corsHeaders(await preflight(delivery, path, CRM))]).toEqual([path, {}]);
  });

  it('opens nothing to other origins where no token is asked for', async () => {
    const open = await serving({ auth: { mode: 'none' } });
    const path = '/v1/calls?tenant=acme';
    const listed = await open.get(path, null, { origin: CRM });
    expect([listed.status, listed.headers.get('access-control-allow-origin')]).toEqual([200, CRM]);
    const foreign = await open.get(path, null, { origin: 'https://evil.example' });
    expect([foreign.status, corsHeaders(foreign)]).toEqual([403, {}]);
  });
});

describe('a page that connects', () => {
  const tokens = { corsOrigins: [CRM], auth: { mode: 'jwt', jwksUrl: 'https://id.example' } } as const;
  const open = { corsOrigins: [CRM], auth: { mode: 'none' } } as const;
  const PUBLIC = { origin: 'https://bridge.example', path: '/bridge' };
  /** A connection that arrived at an address; at this machine's own unless it is given. */
  const request = (
    headers: { origin?: string; host?: string },
    localAddress = '127.0.0.1',
    localPort = 3000,
  ) => ({ headers, socket: { localAddress, localPort } }) as unknown as Parameters<typeof originAllowed>[0];

  it.each([
    ['of a listed origin may', { origin: CRM, host: 'bridge.example' }, true, true],
    [
      'of the service itself may, at a loopback name',
      { origin: 'http://localhost:3000', host: 'localhost:3000' },
      true,
      true,
    ],
    [
      'of the service itself may, at another loopback name than it connects to',
      { origin: 'http://[::1]:3000', host: '127.0.0.1:3000' },
      true,
      true,
    ],
    [
      'of a name that Host repeats may not: Host proves nothing',
      { origin: 'https://bridge.example', host: 'bridge.example' },
      false,
      false,
    ],
    [
      'of a foreign name that resolves here may not',
      { origin: 'http://evil.example:3000', host: 'evil.example:3000' },
      false,
      false,
    ],
    ['of another origin may not', { origin: 'https://evil.example', host: 'localhost:3000' }, false, false],
    ['of another port may not', { origin: 'http://localhost:8080', host: 'localhost:3000' }, false, false],
    ['of another scheme may not', { origin: 'https://localhost:3000', host: 'localhost:3000' }, false, false],
    ['of no origin may not', { origin: 'null', host: 'localhost:3000' }, false, false],
    [
      'without an origin is no page: the token or the address decides',
      { host: '127.0.0.1:3000' },
      true,
      true,
    ],
    [
      'without an origin, by a foreign name, is let in with tokens only',
      { host: 'bridge.example' },
      true,
      false,
    ],
  ])('%s', (_, headers, withTokens, without) => {
    expect([originAllowed(request(headers), tokens), originAllowed(request(headers), open)]).toEqual([
      withTokens,
      without,
    ]);
  });

  it.each([
    ['10.0.0.5', 3000, 'http://10.0.0.5:3000', true],
    ['::ffff:10.0.0.5', 3000, 'http://10.0.0.5:3000', true],
    ['10.0.0.5', 80, 'http://10.0.0.5', true],
    ['2001:db8::5', 3000, 'http://[2001:db8::5]:3000', true],
    ['10.0.0.5', 3000, 'http://10.0.0.6:3000', false],
    ['10.0.0.5', 3000, 'http://localhost:3000', false],
    ['10.0.0.5', 3000, 'http://bridge.lan:3000', false],
  ])('that arrives at %s, port %d, is the service’s own from %s: %s', (address, port, origin, isOwn) => {
    expect(originAllowed(request({ origin, host: new URL(origin).host }, address, port), tokens)).toBe(isOwn);
  });

  it.each([
    ['https://bridge.example', true],
    ['https://bridge.example:443', true],
    ['http://bridge.example', false],
    ['https://bridge.example:8443', false],
    ['https://evil.bridge.example', false],
    ['http://127.0.0.1:3000', false],
  ])('from %s is the service’s own where PUBLIC_URL says https://bridge.example: %s', (origin, isOwn) => {
    const asked = request({ origin, host: new URL(origin).host });
    expect(originAllowed(asked, { ...tokens, publicUrl: PUBLIC })).toBe(isOwn);
  });

  it('may use any name of this machine where PUBLIC_URL is one', () => {
    const own = { ...tokens, publicUrl: { origin: 'http://localhost:8080', path: '' } };
    const allowed = (origin: string) => originAllowed(request({ origin }, '172.18.0.3'), own);
    expect(['http://localhost:8080', 'http://127.0.0.1:8080', 'http://127.0.0.1:3000'].map(allowed)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
