import type { ServerResponse } from 'node:http';
import { formatCursor } from '../../core/model/position.js';
import { UnreadableStateError } from '../../store/errors.js';
import { audienceOf, type CallFilter } from '../access/audience.js';
import type { Batch } from '../log/batch.js';
import type { Clock, Stop } from '../../base/clock.js';
import { CatchUpReader, type Outlet } from '../log/catch-up-reader.js';
import type { ClientMemory } from '../log/client-memory.js';
import { Frame } from '../log/frame.js';
import type { EncodedSnapshot } from '../log/snapshot.js';
import type { ResolvedOptions } from '../access/options.js';
import type { ResetReason } from '../log/resumption.js';
import type { RefusalCode } from '../access/refusal.js';
import type { DeliverStats } from '../stats.js';
import type { TenantFeed } from '../log/tenant-feed.js';
import type { Holder, TokenVerifier } from '../access/token.js';

/**
 * One client of `GET /v1/events/stream`: it has the guarantees and the bounds of a socket, on server-sent events.
 *
 * `id:` is the cursor, `event:` the type, `data:` the event. Every `heartbeatMs` the stream sends a comment and, if the
 * client has everything, an `id:` alone: it moves `Last-Event-ID` past events that the client may not see, so that a quiet client
 * does not fall behind the log's retention. Before the service ends a stream it sends an event `closing`. It cuts a slow
 * consumer, and the hungriest where the memory is full, without one: the notice would have to wait behind all that the
 * client does not read.
 */
export class EventStream implements Outlet {
  readonly #deps: EventStreamDeps;
  readonly #reader: CatchUpReader;
  readonly #stopHeartbeat: Stop;
  /** Written and not taken yet, in order. */
  readonly #written: Frame[] = [];
  #closed = false;

  constructor(deps: EventStreamDeps) {
    const { response, feed, grant, filter, options, clock } = deps;
    this.#deps = deps;
    this.#reader = new CatchUpReader({
      feed,
      outlet: this,
      audience: audienceOf(grant, filter),
      failed: (error) => {
        if (error instanceof UnreadableStateError) return void this.close('state-unreadable');
        deps.failed(error);
        response.destroy();
      },
    });
    this.#stopHeartbeat = clock.every(options.heartbeatMs, () => this.#beat());
  }

  start(cursor: string | null): void {
    this.#deps.response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // A proxy that buffers answers would never pass this one to the client.
      'X-Accel-Buffering': 'no',
    });
    this.#deps.response.write(': connected\n\n');
    this.#reader.start(cursor);
  }

  closeIfLapsed(tokens: TokenVerifier): void {
    const why = tokens.lapsed(this.#deps.grant);
    if (why !== null) this.close(why);
  }

  /** False if it was closed before. */
  close(code: RefusalCode): boolean {
    if (this.#closed) return false;
    this.end();
    this.#deps.stats.countClosed(code);
    if (code === 'slow-consumer' || code === 'memory-full') {
      this.#cut(code);
      return true;
    }
    this.#deps.response.end(`event: closing\ndata: ${JSON.stringify({ code })}\n\n`);
    // A client that does not read would otherwise keep the connection open, and delay the shutdown.
    this.#deps.clock.after(this.#deps.options.closeGraceMs, () => this.#deps.response.destroy());
    return true;
  }

  /** Stops reading the log, after the client has gone. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopHeartbeat();
    this.#reader.close();
  }

  /** The connection is gone, and with it what waited there. */
  letGo(): void {
    for (const frame of this.#written.splice(0)) this.#deps.memory.release(frame);
  }

  get bytesInFlight(): number {
    return this.#deps.response.writableLength;
  }

  resumed(): void {
    this.#deps.stats.resumes += 1;
  }

  snapshot(snapshot: EncodedSnapshot): void {
    this.#deps.stats.snapshots += 1;
    this.#write(snapshot.stream);
  }

  reset(reason: ResetReason): void {
    this.#deps.stats.countReset(reason);
    this.#say(`event: reset\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  events(batch: Batch): void {
    const waiting = this.#deps.response.writableLength;
    if (waiting > 0 && waiting + batch.stream.length > this.#deps.options.maxInFlightBytes) {
      this.close('slow-consumer');
      return;
    }
    this.#deps.stats.delivered += batch.entries.length;
    this.#write(batch.stream);
  }

  get hasRoom(): boolean {
    return !this.#deps.response.writableNeedDrain;
  }

  onceRoom(resume: () => void): void {
    this.#deps.response.once('drain', resume);
  }

  #cut(code: RefusalCode): void {
    const bytes = this.bytesInFlight;
    this.#deps.response.destroy();
    this.letGo();
    if (code === 'memory-full') this.#deps.memory.left(bytes);
  }

  #beat(): void {
    const id = this.#reader.isCurrent ? `id: ${formatCursor(this.#deps.feed.position.loaded())}\n` : '';
    // No heartbeat while the client does not read.
    if (this.hasRoom) this.#say(`: heartbeat\n${id}\n`);
  }

  #say(text: string): void {
    this.#write(new Frame(Buffer.from(text)));
  }

  #write(frame: Frame): void {
    if (this.#closed) return;
    this.#written.push(frame);
    this.#deps.memory.hold(frame);
    this.#deps.response.write(frame.bytes, this.#sent);
  }

  /** Node calls back in the order of the writes, once the kernel has taken each. */
  readonly #sent = (): void => {
    const frame = this.#written.shift();
    if (frame !== undefined) this.#deps.memory.release(frame);
  };
}

export interface EventStreamDeps {
  readonly response: ServerResponse;
  readonly feed: TenantFeed;
  readonly grant: Holder;
  readonly filter: CallFilter;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly stats: DeliverStats;
  readonly memory: ClientMemory;
  /** Called for a defect; the stream ends itself. */
  readonly failed: (error: unknown) => void;
}
