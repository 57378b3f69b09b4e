import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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

/** Builds the package as it is published and serves it with a page that uses it, and nothing else. */
export async function startDesk(): Promise<Desk> {
  const built = await mkdtemp(join(tmpdir(), 'pitel-client-dist-'));
  const config = fileURLToPath(new URL('../tsconfig.build.json', import.meta.url));
  await promisify(execFile)(process.execPath, [
    require.resolve('typescript/bin/tsc'),
    '-p',
    config,
    '--outDir',
    built,
  ]);
  const library = join(
    dirname(require.resolve('socket.io-client/package.json')),
    'dist/socket.io.esm.min.js',
  );

  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://desk').pathname;
    const script = (file: string) =>
      readFile(file, 'utf8').then(
        (text) => response.setHeader('content-type', 'text/javascript').end(text),
        () => response.writeHead(404).end(),
      );
    if (path === '/socket.io-client.js') return void script(library);
    const name = /^\/client\/([a-z-]+\.js)$/.exec(path)?.[1];
    if (name !== undefined) return void script(join(built, name));
    response.setHeader('content-type', 'text/html').end(path === '/desk' ? PAGE : '<!doctype html>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rm(built, { recursive: true, force: true });
    },
  };
}
