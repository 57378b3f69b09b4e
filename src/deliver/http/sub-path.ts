import type { IncomingMessage, Server } from 'node:http';

/**
 * Takes the path that the bridge lies below (`PUBLIC_URL`) away from the address of every request, before anything else sees
 * it: the interface, the pages, Socket.IO and its upgrades. Requests without it are taken as they are, so that a proxy may leave the
 * path or take it away, and probes need none. It is taken away once: nothing else is reached by writing it twice.
 *
 * To be called after the last listener for requests was added.
 */
export function serveBelow(http: Server, path: string): void {
  if (path === '') return;
  const strip = (request: IncomingMessage) => {
    if (request.url?.startsWith(`${path}/`) === true) request.url = request.url.slice(path.length);
  };
  http.prependListener('request', strip);
  http.prependListener('upgrade', strip);
}
