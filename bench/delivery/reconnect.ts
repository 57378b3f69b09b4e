import { connect } from 'node:net';
import { once } from 'node:events';
import { logKey } from '../../src/store/keys.js';
import type { Bench } from '../bench.js';
import { type Row, spread, spreadText } from '../measure.js';
import { Children } from './child.js';
import { monotonicMs } from './clock.js';
import { Committer, Contestant, emittedBy, type Publisher } from './contestant.js';

/**
 * 1,000 clients that are cut off, miss 300 events each, and come back at once: until all have all. Beside the recovery
 * of Socket.IO's Redis streams adapter, and beside the limit: having Redis send the missed bytes once for each client.
 */
const TENANT = 'reconnect';
const CLIENTS = 1_000;
const MISSED = 300;
const ROUNDS = 2;
/** A round of the peer's takes long, and the two of a run are alike. */
const LEAST_ROUNDS = 1;
/** Before the first round: the compiler has seen a storm before. */
const WARM_UP_MISSED = 30;

interface Entrant {
  readonly contestant: Contestant;
  readonly publisher: Publisher;
  /** Where its clients come back to. */
  readonly comeBackTo: () => Promise<{
    port?: number;
    cpu: () => Promise<number>;
    leave: () => Promise<void>;
  }>;
  readonly seconds: number[];
  readonly cpuSeconds: number[];
}

export async function reconnect({ redisUrl, profileDir, rounds }: Bench): Promise<Row[]> {
  const children = new Children(profileDir);
  const committer = await Committer.start(redisUrl, TENANT);
  try {
    const swarm = await children.start('./swarm.js', 'clients', {});
    const enter = (name: string, kind: 'bridge' | 'streams adapter') =>
      Contestant.start(children, swarm, {
        name,
        clients: CLIENTS,
        order: { kind, tenant: TENANT, redisUrl },
      });
    const home = await enter('ours', 'bridge');
    const away = await enter('ours, to a replica just started', 'bridge');
    const peer = await enter('streams adapter', 'streams adapter');
    const same = (contestant: Contestant) => () =>
      Promise.resolve({ cpu: () => contestant.cpu(), leave: () => Promise.resolve() });
    const fresh = async () => {
      const order = { kind: 'bridge', tenant: TENANT, redisUrl };
      const replica = await children.start<{ port: number }>('./server.js', 'replica', order);
      const { port } = replica.ready;
      return { port, cpu: () => replica.call<number>('cpu'), leave: () => replica.end() };
    };
    const entrant = (contestant: Contestant, publisher: Publisher, comeBackTo: Entrant['comeBackTo']) => ({
      contestant,
      publisher,
      comeBackTo,
      seconds: [],
      cpuSeconds: [],
    });
    const entrants: Entrant[] = [
      entrant(home, committer, same(home)),
      entrant(away, committer, fresh),
      entrant(peer, emittedBy(peer.server), same(peer)),
    ];
    const counted = rounds(ROUNDS, LEAST_ROUNDS);
    const limit: number[] = [];
    for (const each of entrants) await comeBack(each, WARM_UP_MISSED);
    for (let round = 0; round < counted; round++) {
      for (const each of entrants) {
        const { seconds, cpuSeconds } = await comeBack(each, MISSED);
        each.seconds.push(seconds);
        each.cpuSeconds.push(cpuSeconds);
      }
      limit.push(await readOnce(redisUrl, committer.sequence));
    }
    return await rowsOf(entrants, limit, counted);
  } finally {
    await children.end();
    await committer.close();
  }
}

async function comeBack(
  { contestant, publisher, comeBackTo }: Entrant,
  missed: number,
): Promise<{ seconds: number; cpuSeconds: number }> {
  await contestant.connect();
  // One event that all of them have, so that each knows where it was.
  await contestant.until(await publisher.publish({ ticks: 1, perTick: 1, everyMs: 0 }));
  await contestant.disconnect();
  const last = await publisher.publish({ ticks: missed / 5, perTick: 5, everyMs: 0 });
  const place = await comeBackTo();
  const cpu = await place.cpu();
  const begun = monotonicMs();
  const until = contestant.until(last);
  await contestant.connect(place.port);
  const seconds = ((await until) - begun) / 1_000;
  const cpuSeconds = ((await place.cpu()) - cpu) / 1e6;
  await contestant.disconnect();
  await place.leave();
  return { seconds, cpuSeconds };
}

/** Seconds for Redis to send 300 events 1,000 times, to a reader that only looks for the end. */
async function readOnce(redisUrl: string, last: number): Promise<number> {
  const command = `XRANGE ${logKey(TENANT)} ${last - MISSED + 1}-0 ${last}-0\r\n`;
  const { hostname, port } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const begun = monotonicMs();
  socket.write(`${command.repeat(CLIENTS)}PING\r\n`);
  const end = '+PONG\r\n';
  await new Promise<void>((resolve) => {
    let tail = '';
    socket.on('data', (chunk) => {
      tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - end.length))).slice(-end.length);
      if (tail === end) resolve();
    });
  });
  socket.destroy();
  return (monotonicMs() - begun) / 1_000;
}

async function rowsOf(
  entrants: readonly Entrant[],
  limit: readonly number[],
  rounds: number,
): Promise<Row[]> {
  const [ours, away, peer] = entrants.map(({ contestant: { name }, seconds, cpuSeconds }) => ({
    seconds: spread(name, seconds, 's'),
    cpu: spread(name, cpuSeconds, 's CPU'),
  }));
  const least = spread('reading the bytes once', limit, 's');
  const what = `reconnect of ${CLIENTS} × ${MISSED} missed`;
  const tallies = await Promise.all(entrants.map(({ contestant }) => contestant.tally()));
  const [wrong, wrongAway, wrongPeer] = tallies.map(
    ({ skipped, stale, resets, cut }) => skipped + stale + resets + cut,
  );
  return [
    {
      what: `${what}: time`,
      ratio: ours!.seconds.median / peer!.seconds.median,
      of: 'streams adapter',
      goal: 0.2,
      detail: [ours!, away!, peer!].map(({ seconds }) => spreadText(seconds)).join(' · '),
      miss:
        `for Redis alone to send the bytes once takes ${(least.median / peer!.seconds.median).toFixed(2)} of what the ` +
        `streams adapter takes, ${spreadText(least)}: the floor of any server that has Redis do so for each client`,
    },
    {
      what: `${what}: time`,
      ratio: ours!.seconds.median / least.median,
      of: 'reading the bytes once',
      goal: null,
      detail: `${spreadText(ours!.seconds)} · ${spreadText(least)}`,
    },
    {
      what: `${what}: server CPU`,
      ratio: ours!.cpu.median / peer!.cpu.median,
      of: 'streams adapter',
      goal: null,
      detail: [ours!, away!, peer!].map(({ cpu }) => spreadText(cpu)).join(' · '),
    },
    {
      what: `${what}: missing, twice or reset`,
      ratio: wrong! + wrongAway!,
      of: '1 event',
      goal: 0,
      detail: `ours ${wrong! + wrongAway!} of ${2 * CLIENTS * (rounds * MISSED + WARM_UP_MISSED)} · streams adapter ${wrongPeer!}`,
    },
  ];
}
