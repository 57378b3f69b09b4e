import type { Examples } from '../examples.js';
import { JSON_TYPE, type Operations } from '../operation.js';
import { after, CALL_FILTERS, instant, TYPES } from '../parameters.js';

const GONE = 'The cursor cannot be resumed; `reason` says why. Take a snapshot and continue from its cursor';

export function eventOperations({ events, snapshot: { cursor } }: Examples): Operations {
  const answered = events['call-answered'];
  return {
    'GET /v1/events': {
      operationId: 'listEvents',
      tag: 'events',
      summary: 'Events after a cursor, or of a time',
      description:
        'Oldest first. Without a cursor, the list begins with the oldest event in the log. Continue with the cursor of the answer: an empty list with the same cursor means that there are no more events yet; an empty list with a later cursor means that the filters leave out the events in between, or the token may not see them. With `until`, repeat it beside the cursor until `complete` is true: then you have every event of before it. `source-*` events pass every filter but `types`: they say when silence means nothing.',
      parameters: [
        after(cursor),
        instant(
          'since',
          'Instead of a cursor: the events recorded from this instant on (RFC 3339), those of earlier epochs included; continue with the cursor of the answer',
          answered.recordedtime,
        ),
        instant(
          'until',
          'Only events recorded before this instant (RFC 3339), with `since` or with a cursor. Ranges that meet in an instant share no event, and lose none',
          events['call-ended'].recordedtime,
        ),
        {
          name: 'limit',
          in: 'query',
          description: 'The maximum number of events',
          schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
        },
        TYPES,
        ...CALL_FILTERS,
      ],
      ok: {
        description: 'The events, and the cursor for the next request',
        mediaType: JSON_TYPE,
        component: 'Events',
        example: { cursor, events: [answered] },
      },
      problems: { 410: GONE },
    },
    'GET /v1/events/stream': {
      operationId: 'streamEvents',
      tag: 'events',
      summary: 'Events as they happen, as server-sent events',
      description:
        'Without a cursor, the stream begins with a `snapshot`, followed by live events. With a cursor, it begins with exactly the events after it, followed by live ones; if that cursor cannot be resumed, with `reset` and `snapshot`. `id:` is the cursor, `event:` the type, `data:` the event in one line. Between events the bridge sends comments, so that proxies keep the stream open, and sometimes an `id:` alone. Before the bridge ends the stream it sends an event `closing` with a `code`, except to a client that reads too slowly: that connection is cut without a notice, because its buffers are full. A browser sends `Last-Event-ID` by itself when it reconnects, but its EventSource cannot send a token: use fetch and read the body.',
      parameters: [
        {
          name: 'Last-Event-ID',
          in: 'header',
          description: 'The cursor to go on from; counts more than `after`',
          schema: { type: 'string' },
        },
        after(cursor),
        TYPES,
        ...CALL_FILTERS,
      ],
      ok: {
        description: 'The stream; it does not end by itself',
        mediaType: 'text/event-stream',
        example: streamExample(events['call-offered']),
      },
    },
  };
}

function streamExample(event: { readonly epoch: string; readonly sequence: string; readonly type: string }) {
  return `id: ${event.epoch}:${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
