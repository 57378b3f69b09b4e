import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Stop } from '../../base/clock.js';
import { onceOver } from './answer-over.js';
import type { LimitWatch } from './limit-watch.js';
import type { Limits } from './options.js';

/**
 * The TCP connections to the port.
 *
 * A connection is proven while it carries a request, a stream or a WebSocket that has shown a valid token. Guarantees:
 * - At most `maxConnections` are open and at most `maxTokenless` of them unproven. One more makes the oldest unproven one
 *   go: first those without a complete request. A proven one never goes; while all are proven, the new one does.
 * - A connection without a request is closed after `idleTimeoutMs`, also when it has sent a part of one, and so is one
 *   whose request does not end within that time.
 * - An answer of which the client takes nothing for `writeTimeoutMs` ends with its connection. One that it takes slowly
 *   does not. WebSockets have a bound of their own, in `ClientSession`.
 */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #open = new Map<Socket, Connection>();
  /** Unproven ones, the oldest first: without a request, and with one. */
  readonly #idle = new Set<Socket>();
  readonly #asking = new Set<Socket>();
  #stopSweep: Stop = () => undefined;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
  }

  /** Watches the connections from now on. To be called after the last listener for requests was added. */
  attach(http: Server): void {
    const { clock, idleTimeoutMs } = this.#deps;
    http.keepAliveTimeout = idleTimeoutMs;
    http.on('connection', (socket: Socket) => this.#opened(socket));
    http.prependListener('request', (request, response) => this.#asked(request, response));
    http.prependListener('upgrade', (request: IncomingMessage) => this.#upgraded(request.socket));
    this.#stopSweep = clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Ends the watch; connections remain. */
  stop(): void {
    this.#stopSweep();
  }

  /** The connection is proven until the returned function is called. Several proofs add up. */
  prove(socket: Socket): () => void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return () => undefined;
    connection.proofs += 1;
    this.#sort(socket, connection);
    let proven = true;
    return () => {
      if (!proven) return;
      proven = false;
      connection.proofs -= 1;
      this.#sort(socket, connection);
    };
  }

  #opened(socket: Socket): void {
    const { maxConnections, maxTokenless, watch, clock } = this.#deps;
    const isFull = this.#open.size >= maxConnections;
    const isCrowded = this.#idle.size + this.#asking.size >= maxTokenless;
    if (isFull) watch.reached('connections');
    else if (isCrowded) watch.reached('tokenless');
    if ((isFull || isCrowded) && !this.#pushOut()) return void socket.destroy();
    const now = clock.monotonic();
    const connection = {
      requests: new Map(),
      proofs: 0,
      isUpgraded: false,
      since: now,
      taken: 0,
      takenAt: now,
    };
    this.#open.set(socket, connection);
    this.#sort(socket, connection);
    socket.once('close', () => this.#forget(socket));
  }

  #asked(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.requests.set(request, this.#deps.clock.monotonic());
    this.#sort(socket, connection);
    onceOver(response, () => {
      connection.requests.delete(request);
      connection.since = this.#deps.clock.monotonic();
      this.#sort(socket, connection);
    });
  }

  #upgraded(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.isUpgraded = true;
    // Node takes its own listener away here, and engine.io adds one later: in between, a reset would end the process.
    socket.on('error', () => undefined);
    this.#sort(socket, connection);
  }

  /** Puts it where it belongs now, behind those that are there. */
  #sort(socket: Socket, { proofs, requests, isUpgraded }: Connection): void {
    this.#idle.delete(socket);
    this.#asking.delete(socket);
    if (proofs > 0 || !this.#open.has(socket)) return;
    (requests.size > 0 || isUpgraded ? this.#asking : this.#idle).add(socket);
  }

  /** Whether there was one that could go. */
  #pushOut(): boolean {
    const [oldest] = this.#idle.size > 0 ? this.#idle : this.#asking;
    if (oldest === undefined) return false;
    this.#end(oldest);
    return true;
  }

  #end(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#idle.delete(socket);
    this.#asking.delete(socket);
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    for (const [socket, connection] of this.#open) {
      if (connection.isUpgraded) continue;
      if (this.#isSilent(socket, connection, now)) this.#end(socket);
      else if (this.#isUnread(socket, connection, now)) {
        this.#deps.watch.reached('write-timeout');
        this.#end(socket);
      }
    }
  }

  #isSilent(socket: Socket, { requests, since }: Connection, now: number): boolean {
    const { idleTimeoutMs, watch } = this.#deps;
    if (requests.size === 0) {
      // What waits to be read is `#isUnread`'s. A kept connection that is not used any more is nothing to report.
      return socket.writableLength === 0 && now - since >= idleTimeoutMs;
    }
    for (const [request, at] of requests)
      if (!request.complete && now - at >= idleTimeoutMs) {
        watch.reached('request-timeout');
        return true;
      }
    return false;
  }

  #isUnread(socket: Socket, connection: Connection, now: number): boolean {
    const taken = takenFrom(socket);
    if (taken !== connection.taken || socket.writableLength === 0) {
      connection.taken = taken;
      connection.takenAt = now;
    }
    return now - connection.takenAt >= this.#deps.writeTimeoutMs;
  }
}

export interface ConnectionsDeps
  extends Pick<Limits, 'maxConnections' | 'maxTokenless' | 'idleTimeoutMs' | 'writeTimeoutMs'> {
  readonly clock: Clock;
  readonly watch: LimitWatch;
}

interface Connection {
  /** Those without a whole answer, with the time at which each came. */
  readonly requests: Map<IncomingMessage, number>;
  proofs: number;
  isUpgraded: boolean;
  /** When it was opened, or had its last answer. */
  since: number;
  /** What the kernel had taken of what was written, and since when that has not changed. */
  taken: number;
  takenAt: number;
}

/** Bytes. Of one large write, which counts as a whole elsewhere, the part that the kernel has taken counts here. */
function takenFrom(socket: Socket): number {
  const { _handle: handle } = socket as { _handle?: { readonly writeQueueSize?: number } | null };
  return socket.bytesWritten - socket.writableLength - (handle?.writeQueueSize ?? 0);
}

const SWEEP_MS = 1_000;
