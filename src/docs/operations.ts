import { EVENT_TYPES } from '../core/model/event.js';
import { PUBLISHED_NAMES } from '../schema/json-schema.js';
import type { Examples } from './examples.js';

/**
 * What is to be said about each HTTP address, by method and path, in the order in which they are read. A test fails when the
 * controllers have a route that is not described here, or not one that is.
 */
export interface Operation {
  /** The name that generated clients give it; it stays when the code is called something else. */
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
  /** Name of a component; without it, text or whatever the description says. */
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

const GONE = 'The cursor cannot be resumed; `reason` says why. Take a snapshot and go on from its cursor';

export function operations({ events, snapshot }: Examples): Readonly<Record<string, Operation>> {
  const { cursor, calls, sources } = snapshot;
  const after: Parameter = {
    name: 'after',
    in: 'query',
    description: 'The cursor to go on from',
    schema: { type: 'string' },
    example: cursor,
  };
  return {
    'GET /v1/calls': {
      operationId: 'LogController_calls',
      summary: 'The calls that are alive',
      description:
        'As of the request. `cursor` is where the log stood: ask `/v1/events` or the stream for what comes after it, and nothing is missed or repeated.',
      parameters: FILTERS,
      ok: { description: 'The calls', mediaType: JSON_TYPE, component: 'Calls', example: { cursor, calls } },
    },
    'GET /v1/calls/{callId}': {
      operationId: 'LogController_call',
      summary: 'One call that is alive',
      description: 'What the token may not see does not exist for it.',
      parameters: [
        {
          name: 'callId',
          in: 'path',
          description: 'The `callId` of its events',
          schema: { type: 'string' },
          example: events['call-answered'].subject,
        },
      ],
      ok: { description: 'The call', mediaType: JSON_TYPE, component: 'Call', example: calls[0] },
      problems: { 404: 'No such call is alive, or the token may not see it' },
    },
    'GET /v1/events': {
      operationId: 'LogController_events',
      summary: 'Events after a cursor',
      description:
        'Oldest first, from the oldest that is held where no cursor is given. Ask on with the cursor of the answer: an empty list with a cursor that has not moved means that there is nothing more yet; one that has moved passed over events that the token may not see.',
      parameters: [
        after,
        {
          name: 'since',
          in: 'query',
          description:
            'Instead of a cursor: the events recorded from this instant on (RFC 3339), those of earlier epochs included; go on with the cursor of the answer',
          schema: { type: 'string', format: 'date-time' },
          example: events['call-answered'].recordedtime,
        },
        {
          name: 'limit',
          in: 'query',
          description: 'How many at most',
          schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
        },
        TYPES,
        ...FILTERS,
      ],
      ok: {
        description: 'The events, and the cursor to ask with next',
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
        'Without a cursor a `snapshot` and then live events; with one exactly the events after it, then live ones; with one that cannot be resumed `reset`, `snapshot`, live. `id:` is the cursor, `event:` the type, `data:` the event in one line. Between events there are comments, so that proxies keep the stream open, and at times an `id:` alone. Before the bridge ends the stream there is an event `closing` with a `code`, except for a client that reads too slowly: it is cut without a word, for nothing more fits on its way. A browser sends `Last-Event-ID` by itself when it reconnects, but its EventSource cannot send a token: use fetch and read the body.',
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
      summary: 'Whether an extension is signed in',
      description:
        'From what the bridge knows while that is fresh (`WATCH_EXTENSIONS`), else the PBX is asked: `checkedAt` says when. Who ask at the same time share one question.',
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
        429: 'Too many extensions are being asked for at once',
        502: 'The PBX did not answer properly',
      },
    },
    'GET /v1/sources': {
      operationId: 'LogController_sources',
      summary: 'Whether the PBX is being watched',
      description:
        'Each polled endpoint: `down` means that what happens now is not seen, and `lastCompleteAt` since when.',
      ok: { description: 'The endpoints', mediaType: JSON_TYPE, component: 'Sources', example: { sources } },
    },
    'GET /v1/schemas/{type}': {
      operationId: 'SchemaController_schema',
      summary: 'The JSON Schema of an event type',
      description:
        "The schema that an event's `dataschema` names: of its `data`, with that name as `$id`. `event` is the schema of whole events of any type. JSON Schema 2020-12.",
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
      summary: 'Is the process alive',
      description: 'For orchestrators: restart it when this does not answer.',
      public: true,
      ok: { description: 'It is', mediaType: JSON_TYPE, example: { status: 'ok' } },
    },
    'GET /health/ready': {
      operationId: 'HealthController_ready',
      summary: 'Should it get traffic',
      description:
        'For orchestrators and load balancers: not while the store is away, this replica has no lease yet or the service is stopping. A file of tenants that was refused while running is a warning here and no reason; neither are tenants whose stored state cannot be read: the status is `degraded` then, with their number.',
      public: true,
      ok: { description: 'It should', mediaType: JSON_TYPE, example: { status: 'ok' } },
      problems: { 503: 'It should not; the members of the problem document say why' },
    },
    'GET /metrics': {
      operationId: 'MetricsController_text',
      summary: 'Metrics for Prometheus',
      description: "In Prometheus' text format. No customer data in names or labels.",
      public: true,
      ok: { description: 'The metrics', mediaType: 'text/plain' },
    },
  };
}

function streamExample(event: { readonly epoch: string; readonly sequence: string; readonly type: string }) {
  return `id: ${event.epoch}:${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
