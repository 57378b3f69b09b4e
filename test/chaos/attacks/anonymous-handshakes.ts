import { setTimeout as pause } from 'node:timers/promises';
import { begun, endAt, open, repeat, say, webSocketRequest } from './wire.js';

/**
 * Handshakes of one client that never shows a token: some say nothing, some ask to be let in without one, some send half a
 * request. Each stays as long as it may, and comes back when it is cut.
 */
const { url, from, handshakes, until } = begun<{
  url: string;
  ms: number;
  from: string;
  handshakes: number;
}>();
const HALF = `GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: ${new URL(url).host}\r\n`;
/** Socket.IO's connect packet without `auth`, masked, in a WebSocket frame. */
const CONNECT = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]);
const counts = { begun: 0, answered: 0, cut: 0 };
let next = 0;

say({});
void repeat(handshakes, until, async () => {
  const turn = next++;
  // A few hundred a second, until all are there.
  await pause((turn % handshakes) / 2);
  counts.begun += 1;
  const { socket, answered } = await open(url, turn % 3 === 2 ? HALF : webSocketRequest(url), from);
  if (answered) {
    counts.answered += 1;
    if (turn % 3 === 1) socket.write(CONNECT);
    await new Promise((resolve) => (socket.destroyed ? resolve(null) : socket.once('close', resolve)));
  }
  counts.cut += 1;
});
await endAt(until, counts);
