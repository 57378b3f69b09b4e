import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { upstreamHosts } from '../../../test/support/hosts.js';
import { timeAt } from '../../../test/support/time.js';
import { type HttpResult, PitelClient, type PitelClientOptions } from './pitel-client.js';

const NOW = Date.parse('2024-05-01T00:00:00Z');
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A real HTTP server on a free port, and its origin. */
async function upstream(listener: RequestListener): Promise<{ origin: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function closingServers(server: TcpServer): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
}

function clientOf(baseUrl: string, options: Partial<PitelClientOptions> = {}): PitelClient {
  const client = new PitelClient({
    baseUrl,
    hosts: upstreamHosts(),
    timeoutMs: 5_000,
    maxBodyBytes: 1_000,
    time: timeAt(() => NOW),
    ...options,
  });
  closing.push(() => client.close());
  return client;
}

/** The client's result for an answer. */
async function fetched(
  respond: (response: ServerResponse) => void,
  options: Partial<PitelClientOptions> = {},
): Promise<HttpResult> {
  const { origin } = await upstream((_, response) => respond(response));
  return clientOf(origin, options).get('/v3/monitor?=null');
}

it('a successful answer is its bytes, and the request is exactly as the vendor documents it', async () => {
  const asked: unknown[] = [];
  const { origin } = await upstream((request, response) => {
    asked.push(request.method, request.url, request.headers.authorization, request.headers.accept);
    response.end('{"data":[]}');
  });
  const answer = await clientOf(`${origin}/`).get('/v3/monitor?=null', {
    headers: { authorization: 'Bearer t' },
  });
  expect(answer).toEqual({
    ok: true,
    status: 200,
    body: Buffer.from('{"data":[]}'),
    retryAfterMs: null,
    startedAt: NOW,
    sentAt: NOW,
    validators: null,
  });
  expect(asked).toEqual(['GET', '/v3/monitor?=null', 'Bearer t', 'application/json']);
});

it('connections are kept and used again, also after errors', async () => {
  let connections = 0;
  const { origin, server } = await upstream((request, response) => {
    response.statusCode = request.url === '/bad' ? 500 : 200;
    response.end('{}');
  });
  server.on('connection', () => connections++);
  const client = clientOf(origin);
  for (let round = 0; round < 20; round++) {
    await client.get('/good');
    await client.get('/bad');
  }
  // A connection may still be finishing its last answer when the next request begins.
  expect(connections).toBeLessThanOrEqual(2);
});

