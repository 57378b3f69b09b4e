import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/** An agent's page, as a CRM developer would write it: it reports every callback. */
const PAGE = `<!doctype html>
<title>desk</title>
<script type="importmap">{ "imports": { "socket.io-client": "/socket.io-client.js" } }</script>
<script type="module">
  import { createBridge, memoryCursor, screenPop, sessionStorageCursor } from '/client/index.js';
  const given = new URLSearchParams(location.search);
  const bridge = createBridge({
    url: given.get('bridge'),
    token: given.get('token'),
    cursorStore: given.has('remember') ? sessionStorageCursor('place') : memoryCursor(),
  });
  bridge.on('status', ({ state }) => say(state));
  screenPop(bridge, {
    extension: '107',
    again: given.has('again'),
    open: given.get('template') ?? ((call) => say('open ' + call.callId)),
    close: (reason, call) => say('close ' + call.callId + ' ' + reason),
    answered: (call) => say('answered ' + call.callId),
    restore: (call) => say('restore ' + call.callId),
    elsewhere: (call) => say('elsewhere ' + call.callId),
  });
</script>`;

export interface Desk {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves the package in one file, with a page that uses it, and nothing else. */
export async function startDesk(): Promise<Desk> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    external: ['socket.io-client'],
    format: 'esm',
    target: 'chrome109',
    write: false,
  });
  const socketIo = dirname(require.resolve('socket.io-client/package.json'));
  const scripts = new Map<string, string | Uint8Array>([
    ['/client/index.js', outputFiles[0]!.contents],
    ['/socket.io-client.js', await readFile(join(socketIo, 'dist/socket.io.esm.min.js'))],
  ]);
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://desk').pathname;
    const script = scripts.get(path);
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? (path === '/desk' ? PAGE : '<!doctype html>'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
