import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const CRM = 'crm.desk.example';
export const BRIDGE = 'bridge.pbx.example';

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** The classic script as the bridge serves it. */
export async function classicScript(): Promise<string> {
  const entry = fileURLToPath(new URL('../src/', import.meta.url));
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './index.ts'; export * from './element.ts';",
      resolveDir: entry,
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'PitelBridge',
    target: 'chrome109',
    define: { 'import.meta.url': '""' },
    charset: 'utf8',
    write: false,
  });
  return outputFiles[0]!.text;
}

async function listen(tls: Tls | null, listener: RequestListener): Promise<Server> {
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A server on a site of its own: what a test puts into `routes` is what it answers. */
export class Site {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {
    // Of a TLS server: what lies below.
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async open(host: string, tls: Tls | null, listener: RequestListener): Promise<Site> {
    const server = await listen(tls, listener);
    const { port } = server.address() as AddressInfo;
    return new Site(server, `${tls === null ? 'http' : 'https'}://${host}:${port}`);
  }

  onUpgrade(task: (request: IncomingMessage, socket: Socket, head: Buffer) => void): void {
    this.server.on('upgrade', task);
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    if (this.server.listening) await new Promise((closed) => this.server.close(closed));
  }
}

/** The bridge under its public name: its client's script unless it is null, and all else from the service behind it. */
export class PublicBridge {
  /** Where the service is; null while it is down. */
  target: string | null;
  passesSockets = true;

  private constructor(
    readonly site: Site,
    target: string | null,
  ) {
    this.target = target;
  }

  static async open(
    target: string | null,
    script: string | null,
    tls: Tls | null,
    host = BRIDGE,
  ): Promise<PublicBridge> {
    const site = await Site.open(host, tls, (asked, answer) => {
      const path = asked.url!.split('?')[0]!;
      if (script !== null && path.startsWith('/client/')) {
        answer.setHeader('access-control-allow-origin', '*');
        return void answer.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
      }
      const { target, passesSockets } = bridge;
      if (target === null) return void asked.socket.destroy();
      if (path === '/health/live') return void answer.end('{}');
      if (!passesSockets && path.includes('socket.io')) return void answer.writeHead(404).end();
      const { method, headers } = asked;
      const passed = request(target + asked.url!, { method: method!, headers }, (answered) => {
        answer.writeHead(answered.statusCode!, answered.headers);
        answered.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      asked.pipe(passed);
    });
    const bridge: PublicBridge = new PublicBridge(site, target);
    site.onUpgrade((asked, socket, head) => {
      if (bridge.target === null || !bridge.passesSockets) return void socket.destroy();
      const service = connect(Number(new URL(bridge.target).port), '127.0.0.1');
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}`);
      service.write([`GET ${asked.url!} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
      service.write(head);
      socket.on('error', () => service.destroy()).on('close', () => service.destroy());
      service.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.pipe(service).pipe(socket);
    });
    return bridge;
  }

  get origin(): string {
    return this.site.origin;
  }
}
