import { until } from '../../support/until.js';
import { type RedisInUse, sentinel } from '../redis-in-use.js';
import { type Rig, type RigSetup, withRig } from '../rig.js';
import { keepsTime, type Scenario, type Tally, times } from '../scenario.js';
import { AFTERWARDS, gaps, masterKilled } from './memory-lost.js';

/** Fail-overs under many connected clients: each goes on where it was, unless it had an event that was lost. */

const LOAD: Partial<RigSetup<RedisInUse>> = {
  speed: 4,
  traffic: { callsPerHour: 1_200, firstCallAfterMs: 100 },
};
/** So many connect at a time. */
const WAVE = 25;
const MOST_AWAY_MS = 10_000;

export const nothingLost: Scenario = {
  row: 40,
  fault: 'a Sentinel fail-over that loses nothing, under 500 clients',
  invariant: 'a fail-over that lost nothing resets no client',
  testedIn: 'test/redis-forms/restart.system.spec.ts',
  run: (chaos) =>
    withRig(chaos, { ...LOAD, redis: sentinel }, async (rig) => {
      const { tally, say } = chaos;
      const { sentinel: servers } = rig.redis;
      await rig.replicas(2);
      await crowd(rig, times(chaos, 25, 500));
      const failovers = times(chaos, 1, 3);
      const took: number[] = [];
      for (let failover = 1; failover <= failovers; failover++) {
        await rig.polled(20);
        await servers.inSync();
        // What the bridges send from now on waits, and is lost with the connection: it was never acknowledged.
        await servers.admin(await servers.master()).call('CLIENT', 'PAUSE', '30000', 'WRITE');
        await servers.inSync();
        const { dead, tookMs } = await masterKilled(rig, tally);
        took.push(tookMs);
        await servers.restart(dead);
        say(`${failover} of ${failovers} fail-overs`);
      }
      keepsTime(chaos, 'first new event after', took, MOST_AWAY_MS);
      await rig.settle();
      const epochs = rig.book.epochs('acme');
      tally.demand(epochs.length > failovers, `${epochs.length} epochs: no fail-over was noticed`);
      demandResets(rig, 0, tally);
      await rig.verdict({ sightings: AFTERWARDS, blind: await gaps(rig) });
    }),
};

export const tailLostUnderCrowd: Scenario = {
  row: 41,
  fault: 'a Sentinel fail-over that loses the tail of the log, under 500 clients',
  invariant: 'every client that had what was lost is reset once, and gets no wrong event',
  testedIn: 'test/redis-forms/restart.system.spec.ts',
  run: (chaos) =>
    withRig(chaos, { ...LOAD, redis: sentinel }, async (rig) => {
      const { tally } = chaos;
      const { sentinel: servers } = rig.redis;
      await rig.replicas(2);
      await crowd(rig, times(chaos, 25, 500));
      await rig.polled(20);
      await servers.inSync();
      await servers.cutOffReplicas();
      const kept = (await rig.book.place('acme'))!.sequence;
      await rig.polled(15);
      await until(
        () => rig.watchers.every(({ place }) => (place?.sequence ?? 0) > kept),
        'all clients to have an event that will be lost',
      );
      const { tookMs } = await masterKilled(rig, tally);
      keepsTime(chaos, 'first new event after', [tookMs], MOST_AWAY_MS);
      await rig.settle();
      demandResets(rig, 1, tally);
      await rig.verdict({ sightings: AFTERWARDS, blind: await gaps(rig) });
    }),
};

/** So many more consumers, at all replicas by turns. */
async function crowd(rig: Rig<RedisInUse>, count: number): Promise<void> {
  const { bridges } = rig;
  const one = (index: number) =>
    rig.watch({ name: `client ${index + 1}`, url: () => bridges[index % bridges.length]!.url });
  for (let done = 0; done < count; done += WAVE)
    await Promise.all(Array.from({ length: Math.min(WAVE, count - done) }, (_, nth) => one(done + nth)));
}

function demandResets(rig: Rig<RedisInUse>, wanted: number, tally: Tally): void {
  for (const { name, resets } of rig.watchers)
    tally.demand(
      resets.length === wanted,
      `${name} got ${resets.length} resets (${resets.join(', ')}), not ${wanted}`,
    );
  const connections = rig.watchers.reduce((sum, watcher) => sum + watcher.connections, 0);
  const resets = rig.watchers.reduce((sum, watcher) => sum + watcher.resets.length, 0);
  tally.notes.push(`${rig.watchers.length} clients, ${connections} connections, ${resets} resets`);
}
