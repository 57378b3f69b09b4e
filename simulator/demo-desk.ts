import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { ACTS } from './by-hand.js';
import { DESK_SCRIPT, DESK_STYLE, deskPage } from './demo-desk-page.js';
import type { World } from './world.js';

export interface DemoDesk {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The demo's desk, on loopback: buttons that ring an extension of the simulated PBX, answer, transfer and hang up, around the bridge's
 * `/pop` in a frame. The bridge knows nothing of it but its origin, in `FRAME_ANCESTORS`: a bridge for real calls has no such address.
 *
 * @param bridge where the bridge will be
 */
export async function startDesk(world: World, bridge: string): Promise<DemoDesk> {
  const extensions = world.directory.extensions.map(({ number }) => number);
  const page = deskPage(bridge, extensions);
  const server = createServer((request, response) => {
    serve(request, response, { world, page, bridge }).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const MAX_BODY_BYTES = 1024;
const actSchema = z.strictObject({ extension: z.string(), act: z.enum(ACTS) });

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { world, page, bridge }: { readonly world: World; readonly page: string; readonly bridge: string },
): Promise<void> {
  const answer = (status: number, type: string, body: string) => {
    response.writeHead(status, {
      'Content-Type': `${type}; charset=utf-8`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src ${bridge}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    });
    response.end(body);
  };
  if (request.method === 'POST' && request.url === '/act') {
    // Other sites cannot send this type without being asked first, and nothing here says yes to them.
    if (request.headers['content-type'] !== 'application/json') return answer(415, 'text/plain', 'JSON');
    let body = '';
    request.setEncoding('utf8');
    for await (const piece of request) {
      body += String(piece);
      if (body.length > MAX_BODY_BYTES) return answer(413, 'text/plain', 'too long');
    }
    return answer(act(world, body), 'text/plain', '');
  }
  switch (request.url) {
    case '/':
      return answer(200, 'text/html', page);
    case '/desk.js':
      return answer(200, 'text/javascript', DESK_SCRIPT);
    case '/desk.css':
      return answer(200, 'text/css', DESK_STYLE);
    default:
      return answer(404, 'text/plain', 'not found');
  }
}

/** The status: 204 done, 409 there is no such call, 400 not understood. */
function act(world: World, body: string): number {
  try {
    const { extension, act } = actSchema.parse(JSON.parse(body));
    world.advanceTo(Date.now());
    return world.byHand(extension, act) ? 204 : 409;
  } catch {
    return 400;
  }
}
