import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { NO_HABITS } from '../../../simulator/options.js';
import { type CallScript, createWorld, type WorldOptions } from '../../../simulator/world.js';
import { startRedis } from '../../support/redis.js';
import { until } from '../../support/until.js';
import { Floor, tokenFor } from '../floor.js';
import { watchLooks } from './check-looks.js';
import { DESK_RULES, deskFiles } from './desk-files.js';
import { livePast, type PastDay } from './lived-day.js';

/** A call centre in the situation that its name says, behind the real bridge, and a browser whose tabs are checked. */
export interface Stage {
  readonly floor: Floor;
  /** A supervisor's, who may do everything on the pages; null where they ask for none. */
  readonly token: string | null;
  close(): Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Calls that are live now go on for longer than anybody reads. */
const FOR_LONG = { talkMs: 3 * HOUR, leavesAfterMs: 3 * HOUR } as const;

/** Nothing has ever happened. */
export async function emptyStage(): Promise<Stage> {
  const files = await deskFiles();
  const floor = await Floor.open({
    world: { directory: { extensions: 25, queues: 4, ringGroups: 1 } },
    env: files.env,
  });
  return watched(floor, files.close);
}

/**
 * A usual evening: 4 queues, 25 agents, some seven hours of calls behind them with a quarter of an hour in which the monitor did
 * not answer; five callers wait in one queue, which is in trouble; a handful talk; some who hung up are owed a call.
 */
export function usualStage(now = Date.now()): Promise<Stage> {
  return livedStage({
    now,
    hours: 7,
    past: { calls: usualCalls(), outage: { from: 200 * MINUTE, to: 185 * MINUTE }, everyMs: 3_000 },
    world: {
      seed: 7,
      directory: { extensions: 25, doubleRegistered: 2, queues: 4, ringGroups: 1 },
      traffic: { callsPerHour: 45, mix: { ...MIX, local: 0.05 }, unregistersPerHour: 0 },
      habits: {
        ...NO_HABITS,
        declines: 0.15,
        impatient: 0.08,
        hold: 0.08,
        noAnswer: 0.2,
        blindTransfer: 0.04,
      },
      desk: { callsBackLater: 0.6, backUnanswered: 0.35 },
    },
    signedOut: ['104', '118'],
  });
}

/** A large floor: 12 queues, 200 agents, 150 live calls, of which 40 wait. */
export function largeStage(now = Date.now()): Promise<Stage> {
  return livedStage({
    now,
    hours: 1.5,
    past: { calls: largeCalls(), outage: null, everyMs: 5_000 },
    world: {
      seed: 11,
      directory: { extensions: 200, doubleRegistered: 5, queues: 12, ringGroups: 2 },
      traffic: { callsPerHour: 400, mix: MIX, unregistersPerHour: 0 },
      habits: { ...NO_HABITS, declines: 0.1, impatient: 0.1 },
      desk: { callsBackLater: 0.5 },
    },
    signedOut: ['131', '172', '205', '260'],
  });
}

/** The bridge has just started, and the PBX answers nothing: all is unknown. */
export async function startingStage(): Promise<Stage> {
  const files = await deskFiles();
  const held = new Set<Socket>();
  const hanging = createServer((socket) => held.add(socket.on('error', () => undefined)));
  hanging.listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  const floor = await Floor.open({ env: { ...files.env, PITEL_BASE_URL: url, POLL_TIMEOUT_MS: '600000' } });
  return watched(floor, async () => {
    for (const socket of held) socket.destroy();
    hanging.close();
    await files.close();
  });
}

/** Pages that ask for a token. */
export async function guardedStage(): Promise<Stage> {
  const files = await deskFiles();
  return watched(await Floor.open({ auth: 'jwt', env: files.env }), files.close);
}

/** A token of one queue of `guardedStage`. */
export function narrowToken({ floor }: Stage): Promise<string> {
  return tokenFor(HOUR / 1000, { queues: [floor.world.directory.queues[0]!.name] });
}

/** A token that shows everything, with masked numbers, and may do nothing. */
export function readOnlyToken(): Promise<string> {
  return tokenFor(HOUR / 1000, { numbers: 'masked' });
}

/** The queue's list is answered with errors from now on, until the stage is closed. */
export async function degrade({ floor, token }: Stage): Promise<void> {
  floor.pbx.tenants[0]!.faults.add('queue', { kind: 'status', status: 500, forMs: 24 * HOUR });
  await until(async () => {
    const { sources } = await asked<{ sources: readonly { endpoint: string; state: string }[] }>(
      floor,
      '/v1/sources',
      token,
    );
    return sources.some(({ endpoint, state }) => endpoint === 'queue' && state !== 'up');
  }, 'the queue source’s end');
}

const MIX = { queue: 0.72, outbound: 0.13, direct: 0.1, 'ring-group': 0.03, 'click-to-call': 0.02, local: 0 };

interface Lived {
  readonly now: number;
  readonly hours: number;
  readonly past: PastDay;
  readonly world: Partial<WorldOptions>;
  readonly signedOut: readonly string[];
}

async function livedStage({ now, hours, past, world: options, signedOut }: Lived): Promise<Stage> {
  const startAt = now - hours * HOUR;
  // The same traffic twice: the first one is counted, so that it ends some minutes ago and only scripted calls are live now.
  const drawn = createWorld({ ...options, startAt });
  drawn.advanceTo(now - 12 * MINUTE);
  const before = past.calls.filter(({ ago }) => ago > 12 * MINUTE).length;
  const world = createWorld({
    ...options,
    startAt,
    traffic: { ...options.traffic, totalCalls: drawn.truth.length + before },
  });
  const redis = await startRedis();
  const files = await deskFiles();
  await livePast(world, { redisUrl: redis.url, tenant: 'default', rules: DESK_RULES, past });
  for (const extension of signedOut) world.unregister(extension);
  const token = await tokenFor((12 * HOUR) / 1000, { sub: 'lan', callbacks: true, webhooks: true });
  const floor = await Floor.open({
    lived: world,
    auth: 'jwt',
    env: { ...files.env, STORE: 'redis', REDIS_URL: redis.url },
  });
  const live = () => world.truth.filter(({ outcome }) => outcome === null).length;
  await until(async () => {
    const { calls } = await asked<{ calls: readonly unknown[] }>(floor, '/v1/calls', token);
    return (
      calls.length >=
      Math.min(live(), past.calls.filter(({ call }) => call.talkMs === FOR_LONG.talkMs).length)
    );
  }, 'the live calls');
  const end = async () => {
    await files.close();
    await redis.stop();
  };
  return watched(floor, end, token);
}

async function watched(floor: Floor, end: () => Promise<void>, token: string | null = null): Promise<Stage> {
  await watchLooks(floor.chromium.context);
  return {
    floor,
    token,
    close: async () => {
      await floor.close();
      await end();
    },
  };
}

async function asked<Answer>({ service }: Floor, path: string, token: string | null): Promise<Answer> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return (await (await fetch(service.url + path, { headers })).json()) as Answer;
}

