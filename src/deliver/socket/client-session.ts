import type { Socket } from 'socket.io';
import { UnreadableStateError } from '../../store/errors.js';
import { type Audience, audienceOf, type Filter } from '../access/audience.js';
import type { Batch } from '../log/batch.js';
import type { Clock } from '../../base/clock.js';
import { parseSubscription } from '../access/event-filter.js';
import { CatchUpReader, type Outlet } from '../log/catch-up-reader.js';
import type { ClientMemory } from '../log/client-memory.js';
import { eventPacket, Frame, type FrameOptions, packetFrame } from '../log/frame.js';
import type { EncodedSnapshot } from '../log/snapshot.js';
import type { ResolvedOptions } from '../access/options.js';
import type { ResetReason } from '../log/resumption.js';
import { Refusal, type RefusalCode } from '../access/refusal.js';
import type { DeliverStats } from '../stats.js';
import type { TenantFeed } from '../log/tenant-feed.js';
import type { Holder, TokenVerifier } from '../access/token.js';

/** The used part of an engine.io connection, some of it not in the public types. */
export interface Connection {
  readonly readyState: string;
  readonly transport: { readonly name: string; readonly socket?: { terminate?: () => void } };
  writeBuffer: unknown[];
  write(data: string, options: FrameOptions, sent: () => void): unknown;
  close(discard?: boolean): unknown;
}

/** What all sessions share. */
export interface SessionContext {
  readonly tokens: TokenVerifier;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly stats: DeliverStats;
  readonly memory: ClientMemory;
  /** Called for a defect; the session closes its connection itself. */
  readonly failed: (tenant: string, error: unknown) => void;
  readonly left: (session: ClientSession) => void;
}

/** Whose session it is. */
export interface NewSession {
  readonly socket: Socket;
  readonly feed: TenantFeed;
  readonly grant: Holder;
  readonly filter: Filter;
}

/** After these codes a client may simply reconnect; after the others it has to change something first. */
const COME_BACK: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'slow-consumer',
  'memory-full',
  'auth-unavailable',
  'state-unreadable',
  'shutting-down',
]);

/**
 * One Socket.IO client: its grant, its subscription, and the messages on their way to it.
 *
 * Backpressure: every write is counted until the kernel has taken it. A live client that would have more than
 * `maxInFlightBytes` in flight is closed as `slow-consumer`: messages that wait in this process are dropped at once, the
 * notice is put behind what the socket already has, and after `closeGraceMs` the connection is cut. The client can resume
 * from its cursor. So it is closed as `memory-full` where all clients together have too much in flight, and it the most
 * (`ClientMemory`). A single message may be larger than the bound (a snapshot of very many calls), but only one: until a
 * client is live, it gets the next message only after it has taken the previous one.
 */
export class ClientSession implements Outlet {
  readonly #context: SessionContext;
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #reader: CatchUpReader;
  /** Written and not taken yet, in order. */
  readonly #written: Frame[] = [];
  #grant: Holder;
  #filter: Filter;
  #inFlight = 0;
  #closed = false;
  #roomWanted: (() => void) | null = null;

