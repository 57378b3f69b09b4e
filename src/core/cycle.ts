import type { Policy } from './call.js';
import type { Instant } from './observation.js';

/** What holds for every call in this cycle. */
export interface CycleFacts {
  readonly policy: Policy;
  readonly monitor: Window | null;
  readonly queue: Window | null;
  /** The monitor was seen completely in this cycle, so that a leg it does not show is not there. */
  readonly monitorComplete: boolean;
}

/** Between the last complete observation of an endpoint and this one; null where the endpoint was not observed. */
export interface Window {
  readonly earliest: Instant | null;
  readonly latest: Instant;
}
