import { afterEach, describe, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { upstreamHosts } from '../../../test/support/hosts.js';
import { timeAt } from '../../../test/support/time.js';
import { until } from '../../../test/support/until.js';
import type { Endpoint } from '../../core/model/observation.js';
import { systemClock } from '../../base/clock.js';
import { EndpointReader } from '../endpoint-reader.js';
import { TenantConnection, type TenantConnectionOptions } from '../tenant-connection.js';
import type { UpstreamHosts } from './upstream-hosts.js';

const EMPTY = '{"data":[]}';
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A real HTTP server that counts who is connected; `answer` is what it does from now on. */
async function host(answer: RequestListener) {
  const upstream = { answer, asked: 0, connections: 0, most: 0, origin: '' };
  const server = createServer((request, response) => {
    upstream.asked++;
    upstream.answer(request, response);
  });
  server.on('connection', (socket) => {
    upstream.most = Math.max(upstream.most, ++upstream.connections);
    socket.on('close', () => upstream.connections--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  upstream.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return upstream;
}

/** Counts at the client what is sent to a server: one that is busy may see a request after its sender has given it up. */
function countSent(origin: string): { requests: number } {
  const sent = { requests: 0 };
  const count = (message: unknown) => {
    if (String((message as { request: { origin: unknown } }).request.origin) === origin) sent.requests++;
  };
  subscribe('undici:request:create', count);
  closing.push(() => Promise.resolve(unsubscribe('undici:request:create', count)));
  return sent;
}

const empty = (_: IncomingMessage, response: ServerResponse) => void response.end(EMPTY);
const hang = () => undefined;

function tenants(
  count: number,
  baseUrl: string,
  hosts: UpstreamHosts,
  options: Partial<TenantConnectionOptions> = {},
) {
  return Array.from({ length: count }, (_, index) => {
    const connection = new TenantConnection({
      tenant: `tenant-${index}`,
      baseUrl,
      token: `token-${index}`,
      hosts,
      timeZone: 'Asia/Ho_Chi_Minh',
      country: 'VN',
      timeoutMs: 60_000,
      maxBodyBytes: 100_000,
      time: systemClock,
      ...options,
    });
    closing.push(() => connection.close());
    const reader = new EndpointReader(connection);
    return {
      poll: (endpoint: Endpoint, signal?: AbortSignal) => reader.poll(endpoint, signal),
      close: () => connection.close(),
    };
  });
}

const poll = async (source: Pick<EndpointReader, 'poll'>) => {
  const { observation, heldBackMs } = await source.poll('monitor');
  return { outcome: observation.outcome, reason: observation.reason, heldBackMs };
};

describe('tenants of one host', () => {
  it('share its connections, however many tenants there are, and are served in order of arrival', async () => {
    const order: string[] = [];
    const held: (() => void)[] = [];
    const upstream = await host((request, response) => {
      order.push(request.headers.authorization!);
      held.push(() => response.end(EMPTY));
    });
    const hosts = upstreamHosts({ concurrency: 3 });
    const sources = tenants(30, upstream.origin, hosts);
    const polls = sources.map(poll);
    await until(() => held.length === 3 && hosts.statuses()[0]!.waiting === 27);
    expect(hosts.statuses()).toEqual([
      { origin: upstream.origin, tenants: 30, inFlight: 3, waiting: 27, breaker: 'closed' },
    ]);
    for (let served = 0; served < 30; served++) {
      await until(() => held.length > served);
      held[served]!();
    }
    expect((await Promise.all(polls)).map(({ outcome }) => outcome)).toEqual(Array(30).fill('complete'));
    // Three are under way at once, so the server may see neighbours change places.
    const places = order.map((authorization) => Number(authorization.replace('Bearer token-', '')));
    places.forEach((tenant, place) => expect(Math.abs(tenant - place)).toBeLessThanOrEqual(3));
    expect(upstream.most).toBe(3);
  });

  it('give up waiting after the time-out, as a failure that says so and leaves the breaker closed', async () => {
    const upstream = await host(hang);
    const hosts = upstreamHosts({ concurrency: 1 });
    const [first] = tenants(1, upstream.origin, hosts);
    const [second] = tenants(1, upstream.origin, hosts, { timeoutMs: 50 });
    const stop = new AbortController();
    const holding = first!.poll('monitor', stop.signal);
    expect(await poll(second!)).toEqual({
      outcome: 'failed',
      reason: 'host busy: no free connection within 50 ms',
      heldBackMs: null,
    });
    expect(hosts.statuses()[0]!.breaker).toBe('closed');
    stop.abort();
    await holding;
  });

  it('a poll says when it was sent, not when it began to wait', async () => {
    let answerFirst = () => {};
    const upstream = await host((_, response) => (answerFirst = () => void response.end(EMPTY)));
    const hosts = upstreamHosts({ concurrency: 1 });
    const clock = { now: 1_000 };
    const [first, second] = tenants(2, upstream.origin, hosts, { time: timeAt(() => clock.now) });
    const one = poll(first!);
    await until(() => upstream.asked === 1);
    const two = second!.poll('monitor');
    clock.now = 4_000;
    upstream.answer = empty;
    answerFirst();
    await one;
    expect((await two).observation.startedAt).toBe(4_000);
  });

  it('are not affected by one whose token is refused, whose rate is limited, or whose answers are unreadable', async () => {
    const spoilt: RequestListener[] = [
      (_, response) => response.writeHead(401).end(),
      (_, response) => response.writeHead(404).end(),
      (_, response) => response.writeHead(429, { 'retry-after': '1' }).end(),
      (_, response) => response.writeHead(503).end(),
      (_, response) => response.end('<html>'),
      (_, response) => response.end('{"data":['),
      (_, response) =>
        void response.writeHead(200, { 'content-length': '99' }).write('{', () => response.destroy()),
    ];
    const upstream = await host(empty);
    const hosts = upstreamHosts();
    const [bad, good] = tenants(2, upstream.origin, hosts);
    for (const answer of spoilt) {
      upstream.answer = answer;
      for (let polls = 0; polls < 10; polls++) expect((await poll(bad!)).outcome).toBe('failed');
      expect(hosts.statuses()[0]!.breaker).toBe('closed');
    }
    upstream.answer = empty;
    expect((await poll(good!)).outcome).toBe('complete');
  });

  it('are not affected by one that cannot be asked, or whose requests alone hang', async () => {
    const upstream = await host((request, response) => {
      if (request.headers.authorization !== 'Bearer token-0') response.end(EMPTY);
    });
    const hosts = upstreamHosts();
    const [sick] = tenants(1, upstream.origin, hosts, { timeoutMs: 20 });
    const [broken] = tenants(1, upstream.origin, hosts, { token: 'a\nb' });
    const good = tenants(2, upstream.origin, hosts)[1]!;
    for (let polls = 0; polls < 10; polls++) {
      expect((await poll(sick!)).reason).toBe('no answer within 20 ms');
      expect((await poll(broken!)).reason).toBe('request failed (UND_ERR_INVALID_ARG)');
    }
    expect(hosts.statuses()[0]!.breaker).toBe('closed');
    expect((await poll(good)).outcome).toBe('complete');
  });

  it('close its connections when the last of them has left', async () => {
    const upstream = await host(empty);
    const hosts = upstreamHosts();
    const [first, second] = tenants(2, upstream.origin, hosts);
    await Promise.all([poll(first!), poll(second!)]);
    await first!.close();
    expect((await poll(second!)).outcome).toBe('complete');
    expect(await poll(first!)).toMatchObject({ outcome: 'failed', reason: 'client closed' });
    await second!.close();
    expect(hosts.statuses()).toEqual([]);
    await until(() => upstream.connections === 0, 'the end of the connections');
    const [third] = tenants(1, upstream.origin, hosts);
    expect((await poll(third!)).outcome).toBe('complete');
  });
});

describe('a host that hangs', () => {
  it('delays no poll of another, and gets few connections and then none', async () => {
    const hanging = await host(hang);
    const healthy = await host(empty);
    const hosts = upstreamHosts({ concurrency: 8 });
    const stuck = tenants(25, hanging.origin, hosts);
    const well = tenants(25, healthy.origin, hosts);
    const answered: unknown[] = [];
    // A minute's time-out: none of these ends before the good ones have been asked again and again.
    for (const source of stuck) void poll(source).then((answer) => answered.push(answer));
    await until(() => hanging.asked === 8);
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(well.map(poll));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(25).fill('complete'));
    }
    expect([healthy.asked, hanging.asked, hanging.most, answered]).toEqual([500, 8, 8, []]);
  });

  it('is found to be down; then polls fail at once, and one at a time probes whether it is up', async () => {
    const upstream = await host(hang);
    const sent = countSent(upstream.origin);
    const time = { now: 0 };
    const changes: (string | null)[] = [];
    const hosts = upstreamHosts({
      concurrency: 8,
      time: { monotonic: () => time.now },
      onChange: (_, down) => changes.push(down),
    });
    const sources = tenants(25, upstream.origin, hosts, { timeoutMs: 200 });
    await Promise.all(sources.map(poll));
    expect(hosts.statuses()[0]).toMatchObject({ breaker: 'open', inFlight: 0, waiting: 0 });
    const asked = sent.requests;
    for (const answer of await Promise.all(sources.map(poll))) {
      expect(answer).toEqual({
        outcome: 'failed',
        reason: 'host down (no answer within 200 ms): not asked, retrying within 15 s',
        heldBackMs: 500,
      });
    }
    expect(sent.requests).toBe(asked);
    time.now = 500;
    const reasons = (await Promise.all(sources.map(poll))).map(({ reason }) => reason);
    expect(sent.requests).toBe(asked + 1);
    expect(reasons.filter((reason) => reason === 'no answer within 200 ms')).toHaveLength(1);
    // Up again: the next probe is answered, and then every request.
    upstream.answer = empty;
    time.now = 1_500;
    expect((await poll(sources[3]!)).outcome).toBe('complete');
    const outcomes = (await Promise.all(sources.map(poll))).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(Array(25).fill('complete'));
    expect(changes).toEqual(['no answer within 200 ms', null]);
    expect(upstream.most).toBeLessThanOrEqual(8);
  });
});
