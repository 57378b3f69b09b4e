import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import { ManualClock } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import { Connections, type ConnectionsDeps } from './connections.js';
import { FairTurns } from './fair-turns.js';
import type { LimitName, LimitWatch } from './limit-watch.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';

describe('the connections to the port', () => {
  const clock = new ManualClock();
  const reached: LimitName[] = [];
  const clients: Socket[] = [];
  let connections: Connections;
  let server: Server;
  let answers: ServerResponse[];
  let upgraded: Socket[];

  async function serve(limits: Partial<ConnectionsDeps> = {}): Promise<void> {
    reached.length = 0;
    answers = [];
    upgraded = [];
    const watch = { reached: (limit: LimitName) => void reached.push(limit) } as LimitWatch;
    connections = new Connections({
      ...{ maxConnections: 100, maxTokenless: 100, idleTimeoutMs: 10_000, writeTimeoutMs: 10_000 },
      ...{ clock, watch, turns: new FairTurns({ clock }) },
      ...limits,
    });
    server = createServer((_: IncomingMessage, response) => void answers.push(response));
    server.on('upgrade', (_: IncomingMessage, socket: Socket) => void upgraded.push(socket));
    connections.attach(server);
    server.listen(0, '127.0.0.1');
    await until(() => server.listening);
  }

  /** Resolves when the server has the connection, and the request if one is sent with it. */
  async function open(text = ''): Promise<Socket> {
    const seen = jest.fn();
    server.once('connection', seen);
    const before = answers.length + upgraded.length;
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    clients.push(client);
    client.resume();
    if (text !== '') client.write(text);
    await until(() => seen.mock.calls.length > 0);
    if (text.endsWith('\r\n\r\n')) await until(() => answers.length + upgraded.length > before);
    return client;
  }

  const isClosed = (client: Socket) => client.closed;
  const closed = (...those: Socket[]) => until(() => those.every(isClosed));

  afterEach(async () => {
    connections.stop();
    for (const client of clients.splice(0)) client.destroy();
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('that are too many without a token push out the oldest, those without a request first', async () => {
    await serve({ maxTokenless: 3 });
    const asking = await open(REQUEST);
    const idle = await open();
    const half = await open('GET / HTTP/1.1\r\n');
    clock.advance(1_000);
    await open(REQUEST);
    await closed(idle);
    await open(REQUEST);
    await closed(half);
    await open(REQUEST);
    await closed(asking);
    expect(reached).toEqual(['tokenless', 'tokenless', 'tokenless']);
    expect(clients.filter(isClosed)).toHaveLength(3);
  });

  it('that have closed take no place any more', async () => {
    await serve({ maxConnections: 2, maxTokenless: 2 });
    for (let n = 0; n < 5; n += 1) {
      const client = await open();
      client.destroy();
      const count = () => new Promise<number>((resolve) => server.getConnections((_, open) => resolve(open)));
      await until(async () => (await count()) === 0);
    }
    expect(reached).toEqual([]);
  });

  it('that have just come are not pushed out for having no request yet, while others ask', async () => {
    await serve({ maxTokenless: 3 });
    const asking = [await open(REQUEST), await open(REQUEST)];
    const fresh = await open();
    await open(REQUEST);
    await closed(asking[0]!);
    clock.advance(999);
    await open(REQUEST);
    await closed(asking[1]!);
    expect(fresh.closed).toBe(false);
    clock.advance(1);
    await open(REQUEST);
    await closed(fresh);
  });

  it('that have all just come push out the oldest', async () => {
    await serve({ maxTokenless: 2 });
    const oldest = await open();
    await open();
    await open();
    await closed(oldest);
    expect(clients.filter(isClosed)).toHaveLength(1);
  });

  it('never push out a proven one, and take it for unproven again when its proof is over', async () => {
    await serve({ maxConnections: 2 });
    const first = await open(REQUEST);
    const release = connections.prove(answers[0]!.req.socket);
    const releaseToo = connections.prove(answers[0]!.req.socket);
    await open(REQUEST);
    connections.prove(answers[1]!.req.socket);
    await closed(await open());
    release();
    release();
    await closed(await open());
    releaseToo();
    await open();
    await closed(first);
    expect(reached).toEqual(['connections', 'connections', 'connections']);
    expect(clients[1]!.closed).toBe(false);
  });

  it('are closed when they ask nothing for ten seconds, or only half of something', async () => {
    await serve();
    const silent = await open();
    const half = await open('GET / HTTP/1.1\r\nHost:');
    const body = await open('POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n');
    const waiting = await open(REQUEST);
    clock.advance(10_000);
    await closed(silent, half, body);
    expect(reached).toEqual(['request-timeout']);
    clock.advance(60_000);
    answers.at(-1)!.end();
    await until(() => answers.at(-1)!.closed);
    expect(waiting.closed).toBe(false);
    clock.advance(10_000);
    await closed(waiting);
    expect(reached).toHaveLength(1);
  });

  it.each([
    [10_000, 9],
    [1_000, 0],
  ])('are kept for longer than their answers announce, of %d ms', async (idleTimeoutMs, seconds) => {
    await serve({ idleTimeoutMs });
    const client = await open(REQUEST);
    const head: string[] = [];
    client.on('data', (bytes) => head.push(String(bytes)));
    answers[0]!.end();
    await until(() => head.join('').includes('\r\n\r\n'));
    expect(head.join('')).toContain(`\r\nKeep-Alive: timeout=${seconds}\r\n`);
  });

  it('are closed when they take nothing of an answer, and not while they take a little', async () => {
    await serve();
    const unread = await open(REQUEST);
    const slow = await open(REQUEST);
    for (const client of [unread, slow]) client.pause();
    const body = Buffer.alloc(32 * 1024 * 1024);
    for (const answer of answers) answer.end(body);
    let got = 0;
    for (let seconds = 0; seconds < 60; seconds += 5) {
      const before = got;
      // As much as the kernel needs to take more of what waits.
      await until(() => {
        got += (slow.read() as Buffer | null)?.length ?? 0;
        return got - before > 2 * 1024 * 1024;
      });
      clock.advance(5_000);
    }
    expect(unread.destroyed || answers[0]!.closed).toBe(true);
    expect([slow.closed, answers[1]!.req.socket.destroyed]).toEqual([false, false]);
    expect(reached).toEqual(['write-timeout']);
  });

  it('have their requests answered one after the other, and may have a few waiting', async () => {
    await serve();
    const client = await open(REQUEST);
    client.write(REQUEST.repeat(8));
    const other = await open(REQUEST);
    expect(answers).toHaveLength(2);
    answers[0]!.end();
    await until(() => answers.length === 3);
    expect(reached).toEqual([]);
    // Seven wait by now.
    client.write(REQUEST.repeat(2));
    await closed(client);
    expect([answers.length, other.closed, reached]).toEqual([3, false, ['requests']]);
  });

  it('are not closed for silence once they are WebSockets, and may break off while those are made', async () => {
    await serve();
    const socket = await open(`${REQUEST.trimEnd()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    clock.advance(60_000);
    expect(upgraded[0]!.destroyed).toBe(false);
    // Node takes its own listener for errors away with the upgrade; without another one this would end the process.
    socket.resetAndDestroy();
    await until(() => upgraded[0]!.closed);
  });
});
