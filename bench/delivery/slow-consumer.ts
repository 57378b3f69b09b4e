import { DEFAULT_LIMITS } from '../../src/deliver/access/options.js';
import type { Bench } from '../bench.js';
import { type Row, spread, spreadText, unrest } from '../measure.js';
import { type Child, Children } from './child.js';
import { monotonicMs } from './clock.js';
import { Committer, Contestant } from './contestant.js';
import type { Memory, ServerOrder } from './server-order.js';

/**
 * Fifty clients that stop reading under a heavy load, beside fifty that do not: what the fifty cost the server
 * until it closes them, and what the others notice. In turns with the same load while all of them read.
 */
const TENANT = 'slow';
const SLOW = 50;
const OTHERS = 50;
const ROUNDS = 4;
/** How many connections stop being read in a run of the usual rounds. */
export const STOPPED = SLOW * ROUNDS;
/** Some 2 MB/s for each client: what the kernel takes for one that does not read, some 3 MB, is soon full. */
const BURST = { ticks: 75, perTick: 5, everyMs: 40 };
const PADDING = 16_000;

interface Turn {
  readonly p50: number[];
  readonly p99: number[];
  readonly heap: number[];
  readonly rss: number[];
  closed: number;
}

export async function slowConsumers({ redisUrl, profileDir, rounds }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const committer = await Committer.start(redisUrl, TENANT);
  try {
    const swarm = await children.start('./swarm.js', 'clients', {});
    const order: ServerOrder = { kind: 'bridge', tenant: TENANT, redisUrl };
    const others = await Contestant.start(children, swarm, { name: 'others', clients: OTHERS, order });
    await others.connect();
    const counted = rounds(ROUNDS);
    const turns = { reading: emptyTurn(), paused: emptyTurn() };
    for (let round = 0; round < counted; round++) {
      await turn(others, swarm, committer, false, turns.reading);
      await turn(others, swarm, committer, true, turns.paused);
    }
    const { skipped, stale, cut } = await others.tally();
    if (skipped + stale + cut > 0) throw new Error('the others did not get each event once');
    return rowsOf(turns.reading, turns.paused, counted);
  } finally {
    await children.end();
    await committer.close();
  }
}

async function turn(
  others: Contestant,
  swarm: Child,
  committer: Committer,
  paused: boolean,
  into: Turn,
): Promise<void> {
  const { port } = others.server.ready;
  const group = 'slow';
  await swarm.call('make', { group, dialect: 'bridge', port, tenant: TENANT, count: SLOW });
  await swarm.call('open', { group });
  if (paused) await swarm.call('pause', { group });
  const closedBefore = await others.server.call<number>('closed');
  await others.record(committer.sequence + 1, BURST.ticks * BURST.perTick);
  const before = await others.server.call<Memory>('memory');
  await others.server.call('watch');
  const sentAt = await committer.commits(BURST, PADDING);
  await others.until(committer.sequence);
  const peak = await others.server.call<Memory>('peak');
  const taken = await others.latencies(sentAt);
  into.p50.push(taken.p50);
  into.p99.push(taken.p99);
  into.heap.push(peak.heap - before.heap);
  into.rss.push(peak.rss - before.rss);
  into.closed += (await others.server.call<number>('closed')) - closedBefore;
  await swarm.call('drop', { group });
  const patience = monotonicMs() + 10_000;
  while ((await others.server.call<number>('clients')) > OTHERS && monotonicMs() < patience);
}

function rowsOf(reading: Turn, paused: Turn, rounds: number): Row[] {
  const bound = DEFAULT_LIMITS.maxInFlightBytes;
  const mib = (bytes: readonly number[]) => bytes.map((value) => value / 1024 / 1024);
  const [heapReading, heapPaused] = [
    spread('all reading', mib(reading.heap), 'MiB'),
    spread('paused', mib(paused.heap), 'MiB'),
  ];
  const [rssReading, rssPaused] = [
    spread('all reading', mib(reading.rss), 'MiB'),
    spread('paused', mib(paused.rss), 'MiB'),
  ];
  const each = Math.max(0, heapPaused.median - heapReading.median) / SLOW;
  const [p99Reading, p99Paused] = [
    spread('all reading', reading.p99, 'ms'),
    spread('paused', paused.p99, 'ms'),
  ];
  const [p50Reading, p50Paused] = [
    spread('all reading', reading.p50, 'ms'),
    spread('paused', paused.p50, 'ms'),
  ];
  return [
    {
      what: `${SLOW} clients stop reading: heap for each, at most`,
      ratio: (each * 1024 * 1024) / bound,
      of: 'its bound of 1 MiB',
      goal: 1,
      detail:
        `growth of the heap: ${spreadText(heapPaused)} · ${spreadText(heapReading)}; of RSS: ${spreadText(rssPaused)} · ` +
        `${spreadText(rssReading)}; ${paused.closed} of ${SLOW * rounds} closed as slow`,
    },
    {
      what: `${SLOW} clients stop reading: p99 of the other ${OTHERS}`,
      ratio: p99Paused.median / p99Reading.median,
      of: 'all reading',
      goal: 1.5,
      detail: [p99Paused, p99Reading, p50Paused, p50Reading]
        .map((one, index) => `${index < 2 ? 'p99' : 'p50'} ${spreadText(one)}`)
        .join(' · '),
      miss:
        `the median is ${(p50Paused.median / p50Reading.median).toFixed(2)} of what it is with all reading; a p99 is the few slowest ` +
        `of ${BURST.ticks} commits of ${BURST.perTick} events, and over ${rounds} turns with all reading it is already ` +
        `${unrest(p99Reading)} in the 90th percentile of what it is in the 10th, beside paused ones ${unrest(p99Paused)}`,
    },
  ];
}

function emptyTurn(): Turn {
  return { p50: [], p99: [], heap: [], rss: [], closed: 0 };
}
