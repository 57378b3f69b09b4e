import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EMPTY_MONITOR, EMPTY_QUEUE } from './pbx.js';

/**
 * A PBX of several tenants that knows which replica asks: each replica has its own bearer token for each tenant,
 * `<tenant>.<replica>`. It speaks real HTTP, and the test supplies the answers.
 */
export interface SharedPbx {
  readonly url: string;
  /** Every request so far, in order. */
  readonly asked: readonly Asked[];
  /** Makes the answers from now on; null: the test answers later itself. */
  answer: (asked: Asked, response: ServerResponse) => string | Buffer | null;
  /** Resolves when `is` holds, which is checked at every request. */
  until(is: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface Asked {
  readonly tenant: string;
  readonly replica: string;
  readonly endpoint: 'monitor' | 'queue';
  /** Milliseconds, monotonic. */
  readonly at: number;
}

export const nothing = ({ endpoint }: Asked): string => (endpoint === 'queue' ? EMPTY_QUEUE : EMPTY_MONITOR);

export async function startSharedPbx(): Promise<SharedPbx> {
  const waiting = new Set<() => void>();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const [tenant, replica] = (request.headers.authorization ?? '').replace('Bearer ', '').split('.');
    const endpoint = request.url!.includes('/callcenter/queue') ? 'queue' : 'monitor';
    const one: Asked = { tenant: tenant!, replica: replica!, endpoint, at: performance.now() };
    asked.push(one);
    const body = pbx.answer(one, response);
    if (body !== null) response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    for (const look of waiting) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pbx: SharedPbx = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: nothing,
    until: (is) =>
      new Promise((resolve) => {
        const look = () => {
          if (!is()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return pbx;
}
