import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/** One connection to whichever node of a cluster answers: every attempt takes the next. */
export interface Node {
  readonly host: string;
  readonly port: number;
}

/**
 * For a subscriber in a cluster, where any node hears everything that is published. ioredis' own cluster subscriber
 * resubscribes in silence, so that nobody would learn that events were missed.
 */
export function anyNodeConnector(nodes: readonly Node[]): NonNullable<RedisOptions['Connector']> {
  let attempts = 0;
  return class AnyNodeConnector extends AbstractConnector {
    readonly #tls: RedisOptions['tls'];

    constructor(options: unknown) {
      const { disconnectTimeout, tls } = options as RedisOptions;
      super(disconnectTimeout ?? 0);
      this.#tls = tls;
    }

    override connect(): ReturnType<AbstractConnector['connect']> {
      const node = nodes[attempts++ % nodes.length];
      if (node === undefined) return Promise.reject(new TypeError('a cluster has at least one node'));
      const { host, port } = node;
      const socket: Socket = this.#tls
        ? connectTls({ host, port, ...this.#tls })
        : connectTcp({ host, port });
      socket.once('error', (error) => {
        this.firstError = error;
      });
      this.stream = socket;
      return Promise.resolve(socket);
    }
  };
}
