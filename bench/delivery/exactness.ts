import type { Bench } from '../bench.js';
import type { Row } from '../measure.js';
import { Children } from './child.js';
import { monotonicMs } from './clock.js';
import { Committer, Contestant } from './contestant.js';

/**
 * 500 events a second, 200 clients each dropped at random ten times, and 20 ms of asynchronous authentication before
 * each is let in again. Half of those who come back find what they missed in the server's buffer, for the others the
 * log is read.
 */
const TENANT = 'exactness';
const CLIENTS = 200;
const DROPS = 10;
/** How many connections are dropped in a run. */
export const DROPPED = CLIENTS * DROPS;
const PER_COMMIT = 5;
const EVERY_MS = 10;
const SECONDS = 8;
const AWAY_MS = 400;
const SEED = 20_260_302;
const STALLED_MS = 10_000;

export async function exactness({ redisUrl, profileDir }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const committer = await Committer.start(redisUrl, TENANT);
  try {
    const swarm = await children.start('./swarm.js', 'clients', {});
    const contestant = await Contestant.start(children, swarm, {
      name: 'ours',
      clients: CLIENTS,
      order: { kind: 'bridge', tenant: TENANT, redisUrl, authMs: 20, limits: { bufferEvents: 100 } },
    });
    await contestant.connect();
    const begun = monotonicMs();
    const load = async () => {
      const ticks = (SECONDS * 1_000) / EVERY_MS;
      const last = await committer.publish({ ticks, perTick: PER_COMMIT, everyMs: EVERY_MS });
      return { last, rate: Math.round(last / ((monotonicMs() - begun) / 1_000)) };
    };
    const [{ last, rate }, drops] = await Promise.all([
      load(),
      contestant.harass({ drops: DROPS, overMs: SECONDS * 900, awayMs: AWAY_MS, seed: SEED }),
    ]);
    await delivered(contestant, last);
    const { received, skipped, stale, snapshots, resets, cut } = await contestant.tally();
    const missing = last * CLIENTS - received + stale;
    const again = resets + cut + snapshots - CLIENTS;
    return [
      {
        what: `${CLIENTS} clients dropped ${DROPS} times each`,
        ratio: Math.abs(missing) + skipped + stale + again,
        of: '1 event',
        goal: 0,
        detail:
          `${missing} missing, ${stale} twice or late, ${skipped} out of order, ${again} begun again; ` +
          `${received} delivered, ${drops} drops, ${rate} events/s, seed ${SEED}`,
      },
    ];
  } finally {
    await children.end();
    await committer.close();
  }
}

/**
 * Resolves when all clients have it, which takes a while on a busy machine, or when nothing has come for long: then it
 * counts as missing.
 */
async function delivered(contestant: Contestant, last: number): Promise<void> {
  for (let received = -1; ;) {
    const all = await contestant.until(last, STALLED_MS).then(
      () => true,
      () => false,
    );
    const now = (await contestant.tally()).received;
    if (all || now === received) return;
    received = now;
  }
}
