import type { ServerResponse } from 'node:http';
import { onceOver } from '../access/answer-over.js';
import type { CallFilter } from '../access/audience.js';
import type { Stop } from '../../base/clock.js';
import type { ClientsDeps } from '../clients.js';
import { closeSpread } from '../drain.js';
import { EventStream } from './event-stream.js';
import { reasonOf } from '../../base/error-text.js';
import { Refusal } from '../access/refusal.js';
import type { Holder } from '../access/token.js';

const LAPSE_SWEEP_MS = 1_000;

export interface StreamRequest {
  readonly grant: Holder;
  readonly filter: CallFilter;
  readonly cursor: string | null;
}

/**
 * The open event streams: counted with the sockets, and ended when their token expires, their tenant is removed, or the
 * service shuts down.
 */
export class EventStreams {
  readonly #deps: ClientsDeps;
  readonly #streams = new Set<EventStream>();
  #draining = false;
  #stopSweep: Stop = () => undefined;

  constructor(deps: ClientsDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, tokens, bounds } = this.#deps;
    bounds.memory.watch(() => this.#streams);
    this.#stopSweep = clock.every(LAPSE_SWEEP_MS, () => {
      for (const stream of this.#streams) stream.closeIfLapsed(tokens);
    });
  }

  open(response: ServerResponse, { grant, filter, cursor }: StreamRequest): void {
    const { relay, limits, requests, options, clock, stats, bounds, logger } = this.#deps;
    const { tenant } = grant;
    // The client left while its token was verified.
    if (response.closed) return;
    if (this.#draining) throw new Refusal('shutting-down');
    const giveBack = limits.take(grant);
    if (giveBack === null) throw new Refusal('too-many-connections');
    requests.release(response);
    const feed = relay.feed(tenant);
    const failed = (error: unknown) =>
      logger.error({ tenant, reason: reasonOf(error) }, 'event stream failed');
    const { memory } = bounds;
    const stream = new EventStream({ response, feed, grant, filter, options, clock, stats, memory, failed });
    this.#streams.add(stream);
    stats.streams += 1;
    onceOver(response, () => {
      this.#streams.delete(stream);
      stream.end();
      stream.letGo();
      stats.streams -= 1;
      giveBack();
    });
    stream.start(cursor);
  }

  clients(): Iterable<{ readonly bytesInFlight: number }> {
    return this.#streams;
  }

  async drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    this.#stopSweep();
    const { options, clock, random } = this.#deps;
    await closeSpread(this.#streams, options.drainMs, clock, random);
  }
}
