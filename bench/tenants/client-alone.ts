import { type Dispatcher, Pool } from 'undici';
import { order, serve } from '../delivery/child.js';
import { type ClientOrder, INTERVAL_MS } from './orders.js';
import { kept, used } from './usage.js';

/** The limit: the bridge's requests with the bridge's HTTP client, the bytes compared with the last ones, nothing else. */
const { url, tokens, connections, way } = order<ClientOrder>();
const pool = new Pool(url, { connections, headersTimeout: 0, bodyTimeout: 0 });
const PATHS = ['/v3/monitor?=null', '/v3/monitor/callcenter/queue'];
let changes = 0;

function ask(path: string, token: string): Promise<Buffer> {
  const options = {
    method: 'GET',
    path,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
  } as const;
  return way === 'request' ? requested(options) : dispatched(options);
}

async function requested(options: Dispatcher.RequestOptions): Promise<Buffer> {
  const { body } = await pool.request(options);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function dispatched(options: Dispatcher.DispatchOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pool.dispatch(options, {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve(Buffer.concat(chunks)),
      onResponseError: (_, error) => reject(error),
    });
  });
}

function follow(token: string, index: number): void {
  const last: Buffer[] = [];
  const cycle = async (dueAt: number): Promise<void> => {
    const bodies = await Promise.all(PATHS.map((path) => ask(path, token)));
    bodies.forEach((body, endpoint) => {
      if (last[endpoint]?.equals(body) === true) return;
      last[endpoint] = body;
      changes++;
    });
    const next = dueAt + INTERVAL_MS;
    setTimeout(() => void cycle(next), Math.max(0, next - performance.now()));
  };
  const first = performance.now() + (index / tokens.length) * INTERVAL_MS;
  setTimeout(() => void cycle(first), first - performance.now());
}

tokens.forEach(follow);
serve({}, { cpu: used, memory: kept, changes: () => changes });
