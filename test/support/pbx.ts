import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = string | Buffer | ((response: ServerResponse, request: IncomingMessage) => void);

/** A PBX that answers exactly what a test says, over real HTTP. For traffic there is the simulator. */
export interface ScriptedPbx {
  readonly url: string;
  /** What the endpoints answer from now on; text is sent as JSON with 200. */
  monitor: Answer;
  queue: Answer;
  /** By the id that is asked for; text is sent as JSON, with 404 where it is an error. */
  readonly registrations: Map<string, string>;
  /** How often each has been asked, and with which credentials. */
  readonly asked: {
    monitor: number;
    queue: number;
    readonly registrations: string[];
    /** Keys exchanged for a token. */
    exchanges: number;
    readonly authorizations: Set<string>;
  };
  /** Resolves when both have been asked so many times more. */
  polled(times: number): Promise<void>;
  close(): Promise<void>;
}

export const EMPTY_MONITOR = '{"data":[],"total":0}';
export const EMPTY_QUEUE = '{"data":[]}';

export async function startPbx(): Promise<ScriptedPbx> {
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    if (request.url === '/v3/auth/token') {
      pbx.asked.exchanges++;
      response.end(`{"token":"token-${pbx.asked.exchanges}","expired_in":3600}`);
      return;
    }
    const extension = /^\/v3\/extension\/(.*)\/loggedin$/.exec(request.url!)?.[1];
    if (extension !== undefined) {
      pbx.asked.registrations.push(extension);
      const answer = pbx.registrations.get(extension) ?? sample('extension-not-found');
      response
        .writeHead(answer.includes('"error"') ? 404 : 200, { 'content-type': 'application/json' })
        .end(answer);
      for (const look of waiting) look();
      return;
    }
    const endpoint = request.url!.includes('/callcenter/queue') ? 'queue' : 'monitor';
    pbx.asked[endpoint]++;
    pbx.asked.authorizations.add(request.headers.authorization ?? '');
    const answer = pbx[endpoint];
    if (typeof answer === 'function') answer(response, request);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    for (const look of waiting) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pbx: ScriptedPbx = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    monitor: EMPTY_MONITOR,
    queue: EMPTY_QUEUE,
    registrations: new Map(),
    asked: { monitor: 0, queue: 0, registrations: [], exchanges: 0, authorizations: new Set() },
    polled: (times) =>
      new Promise((resolve) => {
        const target = { monitor: pbx.asked.monitor + times, queue: pbx.asked.queue + times };
        const look = () => {
          if (pbx.asked.monitor < target.monitor || pbx.asked.queue < target.queue) return;
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

/** A file of the vendor's samples, as it is. */
export function sample(name: string): string {
  return readFileSync(new URL(`../fixtures/pitel/${name}.json`, import.meta.url), 'utf8');
}
