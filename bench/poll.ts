import { Redis } from 'ioredis';
import { TenantCalls } from '../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../src/core/model/call.js';
import type { Transition } from '../src/core/model/event.js';
import { decide } from '../src/core/reconcile.js';
import { InstantReader } from '../src/source/parse/instant.js';
import { ListReader } from '../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../src/source/parse/phone-number.js';
import type { Bench } from './bench.js';
import { MonitorBodies } from './bodies.js';
import { type Contender, growthExponent, interleaved, type Row, type Spread, versus } from './measure.js';
import { KubernetesCache } from './peers/kubernetes-cache.js';
import { PlainWay } from './peers/plain.js';
import { Parts } from './poll-parts.js';
import { Polls } from './polls.js';

/** One poll's way from the bytes to the transitions, beside the least that has to be done and beside other ways. */

export function memory(): Promise<Row[]> {
  return Promise.resolve([memoryPerCall(10_000)]);
}

export async function unchanged({ redisUrl, rounds }: Bench): Promise<Row[]> {
  const redis = new Redis(redisUrl);
  try {
    const measured: Measured[] = [];
    for (const count of [10, 100, 1_000, 10_000]) {
      measured.push(await unchangedPoll(count, rounds(count > 5_000 ? 30 : 60), redis));
    }
    return [...measured.map(({ row }) => row), growthRow('unchanged poll', measured)];
  } finally {
    redis.disconnect();
  }
}

export async function changed({ redisUrl, rounds }: Bench): Promise<Row[]> {
  const redis = new Redis(redisUrl);
  try {
    const few: Measured[] = [];
    for (const count of [100, 1_000, 10_000]) {
      few.push(await changedPoll(count, 0.01, rounds(count > 5_000 ? 15 : 100), redis));
    }
    const half: Measured[] = [];
    for (const count of [10, 100, 1_000, 10_000]) {
      half.push(await changedPoll(count, 0.5, rounds(count > 5_000 ? 10 : 60), redis));
    }
    // The smallest two serve the growth curve only: a poll of 10 rows takes less than its request.
    const rows = [...few, ...half.slice(2)].map(({ row }) => row);
    return [...rows, growthRow('changed poll, 50 % changed', half)];
  } finally {
    redis.disconnect();
  }
}

/** Changed rows of a poll that is over in less than a millisecond: the compiler needs to see many to know them. */
const SMALL = 2;
const SMALL_WARM_UP = 2_500;

interface Measured {
  readonly count: number;
  readonly row: Row;
  readonly ours: Spread;
  readonly limit: Spread;
}

/** The bridge's way of one poll. */
class Ours {
  readonly #reader = new ListReader('monitor', {
    instants: new InstantReader('Asia/Ho_Chi_Minh'),
    numbers: new PhoneNumbers('VN'),
  });
  readonly state = new TenantCalls(EMPTY_STATE);
  transitions: readonly Transition[] = [];
  #now = Date.UTC(2026, 2, 2, 3, 3);

  /** What `TenantPoller` does with an answer, but for the network and the store. */
  poll(body: Buffer): void {
    this.#now += 1_000;
    const monitor = this.#reader.read(body, { startedAt: this.#now - 40, at: this.#now });
    if (monitor.outcome !== 'complete') throw new Error(monitor.reason ?? 'not complete');
    const { transitions, confirm } = decide(this.state, { monitor }, DEFAULT_POLICY);
    this.state.settled.note({ monitor }, confirm);
    this.transitions = transitions;
  }
}

const COMPARING = 'comparing the bytes';
const PARSING = 'JSON.parse';
const PLAIN = 'the plain way';
const KUBERNETES = 'the Kubernetes cache';

async function unchangedPoll(count: number, rounds: number, redis: Redis): Promise<Measured> {
  const body = new MonitorBodies(count, 0.01).current();
  // Bytes from the network are equal, never the same object.
  const again = [Buffer.from(body), Buffer.from(body)];
  const text = body.toString();
  const ours = new Ours();
  ours.poll(body);
  const plain = await PlainWay.start(redis);
  const repeats = Math.max(1, 100_000 / count);
  let turns = 0;
  const next = () => again[turns++ % 2]!;
  const spreads = await interleaved(
    [
      { name: 'ours', repeats, run: () => ours.poll(next()) },
      { name: COMPARING, repeats, run: () => void next().equals(body) },
      { name: PARSING, repeats: Math.max(1, repeats / 100), run: () => void JSON.parse(text) },
      {
        name: PLAIN,
        repeats: Math.max(1, repeats / 1_000),
        run: async () => void (await plain.poll(next())),
      },
    ],
    rounds,
  );
  const [mine, comparing] = spreads as [Spread, Spread];
  const overhead = (mine.median - comparing.median) * 1e6;
  const row = versus(`unchanged poll, ${count} rows`, spreads, { limit: 1.5, peers: { [PLAIN]: 0.05 } });
  const miss =
    `comparing takes ${(comparing.median * 1e6).toFixed(0)} ns of so few bytes; the source's freshness and the new ` +
    `state, whatever the rows, take ${overhead.toFixed(0)} ns`;
  return { count, row: { ...row, miss }, ours: mine, limit: comparing };
}

