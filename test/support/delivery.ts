import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { type DeskDelta, NO_DESK_CHANGE } from '../../src/core/desk-state.js';
import { EMPTY_STATE } from '../../src/core/model/call.js';
import { UNCHANGED } from '../../src/core/model/delta.js';
import { type BridgeEvent, type CallView, toEvents, type Transition } from '../../src/core/model/event.js';
import type { Clock } from '../../src/base/clock.js';
import { Delivery, DeliverModule, type DeliverParts } from '../../src/deliver/deliver.module.js';
import type { DeliverOptions } from '../../src/deliver/access/options.js';
import type { TokenKeys } from '../../src/deliver/access/signature.js';
import { OWN_CLAIM_NAMES } from '../../src/core/model/claims.js';
import type { RevokedTokens } from '../../src/deliver/access/token.js';
import { LimitWatch } from '../../src/deliver/access/limit-watch.js';
import { Relay } from '../../src/deliver/log/relay.js';
import { SharedBounds } from '../../src/deliver/log/shared-bounds.js';
import { DeliverStats } from '../../src/deliver/stats.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import { DEFAULT_DESK_RULES } from '../../src/core/desk-rules.js';
import { MemoryDeskStore } from '../../src/store/memory/memory-desk-store.js';
import { MemoryInbox } from '../../src/store/memory/memory-inbox.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/store.js';

export const SECRET = 'a secret of at least thirty-two bytes';
export const TENANTS = ['acme', 'globex'] as const;
/** A tenant's own keys: these secrets, unless a key set is given. */
export function keysOf(secrets: readonly string[], given: Partial<TokenKeys> = {}): TokenKeys {
  const isSet = (given.jwksUrl ?? null) !== null;
  return {
    secrets,
    jwksUrl: null,
    issuer: null,
    audience: null,
    algorithms: isSet ? ['ES256'] : ['HS256'],
    claims: OWN_CLAIM_NAMES,
    ...given,
  };
}

/**
 * How long the service keeps a connection without a request, where its clock is a test's. That may go on by hours in an instant: the
 * connection would be closed, as it should, and a client that asks on it before it hears of that fails. Node's timers reach 24 days.
 */
export const LONG_KEPT_MS = 20 * 86_400_000;

/** For tests that do not ask the PBX. */
export const noPbx: DeliverParts['askRegistration'] = () => Promise.resolve({ outcome: 'not-found' });
/** The desks that a store's commits have made, by the default rules, and its inboxes; of a store in Redis none are read. */
export function desksOf(store: Store): Pick<DeliverParts, 'desk' | 'deskRules' | 'inbox'> {
  const memory = store instanceof MemoryStore ? store : new MemoryStore({ maxEvents: 1 });
  return {
    desk: new MemoryDeskStore(memory),
    deskRules: () => DEFAULT_DESK_RULES,
    inbox: new MemoryInbox(memory),
  };
}

/** Numbers as a tenant in Vietnam has them. */
const numbers = new PhoneNumbers('VN');
export const vietnamese: DeliverParts['readNumber'] = (_, text) => numbers.parse(text);
export const silent = pino({ level: 'silent' });

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  private timers: { at: number; every: number | null; task: () => void }[] = [];

  /** By how much the wall clock has been set back. */
  behindMs = 0;

  constructor(private instant = Date.UTC(2026, 2, 2, 3)) {}

  now(): number {
    return this.instant - this.behindMs;
  }

  monotonic(): number {
    return this.instant;
  }

  every(ms: number, task: () => void) {
    return this.add(ms, ms, task);
  }

  after(ms: number, task: () => void) {
    return this.add(ms, null, task);
  }

  advance(ms: number): void {
    const end = this.instant + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.instant = next.at;
      if (next.every === null) this.timers = this.timers.filter((timer) => timer !== next);
      else next.at += next.every;
      next.task();
    }
    this.instant = end;
  }

  private add(ms: number, every: number | null, task: () => void) {
    const timer = { at: this.instant + ms, every, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }
}

/** A call's view with extension 107 ringing, but for what is given. */
export function view(callId: string, given: Partial<CallView> = {}): Omit<CallView, 'tenant'> {
  return {
    callId,
    linkedCallIds: [],
    upstreamIds: [callId],
    direction: 'inbound',
    state: 'ringing',
    customer: { raw: '0914237383', e164: '+84914237383', national: '0914237383' },
    hotline: null,
    queue: null,
    queues: given.queue === undefined || given.queue === null ? [] : [given.queue],
    agent: null,
    extensions: [{ extension: '107', extensionId: null, agentName: null, state: 'ringing' }],
    startedAt: '2026-03-02T03:00:00.000Z',
    answeredAt: null,
    endedAt: null,
    waitMs: null,
    talkMs: null,
    outcome: null,
    baseline: false,
    observed: { earliest: null, latest: '2026-03-02T03:00:00.000Z', certainty: 'observed' },
    ...given,
  };
}

