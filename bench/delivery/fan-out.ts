import { Rotation } from '../../src/base/rotation.js';
import { audienceOf } from '../../src/deliver/access/audience.js';
import { Batch } from '../../src/deliver/log/batch.js';
import { FanOut } from '../../src/deliver/log/fan-out.js';
import { LogEntry } from '../../src/deliver/log/log-entry.js';
import type { Bench } from '../bench.js';
import {
  growthExponent,
  type Row,
  type Spread,
  spread,
  spreadText,
  takingTurns,
  versus,
} from '../measure.js';
import { Children } from './child.js';
import { pause } from './clock.js';
import { Committer, Contestant, emittedBy, type Publisher } from './contestant.js';
import { nextEvents, QUEUE } from './load.js';
import type { Burst, Memory, ServerOrder } from './server-order.js';

/**
 * Server CPU per delivered message and heap per connection, beside plain Socket.IO and bare `ws`, all of them running,
 * one at a time at work.
 *
 * The bridge's events are committed by another process and reach it through Redis, which is part of what it costs;
 * the peers emit objects that they have already. Ticks are so far apart that no two contestants work at once.
 */
interface Entrant {
  readonly contestant: Contestant;
  readonly publisher: Publisher;
}

const OURS = 'ours';
const EACH = 'ours, an audience per client';
const PLAIN = 'plain Socket.IO';
const BARE = 'bare ws';
/** In the order of the table: ours, what the goals are of, and the others. */
const ENTRANTS: Readonly<Record<string, ServerOrder['kind']>> = {
  [OURS]: 'bridge',
  [PLAIN]: 'plain Socket.IO',
  [BARE]: 'bare ws',
  'Redis adapter': 'redis adapter',
  'streams adapter': 'streams adapter',
  [EACH]: 'bridge',
};
/** How the messages of the commits fall together. */
const PER_TICK = [1, 5] as const;

export async function fanOut({ redisUrl, profileDir, rounds }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const committers = new Map<string, Committer>();
  try {
    const entrants = await enter(children, redisUrl, committers);
    const few = entrants.filter(({ contestant }) => [OURS, PLAIN, BARE].includes(contestant.name));
    const grown: Grown[] = [];
    for (const clients of [10, 100]) {
      await gather(few, clients);
      await connect(few);
      const burst = { ticks: 25, perTick: 1, everyMs: 15 };
      grown.push({ clients, spreads: await cpuOf(few, burst, { counted: rounds(4), warmUp: 2 }, clients) });
    }
    await gather(entrants, 1_000);
    const rows: Row[] = [await heapRow(entrants, rounds(2, 1))];
    for (const perTick of PER_TICK) {
      const burst = { ticks: perTick === 1 ? 15 : 5, perTick, everyMs: perTick === 1 ? 40 : 120 };
      // Who is new among them has not yet been seen by the compiler.
      const warmUp = perTick === 1 ? 3 : 1;
      const spreads = await cpuOf(entrants, burst, { counted: rounds(6), warmUp }, 1_000);
      rows.push(...cpuRows(spreads, perTick, 1_000));
      if (perTick === 1) grown.push({ clients: 1_000, spreads });
    }
    for (const { contestant } of entrants) await contestant.disconnect();
    const many = entrants.filter(({ contestant }) => contestant.name !== EACH);
    await gather(many, 5_000);
    await connect(many);
    for (const perTick of PER_TICK) {
      const burst = { ticks: perTick === 1 ? 5 : 2, perTick, everyMs: perTick === 1 ? 200 : 500 };
      // So many at a time are new to all of them, but not what is done for each.
      const warmUp = perTick === 1 ? 1 : 0;
      const spreads = await cpuOf(many, burst, { counted: rounds(3), warmUp }, 5_000);
      rows.push(...cpuRows(spreads, perTick, 5_000));
      if (perTick === 1) grown.push({ clients: 5_000, spreads });
    }
    return [...rows, growthRow(grown)];
  } finally {
    await children.end();
    for (const committer of committers.values()) await committer.close();
  }
}

/** Each has a tenant of its own: what is committed for one bridge must not be work for the other. */
async function enter(
  children: Children,
  redisUrl: string,
  committers: Map<string, Committer>,
): Promise<Entrant[]> {
  return Promise.all(
    Object.entries(ENTRANTS).map(async ([name, kind]) => {
      // A process of clients for each: one alone would need more open files than many machines allow.
      const tenant = name.replace(/\W+/g, '-');
      if (kind === 'bridge') committers.set(name, await Committer.start(redisUrl, tenant));
      const swarm = await children.start('./swarm.js', `clients of ${name}`, {});
      const contestant = await Contestant.start(children, swarm, {
        name,
        order: { kind, tenant, redisUrl },
        clients: 0,
        audience: name === EACH ? 'each' : 'tenant',
      });
      return { contestant, publisher: committers.get(name) ?? emittedBy(contestant.server) };
    }),
  );
}

