import { hrefOf, type PublicUrl } from '../base/public-url.js';
import { EVENT_TYPES } from '../core/model/event.js';
import { componentName, componentRef, componentSchemas, type JsonSchema } from '../schema/json-schema.js';
import type { Examples } from './examples.js';
import { INTERFACE_VERSION } from './openapi.js';

/** The part of an AsyncAPI document that the page reads. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

export interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly contentType: string;
  readonly payload: { readonly $ref: string };
  readonly examples?: readonly { readonly payload: unknown }[];
}

interface Reference {
  readonly $ref: string;
}

/** The messages besides events that the bridge sends and understands on Socket.IO, with the schema of each. */
export const SENT = { snapshot: 'Snapshot', reset: 'Reset', closing: 'Closing' } as const;
export const UNDERSTOOD = { subscribe: 'Subscription', refresh: 'Refresh' } as const;
const ACKNOWLEDGED = { subscribed: 'Subscribed', refreshed: 'Refreshed', refused: 'Refused' } as const;

/** AsyncAPI 3.0 of Socket.IO and of the Redis channels and stream. */
export function asyncApiDocument(
  { events, snapshot }: Examples,
  publicUrl: PublicUrl | null,
): AsyncApiDocument {
  const schemas = componentSchemas('draft-7');
  const message = (name: string, schema: string, example?: unknown): Message => ({
    name,
    title: name,
    summary: schemas[schema]?.description ?? name,
    contentType: 'application/json',
    payload: { $ref: componentRef(schema) },
    ...(example === undefined ? {} : { examples: [{ payload: example }] }),
  });
  const examples: Readonly<Record<string, unknown>> = {
    snapshot,
    reset: { reason: 'epoch-changed' },
    closing: { code: 'shutting-down' },
    subscribe: { types: ['call-offered', 'call-offer-ended'], extensions: ['107'] },
    refresh: { token: '<a fresh token>' },
  };
  const named = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(names).map(([name, schema]) => [name, message(name, schema, examples[name])]),
    );
  const ofEvents = Object.fromEntries(
    EVENT_TYPES.map((type) => [type, message(type, componentName(type), events[type])]),
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Pitel event bridge: events',
      version: INTERFACE_VERSION,
      description:
        'Call events of a Pitel cloud PBX over Socket.IO and Redis. An event is the same CloudEvents 1.0 object on every transport.',
    },
    defaultContentType: 'application/json',
    servers: {
      bridge: {
        ...addressOf(publicUrl),
        protocol: 'socket.io',
        protocolVersion: '4',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
      redis: {
        host: '{host}',
        protocol: 'redis',
        description: "The bridge's Redis, for consumers inside the operator's network",
        variables: { host: { default: 'localhost:6379', description: 'Where Redis listens' } },
        security: [{ $ref: '#/components/securitySchemes/redisUser' }],
      },
    },
    channels: {
      socket: {
        address: '/',
        title: 'Socket.IO, the default namespace',
        description:
          "The handshake's `auth` is a `Handshake`. A client that connects gets `snapshot`, then live events; with `auth.cursor` it gets exactly the events after that cursor, then live ones. If that cursor cannot be resumed, or when events are lost that it had, it gets `reset` and `snapshot`, then live events. A refused handshake is a `connect_error` whose `data.code` is one of `Closing`'s codes.",
        servers: [reference('servers', 'bridge')],
        messages: references([...EVENT_TYPES, ...names(SENT), ...names(UNDERSTOOD), ...names(ACKNOWLEDGED)]),
      },
      pubsub: {
        address: 'pitel:{tenant}:{type}',
        title: 'Redis pub/sub',
        description:
          'Each event is published in the same atomic step that appends it to the log. Pub/sub delivers at most once: a gap in `sequence` shows a missed event; read it from the stream.',
        servers: [reference('servers', 'redis')],
        parameters: {
          tenant: { description: 'The tenant', examples: ['acme'] },
          type: { description: "The event's type", enum: [...EVENT_TYPES] },
        },
        messages: references(EVENT_TYPES),
      },
      stream: {
        address: 'pitel:{hashTag}:events',
        title: 'Redis stream',
        description:
          'The event log. Entry id `<sequence>-0`; one field, `event`, which holds the JSON of the event. Retained by count and age; read it with XRANGE or consumer groups.',
        servers: [reference('servers', 'redis')],
        parameters: {
          hashTag: {
            description:
              "The tenant in braces, which are part of the key: they keep a tenant's keys together in a cluster",
            examples: ['{acme}'],
          },
        },
        messages: references(EVENT_TYPES),
      },
    },
    operations: {
      sendEvents: {
        action: 'send',
        channel: reference('channels', 'socket'),
        summary: 'Events, the first messages, and the notice before the connection is closed',
        messages: [...EVENT_TYPES, ...names(SENT)].map((name) => inChannel('socket', name)),
      },
      subscribe: requested('subscribe', 'subscribed', 'Narrow what is sent; acknowledged'),
      refresh: requested('refresh', 'refreshed', 'Replace the token with a fresh one; acknowledged'),
      publishEvents: {
        action: 'send',
        channel: reference('channels', 'pubsub'),
        summary: 'Every event, as it is committed',
        messages: EVENT_TYPES.map((type) => inChannel('pubsub', type)),
      },
      appendEvents: {
        action: 'send',
        channel: reference('channels', 'stream'),
        summary: 'Every event, in the order of its sequence',
        messages: EVENT_TYPES.map((type) => inChannel('stream', type)),
      },
    },
    components: {
      messages: { ...ofEvents, ...named(SENT), ...named(UNDERSTOOD), ...named(ACKNOWLEDGED) },
      schemas,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: "In the handshake's `auth.token`, never in the URL. Bound to one tenant",
        },
        redisUser: {
          type: 'userPassword',
          description: "A Redis user that may read its tenant's channels and stream and nothing else",
        },
      },
    },
  } as AsyncApiDocument;
}

function addressOf(publicUrl: PublicUrl | null): object {
  if (publicUrl === null)
    return {
      host: '{host}',
      pathname: '/socket.io',
      description: 'The bridge, over Socket.IO 4 (`https` where a proxy ends TLS)',
      variables: { host: { default: 'localhost:3000', description: 'Where the bridge listens' } },
    };
  return {
    host: new URL(publicUrl.origin).host,
    pathname: `${publicUrl.path}/socket.io`,
    description: `The bridge, over Socket.IO 4 at ${hrefOf(publicUrl)}`,
  };
}

function names<Name extends string>(record: Readonly<Record<Name, string>>): Name[] {
  return Object.keys(record) as Name[];
}

function references(messages: readonly string[]): Record<string, Reference> {
  return Object.fromEntries(messages.map((name) => [name, reference('components/messages', name)]));
}

function requested(name: keyof typeof UNDERSTOOD, answer: keyof typeof ACKNOWLEDGED, summary: string) {
  return {
    action: 'receive',
    channel: reference('channels', 'socket'),
    summary,
    messages: [inChannel('socket', name)],
    reply: {
      channel: reference('channels', 'socket'),
      messages: [inChannel('socket', answer), inChannel('socket', 'refused')],
    },
  };
}

function reference(folder: string, name: string): Reference {
  return { $ref: `#/${folder}/${name}` };
}

function inChannel(channel: string, message: string): Reference {
  return reference(`channels/${channel}/messages`, message);
}
