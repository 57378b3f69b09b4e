import type { ServerResponse } from 'node:http';
import { formatCursor } from '../../core/model/position.js';
import { UnreadableStateError } from '../../store/errors.js';
import { audienceOf, type Filter, type Grant } from '../access/audience.js';
import type { Batch } from '../log/batch.js';
import type { Clock, Stop } from '../../base/clock.js';
import { CatchUpReader, type Outlet } from '../log/catch-up-reader.js';
import type { ResolvedOptions } from '../access/options.js';
import type { ResetReason } from '../log/resumption.js';
import type { RefusalCode } from '../access/refusal.js';
import type { DeliverStats } from '../stats.js';
import type { TenantFeed } from '../log/tenant-feed.js';
import type { TokenVerifier } from '../access/token.js';

/**
 * One client of `GET /v1/events/stream`: it has the guarantees and the bounds of a socket, on server-sent events.
 *
 * `id:` is the cursor, `event:` the type, `data:` the event. Every `heartbeatMs` the stream sends a comment and, once the
 * client is live, an `id:` alone: it moves `Last-Event-ID` past events that the client may not see, so that a quiet client
 * does not fall behind the log's retention. Before the service ends a stream it sends an event `closing`. It cuts a slow
 * consumer without one: the notice would have to wait behind all that the consumer does not read.
 */
export class EventStream implements Outlet {
  readonly #deps: EventStreamDeps;
  readonly #reader: CatchUpReader;
  readonly #stopHeartbeat: Stop;
  #closed = false;

  constructor(deps: EventStreamDeps) {
    const { response, feed, grant, filter, options, clock } = deps;
    this.#deps = deps;
    this.#reader = new CatchUpReader({
      feed,
      outlet: this,
      audience: audienceOf(grant, filter),
      failed: (error) => {
        if (error instanceof UnreadableStateError) return this.close('state-unreadable');
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

  close(code: RefusalCode): void {
    if (this.#closed) return;
    this.end();
    this.#deps.stats.countClosed(code);
    if (code === 'slow-consumer') return void this.#deps.response.destroy();
    this.#deps.response.end(`event: closing\ndata: ${JSON.stringify({ code })}\n\n`);
    // A client that does not read would otherwise keep the connection open, and delay the shutdown.
    this.#deps.clock.after(this.#deps.options.closeGraceMs, () => this.#deps.response.destroy());
  }

  /** Stops reading the log, after the client has gone. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopHeartbeat();
    this.#reader.close();
  }

  get bytesInFlight(): number {
    return this.#deps.response.writableLength;
  }

  resumed(): void {
    this.#deps.stats.resumes += 1;
  }

  snapshot(json: string): void {
    this.#deps.stats.snapshots += 1;
    this.#write(`id: ${formatCursor(this.#deps.feed.position.loaded())}\nevent: snapshot\ndata: ${json}\n\n`);
  }

  reset(reason: ResetReason): void {
    this.#deps.stats.countReset(reason);
    this.#write(`event: reset\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  events(batch: Batch): void {
    const waiting = this.#deps.response.writableLength;
    if (waiting > 0 && waiting + batch.sse.length > this.#deps.options.maxInFlightBytes) {
      return this.close('slow-consumer');
    }
    this.#deps.stats.delivered += batch.entries.length;
    this.#write(batch.sse);
  }

  get hasRoom(): boolean {
    return !this.#deps.response.writableNeedDrain;
  }

  onceRoom(resume: () => void): void {
    this.#deps.response.once('drain', resume);
  }

  #beat(): void {
    const id = this.#reader.live ? `id: ${formatCursor(this.#deps.feed.position.loaded())}\n` : '';
    // No heartbeat while the client does not read.
    if (this.hasRoom) this.#write(`: heartbeat\n${id}\n`);
  }

  #write(text: string): void {
    if (!this.#closed) this.#deps.response.write(text);
  }
}

export interface EventStreamDeps {
  readonly response: ServerResponse;
  readonly feed: TenantFeed;
  readonly grant: Grant;
  readonly filter: Filter;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly stats: DeliverStats;
  /** Called for a defect; the stream ends itself. */
  readonly failed: (error: unknown) => void;
}
