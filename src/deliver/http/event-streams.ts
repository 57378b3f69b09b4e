import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Filter, Grant } from '../access/audience.js';
import type { Clock, Stop } from '../../base/clock.js';
import type { ConnectionLimits } from '../access/connection-limits.js';
import { closeSpread } from '../drain.js';
import { EventStream } from './event-stream.js';
import type { ResolvedOptions } from '../access/options.js';
import { Refusal, reasonOf } from '../access/refusal.js';
import type { Relay } from '../log/relay.js';
import type { DeliverStats } from '../stats.js';
import type { TokenVerifier } from '../access/token.js';

const LAPSE_SWEEP_MS = 1_000;

export interface StreamRequest {
  readonly grant: Grant;
  readonly filter: Filter;
  readonly cursor: string | null;
  readonly address: string;
  /** Null where no token is asked for. */
  readonly token: string | null;
}

/**
 * The event streams that are open: counted with the sockets, ended when their token expires or its tenant is removed,
 * and on shutdown.
 */
export class EventStreams {
  private readonly streams = new Set<EventStream>();
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

  start(): void {
    this.stopSweep = this.clock.every(LAPSE_SWEEP_MS, () => {
      for (const stream of this.streams) stream.closeIfLapsed(this.tokens);
    });
  }

  open(response: ServerResponse, { grant, filter, cursor, address, token }: StreamRequest): void {
    const { socket } = response.req;
    // The client left while its token was verified: 'close' has been, and would never give back what is taken here.
    if (socket.destroyed || response.closed) return;
    if (this.draining) throw new Refusal('shutting-down');
    const releaseAddress = this.limits.takeAddress(address);
    const releaseToken = token === null ? () => undefined : this.limits.takeToken(token);
    if (releaseAddress === null || releaseToken === null) {
      releaseAddress?.();
      releaseToken?.();
      throw new Refusal('too-many-connections');
    }
    const feed = this.relay.feed(grant.tenant);
    const { options, clock, stats } = this;
    const stream = new EventStream(response, feed, grant, filter, options, clock, stats, (error) => {
      this.logger.error({ tenant: grant.tenant, reason: reasonOf(error) }, 'event stream failed');
    });
    this.streams.add(stream);
    stats.streams += 1;
    const release = () => {
      if (!this.streams.delete(stream)) return;
      socket.off('close', release);
      stream.end();
      stats.streams -= 1;
      releaseAddress();
      releaseToken();
    };
    response.once('close', release);
    // A response that waits for its turn behind another one on the connection never says 'close' itself.
    socket.once('close', release);
    stream.start(cursor);
  }

  clients(): Iterable<{ readonly bytesInFlight: number }> {
    return this.streams;
  }

  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    this.stopSweep();
    await closeSpread(this.streams, this.options.drainMs, this.clock, this.random);
  }
}
