import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../../../bench/bench.js';
import { DROPPED, exactness } from '../../../bench/delivery/exactness.js';
import { slowConsumers, STOPPED } from '../../../bench/delivery/slow-consumer.js';
import type { Row } from '../../../bench/measure.js';
import { until } from '../../support/until.js';
import { standalone } from '../redis-in-use.js';
import { withRig } from '../rig.js';
import { type Chaos, type Scenario, times } from '../scenario.js';

export const dropped: Scenario = {
  row: 9,
  fault: 'client connections dropped at hundreds of events a second',
  invariant: 'a reconnecting client misses nothing and sees nothing twice',
  testedIn: 'src/deliver/log/resume.spec.ts',
  run: async (chaos) => {
    await withRig(chaos, {}, async (rig) => {
      const { tally, random, say } = chaos;
      await rig.replicas(1);
      const consumers = times(chaos, 10, 25);
      while (rig.watchers.length < consumers) await rig.watch();
      const drops = times(chaos, 40, 1_250);
      const begun = (await rig.book.place('acme'))!.sequence;
      const from = performance.now();
      for (let drop = 1; drop <= drops; drop++) {
        await until(() => rig.watchers.some(({ isConnected }) => isConnected), 'a client to drop');
        const watcher = random.pick(rig.watchers.filter(({ isConnected }) => isConnected));
        watcher.drop();
        tally.injected += 1;
        tally.kinds.drop += 1;
        // Some come back within a poll, some after many.
        const away = random.chance(0.5) ? 0 : random.int(1, 800);
        setTimeout(() => watcher.open(), away);
        await pause(random.int(0, 60));
        if (drop % 250 === 0) say(`${drop} of ${drops} drops`);
      }
      const rate = ((await rig.book.place('acme'))!.sequence - begun) / ((performance.now() - from) / 1_000);
      await until(() => rig.watchers.every(({ isConnected }) => isConnected), 'all clients to be back');
      await rig.settle();
      for (const { name, snapshots } of rig.watchers)
        tally.demand(snapshots === 1, `${name} had to begin again ${snapshots - 1} times`);
      const received = rig.watchers.reduce((sum, watcher) => sum + watcher.received, 0);
      tally.notes.push(`${rate.toFixed(0)} events/s, ${received} delivered to ${consumers} consumers`);
      await rig.verdict({ sightings: 1 });
    });
    // Again without the simulated PBX, which could not be so busy: 500 events/s, authentication takes 20 ms.
    await measured(chaos, exactness, DROPPED);
    chaos.tally.kinds.drop += DROPPED;
  },
};

export const outOfReach: Scenario = {
  row: 10,
  fault: 'a client offline beyond the retention',
  invariant: 'a cursor that the log no longer reaches gets reset and a snapshot, never silence',
  run: (chaos) =>
    withRig(chaos, { env: { LOG_RETENTION_EVENTS: '100' } }, async (rig) => {
      const { tally } = chaos;
      await rig.replicas(1);
      const absences = times(chaos, 2, 20);
      for (let absence = 1; absence <= absences; absence++) {
        const [watcher] = rig.watchers;
        const { resets, place } = watcher!;
        const [before, from] = [resets.length, place!.sequence];
        watcher!.drop();
        // The log keeps only about its count, as it drops whole blocks.
        await until(async () => (await rig.book.oldest('acme')) > from + 1, 'the log to forget');
        watcher!.open();
        tally.injected += 1;
        await until(() => watcher!.place !== null && watcher!.place.sequence > from, 'an answer');
        tally.demand(
          resets.length === before + 1 && resets.at(-1) === 'cursor-too-old',
          `got ${resets.slice(before).join() || 'nothing'} instead of cursor-too-old`,
        );
      }
      await rig.settle();
      await rig.verdict({ sightings: 1 });
    }),
};

export const stuck: Scenario = {
  row: 14,
  fault: 'sockets that stop reading under load',
  invariant: 'a slow or paused client costs bounded memory and delays no other',
  testedIn: 'src/deliver/socket/slow-consumer.spec.ts',
  run: (chaos) => measured(chaos, slowConsumers, STOPPED),
};

/** What a measurement does to the bridge is a fault too, and what it measures is a promise. */
async function measured(
  { tally }: Chaos,
  measure: (bench: Bench) => Promise<Row[]>,
  faults: number,
): Promise<void> {
  const redis = await standalone();
  try {
    const bench = { redisUrl: redis.server.url, profileDir: null, rounds: (usual: number) => usual };
    for (const { what, ratio, of, goal, detail } of await measure(bench)) {
      const finding = `${what}: ${ratio.toFixed(2)} of ${of} (${detail})`;
      tally.demand(goal === null || ratio <= goal, finding);
      tally.notes.push(finding);
    }
    tally.injected += faults;
  } finally {
    await redis.stop();
  }
}
