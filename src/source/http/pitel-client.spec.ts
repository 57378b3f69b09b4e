import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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
    expect(await fetched((response) => response.end())).toMatchObject({ reason: 'not JSON (no media type)' });
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
