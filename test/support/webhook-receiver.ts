import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { TestCertificate } from './certificate.js';
import { WEBHOOK_SECRET } from './webhook-endpoint.js';

/** A request as it came, its signature verified. */
export interface Delivery {
  readonly at: number;
  readonly id: string;
  readonly path: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly epoch?: string;
    readonly sequence?: string;
    readonly recordedtime?: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** `ignored`: the request was not worked on, and does not count as delivered. */
export type Answered = 'worked' | 'ignored';

/** A CRM's receiver over HTTPS on a loopback port. A request whose signature is wrong fails the test that reads it. */
export interface WebhookReceiver {
  readonly port: number;
  readonly url: string;
  /** What it has worked on, in the order of arrival. */
  readonly deliveries: Delivery[];
  readonly badSignatures: string[];
  /** Answers from now on; 204 by default. */
  answer: (delivery: Delivery, response: ServerResponse) => Answered | Promise<Answered>;
  /** Ends all connections and listens no more, as a server that is switched off. */
  kill(): Promise<void>;
  /** Listens again, at the same port. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

export const worked = (_: Delivery, response: ServerResponse): Answered => {
  response.writeHead(204).end();
  return 'worked';
};

export async function startReceiver(certificate: TestCertificate): Promise<WebhookReceiver> {
  const sockets = new Set<Socket>();
  const webhook = new Webhook(WEBHOOK_SECRET);
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const id = String(request.headers['webhook-id']);
    try {
      webhook.verify(body, request.headers as Record<string, string>);
    } catch (error) {
      receiver.badSignatures.push(`${id}: ${String(error)}`);
      response.writeHead(401).end();
      return;
    }
    const event = JSON.parse(body) as Delivery['event'];
    const delivery = { at: Date.now(), id, path: request.url!, event };
    if ((await receiver.answer(delivery, response)) === 'worked') receiver.deliveries.push(delivery);
  };
  const open = async (port: number): Promise<Server> => {
    const { certFile, keyFile } = certificate;
    const made = createServer(
      { cert: readFileSync(certFile), key: readFileSync(keyFile) },
      (request, response) => {
        // A client that goes away in the middle is the bridge that was killed.
        serve(request, response).catch(() => response.destroy());
      },
    );
    made.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    made.listen(port, '127.0.0.1');
    await once(made, 'listening');
    return made;
  };
  let server: Server | null = await open(0);
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    port,
    url: `https://127.0.0.1:${port}/hook`,
    deliveries: [],
    badSignatures: [],
    answer: worked,
    kill: async () => {
      const closing = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      if (closing !== null) await new Promise((resolve) => closing.close(resolve));
    },
    revive: async () => {
      server ??= await open(port);
    },
    close: () => receiver.kill(),
  };
  return receiver;
}
