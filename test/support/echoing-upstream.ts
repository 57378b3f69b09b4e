import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that repeats everything it was sent, in another form each time, as real ones sometimes do. */
export interface EchoingUpstream {
  readonly url: string;
  /** How often each way was taken. */
  readonly said: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

type Say = (response: ServerResponse, heard: string) => void;

const json = { 'content-type': 'application/json' };
const WAYS: Readonly<Record<string, Say>> = {
  'an error with 401': (response, heard) => answer(response, 401, { error: `bad token ${heard}` }),
  'an error with 500': (response, heard) => answer(response, 500, { code: heard, error: heard }),
  'an error with 200': (response, heard) => answer(response, 200, { error: `no: ${heard}` }),
  'an error with 429': (response, heard) => {
    response.writeHead(429, { ...json, 'retry-after': '0' }).end(heard);
  },
  HTML: (response, heard) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end(`<b>${heard}</b>`),
  'a media type': (response, heard) => {
    response.writeHead(200, { 'content-type': `text/${heard.replaceAll(/\W/g, '')}` }).end(heard);
  },
  'a redirect': (response, heard) => {
    response.writeHead(302, { location: `http://127.0.0.1:1/?token=${encodeURIComponent(heard)}` }).end();
  },
  'a status message': (response, heard) => {
    response.statusMessage = `no ${heard.replaceAll(/[^\x20-\x7e]/g, '')}`;
    response.writeHead(503, { ...json, 'x-token': heard, 'set-cookie': `t=${heard}` }).end('{}');
  },
  'half a document': (response, heard) => {
    response.writeHead(200, json).end(`{"data":[{"extension":"${heard}","call_id":`);
  },
  'rows that are none': (response, heard) =>
    answer(response, 200, { data: [heard, { call_id: [heard] }], total: 2 }),
  'fields of no meaning': (response, heard) =>
    answer(response, 200, { data: [], total: 0, token: heard, debug: `Bearer ${heard}` }),
};

export async function startEchoingUpstream(): Promise<EchoingUpstream> {
  const said = new Map<string, number>();
  let turn = 0;
  const speak = (request: IncomingMessage, body: string, response: ServerResponse) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const heard = token + String(request.headers['x-collector-key'] ?? '') + body;
    const [way, say] = Object.entries(WAYS)[turn++ % Object.keys(WAYS).length]!;
    said.set(way, (said.get(way) ?? 0) + 1);
    say(response, heard);
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => speak(request, body, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    said,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The ways that there are. */
export const ECHOES = Object.keys(WAYS);

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, json).end(JSON.stringify(body));
}
