import type { Server as HttpServer } from 'node:http';
import {
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type NestModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';
import type { DeskStore } from '../store/desk-store.js';
import type { Inbox } from '../store/inbox.js';
import type { LogReader } from '../store/store.js';
import { BearerGuard } from './http/bearer.guard.js';
import { type Clock, systemClock } from '../base/clock.js';
import { type Injected, type Key, provide, token } from '../base/inject.js';
import { ClientAddresses } from './access/client-addresses.js';
import { ConnectionLimits } from './access/connection-limits.js';
import { Connections } from './access/connections.js';
import { READ_NUMBER, type ReadNumber } from './access/customers-asked.js';
import { FailurePace } from './access/failure-pace.js';
import { FairTurns } from './access/fair-turns.js';
import { LimitWatch } from './access/limit-watch.js';
import { RequestLimits } from './access/request-limits.js';
import type { ClientsDeps } from './clients.js';
import { EventStreams } from './http/event-streams.js';
import { SocketServer } from './socket/socket-server.js';
import { serveBelow } from './http/sub-path.js';
import { CallbackList } from './http/callback-list.js';
import { AuditTrail } from './http/audit-trail.js';
import { CallbackRequests, INBOX } from './http/callback-requests.js';
import { CallbacksController } from './http/callbacks.controller.js';
import { DESK_RULES, DESK_STORE, type DeskRulesOf } from './http/desk-reads.js';
import { HistoryAnswer } from './http/history-answer.js';
import { HistoryCalls } from './http/history-calls.js';
import { LogController } from './http/log.controller.js';
import { StatsController } from './http/stats.controller.js';
import { StatsQuery } from './http/stats-query.js';
import { DELIVER_CLOCK, LogQuery } from './http/log-query.js';
import {
  DELIVER_OPTIONS,
  type DeliverOptions,
  type ResolvedOptions,
  resolveOptions,
} from './access/options.js';
import { httpCors } from './access/cors.js';
import { DELIVER_LOGGER, ProblemFilter } from './http/problem.filter.js';
import { ASK_REGISTRATION, type AskRegistration, RegistrationQuery } from './http/registration-query.js';
import { Relay } from './log/relay.js';
import { SharedBounds } from './log/shared-bounds.js';
import { DeliverStats, type Trouble } from './stats.js';
import type { KeysHealth } from './access/keyring.js';
import type { TokenKeys } from './access/signature.js';
import { type RevokedTokens, TokenVerifier } from './access/token.js';

/** What delivery is made of. The caller closes the stores. */
export interface DeliverParts {
  readonly store: LogReader;
  readonly desk: DeskStore;
  readonly deskRules: DeskRulesOf;
  /** What people ask of tenants' polling owners. */
  readonly inbox: Pick<Inbox, 'ask'>;
  readonly options: DeliverOptions;
  readonly logger: Logger;
  readonly askRegistration: AskRegistration;
  readonly readNumber: ReadNumber;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly tracer?: Tracer;
}

const TROUBLE_MS = 60_000;

/** Starts delivery with the application, which ends it with `drain`, in the order of its parts' ends. */
@Injectable()
export class Delivery implements OnApplicationBootstrap {
  #draining: Promise<void> | null = null;

  constructor(
    @Inject(Relay) private readonly relay: Relay,
    @Inject(SocketServer) private readonly sockets: SocketServer,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
    @Inject(SharedBounds) private readonly bounds: SharedBounds,
    @Inject(DeliverStats) private readonly stats: DeliverStats,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
    @Inject(Connections) private readonly connections: Connections,
  ) {}

  onApplicationBootstrap(): void {
    const http = this.host.httpAdapter.getHttpServer() as HttpServer;
    this.relay.start();
    this.tokens.start();
    this.streams.start();
    this.sockets.attach(http);
    this.connections.attach(http);
    serveBelow(http, this.options.publicUrl?.path ?? '');
  }

  /**
   * Replaces the configured tenants, their own keys and the ids of tokens that were revoked: tokens of others are refused. Within
   * a second clients of a tenant that is gone are closed as `unauthorized`, those whose token was signed with a key that is gone as
   * `bad-signature`, and those whose token was revoked as `token-revoked`.
   */
  serve(
    tenants: readonly [string, ...string[]],
    keys?: ReadonlyMap<string, TokenKeys>,
    revoked?: RevokedTokens,
  ): void {
    this.tokens.know(tenants, keys, revoked);
  }

  /** How far tokens can be verified; null where none are asked for. */
  keys(): KeysHealth | null {
    return this.tokens.keys;
  }

  /** How often a key set could not be read, since the start. */
  get keySetFailures(): number {
    return this.tokens.keySetFailures;
  }

  /** Bytes written to clients that these have not taken yet: the sum, and the most of one client. */
  inFlight(): { readonly total: number; readonly most: number } {
    let total = 0;
    let most = 0;
    for (const clients of [this.sockets.clients(), this.streams.clients()])
      for (const { bytesInFlight } of clients) {
        total += bytesInFlight;
        most = Math.max(most, bytesInFlight);
      }
    return { total, most };
  }

  /** What an operator should know of: each for a minute after it was seen last. */
  troubles(): readonly Trouble[] {
    return this.stats.troublesSince(this.clock.monotonic() - TROUBLE_MS);
  }

  /** Clients that are far behind: those that read, and those that wait for their turn. */
  catchUps(): { readonly reading: number; readonly waiting: number } {
    const { reading, waiting } = this.bounds.catchUps;
    return { reading, waiting };
  }

  /** Bytes that messages in flight to all clients take here, and may take. */
  memory(): { readonly held: number; readonly limit: number } {
    return { held: this.bounds.memory.held, limit: this.options.memoryBytes };
  }

  /** Refuses new clients, closes all others spread over `drainMs`, stops following the log. Further calls do nothing. */
  drain(): Promise<void> {
    this.#draining ??= Promise.all([this.sockets.drain(), this.streams.drain()]).then(() => {
      this.connections.stop();
      this.tokens.stop();
      return this.relay.close();
    });
    return this.#draining;
  }
}

