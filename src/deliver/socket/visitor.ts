import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'socket.io';
import { originAllowed } from '../access/cors.js';
import { ClientRate } from '../access/connection-limits.js';
import type { OldestGoes } from '../access/oldest-goes.js';
import { Refusal, type RefusalCode } from '../access/refusal.js';
import { hasTokenInQuery, type Holder } from '../access/token.js';
import type { ClientsDeps } from '../clients.js';
import type { ClientSession } from './client-session.js';

export type EngineConnection = Socket['conn'];

/**
 * One connection of engine.io: what is kept of it after its handshake request was released, and the limits that it counts
 * against. Until it has shown a valid token it is in the pool of those without one. If it ends like that, it has failed,
 * and so has one that is cut off.
 */
export class Visitor {
  readonly #deps: ClientsDeps;
  readonly #connection: EngineConnection;
  /** Of a WebSocket; polling requests prove the connections that they come over one by one. */
  readonly #socket: TcpSocket | null;
  readonly #address: string;
  readonly #tokenless: OldestGoes;
  #giveBack: (() => void) | null = null;
  #disprove: (() => void) | null = null;
  #hasFailed = false;
  readonly isForeign: boolean;
  readonly hasTokenInUrl: boolean;
  readonly tenant: unknown;
  /** Whether it has asked to be let in. */
  hasAsked = false;
  isProven = false;
  session: ClientSession | null = null;

  /** Of a new connection, before its first message. */
  constructor(connection: EngineConnection, deps: ClientsDeps, tokenless: OldestGoes) {
    this.#deps = deps;
    this.#connection = connection;
    const { request } = connection;
    this.#address = deps.addresses.of(request);
    const query = queryOf(request);
    this.#socket = connection.transport.name === 'websocket' ? request.socket : null;
    this.isForeign = !originAllowed(request, deps.options);
    this.hasTokenInUrl = hasTokenInQuery(query);
    this.tenant = query.tenant;
    this.#tokenless = tokenless;
    tokenless.enter(this);
    // A WebSocket is counted by its own guard.
    const rate = this.#socket === null ? new ClientRate(deps.options, deps.clock) : null;
    // Below Socket.IO, so that packets which never become a message count too.
    connection.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
      if (type === 'message' && !isUnderstood(data)) deps.stats.ignoredMessages += 1;
      if (rate === null || connection.transport.name !== 'polling') return;
      if (!rate.allowsMessage()) this.flooded('messages');
    });
    connection.on('close', () => this.#ended());
  }

  /** Counts it as the holder's, and no more as one without a token. @throws Refusal */
  prove(holder: Holder): void {
    if (this.#connection.readyState !== 'open') throw new Refusal('bad-request');
    const { limits, connections } = this.#deps;
    const release = limits.take(holder);
    if (release === null) throw new Refusal('too-many-connections');
    this.#giveBack = release;
    if (this.#socket !== null) this.#disprove = connections.prove(this.#socket);
    this.isProven = true;
    this.#tokenless.leave(this);
  }

  /** Makes room for a newer one without a token. */
  go(): void {
    this.#deps.stats.countRefused('too-many-connections');
    this.cut();
  }

  refused(code: RefusalCode): void {
    if (OURS.has(code)) this.#hasFailed = true;
    else this.#fail();
  }

  flooded(what: 'messages' | 'bytes'): void {
    this.#deps.watch.reached(what);
    this.#fail();
    if (this.session === null) return this.cut();
    // Nothing more is read, but the notice still goes out.
    this.#webSocket?.pause?.();
    this.session.close('too-many-messages');
  }

  /** Ends the connection at once. */
  cut(): void {
    this.#webSocket?.terminate?.();
    this.#connection.close(true);
  }

  get #webSocket(): { terminate?: () => void; pause?: () => void } | undefined {
    return (this.#connection.transport as { socket?: { terminate?: () => void; pause?: () => void } }).socket;
  }

  #ended(): void {
    this.#tokenless.leave(this);
    this.#giveBack?.();
    this.#disprove?.();
    if (!this.isProven) this.#fail();
  }

  #fail(): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#deps.pace.failed(this.#address);
  }
}

/** Refusals that the client has no part in. */
const OURS: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'auth-unavailable',
  'state-unreadable',
  'shutting-down',
]);

/** As engine.io has read it. */
export function queryOf(request: object): Readonly<Record<string, unknown>> {
  return (request as { _query: Record<string, unknown> })._query;
}

/** Socket.IO's connect, disconnect and ack, and the two events that a client may send. */
const UNDERSTOOD = /^(?:[013]|2\d*\["(?:subscribe|refresh)")/;

function isUnderstood(packet: unknown): boolean {
  return typeof packet === 'string' && UNDERSTOOD.test(packet);
}