async function changedPoll(count: number, share: number, rounds: number, redis: Redis): Promise<Measured> {
  const isSmall = count * share < SMALL;
  const polls = new Polls(count, share);
  const ours = new Ours();
  const cache = new KubernetesCache();
  const plain = await PlainWay.start(redis);
  const transitionCounts: number[] = [];
  const parts = new Parts(polls, ours, transitionCounts);
  const prepare = (turn: number) => void polls.at(turn);
  const spreads = await interleaved(
    [
      ...oursAndParsing(ours, polls, transitionCounts),
      { name: PLAIN, prepare, run: async (turn) => void (await plain.poll(polls.at(turn).body)) },
      { name: KUBERNETES, prepare, run: (turn) => cache.poll(polls.at(turn).body) },
      ...parts.contenders(),
    ],
    rounds,
    isSmall ? SMALL_WARM_UP : undefined,
  );
  const [mine, parsing, ...others] = spreads as [Spread, Spread, ...Spread[]];
  const what = `changed poll, ${count} rows, ${share * 100} % changed`;
  const contest = [mine, parsing, ...others.slice(0, 2)];
  const row = versus(what, contest, { limit: 1.4, peers: { [PLAIN]: 1, [KUBERNETES]: 1 } });
  const transitions = Math.round(
    transitionCounts.slice(1).reduce((sum, one) => sum + one, 0) / (transitionCounts.length - 1),
  );
  return {
    count,
    row: {
      ...row,
      miss: missOf(transitions, others.slice(2), parsing) + (isSmall ? await cached(count, share) : ''),
    },
    ours: mine,
    limit: parsing,
  };
}

/** @param transitionCounts gets the number of transitions, by turn */
function oursAndParsing(ours: Ours, polls: Polls, transitionCounts: number[]): Contender[] {
  const prepare = (turn: number) => void polls.at(turn);
  return [
    {
      name: 'ours',
      prepare,
      run: (turn) => {
        ours.poll(polls.at(turn).body);
        transitionCounts[turn] = ours.transitions.length;
      },
    },
    { name: PARSING, prepare, run: (turn) => void JSON.parse(polls.at(turn).text) },
  ];
}

/** What a small poll takes when nothing else has used the processor's caches since the last one. */
async function cached(count: number, share: number): Promise<string> {
  const contenders = oursAndParsing(new Ours(), new Polls(count, share), []);
  const [mine, parsing] = (await interleaved(contenders, CACHED_ROUNDS)) as [Spread, Spread];
  const ratio = (mine.median / parsing.median).toFixed(2);
  return `. Without the others, which push its code and its calls out of the processor's caches, it takes ${ratio}`;
}

const CACHED_ROUNDS = 500;

function missOf(transitions: number, parts: readonly Spread[], parsing: Spread): string {
  const times = (median: number) => (median / parsing.median).toFixed(2);
  const each = parts.map(({ name, median }) => `${name} ${times(median)}`).join(', ');
  const floor = times(parts.reduce((sum, { median }) => sum + median, 0));
  return (
    `${transitions} transitions a poll, each with the whole view of its call. Measured alone in the same rounds, in times ` +
    `of ${PARSING}: ${each}. Together ${floor}: the floor, in which no row is found, nothing is compared and nothing decided`
  );
}

function growthRow(what: string, measured: readonly Measured[]): Row {
  const sizes = measured.map(({ count }) => count);
  const lines = [
    { name: 'ours', values: measured.map(({ ours }) => ours.median) },
    { name: measured[0]!.limit.name, values: measured.map(({ limit }) => limit.median) },
  ];
  const limits = growthExponent(sizes, lines[1]!.values).toFixed(2);
  const perRow = measured.map(({ count, ours }) => `${count}: ${((ours.median / count) * 1e6).toFixed(0)}`);
  return {
    what: `growth of the ${what}, ${sizes[0]} to ${sizes.at(-1)} rows`,
    ratio: growthExponent(sizes, lines[0]!.values),
    of: 'linear (exponent)',
    goal: 1,
    detail: `ns a row: ${perRow.join(', ')}; ${lines[1]!.name} grows by ${limits}`,
    miss: `the floor is ${limits}, by which ${lines[1]!.name} grows: the largest answer is in no cache any more`,
    curve: { of: 'rows', sizes, unit: 'ms', lines },
  };
}

/** Heap kept per call that is alive: the answer's bytes, its rows, the state and its index. */
function memoryPerCall(count: number): Row {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run with --expose-gc');
  const bodies = new MonitorBodies(count, 0.01);
  const ours = new Ours();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  ours.poll(bodies.current());
  collect();
  const after = process.memoryUsage();
  const perCall = (after.heapUsed + after.external - heapUsed - external) / count;
  if (ours.state.calls.size !== count) throw new Error('not every row became a call');
  return {
    what: `memory kept per alive call, ${count} calls`,
    ratio: perCall / 4096,
    of: '4 KB',
    goal: 1,
    detail: `${Math.round(perCall)} bytes`,
  };
}