type Parts = Required<Omit<DeliverParts, 'options'>> & { readonly options: ResolvedOptions };
const PARTS = token<Parts>('DELIVER_PARTS');
const CLIENTS = token<ClientsDeps>('DELIVER_CLIENTS');
const CLIENTS_NEED = [
  Relay,
  TokenVerifier,
  ClientAddresses,
  ConnectionLimits,
  Connections,
  RequestLimits,
  FailurePace,
  FairTurns,
  LimitWatch,
  SharedBounds,
  DeliverStats,
] as const;

@Module({})
export class DeliverModule implements NestModule {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(ClientAddresses) private readonly addresses: ClientAddresses,
  ) {}

  /** Set here, so that every application that serves delivery serves it to the same origins, behind the same proxies. */
  configure(): void {
    const { httpAdapter } = this.host;
    httpAdapter.enableCors(httpCors(this.options));
    httpAdapter.getInstance<Express>().set('trust proxy', this.addresses.trusts);
  }

  /**
   * `useFactory` makes the parts from what it injects. The module exports `Relay`, `DeliverStats`, `Delivery`, and
   * `BearerGuard` with what that needs, for controllers elsewhere that ask for the same tokens.
   */
  static registerAsync<const Keys extends readonly Key[] = []>(recipe: {
    readonly imports?: ModuleMetadata['imports'];
    readonly inject?: Keys;
    readonly useFactory: (...injected: Injected<Keys>) => DeliverParts | Promise<DeliverParts>;
  }): DynamicModule {
    const { imports = [], inject = [] as readonly Key[] as Keys, useFactory } = recipe;
    return {
      module: DeliverModule,
      imports,
      controllers: [LogController, CallbacksController, StatsController],
      providers: [
        provide(PARTS, inject, async (...injected) => withDefaults(await useFactory(...injected))),
        provide(DELIVER_OPTIONS, [PARTS], ({ options }) => options),
        provide(DELIVER_CLOCK, [PARTS], ({ clock }) => clock),
        provide(DELIVER_LOGGER, [PARTS], ({ logger }) => logger),
        provide(ASK_REGISTRATION, [PARTS], ({ askRegistration }) => askRegistration),
        provide(READ_NUMBER, [PARTS], ({ readNumber }) => readNumber),
        provide(DESK_STORE, [PARTS], ({ desk }) => desk),
        provide(DESK_RULES, [PARTS], ({ deskRules }) => deskRules),
        provide(INBOX, [PARTS], ({ inbox }) => inbox),
        provide(
          SharedBounds,
          [PARTS, DeliverStats],
          ({ options, clock, logger }, stats) => new SharedBounds({ limits: options, clock, stats, logger }),
        ),
        provide(
          Relay,
          [PARTS, SharedBounds, DeliverStats],
          (parts, bounds, stats) => new Relay({ ...parts, bounds, stats }),
        ),
        provide(LimitWatch, [PARTS], (parts) => new LimitWatch(parts)),
        provide(
          TokenVerifier,
          [PARTS, LimitWatch],
          ({ options, clock, logger }, watch) => new TokenVerifier(options, { clock, logger, watch }),
        ),
        provide(
          ClientAddresses,
          [PARTS],
          ({ options, logger }) =>
            new ClientAddresses(options.trustedProxies ?? [], (peer) =>
              logger.warn({ peer }, 'forwarded address ignored: TRUSTED_PROXIES does not have the peer'),
            ),
        ),
        provide(FairTurns, [PARTS], (parts) => new FairTurns(parts)),
        provide(
          ConnectionLimits,
          [PARTS, LimitWatch, TokenVerifier],
          ({ options }, watch, tokens) =>
            new ConnectionLimits({ ...options, watch, tenants: () => tokens.tenantCount }),
        ),
        ...[Connections, RequestLimits, FailurePace].map((Limit) =>
          provide<unknown, [typeof PARTS, typeof LimitWatch, typeof FairTurns]>(
            Limit,
            [PARTS, LimitWatch, FairTurns],
            ({ options, clock }, watch, turns) => new Limit({ ...options, clock, watch, turns }),
          ),
        ),
        DeliverStats,
        provide(
          CLIENTS,
          [PARTS, ...CLIENTS_NEED],
          (
            parts,
            relay,
            tokens,
            addresses,
            limits,
            connections,
            requests,
            pace,
            turns,
            watch,
            bounds,
            stats,
          ) => ({
            ...parts,
            relay,
            tokens,
            addresses,
            limits,
            connections,
            requests,
            pace,
            turns,
            watch,
            bounds,
            stats,
          }),
        ),
        provide(SocketServer, [CLIENTS], (deps) => new SocketServer(deps)),
        provide(EventStreams, [CLIENTS], (deps) => new EventStreams(deps)),
        LogQuery,
        CallbackList,
        AuditTrail,
        CallbackRequests,
        HistoryCalls,
        HistoryAnswer,
        StatsQuery,
        RegistrationQuery,
        BearerGuard,
        Delivery,
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [
        Relay,
        SharedBounds,
        DeliverStats,
        Delivery,
        LimitWatch,
        BearerGuard,
        TokenVerifier,
        ClientAddresses,
        FailurePace,
        FairTurns,
        Connections,
        RequestLimits,
        DELIVER_OPTIONS,
        DELIVER_CLOCK,
      ],
    };
  }
}

function withDefaults({ options, ...given }: DeliverParts): Parts {
  return {
    clock: systemClock,
    random: Math.random,
    tracer: UNTRACED,
    ...given,
    options: resolveOptions(options),
  };
}
