import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { systemClock } from '../../base/clock.js';
import { Secret } from '../../config/secrets/secret.js';
import { until } from '../../../test/support/until.js';
import {
  OTHER_WEBHOOK_SECRET,
  WEBHOOK_SECRET,
  webhookEndpoint,
} from '../../../test/support/webhook-endpoint.js';
import { outgoingOf } from '../request/outgoing.js';
import type { Outgoing } from '../sender.js';
import { HttpSender, type HttpSenderOptions } from './http-sender.js';

const EVENT = JSON.stringify({
  specversion: '1.0',
  id: 'acme/call.1/call-started',
  type: 'call-started',
  data: {},
});
const NEVER = new AbortController().signal;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Got {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver on a free port; `answer` says what it does with a request, once its body has come. */
async function receiver(answer: (request: Got, ...[, response]: Parameters<RequestListener>) => void) {
  const got: Got[] = [];
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const one = { method: request.method, url: request.url, headers: request.headers, body };
      got.push(one);
      answer(one, request, response);
    });
  });
  // It closes no connection by itself.
  server.keepAliveTimeout = 0;
  const counted = await listen(server);
  return { ...counted, got, url: `http://127.0.0.1:${counted.port}/hook` };
}

async function listen(server: Server) {
  const sockets = new Set<Socket>();
  let connections = 0;
  let closed = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => {
      closed += 1;
      sockets.delete(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    closed: () => closed,
    open: () => sockets.size,
  };
}

function makeSender(options: Partial<HttpSenderOptions> = {}): HttpSender {
  const sender = new HttpSender({ time: systemClock, ...options });
  ends.push(() => sender.close());
  return sender;
}

const outgoing = (): Outgoing => outgoingOf(webhookEndpoint('http://crm.example/'), EVENT)!;

describe('a delivery', () => {
  it('is a CloudEvent as the log has it, with headers that Standard Webhooks verifies', async () => {
    const there = await receiver((_, __, response) => response.writeHead(204).end());
    const endpoint = webhookEndpoint(there.url, {
      secrets: [new Secret(WEBHOOK_SECRET), new Secret(OTHER_WEBHOOK_SECRET)],
      headers: new Map([['authorization', new Secret('Bearer of-the-receiver')]]),
    });
    const result = await makeSender().send(endpoint, outgoing(), NEVER);
    expect(result).toMatchObject({ verdict: { kind: 'delivered' }, status: 204, error: null });
    const [got] = there.got;
    expect(got).toMatchObject({ method: 'POST', url: '/hook', body: EVENT });
    expect(got!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'user-agent': 'pitel-event-bridge-webhooks',
      'webhook-id': expect.stringMatching(/^evt_[0-9a-f]{32}$/) as string,
      authorization: 'Bearer of-the-receiver',
    });
    for (const secret of [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET])
      expect(new Webhook(secret).verify(got!.body, got!.headers as Record<string, string>)).toEqual(
        JSON.parse(EVENT),
      );
  });

  it('has the same id and body at each try, and the timestamp and signature of the try', async () => {
    const there = await receiver((_, __, response) => response.end());
    let now = Date.UTC(2026, 0, 1);
    const sender = makeSender({ time: { now: () => (now += 5_000), monotonic: () => 0 } });
    const endpoint = webhookEndpoint(there.url);
    await sender.send(endpoint, outgoing(), NEVER);
    await sender.send(endpoint, outgoing(), NEVER);
    const [first, second] = there.got.map(({ headers, body }) => ({ headers, body }));
    expect(second!.body).toBe(first!.body);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.headers['webhook-timestamp']).not.toBe(first!.headers['webhook-timestamp']);
    expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
  });

  it('uses its connection again, until the endpoint changes', async () => {
    const there = await receiver((_, __, response) => response.end('fine'));
    const sender = makeSender({ keepAliveMs: 600_000 });
    const endpoint = webhookEndpoint(there.url);
    for (let turn = 0; turn < 6; turn++) await sender.send(endpoint, outgoing(), NEVER);
    // undici rests a connection for a turn of the event loop.
    const made = there.connections();
    expect(made).toBeLessThan(3);
    sender.retain([endpoint]);
    await sender.send(endpoint, outgoing(), NEVER);
    expect(there.connections()).toBe(made);
    const changed = webhookEndpoint(there.url);
    sender.retain([changed]);
    await until(() => there.open() === 0, 'the end of the connection', 30_000);
    await sender.send(changed, outgoing(), NEVER);
    expect(there.connections()).toBe(made + 1);
  });

  it('is sent again, once, where its receiver has closed a kept connection', async () => {
    const counts = new Map<object, number>();
    const there = await receiver((_, request, response) => {
      const turn = (counts.get(request.socket) ?? 0) + 1;
      counts.set(request.socket, turn);
      if (turn > 1) request.socket.destroy();
      else response.end();
    });
    const sender = makeSender();
    const endpoint = webhookEndpoint(there.url);
    for (let turn = 0; turn < 4; turn++) {
      expect((await sender.send(endpoint, outgoing(), NEVER)).verdict).toEqual({ kind: 'delivered' });
      // undici uses a connection again after a turn of the event loop.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
    expect(there.got.length).toBeGreaterThan(4);
    expect(new Set(there.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('goes to the path and query of its template, at the same origin only', async () => {
    const there = await receiver((_, __, response) => response.end());
    const elsewhere = await receiver((_, __, response) => response.end());
    const sender = makeSender();
    const endpoint = webhookEndpoint(there.url);
    const get = { ...outgoing(), method: 'GET' as const, body: '', headers: new Map() };
    await sender.send(endpoint, { ...get, url: `${there.url}?a=%7B1` }, NEVER);
    expect(there.got[0]).toMatchObject({ method: 'GET', url: '/hook?a=%7B1' });
    const result = await sender.send(endpoint, { ...get, url: elsewhere.url }, NEVER);
    expect(result.verdict).toEqual({ kind: 'event-failed' });
    expect(elsewhere.connections()).toBe(0);
  });
});

describe('an answer', () => {
  it.each<[number, Record<string, string>, object]>([
    [200, {}, { kind: 'delivered' }],
    [299, {}, { kind: 'delivered' }],
    [304, {}, { kind: 'event-failed' }],
    [400, {}, { kind: 'event-failed' }],
    [401, {}, { kind: 'event-failed' }],
    [404, {}, { kind: 'event-failed' }],
    [410, {}, { kind: 'gone' }],
    [429, {}, { kind: 'endpoint-failed', retryAfterMs: null }],
    [429, { 'retry-after': '7' }, { kind: 'endpoint-failed', retryAfterMs: 7_000 }],
    [500, { 'retry-after': '7' }, { kind: 'event-failed' }],
    [502, { 'retry-after': '7' }, { kind: 'endpoint-failed', retryAfterMs: null }],
    [503, { 'retry-after': '999999' }, { kind: 'endpoint-failed', retryAfterMs: 1_800_000 }],
    [504, {}, { kind: 'endpoint-failed', retryAfterMs: null }],
  ])('with %i and %j is %j', async (status, headers, verdict) => {
    const there = await receiver((_, __, response) => response.writeHead(status, headers).end());
    const result = await makeSender().send(webhookEndpoint(there.url), outgoing(), NEVER);
    expect(result).toMatchObject({ verdict, status });
  });

  it.each<[number, Record<string, string>, number | null]>([
    [429, {}, 35_000],
    [429, { 'retry-after': '7' }, 7_000],
    [503, {}, 35_000],
    [502, {}, null],
  ])(
    'with %i and %j says in its body when to come back, where no header does',
    async (status, headers, ms) => {
      const body = { ok: false, error_code: status, parameters: { retry_after: 35 } };
      const there = await receiver((_, __, response) =>
        response.writeHead(status, headers).end(JSON.stringify(body)),
      );
      const { verdict } = await makeSender().send(webhookEndpoint(there.url), outgoing(), NEVER);
      expect(verdict).toEqual({ kind: 'endpoint-failed', retryAfterMs: ms });
    },
  );

  it('that redirects is not followed', async () => {
    const target = await receiver((_, __, response) => response.end());
    for (const status of [301, 302, 303, 307, 308]) {
      const there = await receiver((_, __, response) =>
        response.writeHead(status, { location: target.url }).end(),
      );
      const result = await makeSender().send(webhookEndpoint(there.url), outgoing(), NEVER);
      expect(result).toMatchObject({ verdict: { kind: 'event-failed' }, status });
      expect(result.error).toBe(`HTTP ${status} (redirects are not followed)`);
    }
    expect(target.connections()).toBe(0);
  });

  it('that fails is kept in one line, at most 1 KiB of it, without secrets and numbers', async () => {
    const there = await receiver((_, request, response) => {
      const echo = `no such\r\ncustomer: 0914 237 383 ${request.url} ${request.headers.authorization}\u2028`;
      response.writeHead(422).end(echo + 'x'.repeat(5_000));
    });
    const endpoint = webhookEndpoint(`${there.url}/bot123:SECRETtoken?key=hidden-key`, {
      headers: new Map([['authorization', new Secret('Bearer of-the-receiver')]]),
    });
    const { error } = await makeSender().send(endpoint, outgoing(), NEVER);
    expect(error).toMatch(/^HTTP 422: no such customer: \*\*\*383 \[secret\] \[secret\] x+$/);
    expect(error!.length).toBeLessThan(1_100);
  });

  it('without an end costs no more than its beginning: a 2xx counts, and the connection is closed', async () => {
    const there = await receiver((_, __, response) => {
      response.writeHead(200);
      const pour = () => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', pour);
      };
      pour();
    });
    const result = await makeSender().send(webhookEndpoint(there.url), outgoing(), NEVER);
    expect(result.verdict).toEqual({ kind: 'delivered' });
    await until(() => there.closed() > 0, 'the end of the connection');
  });

  it('of which only the status comes is awaited for a moment, and counts', async () => {
    const there = await receiver((_, __, response) => response.writeHead(500).write('half'));
    const result = await makeSender().send(webhookEndpoint(there.url), outgoing(), NEVER);
    expect(result).toMatchObject({ verdict: { kind: 'event-failed' }, status: 500, error: 'HTTP 500: half' });
    await until(() => there.closed() > 0, 'the end of the connection');
  });
});

describe('an endpoint that does not answer', () => {
  const failed = { kind: 'endpoint-failed', retryAfterMs: null };

  it('fails when its time-out has passed, and its connection is closed', async () => {
    const there = await receiver(() => undefined);
    const result = await makeSender().send(webhookEndpoint(there.url, { timeoutMs: 100 }), outgoing(), NEVER);
    expect(result).toMatchObject({ verdict: failed, status: null, error: 'no answer within 100 ms' });
    await until(() => there.closed() > 0, 'the end of the connection');
  });

  it('fails when its name is never resolved', async () => {
    const sender = makeSender({ lookup: () => undefined });
    const endpoint = webhookEndpoint('http://crm.example/', { timeoutMs: 100 });
    expect(await sender.send(endpoint, outgoing(), NEVER)).toMatchObject({
      verdict: failed,
      error: 'no answer within 100 ms',
    });
  });

  it('fails at once when the caller gives up', async () => {
    const there = await receiver(() => undefined);
    const caller = new AbortController();
    const sent = makeSender().send(webhookEndpoint(there.url), outgoing(), caller.signal);
    await until(() => there.got.length === 1, 'the request');
    caller.abort();
    expect(await sent).toMatchObject({ verdict: failed, error: 'given up' });
    expect(await makeSender().send(webhookEndpoint(there.url), outgoing(), caller.signal)).toMatchObject({
      error: 'given up',
    });
    expect(there.got).toHaveLength(1);
  });

  it('fails when it refuses, drops, or speaks something else', async () => {
    const dropping = await receiver((_, request) => request.socket.destroy());
    const strange = await listen(createServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    const closed = await receiver(() => undefined);
    await ends.pop()!();
    const error = async (url: string) =>
      (await makeSender().send(webhookEndpoint(url), outgoing(), NEVER)).error;
    expect(await error(dropping.url)).toBe('connection lost before an answer came');
    expect(dropping.got).toHaveLength(1);
    expect(await error(`http://127.0.0.1:${strange.port}/`)).toBe('not HTTP');
    expect(await error(closed.url)).toBe('connection refused');
    expect(await error(`https://127.0.0.1:${strange.port}/`)).toMatch(/^no TLS/);
  });

  it('is named, and asked once a try, where it sends an unasked 100 Continue', async () => {
    let asked = 0;
    const eager = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => {
          asked += 1;
          socket.write(asked === 1 ? 'HTTP/1.1 204 No Content\r\n\r\n' : 'HTTP/1.1 100 Continue\r\n\r\n');
        });
      }),
    );
    const sender = makeSender();
    const endpoint = webhookEndpoint(`http://127.0.0.1:${eager.port}/`);
    await sender.send(endpoint, outgoing(), NEVER);
    // undici uses a connection again after a turn of the event loop.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(await sender.send(endpoint, outgoing(), NEVER)).toMatchObject({
      verdict: failed,
      error: expect.stringContaining('100 Continue') as string,
    });
    expect([asked, eager.connections()]).toEqual([2, 1]);
  });
});
