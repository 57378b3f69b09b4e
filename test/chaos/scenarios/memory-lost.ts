import type { TestRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import type { BridgeEvent } from '../../../src/core/model/event.js';
import type { LogBook } from '../log-book.js';
import { cluster, type RedisInUse, sentinel } from '../redis-in-use.js';
import { type Rig, withRig } from '../rig.js';
import { keepsTime, type Scenario, type Tally, times } from '../scenario.js';
import { type Blind, judgeIds, judgeLog, judgeSequences } from '../verdict.js';

export const emptied: Scenario = {
  row: 7,
  fault: 'Redis restarted empty',
  invariant: 'losing its memory starts a new epoch, and clients get a reset',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { tally, random, say } = chaos;
      await rig.replicas(1);
      const losses = times(chaos, 1, 8);
      const pbx = rig.pbx();
      let blind: Blind[] = [];
      for (let loss = 1; loss <= losses; loss++) {
        await rig.polled(random.int(15, 40));
        await rig.anyMoment();
        const epoch = await rig.epoch();
        const lostAt = Date.now();
        await rig.redis.loseEverything();
        const begunAt = Date.now();
        tally.injected += 1;
        await until(async () => ((await rig.book.place('acme'))?.epoch ?? epoch) !== epoch, 'a new epoch');
        await until(
          () => rig.watchers.every(({ place }) => place !== null && place.epoch !== epoch),
          'a reset',
        );
        // Each epoch is a log of its own: what its polls saw, from its first to its last.
        const lines = rig.book.lines('acme', epoch).map(({ event }) => event);
        judgeSequences(lines, tally);
        judgeLog(pbx, lines, { sightings: 3, blind: [...blind, { from: lostAt, to: Infinity }] }, tally);
        blind = [{ from: -Infinity, to: begunAt }];
        say(`emptied ${loss} of ${losses} times`);
      }
      for (const { name, resets } of rig.watchers)
        tally.demand(
          resets.length === losses,
          `${name} got a reset for ${resets.length} of ${losses} losses`,
        );
      await rig.settle();
      await rig.verdict({ sightings: 3, blind });
      const all = rig.book.epochs('acme').flatMap((epoch) => rig.book.lines('acme', epoch));
      tally.notes.push(
        `${judgeIds(
          all.map(({ event }) => event),
          tally,
        )} events again, with their ids`,
      );
    }),
};

export const tailLost: Scenario = {
  row: 8,
  fault: 'a Sentinel fail-over that loses the tail of the log',
  invariant: 'a new epoch begins, and what is announced again has the same id',
  run: async (chaos) => {
    const losses = times(chaos, 1, 5);
    for (let loss = 1; loss <= losses; loss++)
      await withRig(chaos, { redis: sentinel }, async (rig) => {
        const { tally, say } = chaos;
        const { sentinel: servers } = rig.redis;
        // Every other time another replica may claim first, with the leases that the fail-over brought back.
        await rig.replicas(loss % 2 === 0 ? 2 : 1);
        await rig.polled(20);
        const epoch = await rig.epoch();
        await servers.inSync();
        await servers.cutOffReplicas();
        await rig.polled(15);
        const { killedAt } = await masterKilled(rig, tally);
        tally.demand((await rig.epoch()) !== epoch, 'the log lost its tail and kept its epoch');
        await rig.settle();
        for (const { name, resets } of rig.watchers)
          tally.demand(resets.length > 0, `${name} got no reset after the loss`);
        const before = rig.book.lines('acme', epoch).map(({ event }) => event);
        judgeSequences(before, tally);
        // What consumers got before, lost or not, was true.
        judgeLog(rig.pbx(), before, { sightings: 3, blind: [{ from: killedAt, to: Infinity }] }, tally);
        await rig.verdict({ sightings: AFTERWARDS, blind: await gaps(rig) });
        const lost = await lostOf(rig.book, epoch);
        tally.demand(lost.length > 0, 'no event was lost: the fault did not hit');
        const all = rig.book.epochs('acme').flatMap((one) => rig.book.lines('acme', one));
        const again = judgeIds(
          all.map(({ event }) => event),
          tally,
        );
        tally.notes.push(`${lost.length} events lost, ${again} announced again with their ids`);
        say(`lost the tail ${loss} of ${losses} times`);
      });
  },
};

export const sentinelFailovers: Scenario = {
  row: 7,
  fault:
    'SIGKILL of the master under Sentinel, three nodes; every fourth lives on, as in a planned fail-over',
  invariant: 'a Sentinel fail-over is ridden out, with the first new event within 10 s',
  run: (chaos) =>
    withRig(chaos, { redis: sentinel }, async (rig) => {
      const { tally, random, say } = chaos;
      const { sentinel: servers } = rig.redis;
      await rig.replicas(2);
      const failovers = times(chaos, 1, 12);
      const took: number[] = [];
      for (let failover = 1; failover <= failovers; failover++) {
        await rig.polled(random.int(5, 20));
        await servers.inSync();
        const epochs = rig.book.epochs('acme');
        const begunAt = Date.now();
        const isPlanned = failover % 4 === 0;
        const old = isPlanned ? await servers.switchMaster() : await servers.killMaster();
        tally.injected += 1;
        tally.kinds.failover += 1;
        await servers.successorOf(old);
        await until(() => rig.book.firstBeyond('acme', epochs) !== null, 'an event after the fail-over');
        took.push(rig.book.firstBeyond('acme', epochs)! - begunAt);
        if (!isPlanned) await servers.restart(old);
        say(`${failover} of ${failovers} fail-overs`);
      }
      keepsTime(chaos, 'first new event after', took, 10_000);
      await rig.settle();
      tally.notes.push(await judgeEpochs(rig.book, failovers, tally));
      await rig.verdict({ sightings: AFTERWARDS, blind: await gaps(rig) });
    }),
};

