import { EVENT_TYPES } from '../core/model/event.js';
import { PUBLISHED_NAMES } from '../schema/json-schema.js';
import type { Examples } from './examples.js';

/**
 * Describes each HTTP address, by method and path, in reading order. A test fails when the controllers have a route that is
 * not described here, or lack one that is.
 */
export interface Operation {
  /** The name that generated clients give it. It does not change when the code is renamed. */
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** Without a token. */
  readonly public?: true;
  readonly parameters?: readonly Parameter[];
  readonly ok: Answer;
  /** Statuses of problem documents, beside those that every address with a token has. */
  readonly problems?: Readonly<Record<number, string>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: object;
  readonly example?: string;
}

interface Answer {
  readonly description: string;
  readonly mediaType: string;
  /** The name of a component; absent where the answer is text or an object that the description explains. */
  readonly component?: string;
  readonly example?: unknown;
}

const JSON_TYPE = 'application/json';

const FILTERS: readonly Parameter[] = [
  {
    name: 'extensions',
    in: 'query',
    description: 'Only calls in which one of these extensions has, or had, a part; separated by commas',
    schema: { type: 'string' },
    example: '107,108',
  },
  {
    name: 'queues',
    in: 'query',
    description: 'Only calls in one of these queues, by id or name; with `extensions` it is a union',
    schema: { type: 'string' },
  },
];

const TYPES: Parameter = {
  name: 'types',
  in: 'query',
  description: `Only events of these types, separated by commas: ${EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}`,
  schema: { type: 'string' },
  example: 'call-offered,call-offer-ended',
};

const GONE = 'The cursor cannot be resumed; `reason` says why. Take a snapshot and continue from its cursor';

