import { setTimeout as pause } from 'node:timers/promises';
import { ask, begun, endAt, repeat, say } from './wire.js';

/** Sessions of Socket.IO's polling transport that are opened with a token and never fetch what waits for them. */
const { url, token, sessions, until } = begun<{ url: string; ms: number; token: string; sessions: number }>();
const ADDRESS = `${url}/socket.io/?EIO=4&transport=polling`;
const AT_ONCE = 200;
const counts = { opened: 0, let: 0 };

say({});
void repeat(AT_ONCE, until, async () => {
  const { status, text } = await ask(ADDRESS);
  if (status !== 200) return pause(50);
  counts.opened += 1;
  const { sid } = JSON.parse(text.slice(1)) as { sid: string };
  const body = `40${JSON.stringify({ token })}`;
  if ((await ask(`${ADDRESS}&sid=${sid}`, { method: 'POST', body })).status === 200) counts.let += 1;
  // As many as are meant at once, and a trickle of more after that.
  if (counts.opened >= sessions) await pause(1_000);
});
await endAt(until, counts);
