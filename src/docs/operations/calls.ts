import type { Examples } from '../examples.js';
import { JSON_TYPE, type Operations } from '../operation.js';
import { CALL_FILTERS, endedFilters, STATES } from '../parameters.js';

export function callOperations({ events, snapshot, ended }: Examples): Operations {
  return {
    'GET /v1/calls': {
      operationId: 'listCalls',
      tag: 'calls',
      summary: 'The calls that are alive, or those that have ended',
      description:
        'The calls at the moment of the request. `cursor` is the position of the log at that moment: continue from it with `/v1/events` or the stream, and no event is missed or repeated. With `state=ended` those of the history, newest first, page by page; both forms of a customer’s number find the same calls.',
      parameters: [...CALL_FILTERS, STATES, ...endedFilters(ended.next)],
      ok: {
        description: 'The calls; as a table only with `state=ended`',
        mediaType: JSON_TYPE,
        component: 'CallList',
        example: snapshot,
        csv: ended.csv,
      },
    },
    'GET /v1/calls/{callId}': {
      operationId: 'getCall',
      tag: 'calls',
      summary: 'One call, alive or ended',
      description:
        'Of a call that has ended, its last state and its story, as long as the history is kept. A call that the token may not see is answered as if it did not exist.',
      parameters: [
        {
          name: 'callId',
          in: 'path',
          description: 'The `callId` of its events',
          schema: { type: 'string' },
          example: events['call-answered'].subject,
        },
      ],
      ok: { description: 'The call', mediaType: JSON_TYPE, component: 'AnyCall', example: ended.call },
      problems: { 404: 'There is no such call, alive or in the history, or the token may not see it' },
    },
  };
}
