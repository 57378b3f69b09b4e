import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../base/clock.js';
import { ClientRate, type RateLimits } from '../access/connection-limits.js';

/**
 * A WebSocket server that counts what each connection sends, from its first byte on: bytes as they come, and messages
 * and control frames together. Engine.io shows neither control frames nor connections that it refuses or still probes.
 * `flooded` is called once, for the first that is too much; until then every ping is answered.
 */
export function guardedWebSockets(
  limits: RateLimits,
  clock: Pick<Clock, 'monotonic'>,
  flooded: Flooded,
): typeof WebSocketServer {
  // The listeners are the same for all connections: a closure for each event would be a kilobyte for each of thousands.
  const guards = new WeakMap<object, Guard>();
  function sent(this: WebSocket): void {
    guards.get(this)!.message();
  }
  function came(this: Duplex, piece: Buffer): void {
    guards.get(this)!.bytes(piece.length);
  }
  return class extends WebSocketServer {
    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (client, upgraded) => {
        const guard = new Guard(client, new ClientRate(limits, clock), flooded);
        guards.set(client, guard);
        guards.set(socket, guard);
        client.on('message', sent).on('ping', sent).on('pong', sent);
        socket.on('data', came);
        done(client, upgraded);
      });
    }
  } as unknown as new (options?: ServerOptions) => WebSocketServer as typeof WebSocketServer;
}

export type Flooded = (client: WebSocket, what: 'messages' | 'bytes') => void;

/** Counts for one connection. What came in the same piece is parsed to its end, also after the cut. */
class Guard {
  readonly #client: WebSocket;
  readonly #rate: ClientRate;
  readonly #flooded: Flooded;
  #isOver = false;

  constructor(client: WebSocket, rate: ClientRate, flooded: Flooded) {
    this.#client = client;
    this.#rate = rate;
    this.#flooded = flooded;
  }

  message(): void {
    if (!this.#isOver && !this.#rate.allowsMessage()) this.#over('messages');
  }

  bytes(count: number): void {
    if (!this.#isOver && !this.#rate.allowsBytes(count)) this.#over('bytes');
  }

  #over(what: 'messages' | 'bytes'): void {
    this.#isOver = true;
    this.#flooded(this.#client, what);
  }
}