/** So many clients each, none of them connected. */
async function gather(entrants: readonly Entrant[], clients: number): Promise<void> {
  for (const { contestant } of entrants) {
    await contestant.disconnect();
    await contestant.gather(clients);
  }
}

async function connect(entrants: readonly Entrant[]): Promise<void> {
  for (const { contestant } of entrants) await contestant.connect();
}

/** What is kept of 1,000 idle, authorised connections. Leaves them connected. */
async function heapRow(entrants: readonly Entrant[], counted: number): Promise<Row> {
  const samples = await takingTurns(entrants, { counted, warmUp: 1 }, async ({ contestant }) => {
    await contestant.disconnect();
    await pause(100);
    const before = await contestant.server.call<Memory>('memory');
    await contestant.connect();
    await pause(100);
    const after = await contestant.server.call<Memory>('memory');
    return (after.heap - before.heap) / 1_000;
  });
  const spreads = entrants.map(({ contestant }, index) => spread(contestant.name, samples[index]!, 'bytes'));
  return versus('heap per idle connection, 1000 clients', spreads, { limit: 1 });
}

/** Microseconds of server CPU a message. */
async function cpuOf(
  entrants: readonly Entrant[],
  burst: Burst,
  rounds: { readonly counted: number; readonly warmUp: number },
  clients: number,
): Promise<Spread[]> {
  const samples = await takingTurns(entrants, rounds, async ({ contestant, publisher }) => {
    const before = await contestant.cpu();
    await contestant.until(await publisher.publish(burst));
    const used = (await contestant.cpu()) - before;
    return used / (burst.ticks * burst.perTick * clients);
  });
  for (const { contestant } of entrants) {
    const { skipped, stale, cut } = await contestant.tally();
    if (skipped + stale + cut > 0) throw new Error(`${contestant.name} did not deliver each event once`);
  }
  return entrants.map(({ contestant }, index) => spread(contestant.name, samples[index]!, 'µs'));
}

function cpuRows(spreads: readonly Spread[], perTick: number, clients: number): Row[] {
  const what = `fan-out to ${clients}, ${perTick} a tick`;
  const others = spreads.filter(({ name }) => name !== EACH);
  const [, plain, bare] = others as [Spread, Spread, Spread];
  const floor = (bare.median / plain.median).toFixed(2);
  const parity = `the floor is ${floor} × ${plain.name}, by ${spreadText(bare)}: nearly all of it is the kernel's write to each socket`;
  const rows: Row[] = [{ ...versus(`${what}: server CPU a message`, others, { limit: 1 }), miss: parity }];
  const each = spreads.find(({ name }) => name === EACH);
  if (each !== undefined) {
    const row = versus(`${what}, ${clients} audiences: the same`, [each, ...others.slice(1, 3)], {
      limit: 1,
    });
    const deciding = `deciding who may see it takes ${decidingUs(clients).toFixed(2)} µs a message, measured alone`;
    rows.push({ ...row, miss: `${parity}; ${deciding}` });
  }
  return rows;
}

/** Microseconds that it takes to decide, for each of so many audiences, that it sees an event. */
function decidingUs(audiences: number): number {
  // All in one turn.
  const fanOut = new FanOut(
    new Rotation({ budgetMs: 1, monotonic: () => 0, nextTurn: (resume) => resume() }),
  );
  const member = { events: () => undefined, reset: () => undefined, fellBehind: () => undefined };
  for (let index = 0; index < audiences; index++) {
    const grant = { tenant: 't', expiresAt: Infinity, extensions: [String(index)], queues: [QUEUE.id] };
    fanOut.join(member, audienceOf(grant, {}));
  }
  const [event] = nextEvents('t', 0, 1);
  const batch = new Batch([new LogEntry(event!, JSON.stringify(event))]);
  const samples = Array.from({ length: 400 }, () => {
    const begun = performance.now();
    fanOut.publish(batch);
    return ((performance.now() - begun) * 1_000) / audiences;
  });
  return spread('deciding', samples.slice(100), 'µs').median;
}

interface Grown {
  readonly clients: number;
  readonly spreads: readonly Spread[];
}

/** CPU of one event to all. */
function growthRow(grown: readonly Grown[]): Row {
  const sizes = grown.map(({ clients }) => clients);
  const lines = [OURS, PLAIN, BARE].map((name) => ({
    name,
    values: grown.map(({ clients, spreads }) => spreads.find((one) => one.name === name)!.median * clients),
  }));
  const exponents = lines.map(({ name, values }) => `${name} ${growthExponent(sizes, values).toFixed(2)}`);
  return {
    what: 'growth of the fan-out, 10 to 5000 clients',
    ratio: growthExponent(sizes, lines[0]!.values),
    of: 'linear (exponent)',
    goal: 1,
    detail: exponents.join(' · '),
    curve: { of: 'clients', sizes, unit: 'µs of CPU an event', lines },
  };
}
