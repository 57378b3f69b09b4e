import { simulateDay } from '../../support/day.js';
import { type Scenario, times } from '../scenario.js';

export const restartedAnywhere: Scenario = {
  row: 19,
  fault: 'restarts between any two polls of a random history',
  invariant: 'any crash point gives the same events',
  testedIn: 'src/core/reconcile.property.spec.ts',
  run: async ({ seed, tally, random, ...chaos }) => {
    const histories = times({ seed, tally, random, ...chaos }, 3, 40);
    for (let history = 1; history <= histories; history++) {
      const options = {
        seed: `${seed} ${history}`,
        traffic: { callsPerHour: 1_500, firstCallAfterMs: 500, totalCalls: 150 },
        tailMs: 180_000,
      };
      const straight = simulateDay(options);
      const broken = simulateDay({ ...options, restarts: random.pick([0.02, 0.2, 1]) });
      tally.injected += broken.restarts;
      tally.expected += straight.events.length;
      const [straightLog, brokenLog] = [straight, broken].map(({ events }) =>
        events.map((event) => JSON.stringify(event)),
      );
      const all = new Set(straightLog);
      const again = new Set(brokenLog);
      for (const event of all) if (!again.has(event)) tally.count('missing', event);
      for (const event of again) if (!all.has(event)) tally.count('false', event);
      if (again.size !== brokenLog!.length) tally.count('doubled', 'an event twice in one log');
      tally.demand(straightLog!.join() === brokenLog!.join(), 'the two logs are not in the same order');
      if (!straight.report.ok) tally.count('false', `history ${history} is not emitted as it was`);
    }
  },
};
