import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { componentRef, componentSchemas } from '../schema/json-schema.js';
import type { Examples } from './examples.js';
import { type Operation, operations } from './operations.js';

/** The version of the interface: what an integrator programs against, not that of the program. */
export const INTERFACE_VERSION = '1.0.0';

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Readonly<Record<string, object>>;
  readonly tags?: readonly object[];
  readonly servers?: readonly object[];
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

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch']);

/**
 * OpenAPI 3.1 of the addresses that `app` has. Its routes say which there are, `operations.ts` what they mean, and the
 * schemas are those that events are checked with.
 */
export function openApiDocument(app: INestApplication, examples: Examples): OpenApiDocument {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Pitel event bridge')
    .setDescription(
      'Call events of a Pitel cloud PBX over HTTP: the calls that are alive, the event log, and a stream of what happens. The same events come over Socket.IO and Redis, which the AsyncAPI document describes.',
    )
    .setVersion(INTERFACE_VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .build();
  const scanned = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  const known = operations(examples);
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [path, item] of Object.entries(scanned.paths)) {
    for (const [method, found] of Object.entries(item)) {
      if (!METHODS.has(method)) continue;
      const address = `${method.toUpperCase()} ${path}`;
      const operation = known[address] ?? undescribed(address);
      const { operationId } = found as { readonly operationId?: string };
      paths[path] = { ...paths[path], [method]: described(operation, operationId ?? address) };
    }
  }
  return {
    ...scanned,
    paths: inOrder(paths, known),
    components: { ...scanned.components, schemas: componentSchemas('draft-2020-12') },
  } as unknown as OpenApiDocument;
}

/** As `operations.ts` has them, for that is how they are read. */
function inOrder<Item>(paths: Readonly<Record<string, Item>>, known: object): Record<string, Item> {
  const order = Object.keys(known).map((address) => address.slice(address.indexOf('/')));
  const place = (path: string) => (order.includes(path) ? order.indexOf(path) : order.length);
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => place(a) - place(b)));
}

function described(operation: Operation, operationId: string): OpenApiOperation {
  const { summary, description, ok } = operation;
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

/** Better shown bare than missing; a test sees to it that there is none. */
function undescribed(address: string): Operation {
  return { summary: address, description: '', ok: { description: '', mediaType: 'application/json' } };
}

const WITH_A_TOKEN: Readonly<Record<number, string>> = {
  400: 'A parameter is not understood: `detail` names it and says what it must be',
  401: 'No token, one that does not hold or has expired, or one in the address',
  403: 'A page of this origin may not use the service',
  429: 'Too many connections are open',
  503: 'The event log cannot be read at the moment, or nothing was observed yet, or what is stored cannot be read',
};

function anything(mediaType: string): object {
  return { type: mediaType.endsWith('json') ? 'object' : 'string' };
}
