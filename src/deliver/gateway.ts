import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Logger } from 'pino';
import { Server, type Socket } from 'socket.io';
import type { Filter, Grant } from './audience.js';
import { ClientSession, type SessionContext } from './client-session.js';
import type { Clock, Stop } from './clock.js';
import { type ConnectionLimits, MessageRate } from './connection-limits.js';
import { parseSubscription } from './filter.js';
import type { ResolvedOptions } from './options.js';
import { corsOptions, originAllowed } from './origin.js';
import { Refusal, reasonOf } from './refusal.js';
import type { Relay } from './relay.js';
import type { DeliverStats } from './stats.js';
import { hasTokenInQuery, type TokenVerifier } from './token.js';

/** A client that opens a connection and never says who it is. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Tokens give their expiry in whole seconds. */
const EXPIRY_SWEEP_MS = 1_000;

/** What is kept of the handshake request once it has been let go. */
interface Handshake {
  readonly tokenInUrl: boolean;
  readonly tenant: unknown;
  readonly crowded: boolean;
  admitted: boolean;
}

interface Admitted {
  readonly grant: Grant;
  readonly filter: Filter;
  readonly cursor: string | null;
}

type EngineConnection = Socket['conn'];

/**
 * The Socket.IO side: who gets in, and who is still allowed to be.
 *
 * A handshake is checked for its origin before anything else, then, in a middleware that may take its time, for its
 * token; a refusal is a `connect_error` whose `data.code` says why and nothing more. Everything after that is the
 * session's. Connection state recovery is off on purpose: it loses events when a middleware is asynchronous, and a
 * cursor does not.
 */
export class SocketGateway {
  private readonly sessions = new Set<ClientSession>();
  private readonly handshakes = new WeakMap<object, Handshake>();
  private readonly byConnection = new WeakMap<object, ClientSession>();
  private readonly admitted = new WeakMap<Socket, Admitted>();
  private io: Server | null = null;
  private draining = false;
  private stopSweep: Stop = () => undefined;

  constructor(
    private readonly relay: Relay,
    private readonly tokens: TokenVerifier,
    private readonly limits: ConnectionLimits,
    private readonly options: ResolvedOptions,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly stats: DeliverStats,
    private readonly logger: Logger,
  ) {}

  attach(http: HttpServer): void {
    const io = new Server(http, {
      path: this.options.socketPath,
      transports: ['websocket', 'polling'],
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: this.options.maxMessageBytes,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: corsOptions(this.options),
      allowRequest: (request, decide) => this.checkOrigin(request, decide),
    });
    io.engine.on('connection', (connection: EngineConnection) => this.greet(connection));
    io.use((socket, next) => {
      this.admit(socket).then(
        () => next(),
        // The client closes what leads nowhere; one that does not is closed by the connect time-out.
        (error: unknown) => next(this.refuse(error)),
      );
    });
    io.on('connection', (socket) => this.open(socket));
    this.io = io;
    this.stopSweep = this.clock.every(EXPIRY_SWEEP_MS, () => {
      for (const session of this.sessions) session.closeIfExpired();
    });
  }

  /** Lets nobody in any more and closes everybody, spread over `drainMs`, so that they do not come back as one. */
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    this.stopSweep();
    await Promise.all(
      [...this.sessions].map(
        (session) =>
          new Promise<void>((resolve) => {
            this.clock.after(this.random() * this.options.drainMs, () => {
              session.close('shutting-down');
              resolve();
            });
          }),
      ),
    );
    this.io?.engine.close();
  }

  private checkOrigin(
    request: IncomingMessage,
    decide: (message: string | null | undefined, ok: boolean) => void,
  ): void {
    if (originAllowed(request.headers, this.options)) return decide(null, true);
    this.stats.countRefused('origin-not-allowed');
    decide('origin-not-allowed', false);
  }

  /** Every connection, before it has said anything. */
  private greet(connection: EngineConnection): void {
    const { _query: query } = connection.request as IncomingMessage & { _query: Record<string, unknown> };
    const release = this.limits.takeAddress(connection.remoteAddress);
    const rate = new MessageRate(this.options.messagesPerSecond, this.options.messageBurst, this.clock);
    this.handshakes.set(connection, {
      tokenInUrl: hasTokenInQuery(query),
      tenant: query.tenant,
      crowded: release === null,
      admitted: false,
    });
    connection.on('data', () => {
      // Counted below Socket.IO, so that packets which never become a message count too.
      if (!rate.allow()) this.flooded(connection);
    });
    connection.once('close', () => release?.());
    // The request holds headers, buffers and the token of a polling client for as long as the connection lives.
    (connection as { request: unknown }).request = null;
  }

  private async admit(socket: Socket): Promise<void> {
    const handshake = this.handshakes.get(socket.conn)!;
    const auth = socket.handshake.auth as Record<string, unknown>;
    // Not needed again, and a token is not something to keep.
    socket.handshake.auth = {};
    if (this.draining) throw new Refusal('shutting-down');
    if (handshake.tokenInUrl) throw new Refusal('token-in-url');
    if (handshake.crowded) throw new Refusal('too-many-connections');
    if (handshake.admitted) throw new Refusal('bad-request');
    handshake.admitted = true;
    const filter = parseSubscription(auth.subscribe);
    const grant = await this.tokens.verify(auth.token, auth.tenant ?? handshake.tenant);
    if (this.tokens.required) this.countToken(socket.conn, auth.token as string);
    const cursor = placeOf(auth.cursor ?? null);
    this.admitted.set(socket, { grant, filter, cursor });
  }

  /** Given back when the connection ends, which may be before the client is let in. */
  private countToken(connection: EngineConnection, token: string): void {
    if (connection.readyState !== 'open') throw new Refusal('bad-request');
    const release = this.limits.takeToken(token);
    if (release === null) throw new Refusal('too-many-connections');
    connection.once('close', release);
  }

  private refuse(error: unknown): Refusal {
    if (!(error instanceof Refusal)) this.logger.error({ reason: reasonOf(error) }, 'handshake failed');
    const refusal = error instanceof Refusal ? error : new Refusal('unauthorized');
    this.stats.countRefused(refusal.code);
    return refusal;
  }

  private open(socket: Socket): void {
    const { grant, filter, cursor } = this.admitted.get(socket)!;
    const context: SessionContext = {
      tokens: this.tokens,
      options: this.options,
      clock: this.clock,
      stats: this.stats,
      failed: (error) => {
        this.logger.error({ tenant: grant.tenant, reason: reasonOf(error) }, 'client session failed');
        socket.conn.close();
      },
    };
    const session = new ClientSession(socket, this.relay.feed(grant.tenant), grant, filter, context);
    this.admitted.delete(socket);
    this.sessions.add(session);
    this.stats.sockets += 1;
    this.byConnection.set(socket.conn, session);
    socket.once('disconnect', () => {
      this.sessions.delete(session);
      this.stats.sockets -= 1;
    });
    socket.onAny((name: string) => {
      if (name !== 'subscribe' && name !== 'refresh') this.stats.ignoredMessages += 1;
    });
    session.start(cursor);
  }

  private flooded(connection: EngineConnection): void {
    const session = this.byConnection.get(connection);
    if (session === undefined) connection.close(true);
    else session.close('too-many-messages');
  }
}

/** What is no text is no place either: the reader answers it as it does any other nonsense. */
function placeOf(cursor: unknown): string | null {
  return cursor === null || typeof cursor === 'string' ? cursor : '';
}
