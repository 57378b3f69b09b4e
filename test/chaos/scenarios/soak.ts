import { memoryOf, type Sample, slopeOf, SMALL_HEAP } from '../process-memory.js';
import { withRig } from '../rig.js';
import { type Scenario, times } from '../scenario.js';

/** In the long form an hour of calls in five minutes; the short one has the first minutes of such an hour. */
const SPEED = 12;
const LONG_S = 300;
const SHORT_S = 5;
/** For the first buffers, the JIT and V8's heap. */
const WARM_UP = 0.4;
/** One more than this would be 15 MiB in an hour, and no accident. */
const FLAT_KIB_PER_MINUTE = 256;

export const soaked: Scenario = {
  row: 18,
  fault: 'an hour of calls that come and go, compressed by the speed of the simulator',
  invariant: 'memory is flat',
  run: (chaos) => {
    const seconds = times(chaos, SHORT_S, LONG_S);
    const setup = {
      speed: SPEED,
      traffic: { callsPerHour: 1_200 },
      env: SMALL_HEAP,
    };
    return withRig(chaos, setup, async (rig) => {
      const { tally, say, long } = chaos;
      const [bridge] = await rig.replicas(1);
      const begun = Date.now();
      const samples: Sample[] = [];
      for (let second = 0; second < seconds; second++) {
        await rig.polled(10);
        samples.push({ at: (Date.now() - begun) / 60_000, kib: await memoryOf(bridge!.service.pid) });
        if (second % 60 === 59)
          say(`RSS ${(samples.at(-1)!.kib / 1024).toFixed(1)} MiB after ${second + 1} s`);
      }
      const warm = samples.slice(Math.floor(samples.length * WARM_UP));
      const slope = slopeOf(warm);
      tally.injected = rig.pbx().world.truth.length;
      const last = (warm.at(-1)!.kib / 1024).toFixed(1);
      tally.notes.push(`RSS ${last} MiB, slope after warm-up ${slope.toFixed(0)} KiB a minute`);
      // Seconds show no slope, only that the hour went through.
      if (long)
        tally.demand(slope <= FLAT_KIB_PER_MINUTE, `memory grows by ${slope.toFixed(0)} KiB a minute`);
      await rig.settle();
      await rig.verdict({ sightings: 1 });
    });
  },
};
