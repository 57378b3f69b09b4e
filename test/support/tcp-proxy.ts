import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy on loopback that can lose what the server says, or everything. */
export interface TcpProxy {
  readonly port: number;
  /** From now on, what the server answers is dropped: requests arrive, replies do not. */
  swallowReplies(): void;
  /** Replies pass again; those that were dropped stay so. */
  passReplies(): void;
  /** Resolves when `swallowReplies` has dropped something: the request was carried out. */
  swallowed(): Promise<void>;
  /** Breaks all connections; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  let onSwallowed: (() => void)[] = [];

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      if (!swallowing) {
        client.write(chunk);
        return;
      }
      for (const resolve of onSwallowed) resolve();
      onSwallowed = [];
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    swallowReplies: () => {
      swallowing = true;
    },
    passReplies: () => {
      swallowing = false;
    },
    swallowed: () => new Promise((resolve) => onSwallowed.push(resolve)),
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
