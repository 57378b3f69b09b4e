import type { Socket } from 'node:net';
import { begun, endAt, open, repeat, say, webSocketRequest } from './wire.js';

/** Sockets without a token that send ping frames as fast as they can, and come back at once when they are cut. */
const { url, sockets, until } = begun<{ url: string; ms: number; sockets: number }>();
const PING = Buffer.from([0x89, 0x80, 1, 2, 3, 4]);
const FLOOD = Buffer.concat(Array<Buffer>(4_000).fill(PING));
const counts = { handshakes: 0, cut: 0 };

function flood(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.write(FLOOD)) setImmediate(() => flood(socket));
  else socket.once('drain', () => flood(socket));
}

say({});
void repeat(sockets, until, async () => {
  const { socket, answered } = await open(url, webSocketRequest(url));
  if (!answered) return;
  counts.handshakes += 1;
  flood(socket);
  await new Promise((resolve) => socket.once('close', resolve));
  counts.cut += 1;
});
await endAt(until, counts);
