import type { ServerResponse } from 'node:http';
import { UnreadableStateError } from '../../store/errors.js';
import { formatCursor } from '../../core/model/cursor.js';
import { audienceOf, type Filter, type Grant } from '../access/audience.js';
import type { Batch } from '../log/batch.js';
import type { Clock, Stop } from '../../base/clock.js';
import { LogReader, type Outlet } from '../log/catch-up-reader.js';
import type { ResolvedOptions } from '../access/options.js';
import type { ResetReason } from '../log/resumption.js';
import type { RefusalCode } from '../access/refusal.js';
import type { DeliverStats } from '../stats.js';
import type { TenantFeed } from '../log/tenant-feed.js';
import type { TokenVerifier } from '../access/token.js';

/**
 * One client of `GET /v1/events/stream`: the promises and the bounds of a socket, on server-sent events.
 *
 * `id:` is the cursor, `event:` the type, `data:` the event. Every `heartbeatMs` a comment and, once the client is
 * live, an `id:` alone: it moves `Last-Event-ID` past events that the client may not see, so that a quiet client does
 * not fall behind the log's retention. Before the stream is ended by the service there is an event `closing`; not for a
 * slow consumer, which is cut: the notice would have to wait behind all that it does not read.
 */
export class EventStream implements Outlet {
  private readonly reader: LogReader;
  private readonly stopHeartbeat: Stop;
  private closed = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly feed: TenantFeed,
    private readonly grant: Grant,
    filter: Filter,
    private readonly options: ResolvedOptions,
    private readonly clock: Clock,
    private readonly stats: DeliverStats,
    failed: (error: unknown) => void,
  ) {
    this.reader = new LogReader(feed, this, audienceOf(grant, filter), (error) => {
      if (error instanceof UnreadableStateError) return this.close('state-unreadable');
      failed(error);
      response.destroy();
    });
    this.stopHeartbeat = clock.every(options.heartbeatMs, () => this.beat());
  }

  start(cursor: string | null): void {
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Proxies that collect answers would collect this one for ever.
      'X-Accel-Buffering': 'no',
    });
    this.response.write(': connected\n\n');
    this.reader.start(cursor);
  }

  closeIfLapsed(tokens: TokenVerifier): void {
    const why = tokens.lapsed(this.grant);
    if (why !== null) this.close(why);
  }

  close(code: RefusalCode): void {
    if (this.closed) return;
    this.end();
    this.stats.countClosed(code);
    if (code === 'slow-consumer') return void this.response.destroy();
    this.response.end(`event: closing\ndata: ${JSON.stringify({ code })}\n\n`);
    // A client that does not read would otherwise hold the connection, and the shutdown.
    this.clock.after(this.options.closeGraceMs, () => this.response.destroy());
  }

  /** Lets go of the log; for when the client has gone. */
  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.stopHeartbeat();
    this.reader.close();
  }

  get bytesInFlight(): number {
    return this.response.writableLength;
  }

  resumed(): void {
    this.stats.resumes += 1;
  }

  snapshot(json: string): void {
    this.stats.snapshots += 1;
    this.write(`id: ${formatCursor(this.feed.position!)}\nevent: snapshot\ndata: ${json}\n\n`);
  }

  reset(reason: ResetReason): void {
    this.stats.countReset(reason);
    this.write(`event: reset\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  events(batch: Batch): void {
    const waiting = this.response.writableLength;
    if (waiting > 0 && waiting + batch.sse.length > this.options.maxInFlightBytes) {
      return this.close('slow-consumer');
    }
    this.stats.delivered += batch.entries.length;
    this.write(batch.sse);
  }

  get hasRoom(): boolean {
    return !this.response.writableNeedDrain;
  }

  onceRoom(resume: () => void): void {
    this.response.once('drain', resume);
  }

  private beat(): void {
    const id = this.reader.live ? `id: ${formatCursor(this.feed.position!)}\n` : '';
    // A client that takes nothing needs no sign of life.
    if (this.hasRoom) this.write(`: heartbeat\n${id}\n`);
  }

  private write(text: string): void {
    if (!this.closed) this.response.write(text);
  }
}