describe('an answer that is no success', () => {
  it('is a failure named by its status, with its small body', async () => {
    for (const status of [204, 206, 400, 401, 403, 404, 500, 502, 503]) {
      const answer = await fetched((response) => response.writeHead(status).end('{"error":"no"}'));
      expect(answer).toMatchObject({ ok: false, status, reason: `HTTP ${status}`, retryAfterMs: null });
    }
    expect(
      (await fetched((response) => response.writeHead(404).end('{"error":"no"}'))).body?.toString(),
    ).toBe('{"error":"no"}');
    expect((await fetched((response) => response.writeHead(500).end('x'.repeat(100_000)))).body).toHaveLength(
      0,
    );
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Wed, 01 May 2024 00:00:30 GMT', 30_000],
    ['Tue, 30 Apr 2024 00:00:00 GMT', 0],
    ['301', 300_000],
    ['99999999', 300_000],
    ['Thu, 02 May 2024 00:00:00 GMT', 300_000],
    ['later', null],
    ['', null],
  ])('429 with Retry-After: %j asks for a wait of %p ms', async (value, retryAfterMs) => {
    const answer = await fetched((response) => response.writeHead(429, { 'retry-after': value }).end());
    expect(answer).toMatchObject({ ok: false, status: 429, reason: 'HTTP 429', retryAfterMs });
  });

  it('is HTML with 200', async () => {
    const answer = await fetched((response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<html>login?token=abc</html>'),
    );
    expect(answer).toMatchObject({ ok: false, status: 200, reason: 'not JSON (text/html)' });
    expect(await fetched((response) => response.end('no'))).toMatchObject({
      reason: 'not JSON (no media type)',
    });
  });

  it('is 200 with what is obviously no JSON, whatever its media type', async () => {
    const sent = (body: Buffer | string) =>
      fetched((response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
    expect(await sent('')).toMatchObject({ reason: 'not JSON (empty)' });
    expect(await sent(gzipSync('{"data":[]}'))).toMatchObject({
      reason: 'not JSON (gzip, without a content-encoding header that says so)',
    });
    expect(await sent(Buffer.from('\ufeff{"data":[]}', 'utf16le'))).toMatchObject({
      reason: 'not JSON (not UTF-8)',
    });
    expect(await sent('cb({"data":[]})')).toMatchObject({ reason: 'not JSON (application/json)' });
  });

  it('has headers that are too large, or is not HTTP', async () => {
    expect(
      await fetched((response) => response.writeHead(200, { debug: 'x'.repeat(20_000) }).end('{}')),
    ).toMatchObject({ reason: 'headers larger than 16 KiB' });
    expect(await fetched((response) => response.socket!.end('SSH-2.0-OpenSSH_9.6\r\n'))).toMatchObject({
      reason: 'not HTTP',
    });
  });

  it('is a redirect, which is never followed; only its host is named', async () => {
    let strayed = 0;
    const elsewhere = await upstream((_, response) => {
      strayed++;
      response.end('{"data":[]}');
    });
    const host = new URL(elsewhere.origin).host;
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `${elsewhere.origin}/login?token=secret`;
      const answer = await fetched((response) => response.writeHead(status, { location }).end());
      expect(answer).toMatchObject({ ok: false, reason: `HTTP ${status}: redirect to ${host} refused` });
    }
    expect(
      await fetched((response) => response.writeHead(302, { location: '/login?t=secret' }).end()),
    ).toMatchObject({
      reason: 'HTTP 302: redirect to another path refused',
    });
    expect(strayed).toBe(0);
  });
});

describe('a body', () => {
  const big = { maxBodyBytes: 100 };

  it('may be as large as the cap and no larger, whether it says so or not', async () => {
    const sized = (bytes: number) => '['.padEnd(bytes);
    expect(await fetched((response) => response.end(sized(100)), big)).toMatchObject({ ok: true });
    const reason = 'body larger than 100 bytes';
    expect(await fetched((response) => response.end(sized(101)), big)).toMatchObject({ ok: false, reason });
    const chunked = (response: ServerResponse): void => {
      response.write(sized(60));
      response.end(sized(60));
    };
    expect(await fetched(chunked, big)).toMatchObject({ ok: false, reason });
  });

  it('over the cap is not read to its end', async () => {
    let written = 0;
    let closed: Promise<unknown> = Promise.resolve();
    const answer = await fetched((response) => {
      closed = once(response, 'close');
      const more = (): void => {
        written += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536, 0x5b), more);
      };
      more();
    }, big);
    await closed;
    expect(answer).toMatchObject({ reason: 'body larger than 100 bytes' });
    expect(written).toBeLessThan(20_000_000);
  });

  it('that is cut is a failure, not a short body', async () => {
    const reason = 'connection lost before the answer was complete';
    const cutAfter = (response: ServerResponse, head: Record<string, string>): void => {
      response.writeHead(200, head).write('{"data":[]', () => response.destroy());
    };
    expect(await fetched((response) => cutAfter(response, { 'content-length': '500' }))).toMatchObject({
      reason,
    });
    expect(await fetched((response) => cutAfter(response, {}))).toMatchObject({ ok: false, reason });
  });
});

describe('a coded answer', () => {
  const coded = (coding: string, body: Buffer, status = 200) =>
    fetched((response) => response.writeHead(status, { 'content-encoding': coding, etag: '"v1"' }).end(body));

  it('is asked for and decoded', async () => {
    let accepted: string | undefined;
    const { origin } = await upstream((request, response) => {
      accepted = request.headers['accept-encoding'];
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('{"data":[1]}'));
    });
    const answer = await clientOf(origin).get('/');
    expect(answer).toMatchObject({ ok: true, status: 200, body: Buffer.from('{"data":[1]}') });
    expect(accepted).toBe('gzip, br, deflate');
  });

  it('keeps its validators, and says as an error body what it says', async () => {
    expect(await coded('gzip', gzipSync('{}'))).toMatchObject({ validators: { 'if-none-match': '"v1"' } });
    expect(await coded('gzip', gzipSync('{"error":"no"}'), 403)).toMatchObject({
      reason: 'HTTP 403',
      body: Buffer.from('{"error":"no"}'),
    });
    expect(await coded('gzip', Buffer.from('plain'), 403)).toMatchObject({
      reason: 'HTTP 403',
      body: Buffer.alloc(0),
    });
  });

  it('is as large as its decoded body', async () => {
    const reason = 'body larger than 1000 bytes when decoded (gzip)';
    expect(await coded('gzip', gzipSync('['.padEnd(1_000)))).toMatchObject({ ok: true });
    expect(await coded('gzip', gzipSync('['.padEnd(1_001)))).toMatchObject({
      ok: false,
      status: 200,
      reason,
    });
  });

  it('that is cut is a failure that says so', async () => {
    expect(await coded('gzip', gzipSync('{"data":[]}').subarray(0, 20))).toMatchObject({
      ok: false,
      reason: 'gzip body cut short',
    });
  });
});

