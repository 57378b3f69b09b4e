import type { Bench } from '../bench.js';
import { type Row, spread, spreadText, unrest } from '../measure.js';
import { Children } from './child.js';
import { monotonicMs, pause } from './clock.js';
import { Committer, Contestant } from './contestant.js';
import type { Burst } from './server-order.js';
import type { Latencies } from './swarm.js';

/**
 * From the commit to 2,000 live clients, half of them with a token of their own, while 500 others catch up with 8,000
 * events; and the same 2,000 without those, in turns. A commit every half second, as often as two tenants' polls.
 */
const TENANT = 'crowd';
const LIVE = 2_000;
const RETURNING = 500;
const MISSED = 8_000;
const PER_COMMIT = 50;
const ROUNDS = 4;
const LEAST_ROUNDS = 2;
const LOAD: Burst = { ticks: 20, perTick: 5, everyMs: 500 };
/** Ends a turn whose clients never have all. */
const MOST_TICKS = 300;
const MOST_P99_MS = 150;
const MOST_RETURN_S = 60;
const ANSWER_WITHIN_MS = (MOST_TICKS * LOAD.everyMs) / 2;

export async function crowd({ redisUrl, profileDir, rounds }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const committer = await Committer.start(redisUrl, TENANT);
  try {
    await committer.publish({ ticks: MISSED / PER_COMMIT, perTick: PER_COMMIT, everyMs: 0 });
    // Clients are elsewhere: what those who return take to read is nothing that the bridge or the others wait for.
    const swarm = await children.start('./swarm.js', 'live clients', {});
    const elsewhere = await children.start('./swarm.js', 'returning clients', {}, true);
    const order = { kind: 'bridge', tenant: TENANT, redisUrl } as const;
    const live = await Contestant.start(children, swarm, {
      name: 'live',
      clients: LIVE,
      audience: 'half',
      order,
    });
    const returning = await Contestant.beside(live.server, elsewhere, {
      name: 'returning',
      clients: RETURNING,
      order,
    });
    await live.connect();
    const counted = rounds(ROUNDS, LEAST_ROUNDS);
    const alone: Latencies[] = [];
    const beside: Latencies[] = [];
    const seconds: number[] = [];
    await quiet(live, committer);
    for (let round = 0; round < counted; round++) {
      alone.push(await quiet(live, committer));
      const turn = await busy(live, returning, committer);
      beside.push(turn.latencies);
      seconds.push(turn.seconds);
    }
    const { skipped, stale, cut, resets } = await live.tally();
    if (skipped + stale + cut + resets > 0) throw new Error('the live clients did not get each event once');
    return rowsOf(alone, beside, seconds);
  } finally {
    await children.end();
    await committer.close();
  }
}

async function quiet(live: Contestant, committer: Committer): Promise<Latencies> {
  await live.record(committer.sequence + 1, LOAD.ticks * LOAD.perTick);
  const sentAt = await committer.commits(LOAD);
  await live.until(committer.sequence);
  return live.latencies(sentAt);
}

/** Commits go on for as long as any of those who return lacks anything. */
async function busy(
  live: Contestant,
  returning: Contestant,
  committer: Committer,
): Promise<{ readonly latencies: Latencies; readonly seconds: number }> {
  const last = committer.sequence;
  await returning.gather(RETURNING, { epoch: 'e1', sequence: last - MISSED });
  await live.record(last + 1, MOST_TICKS * LOAD.perTick);
  const begun = monotonicMs();
  let reachedAt: number | null = null;
  const reached = returning.until(last, ANSWER_WITHIN_MS).then((at) => (reachedAt = at));
  const returned = Promise.all([returning.connect(), reached]);
  // What fails is thrown below.
  returned.catch(() => undefined);
  const sentAt: number[] = [];
  for (let tick = 0; reachedAt === null && tick < MOST_TICKS; tick++) {
    sentAt.push(...(await committer.commits({ ...LOAD, ticks: 1 })));
    await pause(LOAD.everyMs);
  }
  await returned;
  await live.until(committer.sequence);
  const latencies = await live.latencies(sentAt);
  const { skipped, stale, cut, resets } = await returning.tally();
  if (skipped + stale + cut + resets > 0) throw new Error('those who returned did not get each event once');
  await returning.disconnect(LIVE);
  return { latencies, seconds: (reachedAt! - begun) / 1_000 };
}

function rowsOf(
  alone: readonly Latencies[],
  beside: readonly Latencies[],
  seconds: readonly number[],
): Row[] {
  const of = (name: string, which: 'p50' | 'p99', turns: readonly Latencies[]) =>
    spread(
      name,
      turns.map((turn) => turn[which]),
      'ms',
    );
  const [p99Alone, p99Beside] = [of('without', 'p99', alone), of('beside', 'p99', beside)];
  const [p50Alone, p50Beside] = [of('without', 'p50', alone), of('beside', 'p50', beside)];
  const what = `commit → client, p99, ${LIVE} clients, ${RETURNING} others catch up`;
  const miss =
    `the median is ${(p50Beside.median / p50Alone.median).toFixed(2)} of what it is without; over the turns the p99 beside them is ` +
    `${unrest(p99Beside)} in the 90th percentile of what it is in the 10th, without them ${unrest(p99Alone)}`;
  const detail = [p99Beside, p99Alone, p50Beside, p50Alone]
    .map((one, index) => `${index < 2 ? 'p99' : 'p50'} ${spreadText(one)}`)
    .join(' · ');
  const returned = spread('until the last has all', seconds, 's');
  return [
    { what, ratio: p99Beside.median / p99Alone.median, of: 'without', goal: 2, detail, miss },
    { what, ratio: p99Beside.median / MOST_P99_MS, of: `${MOST_P99_MS} ms`, goal: 1, detail, miss },
    {
      what: `${RETURNING} clients catch up ${MISSED} events beside ${LIVE} live ones`,
      ratio: returned.median / MOST_RETURN_S,
      of: `${MOST_RETURN_S} s`,
      goal: 1,
      detail: spreadText(returned),
    },
  ];
}