export function operations({ events, snapshot }: Examples): Readonly<Record<string, Operation>> {
  const { cursor, sources } = snapshot;
  const after: Parameter = {
    name: 'after',
    in: 'query',
    description: 'The cursor to continue from',
    schema: { type: 'string' },
    example: cursor,
  };
  return {
    'GET /v1/calls': {
      operationId: 'LogController_calls',
      summary: 'The calls that are alive',
      description:
        'The calls at the moment of the request. `cursor` is the position of the log at that moment: continue from it with `/v1/events` or the stream, and no event is missed or repeated.',
      parameters: FILTERS,
      ok: { description: 'The calls', mediaType: JSON_TYPE, component: 'Calls', example: snapshot },
    },
    'GET /v1/calls/{callId}': {
      operationId: 'LogController_call',
      summary: 'One call that is alive',
      description: 'A call that the token may not see is answered as if it did not exist.',
      parameters: [
        {
          name: 'callId',
          in: 'path',
          description: 'The `callId` of its events',
          schema: { type: 'string' },
          example: events['call-answered'].subject,
        },
      ],
      ok: { description: 'The call', mediaType: JSON_TYPE, component: 'Call', example: snapshot.calls[0] },
      problems: { 404: 'No such call is alive, or the token may not see it' },
    },
    'GET /v1/events': {
      operationId: 'LogController_events',
      summary: 'Events after a cursor',
      description:
        'Oldest first. Without a cursor, the list begins with the oldest event in the log. Continue with the cursor of the answer: an empty list with the same cursor means that there are no more events yet; an empty list with a later cursor means that the token may not see the events in between.',
      parameters: [
        after,
        {
          name: 'since',
          in: 'query',
          description:
            'Instead of a cursor: the events recorded from this instant on (RFC 3339), those of earlier epochs included; continue with the cursor of the answer',
          schema: { type: 'string', format: 'date-time' },
          example: events['call-answered'].recordedtime,
        },
        {
          name: 'limit',
          in: 'query',
          description: 'The maximum number of events',
          schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
        },
        TYPES,
        ...FILTERS,
      ],
      ok: {
        description: 'The events, and the cursor for the next request',
        mediaType: JSON_TYPE,
        component: 'Events',
        example: { cursor, events: [events['call-answered']] },
      },
      problems: { 410: GONE },
    },
    'GET /v1/events/stream': {
      operationId: 'LogController_stream',
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
        after,
        TYPES,
        ...FILTERS,
      ],
      ok: {
        description: 'The stream; it does not end by itself',
        mediaType: 'text/event-stream',
        example: streamExample(events['call-offered']),
      },
    },
    'GET /v1/extensions/{id}/registration': {
      operationId: 'LogController_registration',
      summary: 'Whether an extension is registered',
      description:
        'Answered from what the bridge knows while that is fresh (`WATCH_EXTENSIONS`); otherwise the bridge asks the PBX. `checkedAt` says when the PBX answered. Requests at the same time share one question to the PBX.',
      parameters: [
        {
          name: 'id',
          in: 'path',
          description: 'The extension, by number or uuid',
          schema: { type: 'string' },
          example: '107',
        },
      ],
      ok: {
        description: 'The registration',
        mediaType: JSON_TYPE,
        component: 'Registration',
        example: { extension: '107', registered: true, checkedAt: events['extension-registered'].time },
      },
      problems: {
        404: 'The PBX has no such extension, `id` is neither a number (1 to 15 digits) nor a uuid, or the token may not see it',
        429: 'Too many questions about extensions are under way',
        502: 'The PBX did not answer properly',
      },
    },
    'GET /v1/sources': {
      operationId: 'LogController_sources',
      summary: 'Whether the PBX is being observed',
      description:
        'The state of each polled endpoint: `down` means that what happens there is not observed at the moment, and `degraded` that it is not observed completely; `lastCompleteAt` says when it was last observed completely. `direction` says how the direction in the monitor’s rows is read.',
      ok: {
        description: 'The endpoints',
        mediaType: JSON_TYPE,
        component: 'Sources',
        example: { sources, direction: { meaning: 'call', source: 'learnt' } },
      },
    },
    'GET /v1/schemas/{type}': {
      operationId: 'SchemaController_schema',
      summary: 'The JSON Schema of an event type',
      description:
        "The JSON Schema (2020-12) of an event's `data`, with the event's `dataschema` as its `$id`. `event` is the schema of whole events of any type.",
      parameters: [
        {
          name: 'type',
          in: 'path',
          description: 'An event type, or `event`',
          schema: { type: 'string', enum: PUBLISHED_NAMES },
          example: 'call-offered',
        },
      ],
      ok: { description: 'The schema', mediaType: 'application/schema+json' },
      problems: { 404: 'There is no such event type' },
    },
    'GET /health/live': {
      operationId: 'HealthController_live',
      summary: 'Whether the process is alive',
      description: 'For orchestrators: restart the process when this does not answer.',
      public: true,
      ok: { description: 'The process is alive', mediaType: JSON_TYPE, example: { status: 'ok' } },
    },
    'GET /health/ready': {
      operationId: 'HealthController_ready',
      summary: 'Whether the process should get traffic',
      description:
        'For orchestrators and load balancers: 503 while the store is away, this replica has no lease yet or the service is stopping. A tenants file that was refused while running is only a warning here. With tenants whose stored state cannot be read, the status is `degraded`, with their number.',
      public: true,
      ok: { description: 'The process should get traffic', mediaType: JSON_TYPE, example: { status: 'ok' } },
      problems: { 503: 'The process should not get traffic; the members of the problem document say why' },
    },
    'GET /metrics': {
      operationId: 'MetricsController_text',
      summary: 'Metrics for Prometheus',
      description: "Metrics in Prometheus' text format. Names and labels hold no customer data.",
      public: true,
      ok: { description: 'The metrics', mediaType: 'text/plain' },
    },
  };
}

function streamExample(event: { readonly epoch: string; readonly sequence: string; readonly type: string }) {
  return `id: ${event.epoch}:${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
