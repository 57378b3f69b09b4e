import { setTimeout as pause } from 'node:timers/promises';
import { begun, endAt, open, repeat, say } from './wire.js';

/** Connections that ask for nothing, and are opened again when they are closed. */
const { url, connections, until } = begun<{ url: string; ms: number; connections: number }>();
const counts = { closed: 0 };

say({});
void repeat(connections, until, async () => {
  await open(url, 'GET ');
  counts.closed += 1;
  await pause(100);
});
await endAt(until, counts);
