import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Stop } from '../../base/clock.js';
import type { FairTurns } from './fair-turns.js';
import type { LimitWatch } from './limit-watch.js';
import type { Limits } from './options.js';

/**
 * The TCP connections to the port.
 *
 * A connection is proven while it carries a request, a stream or a WebSocket that has shown a valid token. Guarantees:
 * - At most `maxConnections` are open and at most `maxTokenless` of them unproven. One more makes the oldest unproven one
 *   go: first those that have not sent a complete request in `GRACE_MS`. A proven one never goes; while all are proven, the new
 *   one does.
 * - A connection without a request is closed after `idleTimeoutMs`, also when it has sent a part of one, and so is one
 *   whose request does not end within that time. Answers announce a second less (`Keep-Alive`).
 * - The requests of a connection are answered one after the other: the next one begins when the answer before it is out. A
 *   connection with more than `MAX_PIPELINED` waiting ends. Those of all connections take turns (`FairTurns`).
 * - An answer of which the client takes nothing for `writeTimeoutMs` ends with its connection. One that it takes slowly
 *   does not. WebSockets have a bound of their own, in `ClientSession`.
 */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #open = new Map<Socket, Connection>();
  /** Unproven ones, the oldest first: without a request, and with one. */
  readonly #idle = new Set<Socket>();
  readonly #asking = new Set<Socket>();
  /** One listener for all connections. */
  readonly #closed: (this: Socket) => void;
  #stopSweep: Stop = () => undefined;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
    const forget = (socket: Socket) => this.#forget(socket);
    this.#closed = function () {
      forget(this);
    };
  }

  /** Watches the connections from now on. To be called after the last listener for requests was added. */
  attach(http: Server): void {
    const { clock, idleTimeoutMs } = this.#deps;
    // Answers announce it: a client that keeps to it never asks just as the connection is closed.
    http.keepAliveTimeout = Math.max(idleTimeoutMs / 2, idleTimeoutMs - ANNOUNCED_LESS_MS);
    http.on('connection', (socket: Socket) => this.#opened(socket));
    const listeners = http.listeners('request') as RequestListener[];
    http.removeAllListeners('request');
    http.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#asked(request, response, () => {
        for (const listener of listeners) listener.call(http, request, response);
      });
    });
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
    const { maxConnections, maxTokenless, turns, watch, clock } = this.#deps;
    turns.makeWay();
    const isFull = this.#open.size >= maxConnections;
    const isCrowded = this.#idle.size + this.#asking.size >= maxTokenless;
    if (isFull) watch.reached('connections');
    else if (isCrowded) watch.reached('tokenless');
    if ((isFull || isCrowded) && !this.#pushOut()) return void socket.destroy();
    const now = clock.monotonic();
    const connection: Connection = {
      request: null,
      next: [],
      proofs: 0,
      isUpgraded: false,
      since: now,
      taken: 0,
      takenAt: now,
    };
    this.#open.set(socket, connection);
    this.#sort(socket, connection);
    socket.on('close', this.#closed);
  }

  #asked(request: IncomingMessage, response: ServerResponse, begin: () => void): void {
    const { socket } = request;
    const { clock, turns, watch } = this.#deps;
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    const turn = (now: IncomingMessage | null) => {
      connection.request = now;
      connection.since = clock.monotonic();
      this.#sort(socket, connection);
    };
    connection.next.push(() => {
      turn(request);
      response.once('close', () => {
        turn(null);
        if (!socket.destroyed) connection.next.shift()?.();
      });
      void turns.next(PROBES.test(request.url ?? '') ? 'probes' : 'others').then(() => {
        if (!socket.destroyed) begin();
      });
    });
    if (connection.request === null) return connection.next.shift()!();
    if (connection.next.length <= MAX_PIPELINED) return;
    watch.reached('requests');
    this.#end(socket);
  }

  #upgraded(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.isUpgraded = true;
    // Node takes its own listener away here, and engine.io adds one later: in between, a reset would end the process.
    socket.on('error', ignore);
    this.#sort(socket, connection);
  }

  /** Puts it where it belongs now, behind those that are there. */
  #sort(socket: Socket, { proofs, request, isUpgraded }: Connection): void {
    this.#idle.delete(socket);
    this.#asking.delete(socket);
    if (proofs > 0 || !this.#open.has(socket)) return;
    (request !== null || isUpgraded ? this.#asking : this.#idle).add(socket);
  }

  /** Whether there was one that could go. */
  #pushOut(): boolean {
    const [silent] = this.#idle;
    const [asking] = this.#asking;
    const oldest = this.#hadTime(silent) ? silent : (asking ?? silent);
    if (oldest === undefined) return false;
    this.#end(oldest);
    return true;
  }

  /** Whether it could have sent its request: one that has just come is no sooner silent than its packets arrive. */
  #hadTime(socket: Socket | undefined): boolean {
    const since = socket && this.#open.get(socket)?.since;
    return since !== undefined && this.#deps.clock.monotonic() - since >= GRACE_MS;
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

  #isSilent(socket: Socket, { request, since }: Connection, now: number): boolean {
    const { idleTimeoutMs, watch } = this.#deps;
    // What still has to be taken of an answer is `#isUnread`'s.
    if (now - since < idleTimeoutMs || socket.writableLength > 0 || request?.complete === true) return false;
    // A kept connection that is not used any more is nothing to report.
    if (request !== null) watch.reached('request-timeout');
    return true;
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

export interface ConnectionsDeps extends Pick<
  Limits,
  'maxConnections' | 'maxTokenless' | 'idleTimeoutMs' | 'writeTimeoutMs'
> {
  readonly clock: Clock;
  readonly turns: FairTurns;
  readonly watch: Pick<LimitWatch, 'reached'>;
}

interface Connection {
  /** The one that is being answered. */
  request: IncomingMessage | null;
  /** Begin those that came after it. */
  readonly next: (() => void)[];
  proofs: number;
  isUpgraded: boolean;
  /** When it was opened, or the request began, or its answer ended. */
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

const ignore = () => undefined;

/** Longer than a request is on its way. */
const ANNOUNCED_LESS_MS = 1_000;
const SWEEP_MS = 1_000;
/** Longer than a client's first packets are on their way. */
const GRACE_MS = 1_000;
/** Browsers and the usual clients send none before they have the answer before it. */
const MAX_PIPELINED = 8;
/** Every other turn is theirs, so that an orchestrator's probe does not wait for what hundreds of clients ask for. */
const PROBES = /^\/(health|metrics)\b/;
