import { adaptiveDay } from './adaptive.js';
import type { Bench } from './bench.js';
import type { Usual } from './budget.js';
import { commits } from './commit.js';
import { desk, deskBytes } from './desk.js';
import { crowd } from './delivery/crowd.js';
import { deskPolls } from './desk-polls.js';
import { endToEnd } from './delivery/end-to-end.js';
import { exactness } from './delivery/exactness.js';
import { fanOut } from './delivery/fan-out.js';
import { latency } from './delivery/latency.js';
import { reconnect } from './delivery/reconnect.js';
import { slowConsumers } from './delivery/slow-consumer.js';
import type { Row } from './measure.js';
import { changed, memory, unchanged } from './poll.js';
import { tenants } from './tenants/tenants.js';
import { wallboard } from './wallboard.js';
import { webhooks } from './webhooks/webhooks.js';
import { writes } from './writes.js';

export interface Measurement {
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
  /** What it takes: a run that is slower saves rounds. */
  readonly usual: Usual;
  /** Only when asked for by name: it takes longer, or measures what does not belong into the table. */
  readonly onlyByName?: true;
}

/**
 * Every measurement by the name it is asked for. They run in this order, so those whose figure is the heap of this
 * process come before those that leave something in it. A new one is a function that returns rows, and a line here;
 * its seconds need be no better than roughly right.
 */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  memory: { run: memory, usual: { setUp: 1, rounds: 0 } },
  unchanged: { run: unchanged, usual: { setUp: 1, rounds: 7 } },
  changed: { run: changed, usual: { setUp: 12, rounds: 22 } },
  commits: { run: commits, usual: { setUp: 2, rounds: 22 } },
  desk: { run: desk, usual: { setUp: 1, rounds: 10 } },
  deskBytes: { run: deskBytes, usual: { setUp: 150, rounds: 0 }, onlyByName: true },
  deskPolls: { run: deskPolls, usual: { setUp: 2, rounds: 12 } },
  writes: { run: writes, usual: { setUp: 1, rounds: 0 } },
  endToEnd: { run: endToEnd, usual: { setUp: 11, rounds: 19 } },
  latency: { run: latency, usual: { setUp: 6, rounds: 18 } },
  fanOut: { run: fanOut, usual: { setUp: 64, rounds: 60 } },
  reconnect: { run: reconnect, usual: { setUp: 33, rounds: 22 } },
  exactness: { run: exactness, usual: { setUp: 17, rounds: 0 } },
  crowd: { run: crowd, usual: { setUp: 40, rounds: 120 }, onlyByName: true },
  slowConsumers: { run: slowConsumers, usual: { setUp: 16, rounds: 5 } },
  webhooks: { run: webhooks, usual: { setUp: 4, rounds: 25 } },
  wallboard: { run: wallboard, usual: { setUp: 23, rounds: 0 } },
  tenants: {
    run: (bench) => tenants(bench, ['growth', 'limit', 'peer'], [10, 500, 5_000]),
    usual: { setUp: 92, rounds: 20 },
  },
  tenantsGrowth: {
    run: (bench) => tenants(bench, ['growth'], [10, 100, 500, 1_000, 2_000, 5_000]),
    usual: { setUp: 190, rounds: 0 },
    onlyByName: true,
  },
  // As many as the bridge is made for, on two cores: at an interval that they have the CPU for.
  tenantsMost: {
    run: (bench) => tenants(bench, ['growth'], [10_000], 10_000),
    usual: { setUp: 120, rounds: 0 },
    onlyByName: true,
  },
  adaptive: { run: adaptiveDay, usual: { setUp: 60, rounds: 0 }, onlyByName: true },
};

/** Names that stand for several. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  poll: ['memory', 'unchanged', 'changed'],
  store: ['commits', 'desk', 'writes'],
  delivery: ['endToEnd', 'latency', 'fanOut', 'reconnect', 'exactness', 'slowConsumers'],
};

/** Throws for a name that is none. */
export function chosen(wanted: readonly string[]): string[] {
  const names = wanted.flatMap((name) => GROUPS[name] ?? [name]);
  const unknown = names.filter((name) => !(name in MEASUREMENTS));
  if (unknown.length > 0) {
    const known = [...Object.keys(GROUPS), ...Object.keys(MEASUREMENTS)].join(', ');
    throw new Error(`no measurement ${unknown.join(', ')}; there are ${known}`);
  }
  return Object.keys(MEASUREMENTS).filter((name) =>
    names.length === 0 ? !MEASUREMENTS[name]!.onlyByName : names.includes(name),
  );
}
