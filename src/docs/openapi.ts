import { hrefOf, type PublicUrl } from '../base/public-url.js';
import { componentRef, componentSchemas } from '../schema/json-schema.js';
import type { Examples } from './examples.js';
import { type Operation, operations } from './operations.js';

/** The version of the interface that an integrator programs against, not that of the program. */
export const INTERFACE_VERSION = '1.0.0';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly contact: object;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Readonly<Record<string, object>>;
  readonly tags: readonly object[];
  readonly servers: readonly object[];
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description: string;
  }[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content: Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>;
      }
    >
  >;
}

/**
 * OpenAPI 3.1 of the service's addresses. `operations.ts` lists and describes them; a test compares it with the routes.
 * The schemas are those that events are checked with.
 */
export function openApiDocument(examples: Examples, publicUrl: PublicUrl | null): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [address, operation] of Object.entries(operations(examples))) {
    const [method, path] = address.split(' ') as [string, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    paths,
    info: {
      title: 'Pitel event bridge',
      description:
        'Call events of a Pitel cloud PBX over HTTP: the calls that are alive, the event log, and a stream of events as they happen. The AsyncAPI document describes the same events over Socket.IO and Redis.',
      version: INTERFACE_VERSION,
      contact: {},
    },
    tags: [],
    // None: where the document is.
    servers: publicUrl === null ? [] : [{ url: hrefOf(publicUrl) }],
    components: {
      securitySchemes: { bearer: { scheme: 'bearer', bearerFormat: 'JWT', type: 'http' } },
      schemas: componentSchemas('draft-2020-12'),
    },
  };
}

function described(operation: Operation): OpenApiOperation {
  const { operationId, summary, description, ok } = operation;
  const problems = {
    ...(operation.public ? {} : WITH_A_TOKEN),
    ...operation.problems,
  };
  return {
    operationId,
    summary,
    description,
    security: operation.public ? [] : [{ bearer: [] }],
    parameters: (operation.parameters ?? []).map((parameter) => ({
      ...parameter,
      required: parameter.in === 'path',
    })),
    responses: {
      200: {
        description: ok.description,
        content: {
          [ok.mediaType]: {
            schema:
              ok.component === undefined ? anything(ok.mediaType) : { $ref: componentRef(ok.component) },
            ...(ok.example === undefined ? {} : { example: ok.example }),
          },
        },
      },
      ...Object.fromEntries(
        Object.entries(problems).map(([status, why]) => [
          status,
          {
            description: why,
            content: { 'application/problem+json': { schema: { $ref: componentRef('Problem') } } },
          },
        ]),
      ),
    },
  };
}

const WITH_A_TOKEN: Readonly<Record<number, string>> = {
  400: 'A parameter is not understood: `detail` names it and says what it must be',
  401: 'The token is missing, invalid or expired, or it is in the address',
  403: 'A page of this origin may not use the service',
  429: 'Too many connections are open',
  503: 'The event log cannot be read at the moment, nothing was observed yet, or the stored state cannot be read',
};

function anything(mediaType: string): object {
  return { type: mediaType.endsWith('json') ? 'object' : 'string' };
}
