import { RedisStore } from '../../src/store/redis/redis-store.js';
import { connectRedis } from '../../src/store/redis/redis-connection.js';
import { LogWriter } from '../../test/support/delivery.js';
import type { Child, Children } from './child.js';
import { monotonicMs, paced } from './clock.js';
import type { Dialect, Tally } from './consumer.js';
import { nthTransition } from './load.js';
import { type Burst, LOG_EVENTS, type ServerOrder } from './server-order.js';
import type { Audience, From, Latencies } from './swarm.js';

/** A server in its own process with its group of clients in the swarm's. */
export interface ContestantOptions {
  readonly order: ServerOrder;
  /** Of its group of clients. */
  readonly name: string;
  readonly clients: number;
  readonly audience?: Audience;
}

const DIALECTS: Readonly<Record<ServerOrder['kind'], Dialect>> = {
  bridge: 'bridge',
  'plain Socket.IO': 'socket.io',
  'bare ws': 'ws',
  'redis adapter': 'socket.io',
  'streams adapter': 'recovery',
  'publish relay': 'ws',
  'bridge chain': 'bridge',
  'bare chain': 'ws',
  'plain chain': 'socket.io',
};

export class Contestant {
  readonly name: string;
  readonly clients: number;

  private constructor(
    readonly server: Child<{ port: number }>,
    private readonly swarm: Child,
    private readonly options: ContestantOptions,
  ) {
    this.name = options.name;
    this.clients = options.clients;
  }

  static async start(children: Children, swarm: Child, options: ContestantOptions): Promise<Contestant> {
    const server = await children.start<{ port: number }>('./server.js', options.name, options.order);
    return Contestant.beside(server, swarm, options);
  }

  /** More clients of a server that is there. */
  static async beside(
    server: Child<{ port: number }>,
    swarm: Child,
    options: ContestantOptions,
  ): Promise<Contestant> {
    const contestant = new Contestant(server, swarm, options);
    await contestant.gather();
    return contestant;
  }

  /** Makes new clients, none of them connected; `from`: they have been there before. */
  gather(count = this.clients, from: From | null = null): Promise<void> {
    const { name: group, audience = 'tenant', order } = this.options;
    const { port } = this.server.ready;
    return this.ask('make', {
      dialect: DIALECTS[order.kind],
      port,
      tenant: order.tenant,
      count,
      group,
      audience,
      from,
    });
  }

  /** To its own server, or to another. */
  connect(port = this.server.ready.port): Promise<void> {
    return this.ask('open', { port });
  }

  /** Cuts all connections and waits until the server knows; `others`: clients of other groups that remain. */
  async disconnect(others = 0): Promise<void> {
    await this.ask('drop');
    while ((await this.server.call<number>('clients')) > others);
  }

  /** The instant at which the last of its clients had that event. */
  until(sequence: number, withinMs?: number): Promise<number> {
    return this.ask<number>('until', { sequence }, withinMs);
  }

  tally(): Promise<Tally> {
    return this.ask<Tally>('tally');
  }

  pause(): Promise<void> {
    return this.ask('pause');
  }

  record(from: number, count: number): Promise<void> {
    return this.ask('record', { from, count });
  }

  latencies(sentAt: readonly number[]): Promise<Latencies> {
    return this.ask<Latencies>('latencies', { sentAt });
  }

  harass(how: { drops: number; overMs: number; awayMs: number; seed: number }): Promise<number> {
    return this.ask<number>('harass', how);
  }

  /** Microseconds that the server has used so far. */
  cpu(): Promise<number> {
    return this.server.call<number>('cpu');
  }

  private ask<T = void>(command: string, argument: object = {}, withinMs?: number): Promise<T> {
    return this.swarm.call<T>(command, { group: this.options.name, ...argument }, withinMs);
  }
}

/** Where a contestant's events come from; both count sequences from 1. */
export interface Publisher {
  /** Resolves with the last sequence. */
  publish(burst: Burst): Promise<number>;
}

/** For a peer: its own process emits, nothing but that. */
export function emittedBy(server: Child): Publisher {
  return { publish: (burst) => server.call<number>('burst', burst) };
}

/** For the bridge: commits of another process in Redis, as the poller's are. */
export class Committer implements Publisher {
  private constructor(
    private readonly store: RedisStore,
    private readonly writer: LogWriter,
  ) {}

  static async start(redisUrl: string, tenant: string): Promise<Committer> {
    const connection = connectRedis({ url: redisUrl }, { onError: () => undefined });
    const store = new RedisStore(connection, { maxEvents: LOG_EVENTS });
    return new Committer(store, await new LogWriter(store, tenant).claim('e1'));
  }

  get sequence(): number {
    return this.writer.sequence;
  }

  async publish(burst: Burst, padding = 0): Promise<number> {
    await this.commits(burst, padding);
    return this.sequence;
  }

  /** When each event's commit was begun, by the monotonic clock. */
  async commits({ ticks, perTick, everyMs }: Burst, padding = 0): Promise<number[]> {
    const sentAt: number[] = [];
    await paced(ticks, everyMs, async () => {
      const first = this.writer.sequence;
      const transitions = Array.from({ length: perTick }, (_, index) =>
        nthTransition(first + index, padding),
      );
      const begun = monotonicMs();
      await this.writer.commit(...transitions);
      for (let n = 0; n < perTick; n++) sentAt.push(begun);
    });
    return sentAt;
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
