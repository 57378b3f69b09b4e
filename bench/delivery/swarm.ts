import { token } from '../../test/support/delivery.js';
import { order, serve } from './child.js';
import { monotonicMs, pause } from './clock.js';
import { type Arrival, Consumer, type Dialect, type Tally } from './consumer.js';
import { QUEUE } from './load.js';

/** The clients' process: groups of consumers, each of one server. */
interface GroupOrder {
  readonly group: string;
  readonly dialect: Dialect;
  readonly port: number;
  readonly tenant: string;
  readonly count: number;
  readonly audience?: Audience;
  readonly from?: From | null;
}

/**
 * Of `each` client, or of every second one (`half`): a token of its own extension (and of the queue), so an audience of its own.
 * The others see the whole tenant.
 */
export type Audience = 'tenant' | 'half' | 'each';

/** Where clients were when they left. */
export interface From {
  readonly epoch: string;
  readonly sequence: number;
}

export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

/** So many handshakes at a time: more than that only waits in the kernel's queue. */
const OPEN_AT_A_TIME = 100;

class Group {
  readonly consumers: Consumer[] = [];
  private target = Infinity;
  private behind = 0;
  private reached: (at: number) => void = () => undefined;
  private arrivals: Float64Array | null = null;
  private recordFrom = 0;

  constructor(private port: number) {}

  static async of({ port, dialect, tenant, count, audience, from = null }: GroupOrder): Promise<Group> {
    const group = new Group(port);
    for (let index = 0; index < count; index++) {
      const isNarrow = audience === 'each' || (audience === 'half' && index % 2 === 1);
      const narrow = isNarrow ? { extensions: [String(1_000 + index)], queues: [QUEUE.id] } : {};
      const own = await token({ tenant, sub: `agent-${index}`, ...narrow });
      const arrived: Arrival = (sequence, before) => group.arrived(index, sequence, before);
      const consumer = new Consumer(dialect, own, arrived);
      if (from !== null) consumer.startAt(from.epoch, from.sequence);
      group.consumers.push(consumer);
    }
    return group;
  }

  async open(port = this.port): Promise<void> {
    this.port = port;
    const waiting = [...this.consumers];
    const openOnes = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next.open(port);
    };
    await Promise.all(Array.from({ length: OPEN_AT_A_TIME }, openOnes));
  }

  drop(): void {
    for (const consumer of this.consumers) consumer.drop();
  }

  /** Resolves with the instant at which the last consumer had `sequence`. */
  until(sequence: number): Promise<number> {
    this.behind = this.consumers.filter(({ last }) => last < sequence).length;
    this.target = sequence;
    if (this.behind === 0) return Promise.resolve(monotonicMs());
    return new Promise((resolve) => {
      this.reached = resolve;
    });
  }

  record(from: number, count: number): void {
    this.recordFrom = from;
    this.arrivals = new Float64Array(count * this.consumers.length);
  }

  latencies(sentAt: readonly number[]): Latencies {
    const { length } = this.consumers;
    const arrived = this.arrivals!.subarray(0, sentAt.length * length);
    const taken = arrived.map((at, index) => at - sentAt[Math.floor(index / length)]!).sort();
    this.arrivals = null;
    const at = (share: number) => taken[Math.floor(share * (taken.length - 1))]!;
    return { p50: at(0.5), p99: at(0.99), max: at(1), samples: taken.length };
  }

  tally(): Tally {
    const sum: Tally = { received: 0, skipped: 0, stale: 0, snapshots: 0, resets: 0, cut: 0 };
    for (const { tally } of this.consumers) {
      for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
    }
    return sum;
  }

  /** Drops each consumer `drops` times at random within `overMs`, for up to `awayMs` each. */
  async harass(drops: number, overMs: number, awayMs: number, seed: number): Promise<number> {
    const random = seeded(seed);
    const begun = monotonicMs();
    let done = 0;
    const one = async (consumer: Consumer, instants: number[], away: number[]) => {
      for (const [index, instant] of instants.entries()) {
        await pause(Math.max(0, begun + instant - monotonicMs()));
        consumer.drop();
        await pause(away[index]!);
        await consumer.open(this.port);
        done += 1;
      }
    };
    const draws = (upTo: number) => Array.from({ length: drops }, () => random() * upTo);
    await Promise.all(
      this.consumers.map((consumer) =>
        one(
          consumer,
          draws(overMs).sort((a, b) => a - b),
          draws(awayMs),
        ),
      ),
    );
    return done;
  }

  private arrived(index: number, sequence: number, before: number): void {
    if (this.arrivals !== null) {
      this.arrivals[(sequence - this.recordFrom) * this.consumers.length + index] = monotonicMs();
    }
    if (before < this.target && sequence >= this.target) {
      this.behind -= 1;
      if (this.behind === 0) this.reached(monotonicMs());
    }
  }
}

/** The generator of Numerical Recipes: a run can be had again by its seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

order<object>();
const groups = new Map<string, Group>();
const named = (group: string) => groups.get(group)!;

serve(
  {},
  {
    make: async (ordered: GroupOrder) => {
      groups.get(ordered.group)?.drop();
      groups.set(ordered.group, await Group.of(ordered));
    },
    open: ({ group, port }: { group: string; port?: number }) => named(group).open(port),
    drop: ({ group }: { group: string }) => named(group).drop(),
    pause: ({ group }: { group: string }) => {
      for (const consumer of named(group).consumers) consumer.pause();
    },
    until: ({ group, sequence }: { group: string; sequence: number }) => named(group).until(sequence),
    tally: ({ group }: { group: string }) => named(group).tally(),
    record: ({ group, from, count }: { group: string; from: number; count: number }) =>
      named(group).record(from, count),
    latencies: ({ group, sentAt }: { group: string; sentAt: number[] }) => named(group).latencies(sentAt),
    harass: ({
      group,
      ...how
    }: {
      group: string;
      drops: number;
      overMs: number;
      awayMs: number;
      seed: number;
    }) => named(group).harass(how.drops, how.overMs, how.awayMs, how.seed),
  },
);
