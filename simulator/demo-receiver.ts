import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { RECEIVER_PAGE, RECEIVER_SCRIPT, RECEIVER_STYLE } from './demo-receiver-page.js';

/** A request that came to the demo's receiver. */
export interface Delivery {
  readonly at: string;
  readonly id: string;
  readonly type: string;
  /** Whom or what it is about, for people. */
  readonly about: string;
  /** `repeat`: the id has been here before. `refused`: the signature or the time is wrong. */
  readonly verdict: 'verified' | 'repeat' | 'refused';
}

export interface DemoReceiver {
  readonly url: string;
  /** For `WEBHOOKS_FILE`: where the receiver is, and its secret. */
  readonly webhooksFile: string;
  close(): Promise<void>;
}

/**
 * A CRM's receiver of webhooks, on loopback: it verifies each request with the library of Standard Webhooks, as a CRM should,
 * and shows at `/` what has come. It keeps the newest `KEPT`.
 */
export async function startReceiver(): Promise<DemoReceiver> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const deliveries = new Deliveries(secret);
  const server = createServer((request, response) => {
    serve(request, response, deliveries).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'pitel-demo-webhooks-'));
  const webhooksFile = join(folder, 'webhooks.json');
  const endpoint = { id: 'demo', url: `${url}/hook`, secret, allowHttp: true, allowAddresses: ['127.0.0.1'] };
  await writeFile(webhooksFile, JSON.stringify({ endpoints: [endpoint] }), { mode: 0o600 });
  return {
    url,
    webhooksFile,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Verifies requests and remembers them, the newest first. */
export class Deliveries {
  readonly #webhook: Webhook;
  readonly #seen = new Set<string>();
  readonly newest: Delivery[] = [];

  constructor(secret: string) {
    this.#webhook = new Webhook(secret);
  }

  take(headers: Readonly<Record<string, string>>, body: string, at: number): Delivery['verdict'] {
    const id = headers['webhook-id'] ?? '';
    const add = (verdict: Delivery['verdict'], type: string, about: string) => {
      this.newest.unshift({ at: new Date(at).toISOString(), id, type, about, verdict });
      this.newest.length = Math.min(this.newest.length, KEPT);
      return verdict;
    };
    let event: Event;
    try {
      event = this.#webhook.verify(body, headers) as Event;
    } catch {
      return add('refused', '', '');
    }
    const isRepeat = this.#seen.has(id);
    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value!);
    return add(isRepeat ? 'repeat' : 'verified', event.type, aboutOf(event));
  }
}

interface Event {
  readonly type: string;
  readonly subject?: string;
  readonly data?: { readonly customer?: { readonly raw?: string } | null };
}

function aboutOf({ subject, data }: Event): string {
  return data?.customer?.raw ?? subject ?? '';
}

const KEPT = 200;
const REMEMBERED = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  deliveries: Deliveries,
): Promise<void> {
  const answer = (status: number, type: string, body: string) => {
    response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, ...PAGE_HEADERS }).end(body);
  };
  if (request.method === 'POST' && request.url === '/hook') {
    let body = '';
    request.setEncoding('utf8');
    for await (const piece of request) {
      body += String(piece);
      if (body.length > MAX_BODY_BYTES) return answer(413, 'text/plain', 'too long');
    }
    const verdict = deliveries.take(request.headers as Record<string, string>, body, Date.now());
    return answer(verdict === 'refused' ? 401 : 200, 'text/plain', verdict);
  }
  switch (request.url) {
    case '/':
      return answer(200, 'text/html', RECEIVER_PAGE);
    case '/receiver.js':
      return answer(200, 'text/javascript', RECEIVER_SCRIPT);
    case '/receiver.css':
      return answer(200, 'text/css', RECEIVER_STYLE);
    case '/deliveries':
      return answer(200, 'application/json', JSON.stringify(deliveries.newest));
    default:
      return answer(404, 'text/plain', 'not found');
  }
}

const PAGE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};
