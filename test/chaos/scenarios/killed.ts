import { withRig } from '../rig.js';
import { keepsTime, type Scenario, times } from '../scenario.js';

export const killed: Scenario = {
  row: 1,
  fault: 'SIGKILL of the bridge at random moments around the commit',
  invariant: "state and the log's tail agree",
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { random, tally, say } = chaos;
      const [bridge] = await rig.replicas(1);
      const kills = times(chaos, 4, 60);
      let polls = 0;
      for (let kill = 1; kill <= kills; kill++) {
        // Kills right after an answer, so around the commit that it leads to, from the very first poll on. Of three polls
        // in a row one has to be committed, as what three have seen is demanded; the last before a kill need not be.
        polls = random.int(polls === 1 ? 2 : 1, 10);
        await rig.polled(polls);
        if (random.chance(0.5)) await rig.anyMoment();
        await bridge!.kill();
        tally.injected += 1;
        await bridge!.start();
        if (kill % 10 === 0) say(`${kill} of ${kills} kills`);
      }
      await rig.settle();
      // A poll that was answered may have died with the bridge before its commit.
      await rig.verdict({ sightings: 3 });
    }),
};

export const killedInTurns: Scenario = {
  row: 6,
  fault: 'random SIGKILLs of two replicas, then a scan of the log',
  invariant: 'sequences have no hole within an epoch, and another replica takes over within 8 s',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { random, tally, say } = chaos;
      await rig.replicas(2);
      const [kills, takeovers] = [times(chaos, 2, 46), times(chaos, 1, 6)];
      const took: number[] = [];
      for (let kill = 1; kill <= kills; kill++) {
        await rig.polled(random.int(1, 8));
        await rig.anyMoment();
        const waits = kill > kills - takeovers;
        if (waits) await rig.shared();
        const victim = waits ? rig.owner() : random.pick(rig.bridges);
        const before = await rig.claimed();
        await victim.kill();
        tally.injected += 1;
        // A replica that starts again on the same machine gives its shards back; otherwise the lease has to run out.
        if (waits) took.push(await rig.takenOver(before));
        await victim.start();
        if (kill % 10 === 0) say(`${kill} of ${kills} kills`);
      }
      keepsTime(chaos, 'takeover after SIGKILL', took, 8_000);
      await rig.settle();
      await rig.verdict({ sightings: 3 });
    }),
};
