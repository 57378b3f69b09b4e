import { until } from '../../support/until.js';
import { withRig } from '../rig.js';
import { keepsTime, type Scenario, times } from '../scenario.js';

export const paused: Scenario = {
  row: 3,
  fault: 'SIGSTOP of an owner past its lease, another takes over, SIGCONT',
  invariant: 'a paused owner cannot commit when it wakes',
  testedIn: 'test/replicas/replicas.system.spec.ts',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { tally, say } = chaos;
      await rig.replicas(2);
      const pauses = times(chaos, 1, 8);
      const took: number[] = [];
      for (let pause = 1; pause <= pauses; pause++) {
        await rig.shared();
        await rig.polled(5);
        const owner = rig.owner();
        const before = await rig.claimed();
        // An answer that is on its way to the owner now is out of date by the time that it wakes.
        rig.pbx().faults.add('monitor', { kind: 'delay', ms: 150 });
        await rig.polled(1);
        owner.service.signal('SIGSTOP');
        tally.injected += 1;
        try {
          took.push(await rig.takenOver(before));
          await rig.polled(10);
        } finally {
          owner.service.signal('SIGCONT');
        }
        await rig.polled(10);
        say(`paused ${pause} of ${pauses} times`);
      }
      await rig.shared();
      keepsTime(chaos, 'takeover after SIGSTOP', took);
      await rig.settle();
      await rig.verdict({ sightings: 3 });
    }),
};

export const twoOwners: Scenario = {
  row: 4,
  fault: 'two replicas that both believe all the time that they own the tenant',
  invariant: 'two pollers of one tenant make one sequence of events',
  testedIn: 'test/replicas/two-owners.system.spec.ts',
  run: (chaos) =>
    // Slow calls, because two owners that fence each other commit only now and then.
    withRig(chaos, { speed: 4 }, async (rig) => {
      const { tally } = chaos;
      // Two lease groups do not affect each other.
      const one = await rig.bridge('one', { env: { LEASE_GROUP: 'one' } });
      const two = await rig.bridge('two', { env: { LEASE_GROUP: 'two' } });
      const bridges = [one, two];
      for (const bridge of bridges)
        await rig.watch({ name: `consumer at ${bridge.name}`, url: () => bridge.url });
      const fenced = () =>
        bridges.map(
          ({ service }) => service.lines.filter(({ msg }) => msg.startsWith('commit rejected')).length,
        );
      const wanted = times(chaos, 3, 40);
      await until(() => Math.min(...fenced()) >= wanted, 'fenced cycles');
      await rig.settle();
      tally.injected += fenced().reduce((sum, count) => sum + count, 0);
      tally.notes.push(`fenced cycles ${fenced().join(' + ')}`);
      // A fenced poll emitted nothing, but what was there for long enough is demanded all the same.
      await rig.verdict({ sightings: 25 });
    }),
};

export const rolled: Scenario = {
  row: 16,
  fault: 'SIGTERM of each replica in turn under load',
  invariant: 'a rolling restart loses nothing, and takes over within 1.5 s',
  run: (chaos) =>
    withRig(chaos, {}, async (rig) => {
      const { tally, say } = chaos;
      const bridges = await rig.replicas(2);
      const rounds = times(chaos, 1, 6);
      const took: number[] = [];
      for (let round = 1; round <= rounds; round++) {
        for (const bridge of bridges) {
          await rig.shared();
          await rig.polled(5);
          const isOwner = rig.owner() === bridge;
          const before = await rig.claimed();
          const ended = bridge.terminate();
          tally.injected += 1;
          if (isOwner) took.push(await rig.takenOver(before));
          tally.demand((await ended) === 0, `${bridge.name} ended with an error`);
          await bridge.start();
        }
        say(`${round} of ${rounds} rounds`);
      }
      keepsTime(chaos, 'takeover after SIGTERM', took, 1_500);
      await rig.shared();
      await rig.settle();
      await rig.verdict({ sightings: 3 });
    }),
};
