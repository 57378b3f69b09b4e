import { setTimeout as pause } from 'node:timers/promises';
import { begun, endAt, open, repeat, say } from './wire.js';

/** Connections that ask for the longest pages, several times each, and read nothing of the answers. */
const { url, token, connections, until } = begun<{
  url: string;
  ms: number;
  token: string;
  connections: number;
}>();
const REQUEST = `GET /v1/events?limit=1000 HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
const counts = { connections: 0 };

say({});
void repeat(connections, until, async () => {
  const { socket } = await open(url, REQUEST.repeat(8));
  counts.connections += 1;
  socket.pause();
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  await pause(50);
});
await endAt(until, counts);
