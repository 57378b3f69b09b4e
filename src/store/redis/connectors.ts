import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions, SentinelConnector } from 'ioredis';

/**
 * How ioredis' clients get their sockets.
 *
 * ioredis' own connectors listen for one error of a socket. A TLS connection that is refused may have two (the refusal,
 * and what the server says to it), and an error without a listener ends the process. These connectors always listen.
 */
export interface Node {
  readonly host: string;
  readonly port: number;
}

type Connector = NonNullable<RedisOptions['Connector']>;

/** Connects to the client's own host and port: one server, or one node of a cluster. */
export const hostConnector: Connector = connectorTo(({ host, port }) => ({
  host: host ?? '127.0.0.1',
  port: port ?? 6379,
}));

/**
 * Connects to whichever node of a cluster answers: every attempt takes the next. It serves subscribers, as any node hears
 * everything that is published. ioredis' own cluster subscriber would resubscribe without a sign that events were missed.
 */
export function anyNodeConnector(nodes: readonly Node[]): Connector {
  let attempts = 0;
  return connectorTo(() => nodes[attempts++ % nodes.length]);
}

/** Connects to the master that the sentinels name; ioredis itself makes the connections to the sentinels. */
export const sentinelConnector: Connector = class extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
  }

  override async connect(...given: Parameters<SentinelConnector['connect']>) {
    return heard(await super.connect(...given));
  }
};

function connectorTo(next: (options: RedisOptions) => Node | undefined): Connector {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? 0);
      this.#options = options as RedisOptions;
    }

    override connect(): ReturnType<AbstractConnector['connect']> {
      const node = next(this.#options);
      if (node === undefined) return Promise.reject(new TypeError('a cluster has at least one node'));
      const { tls } = this.#options;
      const { host, port } = node;
      const socket: Socket = tls ? connectTls({ host, port, ...tls }) : connectTcp({ host, port });
      socket.once('error', (error) => {
        this.firstError = error;
      });
      this.stream = socket;
      return Promise.resolve(heard(socket));
    }
  };
}

function heard<Stream extends NodeJS.EventEmitter>(stream: Stream): Stream {
  return stream.on('error', () => undefined);
}
