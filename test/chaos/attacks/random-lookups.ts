import { randomInt, randomUUID } from 'node:crypto';
import { ask, begun, endAt, repeat, say } from './wire.js';

/** Registrations of extensions that do not exist, by number with a token for all and by uuid with one for an agent. */
const { url, token, narrow, until } = begun<{ url: string; ms: number; token: string; narrow: string }>();
const counts: Record<string, number> = {};

async function look(id: string, bearer: string): Promise<void> {
  const headers = { authorization: `Bearer ${bearer}` };
  const { status } = await ask(`${url}/v1/extensions/${id}/registration`, { headers });
  counts[status] = (counts[status] ?? 0) + 1;
}

say({});
void repeat(25, until, async () => {
  await Promise.all([look(String(randomInt(1_000_000_000)), token), look(randomUUID(), narrow)]);
});
await endAt(until, counts);