export function transition(
  type: 'call-started' | 'call-offered' | 'call-answered' | 'call-transferred' | 'call-ended',
  callId: string,
  given: Partial<CallView> = {},
): Transition {
  return { type, subject: callId, time: Date.UTC(2026, 2, 2, 3), data: view(callId, given) };
}

/** The queue answers, but not completely. */
export const sourceDegraded: Transition = {
  type: 'source-degraded',
  subject: 'queue',
  time: 0,
  data: {
    endpoint: 'queue',
    state: 'degraded',
    since: '2026-03-02T03:00:00.000Z',
    reason: '10 of 25 rows came',
    lastCompleteAt: null,
    unwatchedMs: null,
    observed: { earliest: null, latest: '2026-03-02T03:00:00.000Z', certainty: 'observed' },
  },
};

export const sourceDown: Transition = {
  type: 'source-down',
  subject: 'monitor',
  time: 0,
  data: {
    endpoint: 'monitor',
    state: 'down',
    since: '2026-03-02T03:00:00.000Z',
    reason: 'timed out',
    lastCompleteAt: null,
    unwatchedMs: null,
    observed: { earliest: null, latest: '2026-03-02T03:00:00.000Z', certainty: 'observed' },
  },
};

/** Writes a tenant's log as a poll cycle does. */
export class LogWriter {
  private fence = 0;
  private version = 0;
  private commits = 0;
  private epoch = '';
  sequence = 0;
  /** When the next commit is made, where the store has this clock. */
  recordedAt = Date.UTC(2026, 2, 2, 3);

  constructor(
    private readonly store: Store,
    readonly tenant: string = 'acme',
  ) {}

  async claim(epoch: string, newEpoch = false): Promise<this> {
    const claim = await this.store.claim(this.tenant, { epoch, newEpoch });
    this.fence = claim.fence;
    this.version = claim.version;
    this.epoch = claim.position.epoch;
    this.sequence = claim.position.sequence;
    return this;
  }

  /** One commit; returns its events. */
  commit(...transitions: Transition[]): Promise<BridgeEvent[]> {
    return this.commitWith({}, ...transitions);
  }

  /** Both endpoints have answered completely. */
  async watched(at: number): Promise<void> {
    const source = {
      ...EMPTY_STATE.sources.monitor,
      status: 'up',
      lastComplete: { startedAt: at, at },
    } as const;
    const sources = { monitor: source, queue: source };
    await this.store.touch(this.tenant, this.fence, { sources, registrations: new Map() });
  }

  /** One that changes the tenant's desk too. */
  async commitWith(desk: Partial<DeskDelta>, ...transitions: Transition[]): Promise<BridgeEvent[]> {
    const events = toEvents(transitions, {
      tenant: this.tenant,
      epoch: this.epoch,
      sequence: this.sequence,
      recordedAt: this.recordedAt,
    });
    this.commits += 1;
    const result = await this.store.commit(this.tenant, {
      fence: this.fence,
      expectedVersion: this.version,
      commitId: `${this.fence}-${this.commits}`,
      epoch: this.epoch,
      delta: UNCHANGED,
      desk: { ...NO_DESK_CHANGE, ...desk },
      events: events.map((event) => ({
        sequence: Number(event.sequence),
        type: event.type,
        json: JSON.stringify(event),
      })),
    });
    if (result.status !== 'committed') throw new Error(`commit: ${result.status}`);
    this.version = result.version;
    this.sequence = result.position.sequence;
    // As the store has recorded them.
    const logged = await this.store.read(this.tenant, this.sequence - events.length, events.length);
    return logged.events.map(({ json }) => JSON.parse(json) as BridgeEvent);
  }
}

