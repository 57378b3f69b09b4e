import type { FaultInput } from '../../../simulator/faults.js';
import { type Attack, ATTACKED, type Field, withstands } from '../bulkhead.js';
import { type Scenario, times } from '../scenario.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until.js';

/** A PBX whose answers are far larger than any real one's. Its own calls are nonsense meanwhile; the others' are judged. */
const OTHERS = ['calm-1', 'calm-2', 'calm-3'];

const answers = (fault: FaultInput, count: number) => async (field: Field) => {
  const { rig, tally } = field;
  await rig.polled(2, ATTACKED);
  rig.pbx(ATTACKED).faults.add('monitor', { ...fault, times: count });
  tally.injected += count;
  await rig.polled(count + 1, ATTACKED);
};

const incomplete = (about: string): Attack['voice'] => ({
  line: ({ msg }) => msg.startsWith('monitor incomplete: ') && msg.includes(about),
  metric: 'pitel_rows_left_out_total',
  shown: ({ sources }) => sources.includes(about),
});

export const oneId: Scenario = {
  row: 21,
  fault: 'one call id at 2,500 extensions, three replicas',
  invariant: 'a call is bounded, and no replica hands the tenant on as poison',
  testedIn: 'src/core/bounds.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      replicas: 3,
      served: OTHERS,
      strike: answers({ kind: 'crowd', rows: 2_500, calls: 'one' }, times(chaos, 4, 15)),
      voice: incomplete('left out: a call has'),
    }),
};

export const manyCalls: Scenario = {
  row: 26,
  fault: '20,000 new calls in an answer, then a sane PBX',
  invariant: 'a tenant is bounded, and its commits are written in parts',
  testedIn: 'src/core/bounds.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      served: OTHERS,
      strike: answers({ kind: 'crowd', rows: 20_000, calls: 'each' }, times(chaos, 4, 4)),
      voice: incomplete('left out: a tenant has'),
    }),
};

const bad: Attack['voice'] = {
  line: ({ msg }) => msg.startsWith('monitor incomplete: ') && msg.includes('is longer than'),
  metric: 'pitel_polls_total{outcome="partial"}',
  shown: ({ sources }) => sources.includes('is longer than'),
};

export const longField: Scenario = {
  row: 27,
  fault: 'a field of 500 KB in a capture',
  invariant: 'a capture costs no more than reading its text once',
  testedIn: 'src/source/capture/scrub.spec.ts',
  run: async (chaos) => {
    const directory = await mkdtemp(join(tmpdir(), 'pitel-capture-'));
    try {
      await withstands(chaos, {
        served: OTHERS,
        env: { CAPTURE_DIR: directory },
        strike: answers({ kind: 'crowd', rows: 1, calls: 'each', textBytes: 500_000 }, times(chaos, 4, 15)),
        voice: bad,
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

export const longFields: Scenario = {
  row: 31,
  fault: 'fields of 4 MB',
  invariant: 'a text is bounded before it becomes part of a state or an event',
  testedIn: 'src/source/parse/list-reader.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      served: OTHERS,
      strike: answers({ kind: 'crowd', rows: 1, calls: 'each', textBytes: 4_000_000 }, times(chaos, 4, 15)),
      voice: bad,
    }),
};

export const unreadLog: Scenario = {
  row: 29,
  fault: 'standard output that is not read',
  invariant: 'the log loses lines, and nothing waits for it',
  testedIn: 'test/e2e/blocked-output.system.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      served: OTHERS,
      env: { LOG_LEVEL: 'debug' },
      strike: async (field) => {
        const { rig, bridges, tally } = field;
        const { service } = bridges[0]!;
        service.readsOutput(false);
        tally.injected += 1;
        // A line for each of their events fills the pipe.
        await answers({ kind: 'crowd', rows: 4_500, calls: 'each' }, times(chaos, 4, 10))(field);
        await rig.polled(3, ATTACKED);
        service.readsOutput(true);
        await until(() =>
          Promise.resolve(service.lines.some(({ msg }) => msg.startsWith('log lines dropped'))),
        );
      },
      voice: {
        line: ({ msg }) => msg.startsWith('log lines dropped'),
        metric: 'pitel_log_lines_dropped_total',
        shown: ({ ready }) => ready.includes('standard output is not read'),
      },
    }),
};
