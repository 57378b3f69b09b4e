import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TrafficOptions } from '../../simulator/options.js';
import type { Report } from '../../simulator/judge-report.js';
import { createSimulatorServer, type SimulatorServer, type Tenant } from '../../simulator/server.js';
import { createWorld, type WorldOptions } from '../../simulator/world.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { decode } from '../../src/store/stored/codec.js';
import { stateKey } from '../../src/store/keys.js';
import { SECRET, token } from '../support/delivery.js';
import { freePort } from '../support/redis.js';
import { until } from '../support/until.js';
import { Bridge } from './bridge.js';
import { LogBook } from './log-book.js';
import { type RedisInUse, standalone } from './redis-in-use.js';
import type { Chaos } from './scenario.js';
import { type Demand, judgeLog, judgeSequences, liveCalls } from './verdict.js';
import { Watcher, type WatcherOptions } from './watcher.js';

/**
 * What a scenario works with: a simulated PBX under load, Redis in one of its forms, replicas of the bridge as processes
 * of their own, consumers. `settle` brings it all to rest, and `verdict` compares the log, what consumers got and the
 * truth. Everything is ended by its process id, whatever happened.
 */
export interface RigSetup<Redis extends RedisInUse> {
  readonly redis?: () => Promise<Redis>;
  /** Default: `acme` alone. */
  readonly tenants?: readonly string[];
  readonly traffic?: Partial<TrafficOptions>;
  /** Of the calls; default 10. */
  readonly speed?: number;
  readonly world?: Partial<WorldOptions>;
  /** For every bridge. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another origin than the rig's simulator, for the tenants that have one. */
  readonly elsewhere?: ReadonlyMap<string, string>;
  /** More fields of some tenants in the tenants' file. */
  readonly rows?: ReadonlyMap<string, object>;
}

export async function withRig<Redis extends RedisInUse = Awaited<ReturnType<typeof standalone>>>(
  chaos: Chaos,
  setup: RigSetup<Redis>,
  act: (rig: Rig<Redis>) => Promise<void>,
): Promise<void> {
  const rig = new Rig<Redis>(chaos, setup);
  try {
    await rig.start();
    await act(rig);
  } finally {
    await rig.stop();
  }
}

export class Rig<Redis extends RedisInUse> {
  readonly bridges: Bridge[] = [];
  readonly watchers: Watcher[] = [];
  readonly tenants: readonly string[];
  redis!: Redis;
  book!: LogBook;
  readonly #chaos: Chaos;
  readonly #setup: RigSetup<Redis>;
  readonly #stops: (() => Promise<unknown>)[] = [];
  #simulator!: SimulatorServer;
  #simulatorUrl = '';
  #dir = '';
  #frozenAt: number | null = null;

  constructor(chaos: Chaos, setup: RigSetup<Redis>) {
    this.#chaos = chaos;
    this.#setup = setup;
    this.tenants = setup.tenants ?? ['acme'];
  }