/** As a display's, so that it lives under whichever clock a test has. */
export async function token(
  claims: Readonly<Record<string, unknown>> = {},
  { exp, secret = SECRET }: { exp?: number; secret?: string } = {},
): Promise<string> {
  // A display's token lasts as long as a test likes, and does nothing.
  const display = claims.webhooks !== true && claims.callbacks !== true;
  return new SignJWT({ tenant: 'acme', display, numbers: 'full', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(exp ?? (display ? 4_102_444_800 : Math.floor(Date.now() / 1_000) + 3_600))
    .sign(new TextEncoder().encode(secret));
}

/** The service's delivery alone, on a port of its own. */
export class DeliveryUnderTest {
  private readonly sockets: Socket[] = [];

  private constructor(
    private readonly app: INestApplication,
    readonly url: string,
    private readonly clock: Clock | undefined,
  ) {}

  static async start(
    store: Store,
    given: Partial<DeliverOptions> &
      Partial<
        Pick<DeliverParts, 'clock' | 'random' | 'askRegistration' | 'desk' | 'deskRules' | 'inbox'>
      > = {},
  ): Promise<DeliveryUnderTest> {
    const desks = desksOf(store);
    const { clock, random, askRegistration, desk, deskRules, inbox, ...options } = { ...desks, ...given };
    const deliver = DeliverModule.registerAsync({
      useFactory: () => ({
        store,
        desk,
        deskRules,
        inbox,
        logger: silent,
        random: random ?? (() => 0),
        askRegistration: askRegistration ?? noPbx,
        readNumber: vietnamese,
        ...(clock === undefined ? {} : { clock }),
        options: {
          tenants: TENANTS,
          auth: { mode: 'jwt', secret: SECRET },
          corsOrigins: ['https://crm.example'],
          closeGraceMs: 50,
          // The clock of a test may be far from that of this machine, by which tokens are made.
          maxTokenLifeMs: 10 * 365 * 86_400_000,
          idleTimeoutMs: LONG_KEPT_MS,
          ...options,
        },
      }),
    });
    @Module({ imports: [deliver] })
    class TestModule {}
    const app = await NestFactory.create(TestModule, { logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new DeliveryUnderTest(app, `http://127.0.0.1:${port}`, clock);
  }

  get stats(): DeliverStats {
    return this.app.get(DeliverStats);
  }

  get limits(): LimitWatch {
    return this.app.get(LimitWatch);
  }

  get relay(): Relay {
    return this.app.get(Relay);
  }

  get bounds(): SharedBounds {
    return this.app.get(SharedBounds);
  }

  serve(...tenants: [string, ...string[]]): void {
    this.app.get(Delivery).serve(tenants);
  }

  /** As when only the keys of tenants have changed. */
  rekey(tenants: readonly [string, ...string[]], keys: ReadonlyMap<string, TokenKeys>): void {
    this.app.get(Delivery).serve(tenants, keys);
  }

  /** As when only the lists of revoked tokens have changed. */
  revoke(revoked: RevokedTokens): void {
    this.app.get(Delivery).serve(TENANTS, undefined, revoked);
  }

  drain(): Promise<void> {
    return this.app.get(Delivery).drain();
  }

  connect(auth: object, options: Partial<ManagerOptions & SocketOptions> = {}): TestClient {
    const socket = io(this.url, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    this.sockets.push(socket);
    return new TestClient(socket);
  }

  /** Connects and returns the reason why that was refused. */
  async refusal(auth: object, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<unknown> {
    const { socket } = this.connect(auth, options);
    return new Promise((resolve, reject) => {
      socket.on('connect', () => reject(new Error('was let in')));
      socket.on('connect_error', (error) =>
        resolve((error as { data?: { code?: string } }).data?.code ?? error.message),
      );
    });
  }

  get(path: string, bearer: string | null, headers: Record<string, string> = {}): Promise<Response> {
    const authorization: Record<string, string> =
      bearer === null ? {} : { authorization: `Bearer ${bearer}` };
    return fetch(`${this.url}${path}`, { headers: { ...authorization, ...headers } });
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.disconnect();
    // Polling clients close with a request of its own, which a paused one never sends.
    for (let turn = 0; turn < 200 && this.stats.sockets > 0; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const drained = this.drain();
    if (this.clock instanceof ManualClock) this.clock.advance(10_000);
    await drained;
    await this.app.close();
  }
}

export interface Message {
  readonly name: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** Everything a client got, in order, and a way to wait for it. */
export class TestClient {
  readonly messages: Message[] = [];
  private wanted: { test: () => boolean; resolve: () => void }[] = [];
  disconnected: string | null = null;

  constructor(readonly socket: Socket) {
    socket.onAny((name: string, body: unknown) => {
      this.messages.push({ name, body });
      this.check();
    });
    socket.on('disconnect', (reason) => {
      this.disconnected = reason;
      this.check();
    });
  }

  get names(): string[] {
    return this.messages.map(({ name }) => name);
  }

  get sequences(): number[] {
    return this.messages.flatMap(({ body }) => (body?.sequence === undefined ? [] : [Number(body.sequence)]));
  }

  /** Resolves with the first message of that name. */
  async first(name: string): Promise<Message['body']> {
    await this.until(() => this.names.includes(name));
    return this.messages.find((message) => message.name === name)!.body;
  }

  async count(messages: number): Promise<void> {
    await this.until(() => this.messages.length >= messages);
  }

  async closed(): Promise<string> {
    await this.until(() => this.disconnected !== null);
    return this.disconnected!;
  }

  /** Times out with the test. */
  async until(test: () => boolean): Promise<void> {
    if (test()) return;
    await new Promise<void>((resolve) => this.wanted.push({ test, resolve }));
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  request(name: string, body: unknown): Promise<any> {
    return this.socket.emitWithAck(name, body);
  }

  private check(): void {
    this.wanted = this.wanted.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }
}

/** Stops reading at the client's TCP socket, as a suspended machine does. */
export function pause(client: TestClient): NetSocket {
  const engine = client.socket.io.engine as unknown as { transport: { ws: { _socket: NetSocket } } };
  const socket = engine.transport.ws._socket;
  socket.pause();
  return socket;
}
