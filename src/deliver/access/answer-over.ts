import type { ServerResponse } from 'node:http';

/**
 * Runs `over` when the answer has ended or the client has gone, at once where that is so already: a client may go while
 * its token is verified. `Connections` begins an answer only when those before it on its connection have ended; of one
 * that waits behind them Node would not say that its client has gone.
 */
export function onceOver(response: ServerResponse, over: () => void): void {
  if (response.closed) over();
  else response.once('close', over);
}
