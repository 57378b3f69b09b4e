import type { Examples } from '../examples.js';
import { JSON_TYPE, type Operations } from '../operation.js';
import { QUEUES } from '../parameters.js';

export function queueOperations({ snapshot: { cursor, queues, sources } }: Examples): Operations {
  return {
    'GET /v1/queues': {
      operationId: 'listQueues',
      tag: 'queues',
      summary: 'What goes on in the queues now',
      description:
        'Who waits, and for how long; which thresholds are crossed. A queue is listed for 30 days after its last caller. Numbers of a queue change too often for events: between two requests count the events of its calls, and take `queue-threshold-crossed` and `queue-threshold-cleared` as they come. While a source is not `up`, the numbers are what was known last, and no threshold is crossed or cleared.',
      parameters: [QUEUES],
      ok: {
        description: 'The queues, by name',
        mediaType: JSON_TYPE,
        component: 'Queues',
        example: { cursor, queues, sources },
      },
    },
  };
}
