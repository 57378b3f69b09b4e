import { z } from 'zod';
import { EVENT_TYPES, type EventType, schemaUri } from '../core/model/event.js';
import * as bodies from './body-schemas.js';
import { bridgeEvent, call, EVENT_SCHEMAS } from './event-schemas.js';
import * as callbacks from './callback-schemas.js';
import * as desk from './desk-views.js';
import * as history from './history-schemas.js';
import * as parts from './parts.js';
import * as stats from './stats-schemas.js';
import * as webhooks from './webhook-schemas.js';

/** The part of a JSON Schema that the documents' page reads. */
export interface JsonSchema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

const WHOLE_EVENT = 'event';
export type PublishedName = EventType | typeof WHOLE_EVENT;
export const PUBLISHED_NAMES: readonly PublishedName[] = [...EVENT_TYPES, WHOLE_EVENT];

/**
 * The JSON Schema (2020-12) behind an event's `dataschema`. That is, as CloudEvents has it, the schema of `data`, and
 * its `$id` is the `dataschema`; `event` is the schema of whole events of any type.
 */
export function publishedSchema(name: PublishedName): JsonSchema {
  const whole = name === WHOLE_EVENT;
  const schema: z.ZodType = whole ? bridgeEvent : EVENT_SCHEMAS[name].shape.data;
  const about = whole
    ? { title: 'event', description: 'An event of any type, as every transport carries it' }
    : { title: `data of ${name}`, description: EVENT_SCHEMAS[name].meta()?.description };
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema, $id: whole ? WHOLE_EVENT_URI : schemaUri(name), ...about, ...rest } as JsonSchema;
}

const WHOLE_EVENT_URI = 'urn:pitel-event-bridge:schema:event:1';

/** The component that holds whole events of a type: `call-started` is `CallStarted`, its data `CallStartedData`. */
export function componentName(type: EventType): string {
  return type.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

export const NAMED_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  PhoneNumber: parts.phoneNumber,
  Observed: parts.observed,
  Agent: parts.agent,
  Queue: parts.queue,
  Extension: parts.extensionView,
  Offer: parts.offer,
  TransferredFrom: parts.transferredFrom,
  ...Object.fromEntries(
    EVENT_TYPES.flatMap((type): [string, z.ZodType][] => [
      [componentName(type), EVENT_SCHEMAS[type]],
      [`${componentName(type)}Data`, EVENT_SCHEMAS[type].shape.data],
    ]),
  ),
  Event: bridgeEvent,
  Call: call,
  Source: bodies.source,
  QueueState: bodies.queueState,
  Snapshot: bodies.snapshot,
  Reset: bodies.reset,
  Closing: bodies.closing,
  Subscription: bodies.subscription,
  Handshake: bodies.handshake,
  Refresh: bodies.refresh,
  Refused: bodies.refused,
  Subscribed: bodies.subscribed,
  Refreshed: bodies.refreshed,
  Calls: bodies.callsBody,
  EndedCall: history.endedCall,
  EndedCalls: history.endedCallsBody,
  CallList: history.callList,
  AnyCall: history.anyCall,
  QueueStats: stats.queueStats,
  QueueStatsList: stats.queueStatsBody,
  AgentStats: stats.agentStats,
  AgentStatsList: stats.agentStatsBody,
  Events: bodies.eventsBody,
  Sources: bodies.sourcesBody,
  Queues: bodies.queuesBody,
  Registration: bodies.registrationBody,
  Callbacks: callbacks.callbacksBody,
  CallbackEntry: callbacks.callbackEntry,
  CallbackChanged: callbacks.callbackChanged,
  Dismissal: callbacks.dismissal,
  Callback: desk.callbackView,
  CallbackPart: desk.callbackPartView,
  Webhooks: webhooks.webhooksBody,
  Webhook: webhooks.webhook,
  WebhookAttempts: webhooks.webhookAttemptsBody,
  WebhookAttempt: webhooks.webhookAttempt,
  WebhookDeadLetters: webhooks.webhookDeadBody,
  WebhookDeadLetter: webhooks.webhookDeadLetter,
  WebhookResult: webhooks.webhookResult,
  WebhookReplay: webhooks.webhookReplay,
  WebhookReplayed: webhooks.webhookReplayed,
  WebhookResumed: webhooks.webhookResumed,
  Problem: bodies.problem,
};

/**
 * Every named schema for the `components.schemas` of a document. OpenAPI 3.1 speaks JSON Schema 2020-12, AsyncAPI 3
 * by default draft 7.
 */
export function componentSchemas(target: 'draft-2020-12' | 'draft-7'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED_SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', target, uri: componentRef });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema as JsonSchema]),
  );
}

export function componentRef(name: string): string {
  return `#/components/schemas/${name}`;
}