describe('a kept connection that the PBX closes', () => {
  /** A server that answers the first request of each connection, and does `then` with later ones. */
  async function keeping(
    then: (socket: Socket) => unknown,
    first: (socket: Socket) => unknown = (socket) => socket.write(EMPTY),
  ) {
    const asked = { connections: 0, requests: 0 };
    const server = createTcpServer((socket) => {
      asked.connections++;
      let requests = 0;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        asked.requests++;
        if (++requests === 1) first(socket);
        else then(socket);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closingServers(server);
    const client = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      hosts: upstreamHosts({ concurrency: 1 }),
    });
    return { client, asked };
  }
  /** Asks when the answer before is over, so that its connection is free. */
  const ask = async (client: PitelClient, method: 'get' | 'post' = 'get') => {
    await new Promise(setImmediate);
    return method === 'get' ? client.get('/') : client.post('/', {});
  };
  const EMPTY = 'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"data":[]}';

  it.each([
    ['closes', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('and %s as the next request comes: it is sent again at once, each time', async (_, close) => {
    const { client, asked } = await keeping(close);
    for (let request = 0; request < 12; request++) expect(await ask(client)).toMatchObject({ ok: true });
    expect(await ask(client, 'post')).toMatchObject({ ok: true });
    // The first, and then each request over a kept connection and over a new one.
    expect(asked).toEqual({ connections: 13, requests: 25 });
  });

  it('is not asked twice when it has begun to answer', async () => {
    const { client, asked } = await keeping((socket) => socket.end(EMPTY.slice(0, -3)));
    await ask(client);
    expect(await ask(client)).toMatchObject({
      reason: 'connection lost before the answer was complete',
    });
    expect(asked).toEqual({ connections: 1, requests: 2 });
  });

  it('is not asked twice when it was a new connection', async () => {
    const { client, asked } = await keeping(
      () => undefined,
      (socket) => socket.destroy(),
    );
    expect(await ask(client)).toMatchObject({
      ok: false,
      reason: 'connection lost before the answer was complete',
    });
    expect(asked).toEqual({ connections: 1, requests: 1 });
  });

  it('is asked twice at most, and within one deadline', async () => {
    let connections = 0;
    const { client, asked } = await keeping(
      (socket) => socket.destroy(),
      (socket) => {
        if (++connections === 1) socket.write(EMPTY);
        else socket.destroy();
      },
    );
    await ask(client);
    expect(await ask(client)).toMatchObject({ ok: false });
    expect(asked).toEqual({ connections: 2, requests: 3 });
  });
});

describe('the deadline', () => {
  const short = { timeoutMs: 100 };
  const late = { ok: false, status: null, reason: 'no answer within 100 ms' };

  it('holds for an upstream that does not answer', async () => {
    expect(await fetched(() => {}, short)).toMatchObject(late);
  });

  it('holds for a body that never ends, however busily it comes', async () => {
    const answer = await fetched((response) => {
      response.write('{"data":[');
      const dripping = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(dripping));
    }, short);
    expect(answer).toMatchObject(late);
  });
});

describe('a request ends as a value', () => {
  it('when no server listens', async () => {
    const { origin, server } = await upstream(() => {});
    server.close();
    await once(server, 'close');
    expect(await clientOf(origin).get('/')).toMatchObject({
      ok: false,
      status: null,
      reason: 'connection refused',
    });
  });

  it('when it is given up, before or while it is under way', async () => {
    const given = new AbortController();
    const { origin } = await upstream(() => given.abort());
    const client = clientOf(origin);
    expect(await client.get('/', { signal: given.signal })).toMatchObject({ reason: 'request given up' });
    expect(await client.get('/', { signal: given.signal })).toMatchObject({ reason: 'request given up' });
  });

  it('when the client is closed while it is under way', async () => {
    const { origin, server } = await upstream(() => {});
    const arrived = once(server, 'request');
    const client = clientOf(origin);
    const asked = client.get('/');
    await arrived;
    await client.close();
    expect(await asked).toMatchObject({ ok: false, reason: 'client closed' });
    expect(await client.get('/')).toMatchObject({ ok: false, reason: 'client closed' });
  });

  it('when a header cannot be sent, and the header is not named', async () => {
    const { origin } = await upstream((_, response) => response.end('{}'));
    const answer = await clientOf(origin).get('/', { headers: { authorization: 'Bearer sec\nret' } });
    expect(answer).toMatchObject({ ok: false, reason: 'request failed (UND_ERR_INVALID_ARG)' });
  });
});