  async start(): Promise<void> {
    const { redis = standalone as unknown as () => Promise<Redis> } = this.#setup;
    this.redis = await redis();
    this.#stops.push(() => this.redis.stop());
    this.#dir = await mkdtemp(join(tmpdir(), 'pitel-chaos-'));
    this.#stops.push(() => rm(this.#dir, { recursive: true, force: true }));
    this.#simulator = createSimulatorServer({
      tenants: this.tenants.map((id) => ({ world: this.#world(id), token: `upstream-${id}` })),
      clock: () => this.#frozenAt ?? Date.now(),
    });
    this.#stops.push(() => this.#simulator.close());
    this.#simulatorUrl = (await this.#simulator.listen(0)).url;
    this.book = await LogBook.open(this.redis.target, this.tenants, this.#chaos.tally);
    this.#stops.push(() => this.book.close());
    // Both lists grow later.
    this.#stops.push(() => Promise.all(this.bridges.map((bridge) => bridge.end())));
    this.#stops.push(async () => {
      for (const watcher of this.watchers) watcher.close();
    });
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).toReversed()) await stop();
  }

  /** Starts replicas that share these tenants; default all. */
  async bridge(
    name: string,
    { tenants = this.tenants, env = {} }: { tenants?: readonly string[]; env?: Record<string, string> } = {},
  ): Promise<Bridge> {
    const file = join(this.#dir, `${name}.json`);
    const rows = tenants.map((id) => ({
      id,
      baseUrl: this.#setup.elsewhere?.get(id) ?? this.#simulatorUrl,
      token: `upstream-${id}`,
      ...this.#setup.rows?.get(id),
    }));
    await writeFile(file, JSON.stringify({ tenants: rows }));
    const all = {
      TENANTS_FILE: file,
      PITEL_TOKEN: '',
      AUTH_MODE: 'jwt',
      AUTH_JWT_SECRET: SECRET,
      ...this.redis.env,
      ...this.#setup.env,
      ...env,
    };
    const bridge = new Bridge(name, await freePort(), all, this.#chaos.tally);
    this.bridges.push(bridge);
    await bridge.start();
    return bridge;
  }

  /** So many replicas that have shared the tenants, with a consumer of each tenant on each. */
  async replicas(count: number): Promise<Bridge[]> {
    const bridges = await Promise.all(
      Array.from({ length: count }, (_, index) => this.bridge(`bridge-${index + 1}`)),
    );
    await this.shared();
    for (const [index, bridge] of bridges.entries())
      for (const tenant of this.tenants) {
        // Turns to the next replica when one is away.
        let turn = index;
        await this.watch({
          name: `consumer of ${tenant} at ${bridge.name}`,
          tenant,
          url: () => bridges[turn++ % count]!.url,
        });
      }
    await this.polled(10);
    return bridges;
  }

  /** Resolves when the replicas that run know each other and every tenant has its poller. */
  async shared(): Promise<void> {
    const running = this.bridges.filter(({ isRunning }) => isRunning);
    await until(() => {
      const shares = running.map(({ share }) => share);
      const polled = shares.reduce((sum, share) => sum + (share?.tenants ?? 0), 0);
      return shares.every((share) => share?.replicas === running.length) && polled === this.tenants.length;
    }, 'the sharing of tenants');
  }

  /** With one tenant: the replica that polls it. */
  owner(): Bridge {
    const owner = this.bridges.find((bridge) => bridge.isRunning && (bridge.share?.tenants ?? 0) > 0);
    if (owner === undefined) throw new Error('no replica polls');
    return owner;
  }

  async watch(
    given: Partial<WatcherOptions> & { claims?: Readonly<Record<string, unknown>> } = {},
  ): Promise<Watcher> {
    const { tenant = this.tenants[0]!, claims = {} } = given;
    const watcher = new Watcher(
      {
        name: `consumer ${this.watchers.length + 1}`,
        tenant,
        token: await token({ tenant, sub: `consumer-${this.watchers.length}`, ...claims }),
        url: () => this.bridges[0]!.url,
        maySee: null,
        ...given,
      },
      this.book,
      this.#chaos.tally,
    );
    this.watchers.push(watcher);
    watcher.open();
    await until(() => watcher.place !== null, `a snapshot for ${watcher.name}`);
    return watcher;
  }

  pbx(tenant = this.tenants[0]!): Tenant {
    return this.#simulator.tenants[this.tenants.indexOf(tenant)]!;
  }

  /** Resolves when both endpoints of the tenant have been asked so many times more. */
  async polled(times: number, tenant = this.tenants[0]!): Promise<void> {
    const { polls } = this.pbx(tenant);
    const [monitor, queue] = [polls.monitor.length + times, polls.queue.length + times];
    await until(
      () => polls.monitor.length >= monitor && polls.queue.length >= queue,
      `${times} polls of ${tenant}`,
    );
  }

  /** Waits for a random moment, which may be between two polls or in the middle of a commit. */
  async anyMoment(): Promise<void> {
    await pause(this.#chaos.random.int(0, POLL_INTERVAL_MS));
  }

  /** Resolves when another replica has claimed the tenant and has polled it, with the time that took. */
  async takenOver(from: { readonly fence: string; readonly at: number }): Promise<number> {
    await until(async () => {
      const now = await this.book.place(this.tenants[0]!);
      return now !== null && now.fence !== from.fence;
    }, 'another claim');
    await this.polled(1);
    return performance.now() - from.at;
  }

  /** The epoch of the first tenant's log, as soon as Redis can be asked. */
  async epoch(): Promise<string> {
    let epoch: string | undefined;
    await until(async () => {
      epoch = (await this.book.place(this.tenants[0]!))?.epoch;
      return epoch !== undefined;
    }, 'an epoch');
    return epoch!;
  }

  async claimed(): Promise<{ fence: string; at: number }> {
    const place = await this.book.place(this.tenants[0]!);
    if (place === null) throw new Error('the tenant was never claimed');
    return { fence: place.fence, at: performance.now() };
  }

  /** Stops the worlds, and waits until they were polled often enough and every consumer has the whole log. */
  async settle(): Promise<void> {
    this.#frozenAt = Date.now();
    const own = this.tenants.filter((tenant) => !this.#setup.elsewhere?.has(tenant));
    await Promise.all(own.map((tenant) => this.polled(SETTLING_POLLS, tenant)));
    await Promise.all(own.map((tenant) => this.#delivered(tenant)));
  }

  /** Compares the log, the state, what consumers got and the truth. Call it after `settle`. */
  async verdict(demand: Demand, tenant = this.tenants[0]!): Promise<Judged> {
    return (await this.verdicts(new Map([[tenant, demand]]))).get(tenant)!;
  }

  /**
   * The same of several tenants. All of them are read before the first is judged: while this process judges, the PBX answers
   * nothing, and what the bridges announce of that belongs to no log here.
   */
  async verdicts(demands: ReadonlyMap<string, Demand>): Promise<ReadonlyMap<string, Judged>> {
    const { tally } = this.#chaos;
    const read = [];
    for (const [tenant, demand] of demands) {
      const events = await this.book.whole(tenant);
      read.push({ tenant, demand, events, state: await this.book.commands.hgetall(stateKey(tenant)) });
    }
    const judged = new Map<string, Judged>();
    for (const { tenant, demand, events, state } of read) {
      judgeSequences(events, tally);
      judged.set(tenant, { events, report: judgeLog(this.pbx(tenant), events, demand, tally) });
      this.#judgeState(tenant, new Map(Object.entries(state)), events);
      this.#judgeConsumers(tenant, events);
    }
    return judged;
  }

  /** The log of a tenant, which agrees with itself, its state and what consumers got; it is not compared with the truth. */
  async agreed(tenant = this.tenants[0]!): Promise<readonly BridgeEvent[]> {
    const events = await this.book.whole(tenant);
    const state = await this.book.commands.hgetall(stateKey(tenant));
    judgeSequences(events, this.#chaos.tally);
    this.#judgeState(tenant, new Map(Object.entries(state)), events);
    this.#judgeConsumers(tenant, events);
    return events;
  }

  /** Demands that state and log agree: a snapshot rebuilt from the log is the stored one. */
  #judgeState(tenant: string, fields: ReadonlyMap<string, string>, events: readonly BridgeEvent[]): void {
    const { tally } = this.#chaos;
    const state = decode(tenant, fields);
    const stored = [...state.calls.keys()].sort();
    const logged = liveCalls(events).sort();
    tally.demand(
      Number(fields.get('sequence')) === Number(events.at(-1)?.sequence ?? 0),
      `the state stands at ${fields.get('sequence')}, the log at ${events.at(-1)?.sequence}`,
    );
    tally.demand(
      stored.join() === logged.join(),
      `alive by the log alone: ${logged.filter((id) => !stored.includes(id)).join()}; by the state alone: ` +
        stored.filter((id) => !logged.includes(id)).join(),
    );
  }

  #judgeConsumers(tenant: string, events: readonly BridgeEvent[]): void {
    const { tally } = this.#chaos;
    const last = events.at(-1);
    const ids = new Map(events.map(({ sequence, id }) => [Number(sequence), id]));
    for (const { name, place, isWhole, followed, tenant: whose } of this.watchers) {
      if (whose !== tenant) continue;
      for (const [sequence, id] of followed)
        tally.demand(
          ids.get(sequence) === id,
          `${name} has ${id} at ${sequence}, the log ${ids.get(sequence)}`,
        );
      if (!isWhole || last === undefined) continue;
      const [at, end] = [place?.sequence ?? 0, Number(last.sequence)];
      for (let sequence = at + 1; sequence <= end; sequence++) tally.count('missing', `${name}: ${sequence}`);
    }
  }

  /** Waits until consumers have all that the log has, or time is up: then it counts as missing. */
  async #delivered(tenant: string): Promise<void> {
    const own = this.watchers.filter((watcher) => watcher.tenant === tenant && watcher.isWhole);
    const deadline = Date.now() + DELIVERED_WITHIN_MS;
    for (;;) {
      const end = await this.book.place(tenant);
      const has = ({ place }: Watcher) => place?.sequence === end?.sequence;
      if (own.every(has) || Date.now() > deadline) return;
      await pause(POLL_INTERVAL_MS);
    }
  }

  #world(tenant: string) {
    const { speed = 10, traffic, world } = this.#setup;
    return createWorld({
      ...world,
      seed: `${this.#chaos.seed} ${tenant}`,
      startAt: Date.now(),
      speed,
      directory: { extensions: 120, queues: 6, ...world?.directory },
      traffic: { callsPerHour: 2_000, firstCallAfterMs: 100, ...traffic },
      // At this speed a caller would call again before any poll could confirm that the first call had ended.
      habits: { callAgain: 0, ...world?.habits },
      quirks: { lingerMs: 5_000, ...world?.quirks },
    });
  }
}

/** A tenant's valid log, and what the judge of calls made of it. */
export interface Judged {
  readonly events: readonly BridgeEvent[];
  readonly report: Report;
}

/** As short as the bridge allows, so that a fault mostly hits a poll or a commit. */
const POLL_INTERVAL_MS = 100;
/** Enough for an absence to be confirmed also where three sightings are demanded. */
const SETTLING_POLLS = 12;
/** If it takes longer, something is stuck. */
const DELIVERED_WITHIN_MS = 60_000;
