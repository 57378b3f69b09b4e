import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { createAdapter as createRedisAdapter } from '@socket.io/redis-adapter';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { listening, type Peer, tenantOf } from './peer.js';

/**
 * Plain Socket.IO as its documentation advises: no compression, the handshake request released, a token checked in a
 * middleware, a room per tenant, objects emitted to the room.
 */
export async function plainSocketIo(secret: string, given: Partial<ServerOptions> = {}): Promise<Peer> {
  const http = createServer();
  const io = new Server(http, {
    transports: ['websocket', 'polling'],
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    ...given,
  });
  io.engine.on('connection', (connection: { request: unknown }) => {
    connection.request = null;
  });
  io.use((socket, next) => {
    tenantOf(socket.handshake.auth.token, secret).then(
      (tenant) => {
        (socket.data as { tenant: string }).tenant = tenant;
        next();
      },
      () => next(new Error('unauthorized')),
    );
  });
  io.on('connection', (socket: Socket) => {
    if (!socket.recovered) void socket.join((socket.data as { tenant: string }).tenant);
  });
  return {
    port: await listening(http),
    clients: () => io.engine.clientsCount,
    emit: (event) => void io.to(event.data.tenant).emit(event.type, event),
    settled: () => Promise.resolve(),
  };
}

/** The same with the Redis adapter, which publishes each packet to the other nodes; here there is none. */
export async function redisAdapter(secret: string, redisUrl: string): Promise<Peer> {
  const publisher = new Redis(redisUrl);
  const peer = await plainSocketIo(secret, {
    adapter: createRedisAdapter(publisher, publisher.duplicate()),
  });
  return { ...peer, settled: async () => void (await publisher.ping()) };
}

/** The same with the Redis streams adapter, whose recovery reads from Redis what a client has missed. */
export async function streamsAdapter(secret: string, redisUrl: string): Promise<Peer> {
  // With RESP3, ioredis 6's default, the adapter misreads XREAD and delivers nothing from other nodes.
  const redis = new Redis(redisUrl, { protocol: 2 });
  const peer = await plainSocketIo(secret, {
    adapter: createAdapter(redis),
    connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
  });
  return { ...peer, settled: async () => void (await redis.ping()) };
}
