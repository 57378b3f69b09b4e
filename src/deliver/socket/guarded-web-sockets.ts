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
  return class extends WebSocketServer {
    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (client, upgraded) => {
        guard(client, socket, new ClientRate(limits, clock), (what) => flooded(client, what));
        done(client, upgraded);
      });
    }
  } as unknown as new (options?: ServerOptions) => WebSocketServer as typeof WebSocketServer;
}

export type Flooded = (client: WebSocket, what: 'messages' | 'bytes') => void;

function guard(
  client: WebSocket,
  socket: Duplex,
  rate: ClientRate,
  flooded: (what: 'messages' | 'bytes') => void,
): void {
  let isOver = false;
  const over = (what: 'messages' | 'bytes') => {
    if (isOver) return;
    isOver = true;
    flooded(what);
  };
  const count = () => {
    // What came in the same piece is parsed to its end, also after the cut.
    if (!isOver && !rate.allowsMessage()) over('messages');
  };
  client.on('message', count).on('ping', count).on('pong', count);
  socket.on('data', (piece: Buffer) => {
    if (!isOver && !rate.allowsBytes(piece.length)) over('bytes');
  });
}
