import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Filter } from '../access/audience.js';
import { ClientSession, type SessionContext } from './client-session.js';
import type { Stop } from '../../base/clock.js';
import type { ClientsDeps } from '../clients.js';
import { closeSpread } from '../drain.js';
import { guardedWebSockets } from './guarded-web-sockets.js';
import { parseSubscription } from '../access/event-filter.js';
import { corsOptions, originAllowed } from '../access/cors.js';
import { reasonOf } from '../../base/error-text.js';
import { OldestGoes } from '../access/oldest-goes.js';
import { Refusal } from '../access/refusal.js';
import { type Holder, subjectKey } from '../access/token.js';
import { type EngineConnection, queryOf, Visitor } from './visitor.js';

/** How long a connection may take to present its token. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How often tokens are checked: they give their expiry in whole seconds. A removed tenant is served as long at most. */
const LAPSE_SWEEP_MS = 1_000;

interface Admitted {
  readonly grant: Holder;
  readonly filter: Filter;
  readonly cursor: string | null;
}

/** The response that engine.io answers a handshake with: Node's own, or a made-up one for a WebSocket. */
interface Answer {
  req?: unknown;
  once(event: 'close', run: () => void): unknown;
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
  readonly #sessions = new Map<ClientSession, EngineConnection>();
  readonly #visitors = new WeakMap<object, Visitor>();
  /** Those that began by polling, by engine.io's session id, which they name in every request. */
  readonly #connected = new Map<string, Visitor>();
  readonly #tokenless: OldestGoes;
  readonly #answers = new WeakMap<IncomingMessage, Answer>();
  readonly #admitted = new WeakMap<Socket, Admitted>();
  readonly #context: SessionContext;
  #io: Server | null = null;
  #draining = false;
  #stopSweep: Stop = () => undefined;

