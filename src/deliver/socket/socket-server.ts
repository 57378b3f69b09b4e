import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Filter, Grant } from '../access/audience.js';
import { ClientSession, type SessionContext } from './client-session.js';
import type { Stop } from '../../base/clock.js';
import { MessageRate } from '../access/connection-limits.js';
import type { ClientsDeps } from '../clients.js';
import { closeSpread } from '../drain.js';
import { parseSubscription } from '../access/event-filter.js';
import { corsOptions, originAllowed } from '../access/cors.js';
import { reasonOf } from '../../base/error-text.js';
import { Refusal } from '../access/refusal.js';
import { hasTokenInQuery } from '../access/token.js';

/** How long a connection may take to present its token. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How often tokens are checked: they give their expiry in whole seconds. A removed tenant is served as long at most. */
const LAPSE_SWEEP_MS = 1_000;

/** What is kept of a connection after its handshake request was released, and the limits that it counts against. */
interface Visitor {
  readonly foreign: boolean;
  readonly tokenInUrl: boolean;
  readonly tenant: unknown;
  readonly crowded: boolean;
  admitted: boolean;
  releaseToken: (() => void) | null;
  session: ClientSession | null;
}

interface Admitted {
  readonly grant: Grant;
  readonly filter: Filter;
  readonly cursor: string | null;
}

type EngineConnection = Socket['conn'];

/** The response that engine.io answers a handshake with: Node's own, or a made-up one for a WebSocket. */
interface Answer {
  req?: unknown;
}

/** Replaces every socket's own handshake, which is not needed after the token was checked. */
const LET_GO = Object.freeze({}) as Socket['handshake'];

/**
 * The Socket.IO server: lets clients in, and closes them when their token has lapsed.
 *
 * A handshake is checked for its origin first, then for its token, which may take a while; a refusal is a `connect_error`
 * whose `data.code` says why and nothing more. The session does everything after that. Connection state recovery is off
 * on purpose: it loses events when a middleware is asynchronous; a cursor does not.
 */
export class SocketServer {
  readonly #deps: ClientsDeps;
  readonly #sessions = new Set<ClientSession>();
  readonly #visitors = new WeakMap<object, Visitor>();
  readonly #answers = new WeakMap<IncomingMessage, Answer>();
  readonly #admitted = new WeakMap<Socket, Admitted>();
  readonly #context: SessionContext;
  #io: Server | null = null;
  #draining = false;
  #stopSweep: Stop = () => undefined;