export const clusterFailovers: Scenario = {
  row: 7,
  fault: "SIGKILL of the log's master in a cluster of six",
  invariant: "a cluster's fail-over is ridden out, with the first new event within 10 s",
  run: async (chaos) => {
    const { tally, say } = chaos;
    const failovers = times(chaos, 1, 5);
    const took: number[] = [];
    for (let failover = 1; failover <= failovers; failover++)
      await withRig(chaos, { redis: cluster }, async (rig) => {
        const { cluster: nodes } = rig.redis;
        const key = 'pitel:{acme}:events';
        await rig.replicas(2);
        await rig.polled(10);
        await nodes.inSync(key);
        const killedAt = Date.now();
        const dead = await nodes.killOwnerOf(key);
        tally.injected += 1;
        tally.kinds.failover += 1;
        await nodes.successorOf(dead, key);
        await until(() => rig.book.firstAfter('acme', killedAt) !== null, 'an event after the fail-over');
        took.push(rig.book.firstAfter('acme', killedAt)! - killedAt);
        await rig.settle();
        tally.notes.push(await judgeEpochs(rig.book, 1, tally));
        await rig.verdict({ sightings: AFTERWARDS, blind: await gaps(rig) });
        say(`${failover} of ${failovers} fail-overs`);
      });
    keepsTime(chaos, 'first new event after', took, 10_000);
  },
};

/** Kills the master, and resolves when the log has an event that was recorded after that. */
export async function masterKilled(
  { redis: { sentinel: servers }, book }: Rig<Awaited<ReturnType<typeof sentinel>>>,
  tally: Tally,
): Promise<{ readonly dead: TestRedis; readonly killedAt: number; readonly tookMs: number }> {
  const dead = await servers.killMaster();
  const killedAt = Date.now();
  tally.injected += 1;
  tally.kinds.failover += 1;
  await servers.successorOf(dead);
  await until(() => book.firstAfter('acme', killedAt) !== null, 'an event after the fail-over');
  return { dead, killedAt, tookMs: book.firstAfter('acme', killedAt)! - killedAt };
}

/** The events that the epoch's log once held and the valid history does not. */
async function lostOf(book: LogBook, epoch: string): Promise<BridgeEvent[]> {
  const kept = new Set((await book.whole('acme')).map((event) => `${event.epoch}:${event.sequence}`));
  const lines = book.lines('acme', epoch).map(({ event }) => event);
  return lines.filter(({ sequence }) => !kept.has(`${epoch}:${sequence}`));
}

/**
 * The gaps that fail-overs may leave: what polls saw between the last commit of one epoch and the first of the next, in the
 * history that is valid in the end. A gap is small, because the bridge does not poll while a commit has no answer: the poll
 * whose commit the death cut off, those whose commits no replica had, and a first one at the new master, which is dropped
 * where its log turns out to be another one. It is larger where a master lives on for a while (planned fail-over), or a
 * promoted one is replaced seconds later (Sentinel, on a busy machine): what that one took is lost with it. Everything else
 * is demanded: what the history has, and what was there at `AFTERWARDS` polls outside of those gaps.
 *
 * A gap goes by the instants of commits, not of polls: an event that waited to be confirmed is emitted in the next epoch with
 * the time of the older poll. The polls that led to the next epoch's first commit are no part of the gap.
 */
export async function gaps(rig: Pick<Rig<RedisInUse>, 'book' | 'pbx'>): Promise<Blind[]> {
  const { polls } = rig.pbx();
  const lastBefore = (instant: number) =>
    [polls.monitor, polls.queue].map((instants) => instants.findLast((at) => at <= instant) ?? instant);
  const blind: Blind[] = [];
  let last: { readonly epoch: string; readonly at: number } | null = null;
  for (const { epoch, recordedtime } of await rig.book.whole('acme')) {
    const at = Date.parse(recordedtime);
    if (last !== null && last.epoch !== epoch)
      blind.push({ from: last.at, to: Math.min(...lastBefore(at)) - 1 });
    last = { epoch, at };
  }
  return blind;
}

/** A master's fail-over begins one epoch. Any other epoch means that Redis lost something, or is the bridge's mistake. */
async function judgeEpochs(book: LogBook, deaths: number, tally: Tally): Promise<string> {
  const epochs = book.epochs('acme');
  let lossy = 0;
  for (const epoch of epochs) if ((await lostOf(book, epoch)).length > 0) lossy += 1;
  const finding = `${epochs.length - 1} new epochs after ${deaths} fail-overs, ${lossy} lost events`;
  tally.demand(epochs.length - 1 <= deaths + lossy, finding);
  return finding;
}

/** One of them may be cut off where the tenant changes hands. */
export const AFTERWARDS = 2;
