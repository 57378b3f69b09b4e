import { type Row, spread, spreadText, takingTurns } from '../measure.js';
import { type Child, Children } from './child.js';
import { pause } from './clock.js';
import { Committer, Contestant, emittedBy, type Publisher } from './contestant.js';
import type { Burst, Memory, ServerOrder } from './server-order.js';

/**
 * Server CPU per delivered message and heap per connection, beside plain Socket.IO and bare `ws`, all of them running,
 * one at a time at work.
 *
 * The bridge's events are committed by another process and reach it through Redis, which is part of what it costs;
 * the peers emit objects that they have already. Ticks are so far apart that nobody's fall together.
 */
interface Entrant {
  readonly contestant: Contestant;
  readonly publisher: Publisher;
}

const TENANT = 'fan-out';
const NAMES = ['ours', 'ours, an audience per client', 'plain Socket.IO', 'bare ws'] as const;
/** How the messages of the commits fall together. */
const PER_TICK = [1, 5] as const;

export async function fanOut(redisUrl: string, profileDir: string | null): Promise<Row[]> {
  const children = new Children(profileDir);
  const committer = await Committer.start(redisUrl, TENANT);
  try {
    const swarm = await children.start('./swarm.js', 'clients', {});
    const entrants = await enter(children, swarm, redisUrl, committer);
    const rows: Row[] = [await heapRow(entrants)];
    for (const perTick of PER_TICK) {
      const burst = { ticks: perTick === 1 ? 15 : 5, perTick, everyMs: perTick === 1 ? 40 : 120 };
      rows.push(...(await cpuRows(entrants, burst, { counted: 7, warmUp: 1 })));
    }
    for (const { contestant } of entrants) await contestant.disconnect();
    const many = entrants.filter(({ contestant }) => contestant.name !== NAMES[1]);
    for (const { contestant } of many) await contestant.gather(5_000);
    for (const { contestant } of many) await contestant.connect();
    for (const perTick of PER_TICK) {
      const burst = { ticks: perTick === 1 ? 5 : 2, perTick, everyMs: perTick === 1 ? 200 : 500 };
      rows.push(...(await cpuRows(many, burst, { counted: 3, warmUp: 1 }, 5_000)));
    }
    return rows;
  } finally {
    await children.end();
    await committer.close();
  }
}

async function enter(
  children: Children,
  swarm: Child,
  redisUrl: string,
  committer: Committer,
): Promise<Entrant[]> {
  const start = (name: (typeof NAMES)[number], kind: ServerOrder['kind']) =>
    Contestant.start(children, swarm, {
      name,
      order: { kind, tenant: TENANT, redisUrl },
      clients: 1_000,
      audience: name === NAMES[1] ? 'each' : 'tenant',
    });
  const contestants = await Promise.all([
    start(NAMES[0], 'bridge'),
    start(NAMES[1], 'bridge'),
    start(NAMES[2], 'plain Socket.IO'),
    start(NAMES[3], 'bare ws'),
  ]);
  return contestants.map((contestant, index) => ({
    contestant,
    publisher: index < 2 ? committer : emittedBy(contestant.server),
  }));
}

/** What is kept of 1,000 idle, authorised connections. Leaves them connected. */
async function heapRow(entrants: readonly Entrant[]): Promise<Row> {
  const [ours, , plain, bare] = await takingTurns(
    entrants,
    { counted: 2, warmUp: 1 },
    async ({ contestant }) => {
      await contestant.disconnect();
      await pause(100);
      const before = await contestant.server.call<Memory>('memory');
      await contestant.connect();
      await pause(100);
      const after = await contestant.server.call<Memory>('memory');
      return (after.heap - before.heap) / contestant.clients;
    },
  );
  return versusPlain('heap per idle connection, 1000 clients', 'bytes', ours!, plain!, bare!);
}

async function cpuRows(
  entrants: readonly Entrant[],
  burst: Burst,
  rounds: { readonly counted: number; readonly warmUp: number },
  clients = 1_000,
): Promise<Row[]> {
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
  const of = (name: string) => samples[entrants.findIndex(({ contestant }) => contestant.name === name)];
  const what = `fan-out to ${clients}, ${burst.perTick} a tick`;
  const [ours, each, plain, bare] = NAMES.map(of);
  const rows = [versusPlain(`${what}: server CPU a message`, 'µs', ours!, plain!, bare!)];
  if (each !== undefined) {
    rows.push(versusPlain(`${what}, ${clients} audiences: the same`, 'µs', each, plain!, bare!));
  }
  return rows;
}

function versusPlain(
  what: string,
  unit: string,
  ours: readonly number[],
  plain: readonly number[],
  bare: readonly number[],
): Row {
  const spreads = [
    spread('ours', ours, unit),
    spread('plain Socket.IO', plain, unit),
    spread('bare ws', bare, unit),
  ];
  const ratio = spreads[0]!.median / spreads[1]!.median;
  const ofBare = (spreads[0]!.median / spreads[2]!.median).toFixed(2);
  const detail = `${spreads.map(spreadText).join(' · ')} · ${ofBare} of bare ws`;
  return { what, ratio, of: 'plain Socket.IO', goal: 1, detail };
}