  constructor(context: SessionContext, { socket, feed, grant, filter }: NewSession) {
    this.#context = context;
    this.#socket = socket;
    this.#connection = socket.conn as unknown as Connection;
    this.#grant = grant;
    this.#filter = filter;
    this.#reader = new CatchUpReader({
      feed,
      outlet: this,
      audience: this.#audience(),
      failed: (error) => this.#fail(error),
    });
    socket.on('subscribe', (...args: unknown[]) => this.#answer(args, (body) => this.#subscribe(body)));
    socket.on('refresh', (...args: unknown[]) => this.#answer(args, (body) => this.#refresh(body)));
    socket.on('disconnect', () => {
      this.#end();
      this.#letGo();
      context.left(this);
    });
  }

  start(cursor: string | null): void {
    this.#reader.start(cursor);
  }

  closeIfLapsed(): void {
    const why = this.#context.tokens.lapsed(this.#grant);
    if (why !== null) this.close(why);
  }

  /** Says why (`closing`), then closes. False if it was closed before. */
  close(code: RefusalCode): boolean {
    if (this.#closed) return false;
    this.#end();
    this.#context.stats.countClosed(code);
    // Captured now: once engine.io has closed, the WebSocket may still wait for the other side's close frame.
    const { socket: webSocket } = this.#connection.transport;
    const bytes = this.#inFlight;
    if (code === 'slow-consumer' || code === 'memory-full') this.#connection.writeBuffer = [];
    this.#socket.emit('closing', { code });
    if (COME_BACK.has(code)) this.#connection.close();
    else this.#socket.disconnect(true);
    this.#context.clock.after(this.#context.options.closeGraceMs, () => {
      webSocket?.terminate?.();
      this.#connection.close(true);
      this.#letGo();
      if (code === 'memory-full') this.#context.memory.left(bytes);
    });
    return true;
  }

  get bytesInFlight(): number {
    return this.#inFlight;
  }

  resumed(): void {
    this.#context.stats.resumes += 1;
  }

  snapshot(snapshot: EncodedSnapshot): void {
    this.#context.stats.snapshots += 1;
    this.#write(this.#isWebSocket ? '' : snapshot.packet, snapshot.frame);
  }

  reset(reason: ResetReason): void {
    this.#context.stats.countReset(reason);
    const packet = eventPacket('reset', JSON.stringify({ reason }));
    this.#write(packet, new Frame(packetFrame(packet)));
  }

  events(batch: Batch): void {
    const size = batch.frame.length;
    if (this.#inFlight > 0 && this.#inFlight + size > this.#context.options.maxInFlightBytes) {
      this.close('slow-consumer');
      return;
    }
    this.#context.stats.delivered += batch.entries.length;
    // The text is for the polling transport: a WebSocket gets the frame.
    if (this.#isWebSocket) return this.#write('', batch.frame);
    for (const entry of batch.entries) this.#write(entry.packet, entry.frame);
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.#context.options.maxInFlightBytes / 4;
  }

  onceRoom(resume: () => void): void {
    this.#roomWanted = resume;
  }

  #subscribe(body: unknown): Promise<object> {
    this.#filter = parseSubscription(body);
    this.#reader.narrow(this.#audience());
    return Promise.resolve({ subscription: this.#filter });
  }

  /** The new token replaces the grant; the subscription does not change. */
  async #refresh(body: unknown): Promise<object> {
    const token = (body as { token?: unknown } | null | undefined)?.token;
    const grant = await this.#context.tokens.verify(token, this.#grant.tenant);
    if (grant.tenant !== this.#grant.tenant) throw new Refusal('tenant-mismatch');
    if (grant.expiresAt <= this.#context.clock.now()) throw new Refusal('token-expired');
    if (!this.#closed) {
      this.#grant = grant;
      this.#reader.narrow(this.#audience());
    }
    const { expiresAt } = grant;
    return { expiresAt: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : null };
  }

  #answer(args: readonly unknown[], act: (body: unknown) => Promise<object>): void {
    const acknowledge = args.at(-1);
    const body = typeof args[0] === 'function' ? undefined : args[0];
    const reply = (answer: object) => {
      if (typeof acknowledge === 'function') (acknowledge as (answer: object) => void)(answer);
    };
    // In an async function, so that what `act` throws at once is an answer too.
    const acting = async () => act(body);
    acting().then(
      (answer) => reply({ ok: true, ...answer }),
      (error: unknown) => {
        if (!(error instanceof Refusal)) this.#fail(error);
        reply({ ok: false, code: error instanceof Refusal ? error.code : 'bad-request' });
      },
    );
  }

  #audience(): Audience {
    return audienceOf(this.#grant, this.#filter);
  }

  get #isWebSocket(): boolean {
    return this.#connection.transport.name === 'websocket';
  }

  #write(packet: string, frame: Frame): void {
    if (this.#closed) return;
    this.#inFlight += frame.length;
    this.#written.push(frame);
    this.#context.memory.hold(frame);
    this.#connection.write(packet, frame.options, this.#sent);
  }

  /** Engine.io calls back in the order of the writes, once the transport has taken each. */
  readonly #sent = (): void => {
    const frame = this.#written.shift();
    if (frame === undefined) return;
    this.#inFlight -= frame.length;
    this.#context.memory.release(frame);
    // Frees the array's memory, as most clients are idle most of the time.
    if (this.#inFlight === 0) this.#written.length = 0;
    if (this.#roomWanted === null || !this.hasRoom) return;
    const resume = this.#roomWanted;
    this.#roomWanted = null;
    resume();
  };

  /** The connection is gone, and with it what waited there. */
  #letGo(): void {
    for (const frame of this.#written.splice(0)) this.#context.memory.release(frame);
    this.#inFlight = 0;
  }

  #fail(error: unknown): void {
    if (error instanceof UnreadableStateError) return void this.close('state-unreadable');
    this.#context.failed(this.#grant.tenant, error);
    this.#connection.close();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.close();
  }
}
