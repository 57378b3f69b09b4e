import type { Queue } from '../model/call.js';
import {
  observedView,
  rfc3339,
  type ThresholdEventType,
  type ThresholdRule,
  type Transition,
} from '../model/event.js';
import type { Instant } from '../model/observation.js';
import type { Timed } from '../parts/honest-time.js';

export interface ThresholdChange {
  readonly queue: Queue;
  readonly rule: ThresholdRule;
  readonly limit: number;
  readonly value: number;
  /** When it was crossed. */
  readonly since: Instant;
  /** When this happened. */
  readonly timed: Timed;
}

export function thresholdEvent(type: ThresholdEventType, change: ThresholdChange): Transition {
  const { queue, rule, limit, value, since, timed } = change;
  const { id, name } = queue;
  return {
    type,
    subject: `queue/${id}`,
    discriminator: `${rule}/${since}`,
    time: timed.time,
    data: {
      rule,
      queue: { id, name },
      value,
      limit,
      since: rfc3339(since),
      observed: observedView(timed.observed),
    },
  };
}
