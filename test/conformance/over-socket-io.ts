import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { createInterface } from 'node:readline';
import { Server, type Socket } from 'socket.io';
import type { FromConsumer, ToConsumer } from './lines.js';

/**
 * `over-socket-io.js COMMAND [ARGUMENTS...]`: a consumer for the kit that is a bridge with a real Socket.IO server to the
 * command. That gets the address as `BRIDGE_URL`, and on its stdin `start` and `report`; it says `handled`, `saved` and
 * `state`. Connections, snapshots and events go over the socket, lost and cut ones too.
 */
class OverSocketIo {
  private readonly server = createServer();
  private readonly io = new Server(this.server, { serveClient: false });
  private child: ChildProcess | null = null;
  /** Of the newest handshake. */
  private socket: Socket | null = null;
  private accept: () => void = () => undefined;
  private opened: Promise<void> = Promise.resolve();
  private turn = Promise.resolve();

  constructor(private readonly command: readonly string[]) {
    // Every handshake waits here until the kit takes the connection.
    this.io.use((socket, next) => {
      this.opened = new Promise((resolve) => {
        this.accept = next;
        socket.conn.once('close', () => {
          resolve();
          if (this.socket !== socket) return;
          this.socket = null;
          say({ say: 'disconnect' });
        });
        this.io.once('connection', () => resolve());
      });
      this.socket = socket;
      const { cursor } = socket.handshake.auth as { cursor?: string };
      say({ say: 'connect', cursor: cursor ?? null });
    });
    createInterface({ input: process.stdin })
      .on(
        'line',
        (text) => void (this.turn = this.turn.then(() => this.take(JSON.parse(text) as ToConsumer, text))),
      )
      .on('close', () => process.exit());
  }

  private async take(line: ToConsumer, text: string): Promise<void> {
    switch (line.do) {
      case 'start':
        await this.start();
        this.child!.stdin!.write(`${text}\n`);
        return;
      case 'report':
        return void this.child!.stdin!.write(`${text}\n`);
      case 'connected':
        this.accept();
        return this.opened;
      case 'snapshot':
        return void this.socket?.emit('snapshot', line.snapshot);
      case 'reset':
        return void this.socket?.emit('reset', { reason: line.reason });
      case 'event':
        return void this.socket?.emit(line.event.type, line.event);
      case 'closing':
        return void this.socket?.emit('closing', { code: line.code });
      case 'fragment':
        return this.cutWithin(line.text);
      case 'lost':
        return this.cut();
      case 'deliver':
    }
  }

  private async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    const [program, ...args] = this.command;
    const env = { ...process.env, BRIDGE_URL: `http://127.0.0.1:${port}` };
    this.child = spawn(program!, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin!.on('error', () => undefined);
    this.child.once('close', (code) => process.exit(code ?? 1));
    createInterface({ input: this.child.stdout! }).on(
      'line',
      (said) => void process.stdout.write(`${said}\n`),
    );
    say({ say: 'ready', profile: 'stream' });
  }

  /** The first bytes of a frame that is longer; then the connection ends. */
  private async cutWithin(text: string): Promise<void> {
    const wire = this.socket === null ? null : wireOf(this.socket);
    const payload = Buffer.from(`42["event",${text}`);
    const header = Buffer.alloc(4);
    header.writeUInt16BE(0x817e, 0);
    header.writeUInt16BE(payload.length * 2, 2);
    if (wire !== null)
      await new Promise<void>((resolve) => wire.write(Buffer.concat([header, payload]), () => resolve()));
  }

  /** As a network does it: without a word of the bridge. */
  private cut(): void {
    const { socket } = this;
    this.socket = null;
    if (socket === null) return;
    const wire = wireOf(socket);
    if (wire === null) socket.conn.close(true);
    else wire.destroySoon();
  }
}

/** Of a WebSocket; null while the client polls. */
function wireOf(socket: Socket): NetSocket | null {
  const { transport } = socket.conn as unknown as { transport: { socket?: { _socket?: NetSocket } } };
  return transport.socket?._socket ?? null;
}

function say(line: FromConsumer): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

new OverSocketIo(process.argv.slice(2));
