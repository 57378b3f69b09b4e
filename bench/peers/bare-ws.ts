import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { WebSocket, WebSocketServer } from 'ws';
import { listening, type Peer, tenantOf } from './peer.js';

/** Bare `ws`, the limit: the token is the first message, an event is encoded once and sent to all. */
async function authorised(secret: string) {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const clients = new Set<WebSocket>();
  server.on('connection', (client) => {
    client.once('message', (token: Buffer) => {
      tenantOf(token, secret).then(
        () => {
          clients.add(client);
          client.send('ready');
        },
        () => client.close(),
      );
    });
    client.once('close', () => clients.delete(client));
  });
  const send = (json: Buffer) => {
    for (const client of clients) {
      if (client.readyState === WebSocket.OPEN) client.send(json, { binary: false });
    }
  };
  return { port: await listening(http), clients: () => server.clients.size, send };
}

export async function bareWs(secret: string): Promise<Peer> {
  const { port, clients, send } = await authorised(secret);
  return {
    port,
    clients,
    emit: (event) => send(Buffer.from(JSON.stringify(event))),
    settled: () => Promise.resolve(),
  };
}

export const RELAY_CHANNEL = 'bare:events';

/** The shortest way from a publish in one process to a client of another: Redis, `ws`, nothing in between. */
export async function publishRelay(secret: string, redisUrl: string): Promise<Peer> {
  const { port, clients, send } = await authorised(secret);
  const redis = new Redis(redisUrl);
  redis.on('messageBuffer', (_channel: Buffer, json: Buffer) => send(json));
  await redis.subscribe(RELAY_CHANNEL);
  const emit = () => {
    throw new Error('publish instead');
  };
  return { port, clients, emit, settled: () => Promise.resolve() };
}
