import { sumOfParts } from '../../src/core/callbacks/callback-view.js';
import type { Queue } from '../../src/core/model/call.js';
import type {
  CallbackEventType,
  CallbackEventView,
  CallbackPartView,
  CallbackView,
  ThresholdEventType,
  Transition,
} from '../../src/core/model/event.js';

/** Call-backs as events show them. */
export const SALES: Queue = { id: 'q-sales', name: 'Sales' };
export const CARE: Queue = { id: 'q-care', name: 'Care' };
const T0 = Date.UTC(2026, 2, 2, 3);
const at = (seconds: number) => new Date(T0 + seconds * 1_000).toISOString();

const PARTS: readonly CallbackPartView[] = [
  {
    queue: SALES,
    missed: 2,
    firstAt: at(10),
    lastAt: at(300),
    longestWaitMs: 42_000,
    callIds: ['c-sales-1', 'c-sales-2'],
    probable: false,
    afterHours: true,
  },
  {
    queue: CARE,
    missed: 1,
    firstAt: at(310),
    lastAt: at(310),
    longestWaitMs: 61_000,
    callIds: ['c-care-1'],
    probable: true,
    afterHours: false,
  },
  {
    queue: null,
    missed: 1,
    firstAt: at(600),
    lastAt: at(600),
    longestWaitMs: null,
    callIds: ['c-direct-1'],
    probable: false,
    afterHours: false,
  },
];

/** Missed twice by Sales, then by Care, then at a direct number; or only by the first `parts` of these. */
export function aCallback({ parts = PARTS.length } = {}): CallbackView {
  const shown = PARTS.slice(0, parts);
  return {
    id: 'cb-1',
    customer: { raw: '0905111222', e164: '+84905111222', national: '0905 111 222' },
    ...sumOfParts(shown),
    tried: 1,
    claimedBy: 'lan',
    claimedUntil: at(900),
    parts: shown,
  };
}

export function callbackTransition(
  type: CallbackEventType,
  callback: CallbackView,
  given: Partial<Pick<CallbackEventView, 'change' | 'missedCallId' | 'reason' | 'by' | 'probable'>> = {},
): Transition {
  const time = Date.parse(callback.lastAt);
  return {
    type,
    subject: `callback/${callback.id}`,
    discriminator: `${time}-${given.change ?? type}`,
    time,
    data: {
      callback,
      ...given,
      observed: { earliest: callback.lastAt, latest: callback.lastAt, certainty: 'observed' },
    },
  };
}

export function crossed(queue = SALES, type: ThresholdEventType = 'queue-threshold-crossed'): Transition {
  return {
    type,
    subject: `queue/${queue.id}`,
    discriminator: `waiting/${T0}`,
    time: T0,
    data: {
      rule: 'waiting',
      queue,
      value: 5,
      limit: 5,
      since: at(0),
      observed: { earliest: at(0), latest: at(1), certainty: 'observed' },
    },
  };
}
