import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Whether the client has gone, or has the whole answer. */
export function isOver(response: ServerResponse): boolean {
  return response.closed || response.req.socket.destroyed;
}

/**
 * Runs `over` when the answer has ended or its connection has, at once where that is so already, and never twice. A
 * response that waits behind another one on its connection never emits 'close' itself when that ends.
 */
export function onceOver(response: ServerResponse, over: () => void): void {
  if (isOver(response)) return over();
  const pending = pendingOn(response.req.socket);
  const end = () => {
    if (pending.delete(end)) over();
  };
  pending.add(end);
  response.once('close', end);
}

/** One listener for all answers of a connection, of which there may be many. */
const ENDS = new WeakMap<Socket, Set<() => void>>();

function pendingOn(socket: Socket): Set<() => void> {
  const known = ENDS.get(socket);
  if (known !== undefined) return known;
  const pending = new Set<() => void>();
  ENDS.set(socket, pending);
  socket.once('close', () => {
    for (const end of [...pending]) end();
  });
  return pending;
}
