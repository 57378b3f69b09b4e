import type * as server from '../../src/core/model/event.js';
import type { ResetReason } from '../../src/deliver/log/resumption.js';
import type { RefusalCode } from '../../src/deliver/access/refusal.js';
import type { QueueEntry } from '../../src/deliver/log/held-queues.js';
import type { SourceEntry } from '../../src/deliver/log/tenant-view.js';
import type * as client from '../src/contract.js';

/**
 * Compiles only while the client's types are the server's. Types alone: nothing of the server is ever loaded.
 * `Same` is TypeScript's own notion of identical types, so an added, dropped, optional or widened field shows.
 */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : ['differs', A, B];
/** Aliases and interfaces resolved to the plain object they stand for, at every depth. */
type Plain<T> = T extends object ? { [Key in keyof T]: Plain<T[Key]> } : T;
type Equal<A, B> = Same<Plain<A>, Plain<B>>;
type Envelope<Event> = Omit<Event, 'type' | 'data'>;

export const compared: {
  readonly types: Equal<client.EventType, server.EventType>;
  readonly callTypes: Equal<client.CallEventType, server.CallEventType>;
  readonly sourceTypes: Equal<client.SourceEventType, server.SourceEventType>;
  readonly registrationTypes: Equal<client.RegistrationEventType, server.RegistrationEventType>;
  readonly webhookTypes: Equal<client.WebhookEventType, server.WebhookEventType>;
  readonly thresholdTypes: Equal<client.ThresholdEventType, server.ThresholdEventType>;
  readonly callbackTypes: Equal<client.CallbackEventType, server.CallbackEventType>;
  readonly envelope: Equal<Envelope<client.EventOf<'call-ended'>>, Envelope<server.CallEvent>>;
  readonly call: Equal<client.CallView, server.CallView>;
  readonly source: Equal<client.SourceView, server.SourceView>;
  readonly registration: Equal<client.RegistrationView, server.RegistrationView>;
  readonly webhook: Equal<client.WebhookHealthView, server.WebhookHealthView>;
  readonly threshold: Equal<client.ThresholdView, server.ThresholdView>;
  readonly callback: Equal<client.CallbackEventView, server.CallbackEventView>;
  readonly callData: Equal<client.EventData['call-ended'], server.CallEvent['data']>;
  readonly sourceData: Equal<client.EventData['source-up'], server.SourceEvent['data']>;
  readonly registrationData: Equal<
    client.EventData['extension-registered'],
    server.RegistrationEvent['data']
  >;
  readonly webhookData: Equal<client.EventData['webhook-failing'], server.WebhookEvent['data']>;
  readonly sourceEntry: Equal<client.SourceEntry, SourceEntry>;
  readonly queueState: Equal<client.QueueState, QueueEntry>;
  readonly resetReason: Equal<client.ResetReason, ResetReason>;
  readonly refusalCode: Equal<client.RefusalCode, RefusalCode>;
} = {
  types: true,
  callTypes: true,
  sourceTypes: true,
  registrationTypes: true,
  webhookTypes: true,
  thresholdTypes: true,
  callbackTypes: true,
  envelope: true,
  call: true,
  source: true,
  registration: true,
  webhook: true,
  threshold: true,
  callback: true,
  callData: true,
  sourceData: true,
  registrationData: true,
  webhookData: true,
  sourceEntry: true,
  queueState: true,
  resetReason: true,
  refusalCode: true,
};
