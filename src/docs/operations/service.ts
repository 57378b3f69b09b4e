import { PUBLISHED_NAMES } from '../../schema/json-schema.js';
import { JSON_TYPE, type Operations } from '../operation.js';

export const SERVICE_OPERATIONS: Operations = {
  'GET /v1/schemas/{type}': {
    operationId: 'getEventSchema',
    tag: 'schemas',
    summary: 'The JSON Schema of an event type',
    description:
      "The JSON Schema (2020-12) of an event's `data`, with the event's `dataschema` as its `$id`. `event` is the schema of whole events of any type.",
    parameters: [
      {
        name: 'type',
        in: 'path',
        description: 'An event type, or `event`',
        schema: { type: 'string', title: 'SchemaName', enum: PUBLISHED_NAMES },
        example: 'call-offered',
      },
    ],
    ok: { description: 'The schema', mediaType: 'application/schema+json' },
    problems: { 404: 'There is no such event type' },
  },
  'GET /health/live': {
    operationId: 'getLiveness',
    tag: 'service',
    summary: 'Whether the process is alive',
    description: 'For orchestrators: restart the process when this does not answer.',
    public: true,
    ok: { description: 'The process is alive', mediaType: JSON_TYPE, example: { status: 'ok' } },
  },
  'GET /health/ready': {
    operationId: 'getReadiness',
    tag: 'service',
    summary: 'Whether the process should get traffic',
    description:
      'For orchestrators and load balancers: 503 while the store is away, this replica has no lease yet or the service is stopping. A tenants file that was refused while running is only a warning here. With tenants whose stored state cannot be read, the status is `degraded`, with their number.',
    public: true,
    ok: { description: 'The process should get traffic', mediaType: JSON_TYPE, example: { status: 'ok' } },
    problems: { 503: 'The process should not get traffic; the members of the problem document say why' },
  },
  'GET /metrics': {
    operationId: 'getMetrics',
    tag: 'service',
    summary: 'Metrics for Prometheus',
    description: "Metrics in Prometheus' text format. Names and labels hold no customer data.",
    public: true,
    ok: { description: 'The metrics', mediaType: 'text/plain' },
    problems: { 404: 'They are on `METRICS_PORT` alone, as `HOST` is no loopback address' },
  },
};
