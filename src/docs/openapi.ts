import { hrefOf, type PublicUrl } from '../base/public-url.js';
import { EVENT_TYPES } from '../core/model/event.js';
import { componentName, componentRef, componentSchemas, type JsonSchema } from '../schema/json-schema.js';
import type { Examples } from './examples.js';
import { type Operation, TAGS } from './operation.js';
import { operations } from './operations.js';
import { TENANT } from './parameters.js';

/** The version of the interface that an integrator programs against, not that of the program. */
export const INTERFACE_VERSION = '1.0.0';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: object;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: object;
  };
  readonly tags: readonly object[];
  readonly servers: readonly object[];
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description: string;
    readonly schema: object;
    readonly example?: string | readonly string[];
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: object; readonly example: object }>>;
  };
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
 * OpenAPI 3.1 of the service's addresses, made for generators of clients too: stable operation ids, titles for enums, and
 * no more schemas than are used. `operations.ts` lists and describes the addresses; a test compares it with the routes. The
 * schemas are those that events are checked with.
 */
export function openApiDocument(examples: Examples, publicUrl: PublicUrl | null): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [address, operation] of Object.entries(operations(examples))) {
    const [method, path] = address.split(' ') as [string, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pitel event bridge',
      version: INTERFACE_VERSION,
      description:
        'Call events of a Pitel cloud PBX over HTTP: the calls that are alive, the event log, and a stream of events as they happen. The AsyncAPI document describes the same events over Socket.IO and Redis.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      publicUrl === null
        ? { url: '/', description: 'Where this document is' }
        : { url: hrefOf(publicUrl), description: 'Where people reach the bridge' },
    ],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { bearer: { scheme: 'bearer', bearerFormat: 'JWT', type: 'http' } },
      schemas: usedSchemas(paths),
    },
  };
}

/** The schemas that the paths refer to, and those that these refer to. */
function usedSchemas(paths: object): Record<string, JsonSchema> {
  const { Event: event, ...others } = componentSchemas('draft-2020-12');
  const all: Record<string, JsonSchema> = { ...others, Event: { ...event, ...DISCRIMINATOR } };
  const used = new Set<string>();
  const follow = (part: object): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      follow(all[name!]!);
    }
  };
  follow(paths);
  return Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
}

/** By which generated clients know an event's type without trying one schema after the other. */
const DISCRIMINATOR = {
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(EVENT_TYPES.map((type) => [type, componentRef(componentName(type))])),
  },
};

function described(operation: Operation): OpenApiOperation {
  const { operationId, tag, summary, description, body, ok, parameters = [] } = operation;
  const problems = {
    ...(operation.public ? {} : WITH_A_TOKEN),
    ...operation.problems,
  };
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    security: operation.public ? [] : [{ bearer: [] }],
    parameters: [...parameters, ...(operation.public ? [] : [TENANT])].map((parameter) => ({
      ...parameter,
      required: parameter.in === 'path',
    })),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: { $ref: componentRef(body.component) },
                example: body.example,
              },
            },
          },
        }),
    responses: {
      200: {
        description: ok.description,
        content: {
          [ok.mediaType]: {
            schema:
              ok.component === undefined ? anything(ok.mediaType) : { $ref: componentRef(ok.component) },
            ...(ok.example === undefined ? {} : { example: ok.example }),
          },
          ...(ok.csv === undefined ? {} : { 'text/csv': tableOf(ok.csv) }),
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
  400: 'A parameter is not understood: `detail` names it and says what it must be. Or it is unknown: `detail` lists those that are known here (`_`, which jQuery adds, is let through)',
  401: 'The token is missing, invalid or expired, or it is in the address',
  403: 'A page of this origin may not use the service',
  429: 'Too many connections are open',
  503: 'The event log cannot be read at the moment, nothing was observed yet, or the stored state cannot be read',
};

function tableOf(lines: readonly string[]): { readonly schema: object; readonly example: string } {
  return { schema: anything('text/csv'), example: lines.map((line) => `${line}\r\n`).join('') };
}

function anything(mediaType: string): object {
  return { type: mediaType.endsWith('json') ? 'object' : 'string' };
}
