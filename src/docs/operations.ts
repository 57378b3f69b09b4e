import type { Examples } from './examples.js';
import type { Operations } from './operation.js';
import { callbackOperations } from './operations/callbacks.js';
import { callOperations } from './operations/calls.js';
import { eventOperations } from './operations/events.js';
import { pbxOperations } from './operations/pbx.js';
import { queueOperations } from './operations/queues.js';
import { SERVICE_OPERATIONS } from './operations/service.js';
import { statsOperations } from './operations/stats.js';
import { WEBHOOK_OPERATIONS } from './operations/webhooks.js';

/**
 * Describes each HTTP address, in reading order; a new concern is one more file beside those in `operations/`, and one more
 * line here. A test fails when the controllers have a route that is not described here, or lack one that is, and when an
 * address knows other parameters than it is described with.
 */
export function operations(examples: Examples): Operations {
  return {
    ...callOperations(examples),
    ...eventOperations(examples),
    ...queueOperations(examples),
    ...callbackOperations(examples),
    ...statsOperations(examples),
    ...pbxOperations(examples),
    ...WEBHOOK_OPERATIONS,
    ...SERVICE_OPERATIONS,
  };
}
