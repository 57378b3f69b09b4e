import { INTERVALS } from '../../core/day/numbers.js';
import { AGENT_INTERVALS } from '../../deliver/http/query.js';
import type { Examples } from '../examples.js';
import { JSON_TYPE, type Operations } from '../operation.js';
import { EXTENSIONS, QUEUES, timeAndIntervals } from '../parameters.js';

const UNKNOWN =
  'What is not known is a range, is counted beside the number, or is null; it is never zero. Time in which the PBX was not watched is said with each interval. The definitions are in docs/statistics.md.';

export function statsOperations({ stats: { queues, agents } }: Examples): Operations {
  return {
    'GET /v1/stats/queues': {
      operationId: 'listQueueStats',
      tag: 'stats',
      summary: 'The numbers of queues, by quarter of an hour, hour or day',
      description: `Every interval that has begun, with the queues that somebody entered in it; a caller counts in the interval of arrival. A token of some queues gets theirs. ${UNKNOWN}`,
      parameters: [...timeAndIntervals(INTERVALS), QUEUES],
      ok: {
        description: 'The numbers',
        mediaType: JSON_TYPE,
        component: 'QueueStatsList',
        example: queues.body,
        csv: queues.csv,
      },
    },
    'GET /v1/stats/agents': {
      operationId: 'listAgentStats',
      tag: 'stats',
      summary: 'The numbers of agents, by hour or day',
      description: `Every interval that has begun, with the extensions of which something is known in it. A token of some extensions gets theirs, one of queues none. ${UNKNOWN}`,
      parameters: [...timeAndIntervals(AGENT_INTERVALS), EXTENSIONS],
      ok: {
        description: 'The numbers',
        mediaType: JSON_TYPE,
        component: 'AgentStatsList',
        example: agents.body,
        csv: agents.csv,
      },
    },
  };
}
