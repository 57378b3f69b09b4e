import type { z } from 'zod';
import type {
  BridgeEvent,
  CallEvent,
  CallEventType,
  CallView,
  EventType,
  RegistrationEvent,
  RegistrationView,
  SourceEvent,
  SourceEventType,
  SourceView,
  WebhookEvent,
  CallbackEvent,
  CallbackEventView,
  ThresholdEvent,
  ThresholdView,
  WebhookHealthView,
} from '../core/model/event.js';
import type { Filter } from '../deliver/access/audience.js';
import type { ResetReason } from '../deliver/log/resumption.js';
import type { RefusalCode } from '../deliver/access/refusal.js';
import type { SourceEntry } from '../deliver/log/tenant-view.js';
import type { attemptBody, deadLetterBody, resultBody, webhookBody } from '../webhooks/http/bodies.js';
import type { webhook, webhookAttempt, webhookDeadLetter, webhookResult } from './webhook-schemas.js';
import type { closing, reset, source, subscription } from './body-schemas.js';
import {
  type bridgeEvent,
  type call,
  type callView,
  EVENT_SCHEMAS,
  type registrationView,
  type sourceView,
  type webhookHealthView,
} from './event-schemas.js';
import { callbackEventView, thresholdView } from './desk-views.js';

/**
 * Keeps the schemas and the types of the code equal: if one changes alone, this file does not compile
 * (`npm run typecheck`). Assignability is not enough, because a new optional field is assignable in both directions.
 */
type Equal<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

/** The same type without intersections, and mutable: schemas do not say `readonly`. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

type Extends<A, B> = A extends B ? true : false;
type Schemas = typeof EVENT_SCHEMAS;
type Emitted<Type extends EventType> = z.infer<Schemas[Type]>;
type KeysOfUnion<T> = T extends unknown ? keyof T : never;

/** The compiler checks `Statement`; at run time there is nothing to check. */
function holds<Statement extends true>(statement: Statement): void {
  expect(statement).toBe(true);
}

describe('the schemas and the types of the code', () => {
  it('agree on the data of calls, sources, registrations, webhooks, thresholds and call-backs', () => {
    holds<Equal<z.infer<typeof callView>, CallView>>(true);
    holds<Equal<z.infer<typeof sourceView>, SourceView>>(true);
    holds<Equal<z.infer<typeof registrationView>, RegistrationView>>(true);
    holds<Equal<z.infer<typeof webhookHealthView>, WebhookHealthView>>(true);
    holds<Equal<z.infer<typeof thresholdView>, ThresholdView>>(true);
    holds<Equal<z.infer<typeof callbackEventView>, CallbackEventView>>(true);
  });

  it('agree on the envelope', () => {
    type Bare<T> = Omit<T, 'data' | 'type' | 'dataschema'>;
    holds<Equal<Bare<Emitted<'call-started'>>, Bare<CallEvent>>>(true);
    holds<Equal<Bare<Emitted<'source-up'>>, Bare<SourceEvent>>>(true);
    holds<Equal<Bare<Emitted<'extension-registered'>>, Bare<RegistrationEvent>>>(true);
    holds<Equal<Bare<Emitted<'webhook-failing'>>, Bare<WebhookEvent>>>(true);
    holds<Equal<Bare<Emitted<'queue-threshold-crossed'>>, Bare<ThresholdEvent>>>(true);
    holds<Equal<Bare<Emitted<'callback-due'>>, Bare<CallbackEvent>>>(true);
  });

  it('agree on the types of events', () => {
    holds<Equal<keyof Schemas, EventType>>(true);
    holds<Equal<z.infer<typeof bridgeEvent>['type'], EventType>>(true);
    expect(Object.entries(EVENT_SCHEMAS).every(([type, schema]) => schema.shape.type.value === type)).toBe(
      true,
    );
  });

  it('differ only in that a schema promises more of its type than the code does', () => {
    holds<Extends<z.infer<typeof bridgeEvent>, BridgeEvent>>(true);
    holds<Extends<z.infer<typeof call>, CallView>>(true);
    holds<Equal<KeysOfUnion<Emitted<CallEventType>['data']>, keyof CallView>>(true);
    holds<Equal<KeysOfUnion<Emitted<SourceEventType>['data']>, keyof SourceView>>(true);
  });

  it('agree on the bodies about webhooks', () => {
    holds<Equal<z.infer<typeof webhook>, ReturnType<typeof webhookBody>>>(true);
    holds<Equal<z.infer<typeof webhookAttempt>, ReturnType<typeof attemptBody>>>(true);
    holds<Equal<z.infer<typeof webhookDeadLetter>, ReturnType<typeof deadLetterBody>>>(true);
    holds<Equal<z.infer<typeof webhookResult>, ReturnType<typeof resultBody>>>(true);
  });

  it('agree on the messages that delivery sends besides events', () => {
    holds<Equal<z.infer<typeof source>, SourceEntry>>(true);
    holds<Equal<z.infer<typeof reset>, { reason: ResetReason }>>(true);
    holds<Equal<z.infer<typeof closing>, { code: RefusalCode }>>(true);
    holds<Extends<z.infer<typeof subscription>, Filter>>(true);
    holds<Equal<keyof z.infer<typeof subscription>, keyof Filter>>(true);
  });
});