  constructor(deps: ClientsDeps) {
    const { tokens, options, clock, stats, bounds, logger } = deps;
    this.#deps = deps;
    this.#context = {
      tokens,
      options,
      clock,
      stats,
      memory: bounds.memory,
      failed: (tenant, error) => logger.error({ tenant, reason: reasonOf(error) }, 'client session failed'),
      left: (session) => {
        this.#sessions.delete(session);
        stats.sockets -= 1;
      },
    };
  }

  attach(http: HttpServer): void {
    const io = new Server(http, {
      path: this.#deps.options.socketPath,
      transports: ['websocket', 'polling'],
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: this.#deps.options.maxMessageBytes,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: corsOptions(this.#deps.options),
      allowRequest: (request, decide) => this.#checkOrigin(request, decide),
    });
    io.engine.use((request: IncomingMessage, response: Answer, next: () => void) => {
      this.#answers.set(request, response);
      next();
    });
    io.engine.on('connection', (connection: EngineConnection) => this.#greet(connection));
    io.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        // A refused client closes its connection; where it does not, the connect time-out does.
        (error: unknown) => next(this.#refuse(error)),
      );
    });
    io.on('connection', (socket) => this.#open(socket));
    this.#io = io;
    this.#deps.bounds.memory.watch(() => this.#sessions);
    this.#stopSweep = this.#deps.clock.every(LAPSE_SWEEP_MS, () => {
      for (const session of this.#sessions) session.closeIfLapsed();
    });
  }

  clients(): Iterable<{ readonly bytesInFlight: number }> {
    return this.#sessions;
  }

  /** Refuses new clients and closes all others, spread over `drainMs`, so that they do not all reconnect at once. */
  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    this.#stopSweep();
    const { options, clock, random } = this.#deps;
    await closeSpread(this.#sessions, options.drainMs, clock, random);
    this.#io?.engine.close();
  }

  /**
   * Checks the origin of every polling request. A new WebSocket is refused a moment later instead, with the code, because a
   * browser does not show a page why a WebSocket was refused here.
   */
  #checkOrigin(
    request: IncomingMessage,
    decide: (message: string | null | undefined, ok: boolean) => void,
  ): void {
    const { sid, transport } = queryOf(request);
    const isToldLater = sid === undefined && transport === 'websocket';
    if (isToldLater || originAllowed(request.headers, this.#deps.options)) return decide(null, true);
    this.#deps.stats.countRefused('origin-not-allowed');
    decide('origin-not-allowed', false);
  }

  /** Prepares every new connection, before its first message. */
  #greet(connection: EngineConnection): void {
    const query = queryOf(connection.request);
    const releaseAddress = this.#deps.limits.takeAddress(connection.remoteAddress);
    const rate = new MessageRate(
      this.#deps.options.messagesPerSecond,
      this.#deps.options.messageBurst,
      this.#deps.clock,
    );
    const visitor: Visitor = {
      foreign: !originAllowed(connection.request.headers, this.#deps.options),
      tokenInUrl: hasTokenInQuery(query),
      tenant: query.tenant,
      crowded: releaseAddress === null,
      admitted: false,
      releaseToken: null,
      session: null,
    };
    this.#visitors.set(connection, visitor);
    // Counted below Socket.IO, so that packets which never become a message count too.
    connection.on('data', (packet: unknown) => {
      if (!isUnderstood(packet)) this.#deps.stats.ignoredMessages += 1;
      if (rate.allow()) return;
      if (visitor.session === null) connection.close(true);
      else visitor.session.close('too-many-messages');
    });
    connection.on('close', () => {
      releaseAddress?.();
      visitor.releaseToken?.();
    });
    this.#letGo(connection);
  }

  /**
   * Releases the handshake request, which would keep headers, buffers and a polling client's token for as long as the
   * connection lives. The made-up response of a WebSocket keeps it too, and engine.io never releases that: over a kilobyte
   * with a browser's headers, and more with cookies.
   */
  #letGo(connection: EngineConnection): void {
    const answer = this.#answers.get(connection.request);
    if (answer !== undefined && connection.transport.name === 'websocket') answer.req = null;
    (connection as { request: unknown }).request = null;
  }

  async #admit(socket: Socket): Promise<void> {
    const visitor = this.#visitors.get(socket.conn)!;
    const auth = socket.handshake.auth as Record<string, unknown>;
    // Drops the token, which must not be kept, and the rest, which is not needed.
    (socket as { handshake: Socket['handshake'] }).handshake = LET_GO;
    if (this.#draining) throw new Refusal('shutting-down');
    if (visitor.foreign) throw new Refusal('origin-not-allowed');
    if (visitor.tokenInUrl) throw new Refusal('token-in-url');
    if (visitor.crowded) throw new Refusal('too-many-connections');
    if (visitor.admitted) throw new Refusal('bad-request');
    visitor.admitted = true;
    const filter = parseSubscription(auth.subscribe);
    const { tokens, relay } = this.#deps;
    const grant = await tokens.verify(auth.token, auth.tenant ?? visitor.tenant);
    if (tokens.required) this.#countToken(socket.conn, visitor, auth.token as string);
    if (relay.feed(grant.tenant).isUnreadable) throw new Refusal('state-unreadable');
    const cursor = cursorOf(auth.cursor ?? null);
    this.#admitted.set(socket, { grant, filter, cursor });
  }

  /** Counts the token until the connection ends, which may be before the client is let in. */
  #countToken(connection: EngineConnection, visitor: Visitor, token: string): void {
    if (connection.readyState !== 'open') throw new Refusal('bad-request');
    const release = this.#deps.limits.takeToken(token);
    if (release === null) throw new Refusal('too-many-connections');
    visitor.releaseToken = release;
  }

  #refuse(error: unknown): Refusal {
    if (!(error instanceof Refusal)) this.#deps.logger.error({ reason: reasonOf(error) }, 'handshake failed');
    const refusal = error instanceof Refusal ? error : new Refusal('unauthorized');
    this.#deps.stats.countRefused(refusal.code);
    return refusal;
  }

  #open(socket: Socket): void {
    const { grant, filter, cursor } = this.#admitted.get(socket)!;
    const feed = this.#deps.relay.feed(grant.tenant);
    const session = new ClientSession(this.#context, { socket, feed, grant, filter });
    this.#admitted.delete(socket);
    this.#sessions.add(session);
    this.#deps.stats.sockets += 1;
    this.#visitors.get(socket.conn)!.session = session;
    session.start(cursor);
  }
}

/** As engine.io has read it. */
function queryOf(request: object): Readonly<Record<string, unknown>> {
  return (request as { _query: Record<string, unknown> })._query;
}

/** Socket.IO's connect, disconnect and ack, and the two events that a client may send. */
const UNDERSTOOD = /^(?:[013]|2\d*\["(?:subscribe|refresh)")/;

function isUnderstood(packet: unknown): boolean {
  return typeof packet === 'string' && UNDERSTOOD.test(packet);
}

/** Turns a cursor that is no text into a malformed one, which the reader answers like any other. */
function cursorOf(cursor: unknown): string | null {
  return cursor === null || typeof cursor === 'string' ? cursor : '';
}
