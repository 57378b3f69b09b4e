import { createSimulatorServer } from '../../../simulator/server.js';
import { createQuietWorld } from '../../../simulator/quiet-world.js';
import type { FaultInput } from '../../../simulator/faults.js';
import { withRig } from '../rig.js';
import { keepsTime, type Scenario, times } from '../scenario.js';

/** Answers that are clearly not valid. */
const NONSENSE: readonly FaultInput[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'hang' },
  { kind: 'cut', bytes: 300 },
  { kind: 'html' },
  { kind: 'error-body', shape: 'error' },
  { kind: 'error-body', shape: 'status' },
  { kind: 'error-body', shape: 'code' },
  { kind: 'huge' },
  { kind: 'wrong-types' },
  { kind: 'invalid-utf8' },
  { kind: 'endless' },
  { kind: 'redirect' },
];

/** Answers that look valid and lack rows (the monitor's `total` shows it for the second). */
const LIES: readonly FaultInput[] = [
  { kind: 'null-data' },
  { kind: 'partial', rows: 2 },
  { kind: 'flicker' },
];

export const nonsense: Scenario = {
  row: 5,
  fault: 'failed, partial and nonsensical answers of the PBX, of each kind',
  invariant: 'no failed, partial or nonsensical answer ends a call',
  testedIn: 'test/e2e/bad-input.system.spec.ts',
  run: (chaos) =>
    withRig(chaos, { env: { POLL_TIMEOUT_MS: '700' } }, async (rig) => {
      const { tally, random, say } = chaos;
      await rig.replicas(1);
      const rounds = times(chaos, 1, 8);
      for (let round = 1; round <= rounds; round++) {
        for (const fault of NONSENSE) {
          const endpoint = random.chance(0.5) ? 'monitor' : 'queue';
          rig.pbx().faults.add(endpoint, fault);
          tally.injected += 1;
          // Waits past the back-off, and past the end of any absence that the fault may have begun.
          await rig.polled(4);
        }
        say(`${round} of ${rounds} rounds of ${NONSENSE.length} answers`);
      }
      await rig.settle();
      // One wrong answer looks like the first of two that agree; while nothing happens, no event may be emitted.
      const before = await rig.book.place('acme');
      for (const lie of LIES)
        for (const endpoint of ['monitor', 'queue'] as const) {
          rig.pbx().faults.add(endpoint, lie);
          tally.injected += 1;
          await rig.polled(4);
        }
      const after = await rig.book.place('acme');
      tally.demand(after?.sequence === before?.sequence, 'an answer that lacked rows was believed at once');
      await rig.verdict({ sightings: 3 });
    }),
};

const TENANTS = Array.from({ length: 20 }, (_, index) => `tenant-${String(index + 1).padStart(2, '0')}`);

export const dead: Scenario = {
  row: 17,
  fault: 'a tenth of the upstreams hang',
  invariant: 'one dead PBX delays no other tenant',
  run: async (chaos) => {
    // Of a tenth of the tenants, on an address of its own, as a PBX is.
    const hanging = TENANTS.slice(0, TENANTS.length / 10);
    const other = createSimulatorServer({
      tenants: hanging.map((id) => ({ world: createQuietWorld({ seed: id }), token: `upstream-${id}` })),
    });
    const { url } = await other.listen(0);
    try {
      const elsewhere = new Map(hanging.map((id) => [id, url]));
      const setup = {
        tenants: TENANTS,
        elsewhere,
        traffic: { callsPerHour: 240 },
        env: { POLL_INTERVAL_MS: '500' },
        world: { directory: { extensions: 10 } },
      };
      await withRig(chaos, setup, async (rig) => {
        const { tally } = chaos;
        const alive = TENANTS.filter((id) => !elsewhere.has(id));
        const bridge = await rig.bridge('bridge');
        await rig.shared();
        const gaps = async () => {
          const marks = alive.map((id) => rig.pbx(id).polls.monitor.length);
          await Promise.all(alive.map((id) => rig.polled(times(chaos, 6, 100), id)));
          return alive
            .flatMap((id, index) => intervals(rig.pbx(id).polls.monitor.slice(marks[index])))
            .sort((a, b) => a - b);
        };
        await Promise.all(alive.map((id) => rig.polled(3, id)));
        const before = await gaps();
        for (const tenant of other.tenants)
          for (const endpoint of ['monitor', 'queue'] as const)
            tenant.faults.add(endpoint, { kind: 'hang', times: 1_000_000 });
        tally.injected += hanging.length;
        const since = await gaps();
        const p99 = (sorted: readonly number[]) => sorted[Math.floor(0.99 * (sorted.length - 1))]!;
        // The bound shows a hang of seconds and lets a machine's jitter pass.
        keepsTime(chaos, 'p99 between two polls of the others', [p99(before)]);
        keepsTime(chaos, 'with it', [p99(since)], p99(before) + 500);
        tally.demand(bridge.isRunning, 'the bridge ended');
        await rig.settle();
        await rig.verdicts(new Map(alive.map((id) => [id, { sightings: 1 }])));
      });
    } finally {
      await other.close();
    }
  },
};

function intervals(instants: readonly number[]): number[] {
  return instants.slice(1).map((at, index) => at - instants[index]!);
}
