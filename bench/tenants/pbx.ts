import { createSimulatorServer } from '../../simulator/server.js';
import { createWorld } from '../../simulator/world.js';
import { order, serve } from '../delivery/child.js';
import { type Gaps, type PbxOrder, tokenOf } from './orders.js';
import { used } from './usage.js';

/**
 * The simulator with many small tenants: eight extensions, a queue, a call every five minutes. It records when it was
 * asked, so that lateness is measured outside of the processes under test.
 */
const { tenants } = order<PbxOrder>();
const startAt = Date.now();
const clock = () => startAt + performance.now();
let begun = startAt;
const server = createSimulatorServer({
  clock,
  tenants: Array.from({ length: tenants }, (_, index) => ({
    token: tokenOf(index),
    world: createWorld({
      seed: index,
      startAt,
      truthLimit: 10,
      directory: { extensions: 8, doubleRegistered: 1, queues: 1, ringGroups: 1 },
      traffic: { callsPerHour: 12, unregistersPerHour: 0 },
    }),
  })),
});
const { url } = await server.listen(0);

function* polls(): Iterable<number[]> {
  for (const tenant of server.tenants) yield* Object.values(tenant.polls);
}

function gaps(): Gaps {
  const all: number[] = [];
  const now = clock();
  let [count, unpolled, open] = [0, 0, 0];
  for (const instants of polls()) {
    count += instants.length;
    if (instants.length === 0) unpolled++;
    open = Math.max(open, (instants[0] ?? now) - begun, now - (instants.at(-1) ?? begun));
    for (let index = 1; index < instants.length; index++) all.push(instants[index]! - instants[index - 1]!);
  }
  const sorted = Float64Array.from(all).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { polls: count, median: at(0.5), p999: at(0.999), latest: Math.max(at(1), open), unpolled };
}

serve(
  { url },
  {
    cpu: used,
    /** How many endpoints were asked at all. */
    asked: () => [...polls()].filter(({ length }) => length > 0).length,
    /** What came before is not judged. */
    begin: () => {
      begun = clock();
      for (const instants of polls()) instants.length = 0;
    },
    gaps,
  },
);
