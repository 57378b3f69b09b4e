import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateKey } from '../../../src/store/keys.js';
import { heapOf, memoryOf, probed, type Sample, slopeOf } from '../process-memory.js';
import type { LogBook } from '../log-book.js';
import { withRig } from '../rig.js';
import { type Scenario, times } from '../scenario.js';

/** In the long form an hour of calls in five minutes; the short one has the first minutes of such an hour. */
const SPEED = 12;
const LONG_S = 300;
const SHORT_S = 5;
/** For the first buffers, the JIT and V8's heap. */
const WARM_UP = 0.4;
/** More than this would be half a KiB for each call, which is no noise. */
const FLAT_KIB_PER_MINUTE = 128;
/**
 * An ended call is remembered for an hour of real time, which the simulator does not compress. After that as many are
 * forgotten as come, so this memory (measured: 1.4 KiB with indexes and ids) is bounded and does not count as growth.
 */
const REMEMBERED_KIB = 1.5;
/** Often enough that the event buffer, which fills up and is trimmed again, does not look like a slope. */
const HEAP_EVERY_S = 2;

export const soaked: Scenario = {
  row: 18,
  fault: 'an hour of calls that come and go, compressed by the speed of the simulator',
  invariant: 'memory is flat',
  run: async (chaos) => {
    const seconds = times(chaos, SHORT_S, LONG_S);
    const file = join(tmpdir(), `pitel-chaos-heap-${process.pid}`);
    const setup = { speed: SPEED, traffic: { callsPerHour: 1_200 }, env: probed(file) };
    try {
      await withRig(chaos, setup, async (rig) => {
        const { tally, say, long } = chaos;
        const [bridge] = await rig.replicas(1);
        const begun = Date.now();
        const [rss, heap, remembered]: [Sample[], Sample[], Sample[]] = [[], [], []];
        for (let second = 0; second < seconds; second++) {
          await rig.polled(10);
          const at = (Date.now() - begun) / 60_000;
          rss.push({ at, kib: await memoryOf(bridge!.service.pid) });
          if (second % HEAP_EVERY_S > 0) continue;
          heap.push({ at, kib: await heapOf(bridge!.service, file) });
          remembered.push({ at, kib: (await endedCalls(rig.book)) * REMEMBERED_KIB });
          if (second % 60 === 0) say(`heap ${mib(heap)}, RSS ${mib(rss)} after ${second} s`);
        }
        tally.injected = rig.pbx().world.truth.length;
        // The seconds of the short form are too few for a slope.
        if (long) {
          const [grows, ofMemory, ofProcess] = [heap, remembered, rss].map((samples) =>
            slopeOf(warm(samples)),
          );
          tally.notes.push(
            `heap kept ${mib(heap)}, slope after warm-up ${grows!.toFixed(0)} KiB a minute, of which ` +
              `${ofMemory!.toFixed(0)} for calls that ended within the hour; RSS ${mib(rss)}, slope ${ofProcess!.toFixed(0)}`,
          );
          const beyond = grows! - ofMemory!;
          tally.demand(beyond <= FLAT_KIB_PER_MINUTE, `the heap grows by ${beyond.toFixed(0)} KiB a minute`);
        }
        await rig.settle();
        await rig.verdict({ sightings: 1 });
      });
    } finally {
      await rm(file, { force: true });
    }
  },
};

/** Remembered, as the stored state has them. */
async function endedCalls(book: LogBook): Promise<number> {
  const fields = await book.commands.hkeys(stateKey('acme'));
  return fields.filter((field) => field.startsWith('ended:')).length;
}

function warm(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.floor(samples.length * WARM_UP));
}

function mib(samples: readonly Sample[]): string {
  return `${(samples.at(-1)!.kib / 1024).toFixed(1)} MiB`;
}