  constructor(deps: ClientsDeps) {
    const { tokens, options, clock, stats, bounds, logger, watch } = deps;
    this.#deps = deps;
    this.#tokenless = new OldestGoes(options.maxTokenless, () => watch.reached('tokenless'));
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
    const { options, clock } = this.#deps;
    const io = new Server(http, {
      path: options.socketPath,
      transports: ['websocket', 'polling'],
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: options.maxMessageBytes,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: corsOptions(options),
      allowRequest: (request, decide) => this.#checkOrigin(request, decide),
      wsEngine: guardedWebSockets(options, clock, (client, what) => {
        const visitor = this.#visitors.get(client);
        if (visitor !== undefined) return visitor.flooded(what);
        this.#deps.watch.reached(what);
        client.terminate();
      }),
    });
    io.engine.use((request: IncomingMessage, response: Answer, next: () => void) => {
      this.#answers.set(request, response);
      const sid = queryOf(request).sid as string | undefined;
      if (sid === undefined)
        return void this.#deps.pace.turn(this.#deps.addresses.of(request)).then(() => {
          // A client that has gone while it waited would leave a session behind.
          if (!request.socket.destroyed) next();
        });
      this.#prove(request, response, sid);
      next();
    });
    io.engine.on('connection', (connection: EngineConnection) => this.#greet(connection));
    io.engine.on('connection_error', ({ req }: { req: IncomingMessage }) =>
      this.#deps.pace.failed(this.#deps.addresses.of(req)),
    );
    io.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        // A refused client closes its connection; where it does not, the connect time-out does.
        (error: unknown) => next(this.#refuse(socket, error)),
      );
    });
    io.on('connection', (socket) => this.#open(socket));
    this.#io = io;
    this.#deps.bounds.memory.watch(() => this.#sessions.keys());
    this.#stopSweep = this.#deps.clock.every(LAPSE_SWEEP_MS, () => {
      for (const session of this.#sessions.keys()) session.closeIfLapsed();
      this.#boundPolling();
    });
  }

  clients(): Iterable<{ readonly bytesInFlight: number }> {
    return this.#sessions.keys();
  }

  /** Refuses new clients and closes all others, spread over `drainMs`, so that they do not all reconnect at once. */
  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    this.#stopSweep();
    const { options, clock, random } = this.#deps;
    await closeSpread(this.#sessions.keys(), options.drainMs, clock, random);
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
    if (isToldLater || originAllowed(request, this.#deps.options)) return decide(null, true);
    this.#deps.stats.countRefused('origin-not-allowed');
    decide('origin-not-allowed', false);
  }

  /** Prepares every new connection, before its first message. */
  #greet(connection: EngineConnection): void {
    const visitor = new Visitor(connection, this.#deps, this.#tokenless);
    const remember = ({ socket }: { socket?: object }) => socket && this.#visitors.set(socket, visitor);
    this.#visitors.set(connection, visitor);
    remember(connection.transport as { socket?: object });
    // No other request names the session of a WebSocket.
    if (connection.transport.name === 'polling') {
      connection.on('upgrading', remember);
      const { id } = connection as unknown as { readonly id: string };
      this.#connected.set(id, visitor);
      connection.on('close', () => this.#connected.delete(id));
    }
    this.#letGo(connection);
  }

  /** A request of a client that was let in proves the connection that it comes over. */
  #prove({ socket }: IncomingMessage, response: Answer, sid: string): void {
    if (this.#connected.get(sid)?.isProven !== true) return;
    response.once('close', this.#deps.connections.prove(socket));
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
    if (visitor.isForeign) throw new Refusal('origin-not-allowed');
    if (visitor.hasTokenInUrl) throw new Refusal('token-in-url');
    if (visitor.hasAsked) throw new Refusal('bad-request');
    visitor.hasAsked = true;
    const filter = parseSubscription(auth.subscribe);
    const { tokens, relay } = this.#deps;
    const grant = await tokens.verify(auth.token, auth.tenant ?? visitor.tenant);
    // Counted until the connection ends, which may be before the client is let in.
    visitor.prove(grant);
    if (relay.feed(grant.tenant).isUnreadable) throw new Refusal('state-unreadable');
    const cursor = cursorOf(auth.cursor ?? null);
    this.#admitted.set(socket, { grant, filter, cursor });
  }

  #refuse(socket: Socket, error: unknown): Refusal {
    if (!(error instanceof Refusal)) this.#deps.logger.error({ reason: reasonOf(error) }, 'handshake failed');
    const refusal = error instanceof Refusal ? error : new Refusal('unauthorized');
    this.#deps.stats.countRefused(refusal.code);
    this.#visitors.get(socket.conn)?.refused(refusal.code);
    return refusal;
  }

  #open(socket: Socket): void {
    const { grant, filter, cursor } = this.#admitted.get(socket)!;
    const feed = this.#deps.relay.feed(grant.tenant);
    const session = new ClientSession(this.#context, { socket, feed, grant, filter });
    this.#admitted.delete(socket);
    this.#sessions.set(session, socket.conn);
    this.#deps.stats.sockets += 1;
    this.#visitors.get(socket.conn)!.session = session;
    // Let in already: waiting for the turn must not count as not presenting a token.
    void this.#deps.turns.next(subjectKey(grant)).then(() => {
      if (this.#sessions.has(session)) session.start(cursor);
    });
    if (socket.conn.transport.name === 'polling') this.#boundPolling();
  }

  /**
   * Closes polling sessions, the oldest that has something waiting first, until all together hold no more than
   * `maxPollingBytes`. They need no connection, so nothing else bounds how many let their messages lie.
   */
  #boundPolling(): void {
    const { options, watch } = this.#deps;
    const waiting = [...this.#sessions].filter(
      ([session, { transport }]) => transport.name === 'polling' && session.bytesInFlight > 0,
    );
    let bytes = waiting.reduce((sum, [session]) => sum + session.bytesInFlight, 0);
    for (const [session] of waiting) {
      if (bytes <= options.maxPollingBytes) return;
      watch.reached('polling-bytes');
      bytes -= session.bytesInFlight;
      // What it holds is dropped with this, though its connection ends a little later.
      this.#sessions.delete(session);
      session.close('slow-consumer');
    }
  }
}

/** Turns a cursor that is no text into a malformed one, which the reader answers like any other. */
function cursorOf(cursor: unknown): string | null {
  return cursor === null || typeof cursor === 'string' ? cursor : '';
}
