import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { Exchange } from './exchange.js';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function poolTo(server: Server): Promise<Pool> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
  closing.push(() => pool.destroy());
  return pool;
}

const GET = { method: 'GET', path: '/' } as const;

it('reports the status once, after any informational answers', async () => {
  const pool = await poolTo(
    createServer((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.writeHead(200).write('[1,');
      setImmediate(() => response.end('2]'));
    }),
  );
  let statuses = 0;
  const exchange = new Exchange(
    () => 100,
    () => statuses++,
  );
  pool.dispatch(GET, exchange);
  const { status, body } = await exchange.answer;
  expect([status, body!.toString(), statuses]).toEqual([200, '[1,2]', 1]);
});

it.each([
  ['announced', { 'content-length': '101' }],
  ['sent in pieces without a length', {}],
])('has no body where one larger than its status allows is %s', async (_, headers) => {
  const pool = await poolTo(
    createServer((__, response) => {
      response.writeHead(200, headers).write('x'.repeat(60));
      setImmediate(() => response.end('x'.repeat(41)));
    }),
  );
  const limits: number[] = [];
  const exchange = new Exchange(
    (status) => {
      limits.push(status);
      return 100;
    },
    () => undefined,
  );
  pool.dispatch(GET, exchange);
  expect(await exchange.answer).toMatchObject({ status: 200, body: null });
  expect(limits).toEqual([200]);
});

it('that is given up ends at once, also while it waits for a connection, and is then never sent', async () => {
  let asked = 0;
  const held: (() => void)[] = [];
  const pool = await poolTo(
    createServer((_, response) => {
      asked++;
      held.push(() => response.end('[]'));
      if (asked > 1) response.end('[]');
    }),
  );
  const exchanges = [1, 2, 3].map(
    () =>
      new Exchange(
        () => 100,
        () => undefined,
      ),
  );
  pool.dispatch(GET, exchanges[0]!);
  pool.dispatch(GET, exchanges[1]!);
  pool.dispatch(GET, exchanges[2]!);
  while (held.length === 0) await new Promise(setImmediate);
  exchanges[1]!.giveUp();
  await expect(exchanges[1]!.answer).rejects.toThrow('given up');
  held[0]!();
  await Promise.all([exchanges[0]!.answer, exchanges[2]!.answer]);
  expect(asked).toBe(2);
});
