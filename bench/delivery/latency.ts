import { Redis } from 'ioredis';
import type { Bench } from '../bench.js';
import { type Row, spread, takingTurns, unrest, versus } from '../measure.js';
import { Children } from './child.js';
import { monotonicMs, paced } from './clock.js';
import { Committer, Contestant } from './contestant.js';
import { nextEvents } from './load.js';
import { RELAY_CHANNEL } from '../peers/bare-ws.js';

/**
 * From the moment at which a commit is begun to the moment at which a client has the event, beside the shortest way
 * there is: PUBLISH in one process, `ws` in another. One event every 20 ms, in turns of a second.
 */
const TENANT = 'latency';
const CLIENTS = 200;
const EVENTS = 50;
const EVERY_MS = 20;

export async function latency({ redisUrl, profileDir, rounds }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const committer = await Committer.start(redisUrl, TENANT);
  const redis = new Redis(redisUrl);
  try {
    const swarm = await children.start('./swarm.js', 'clients', {});
    const enter = (name: string, kind: 'bridge' | 'publish relay') =>
      Contestant.start(children, swarm, {
        name,
        clients: CLIENTS,
        order: { kind, tenant: TENANT, redisUrl },
      });
    let published = 0;
    const publish = async () => {
      const texts = nextEvents(TENANT, published, EVENTS).map((event) => JSON.stringify(event));
      published += EVENTS;
      const sentAt: number[] = [];
      await paced(EVENTS, EVERY_MS, async (tick) => {
        sentAt.push(monotonicMs());
        await redis.publish(RELAY_CHANNEL, texts[tick]!);
      });
      return sentAt;
    };
    const entrants = [
      {
        contestant: await enter('ours', 'bridge'),
        last: () => committer.sequence,
        send: () => committer.commits({ ticks: EVENTS, perTick: 1, everyMs: EVERY_MS }),
        p50: [] as number[],
        p99: [] as number[],
      },
      {
        contestant: await enter('publish → ws', 'publish relay'),
        last: () => published,
        send: publish,
        p50: [] as number[],
        p99: [] as number[],
      },
    ];
    for (const { contestant } of entrants) await contestant.connect();
    await takingTurns(
      entrants,
      { counted: rounds(10), warmUp: 2 },
      async ({ contestant, last, send, p50, p99 }) => {
        await contestant.record(last() + 1, EVENTS);
        const sentAt = await send();
        await contestant.until(last());
        const taken = await contestant.latencies(sentAt);
        p50.push(taken.p50);
        p99.push(taken.p99);
        return taken.p99;
      },
    );
    const row = (which: 'p50' | 'p99', goal: number | null): Row => {
      const [ours, bare] = entrants.map((entrant) =>
        spread(entrant.contestant.name, entrant[which].slice(2), 'ms'),
      );
      const miss =
        `over the turns of ${EVENTS} events the limit's own is ${unrest(bare!)} in the 90th percentile of what it is in the ` +
        `10th, ours ${unrest(ours!)}`;
      return {
        ...versus(`commit → client, ${which}, ${CLIENTS} clients`, [ours!, bare!], { limit: goal }),
        miss,
      };
    };
    return [row('p50', null), row('p99', 1.5)];
  } finally {
    redis.disconnect();
    await children.end();
    await committer.close();
  }
}
