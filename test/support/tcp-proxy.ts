import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A proxy on loopback that can lose or delay what the server says, or break everything. */
export interface TcpProxy {
  readonly port: number;
  /** From now on, what the server answers is dropped: requests arrive, replies do not. */
  swallowReplies(): void;
  /** Like `swallowReplies`, but on each connection only from the next request that contains this text. */
  swallowRepliesTo(text: string): void;
  /** Lets replies pass again; dropped ones are lost. */
  passReplies(): void;
  /** Resolves when `swallowReplies` has dropped something: the request was carried out. */
  swallowed(): Promise<void>;
  /** From now on each reply is so much later; 0 for none. */
  delayReplies(ms: number): void;
  /** Breaks all connections; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  let awaited: string | null = null;
  let delayMs = 0;
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
    let isAwaited = false;
    // TCP keeps the order of bytes: no reply comes before one that is delayed.
    let passed = Promise.resolve();
    client.on('data', (chunk) => {
      isAwaited ||= awaited !== null && chunk.includes(awaited);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!swallowing && !(isAwaited && awaited !== null)) {
        const due = performance.now() + delayMs;
        passed = passed.then(async () => {
          const restMs = due - performance.now();
          if (restMs > 0) await pause(restMs);
          client.write(chunk);
        });
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
    swallowRepliesTo: (text) => {
      awaited = text;
    },
    passReplies: () => {
      swallowing = false;
      awaited = null;
    },
    delayReplies: (ms) => {
      delayMs = ms;
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
