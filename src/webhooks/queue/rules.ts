import type { Time } from '../../base/clock.js';
import type { LogEntry } from '../../deliver/log/log-entry.js';
import type { EndpointProgress } from '../../store/webhook-store.js';

/** What the queue needs to know of its endpoint; may change while it runs. */
export interface Rules {
  /** Whether the event is for the endpoint. */
  readonly wants: (entry: LogEntry) => boolean;
  /** For how long it is worth delivering after it was recorded, in milliseconds. */
  readonly maxAge: (entry: LogEntry) => number;
  readonly ratePerSecond: number | null;
  /** How many events one request may be of; at least 1. */
  readonly together: number;
}

export interface QueueDeps {
  readonly rules: Rules;
  readonly progress: EndpointProgress;
  /** `now` by the store's clock. */
  readonly time: Time;
  /** In [0, 1). */
  readonly random: () => number;
}