type PastCalls = PastDay['calls'];

/** Names of queues and extensions as `drawDirectory` gives them. */
const QUEUES = ['BanHang_39989220', 'ChamSocKH_39989221', 'KyThuat_39989222', 'KhieuNai_39989223'];
const TROUBLED_QUEUE = QUEUES[1]!;

function usualCalls(): PastCalls {
  const waits = [260, 170, 95, 40, 15].map((seconds, n) => ({
    ago: seconds * 1000,
    call: queueCall(TROUBLED_QUEUE, `09142373${81 + n}`, { answerAfterMs: null }),
  }));
  const talks = [
    { ago: 410_000, call: queueCall(QUEUES[0]!, '0903112233', { answerAfterMs: 9_000 }) },
    { ago: 205_000, call: queueCall(QUEUES[2]!, '02873001234', { answerAfterMs: 31_000 }) },
    { ago: 75_000, call: queueCall(QUEUES[0]!, '0388123456', { answerAfterMs: 6_000 }) },
    {
      ago: 150_000,
      call: {
        kind: 'outbound',
        extension: '107',
        customer: '0976554433',
        answerAfterMs: 12_000,
        ...FOR_LONG,
      },
    },
  ] as const;
  const missed = [330, 271, 190, 150, 121, 96, 71, 52, 38, 27, 19, 9].map((minutes, n) => ({
    ago: minutes * MINUTE,
    call: {
      ...queueCall(
        QUEUES[n % 4]!,
        n % 5 === 4 ? '0914000001' : `0914${String(2_000_013 + 7_919 * n).slice(-6)}`,
      ),
      answerAfterMs: null,
      leavesAfterMs: 20_000 + 17_000 * (n % 6),
      talkMs: MINUTE,
    },
  }));
  return [...waits, ...talks, ...missed];
}

function largeCalls(): PastCalls {
  const topics = ['BanHang', 'ChamSocKH', 'KyThuat', 'KhieuNai', 'BaoHanh', 'VIP'];
  const waits = Array.from({ length: 40 }, (_, n) => {
    // Queues of odd numbers ring all of their agents at once.
    const queue = (2 * n) % 12;
    const name = `${topics[queue % 6]}_${39_989_220 + queue}`;
    return {
      ago: (8 + 7 * n) * 1000,
      call: queueCall(name, `0915${String(3_000_017 + 7_919 * n).slice(-6)}`, { answerAfterMs: null }),
    };
  });
  const talks = Array.from({ length: 110 }, (_, n) => ({
    ago: (20 + 11 * n) * 1000,
    call: {
      kind: n % 6 === 5 ? ('outbound' as const) : ('direct' as const),
      extension: String(101 + n),
      customer: `0916${String(4_000_037 + 7_919 * n).slice(-6)}`,
      answerAfterMs: 4_000,
      ...FOR_LONG,
    },
  }));
  return [...talks, ...waits];
}

function queueCall(queue: string, customer: string, more: Partial<CallScript> = {}): CallScript {
  return { kind: 'queue', queue, customer, ...FOR_LONG, ...more };
}
