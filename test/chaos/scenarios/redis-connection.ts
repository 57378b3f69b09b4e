import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../support/until.js';
import { behindProxy, COMMIT } from '../redis-in-use.js';
import { withRig } from '../rig.js';
import { keepsTime, type Scenario, times } from '../scenario.js';

export const repliesLost: Scenario = {
  row: 2,
  fault: 'a proxy to Redis that swallows the reply to a commit and cuts, cuts alone, or delays',
  invariant: 'a lost reply never doubles an event',
  run: (chaos) =>
    withRig(chaos, { redis: behindProxy }, async (rig) => {
      const { random, tally } = chaos;
      const { proxy } = rig.redis;
      await rig.replicas(1);
      const faults = times(chaos, 9, 150);
      for (let fault = 1; fault <= faults; fault++) {
        await rig.anyMoment();
        tally.injected += 1;
        switch (fault % 3) {
          case 1: {
            const swallowed = proxy.swallowed();
            proxy.swallowRepliesTo(COMMIT);
            await swallowed;
            proxy.passReplies();
            proxy.cut();
            break;
          }
          case 2:
            proxy.cut();
            break;
          default:
            proxy.delayReplies(random.int(20, 400));
            await rig.polled(3);
            proxy.delayReplies(0);
        }
        await rig.polled(2);
      }
      await rig.settle();
      await rig.verdict({ sightings: 3 });
    }),
};

export const subscriptionsKilled: Scenario = {
  row: 11,
  fault: 'CLIENT KILL TYPE pubsub under load',
  invariant: 'lost pub/sub heals within 5 s',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { tally, random } = chaos;
      await rig.replicas(1);
      const kills = times(chaos, 5, 100);
      for (let kill = 1; kill <= kills; kill++) {
        await rig.book.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        tally.injected += 1;
        await rig.polled(random.int(1, 8));
      }
      await rig.settle();
      const lags = rig.watchers.map(({ lagMs }) => lagMs);
      keepsTime(chaos, 'from commit to consumer', lags, 5_000);
      await rig.verdict({ sightings: 1 });
    }),
};

export const frozen: Scenario = {
  row: 12,
  fault: 'SIGSTOP and SIGCONT of redis-server',
  invariant: 'a frozen Redis is noticed, and work goes on after it thaws',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { tally, random, say } = chaos;
      const [bridge] = await rig.replicas(1);
      const freezes = times(chaos, 1, 8);
      const [noticed, wentOn]: [number[], number[]] = [[], []];
      for (let freeze = 1; freeze <= freezes; freeze++) {
        await rig.polled(10);
        await rig.anyMoment();
        const frozenAt = performance.now();
        rig.redis.server.signal('SIGSTOP');
        tally.injected += 1;
        await until(async () => !(await isReady(bridge!.url)), 'a bridge that is not ready');
        noticed.push(performance.now() - frozenAt);
        // Also past the end of every lease and time-out.
        if (freeze % 2 === 0) await pause(random.int(1_000, 9_000));
        const thawedAt = Date.now();
        rig.redis.server.signal('SIGCONT');
        await until(() => rig.book.firstAfter('acme', thawedAt) !== null, 'an event after the thaw');
        wentOn.push(rig.book.firstAfter('acme', thawedAt)! - thawedAt);
        await until(() => isReady(bridge!.url), 'a bridge that is ready again');
        say(`frozen ${freeze} of ${freezes} times`);
      }
      keepsTime(chaos, 'noticed after', noticed);
      keepsTime(chaos, 'first new event after the thaw', wentOn);
      await rig.settle();
      await rig.verdict({ sightings: 3 });
    }),
};

export const scriptsFlushed: Scenario = {
  row: 13,
  fault: 'SCRIPT FLUSH in mid-load',
  invariant: 'SCRIPT FLUSH is harmless',
  testedIn: 'src/store/redis/redis-store.faults.system.spec.ts',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      await rig.replicas(1);
      const flushes = times(chaos, 100, 2_000);
      for (let flush = 1; flush <= flushes; flush++) {
        await rig.book.commands.script('FLUSH');
        chaos.tally.injected += 1;
        await pause(chaos.random.int(0, 20));
      }
      await rig.settle();
      await rig.verdict({ sightings: 1 });
    }),
};

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/ready`).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}
