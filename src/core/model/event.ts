import {
  type Agent,
  type Observed,
  type OfferOutcome,
  type Outcome,
  PBX_PRECISION_MS,
  type Queue,
} from './call.js';
import type { Direction, Endpoint, Instant, PhoneNumber } from './observation.js';
import { type Position, sequenceText } from './position.js';

/**
 * The events of the contract: CloudEvents 1.0 in JSON, the same object on every transport.
 *
 * Guarantees: `id` depends on tenant, call and transition alone, so an event that is announced twice has the same id
 * twice; `data` of a call event is the whole view of the call, so that no consumer needs an earlier event.
 */

export const CALL_EVENT_TYPES = [
  'call-started',
  'call-offered',
  'call-answered',
  'call-transferred',
  'call-offer-ended',
  'call-abandoned',
  'call-ended',
] as const;
export type CallEventType = (typeof CALL_EVENT_TYPES)[number];

const SOURCE_EVENT_TYPES = ['source-down', 'source-degraded', 'source-up'] as const;
export type SourceEventType = (typeof SOURCE_EVENT_TYPES)[number];

const REGISTRATION_EVENT_TYPES = ['extension-registered', 'extension-unregistered'] as const;
export type RegistrationEventType = (typeof REGISTRATION_EVENT_TYPES)[number];

const WEBHOOK_EVENT_TYPES = ['webhook-failing', 'webhook-recovered'] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

const THRESHOLD_EVENT_TYPES = ['queue-threshold-crossed', 'queue-threshold-cleared'] as const;
export type ThresholdEventType = (typeof THRESHOLD_EVENT_TYPES)[number];

export const CALLBACK_EVENT_TYPES = ['callback-due', 'callback-updated', 'callback-done'] as const;
export type CallbackEventType = (typeof CALLBACK_EVENT_TYPES)[number];

export const EVENT_TYPES = [
  ...CALL_EVENT_TYPES,
  ...SOURCE_EVENT_TYPES,
  ...REGISTRATION_EVENT_TYPES,
  ...WEBHOOK_EVENT_TYPES,
  ...THRESHOLD_EVENT_TYPES,
  ...CALLBACK_EVENT_TYPES,
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export type CallViewState = 'queued' | 'ringing' | 'answered' | 'ended';

export interface ObservedView {
  readonly earliest: string | null;
  readonly latest: string;
  readonly certainty: Observed['certainty'];
  /** How exact the PBX's time is; only with `upstream`. */
  readonly precisionMs?: number;
}

export interface ExtensionView {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly agentName: string | null;
  /** `ended`: the extension had a leg in the call and has none now. */
  readonly state: 'ringing' | 'answered' | 'ended';
}

/** A number as those see it who are shown the event. The log has no masked ones: `deliver/access/mask.ts`. */
export interface NumberView extends PhoneNumber {
  /** Only a part of it is shown, in place of `raw` and `national`. */
  readonly masked?: true;
}

/** `data` of every `call-*` event and of the snapshot: instants RFC 3339 in UTC with milliseconds, durations ms. */
export interface CallView {
  readonly tenant: string;
  readonly callId: string;
  readonly linkedCallIds: readonly string[];
  readonly upstreamIds: readonly string[];
  readonly direction: Direction;
  readonly state: CallViewState;
  readonly customer: NumberView | null;
  readonly hotline: NumberView | null;
  readonly queue: Queue | null;
  /** Every queue that the caller has been in, in order: a call goes on when its caller leaves one queue for another. */
  readonly queues: readonly Queue[];
  readonly agent: Agent | null;
  readonly extensions: readonly ExtensionView[];
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly waitMs: number | null;
  readonly talkMs: number | null;
  /** How the call ended; on `call-offer-ended`, how the offer did. */
  readonly outcome: Outcome | OfferOutcome | null;
  readonly baseline: boolean;
  readonly observed: ObservedView;
  /** On `call-offered` and `call-offer-ended`: the extension that rings or rang. */
  readonly offer?: OfferView;
  /** On the end of a call of which only a row of the queue was left, which the PBX had forgotten. */
  readonly stale?: true;
  /** On `call-transferred`: the extension that was connected before. */
  readonly transferredFrom?: { readonly extension: string };
}

interface OfferView {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly outcome: OfferOutcome | null;
}

/** `data` of the `source-*` events. */
export interface SourceView {
  readonly tenant: string;
  readonly endpoint: Endpoint;
  readonly state: 'up' | 'degraded' | 'down';
  /** Since when it was degraded or down. */
  readonly since: string;
  /** Why: the last failure, or what the last answer lacked, in one line without secrets. */
  readonly reason: string | null;
  readonly lastCompleteAt: string | null;
  /** On `source-up`: the time from the last complete observation to this one; null if there was none before. */
  readonly unwatchedMs: number | null;
  readonly observed: ObservedView;
}

/** `data` of `extension-registered` and `extension-unregistered`. */
export interface RegistrationView {
  readonly tenant: string;
  readonly extension: string;
  readonly registered: boolean;
  readonly observed: ObservedView;
}

/** `data` of `webhook-failing` and `webhook-recovered`. */
export interface WebhookHealthView {
  readonly tenant: string;
  /** The `id` of the webhook endpoint. */
  readonly endpoint: string;
  /** Since when every delivery to it has failed, or had failed until it recovered. */
  readonly since: string;
  /** The last failure, in one line without secrets. */
  readonly reason: string;
  /** How many events wait for it. */
  readonly waiting: number;
  readonly observed: ObservedView;
}

/** `waiting`: callers in the queue whom no agent has answered; `longestWait`: the longest of their waits, in whole seconds. */
export const THRESHOLD_RULES = ['waiting', 'longestWait'] as const;
export type ThresholdRule = (typeof THRESHOLD_RULES)[number];

/** `data` of `queue-threshold-crossed` and `queue-threshold-cleared`. */
export interface ThresholdView {
  readonly tenant: string;
  readonly rule: ThresholdRule;
  readonly queue: Queue;
  /** What it is now, in the unit of the rule. */
  readonly value: number;
  /** The operator's limit, in the unit of the rule. */
  readonly limit: number;
  /** Since when it has been crossed, or had been until it was cleared. */
  readonly since: string;
  readonly observed: ObservedView;
}

export const CALLBACK_CHANGES = ['missed', 'tried', 'claimed', 'released', 'reopened'] as const;
export type CallbackChange = (typeof CALLBACK_CHANGES)[number];

export const CALLBACK_REASONS = ['called-back', 'reached-us', 'dismissed', 'expired'] as const;
export type CallbackReason = (typeof CALLBACK_REASONS)[number];

/** What one queue's calls, or those without a queue, made of a call-back. */
export interface CallbackPartView {
  /** Null: calls without a queue. */
  readonly queue: Queue | null;
  readonly missed: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The longest wait that is known; null: none is. */
  readonly longestWaitMs: number | null;
  /** The newest of the calls that were missed, oldest first. */
  readonly callIds: readonly string[];
  /** None of its calls was certainly abandoned. */
  readonly probable: boolean;
  /** All of its calls came outside of business hours; false where the tenant has given none. */
  readonly afterHours: boolean;
}

/** Who is owed a call. The fields that a part has too are those of all parts together. */
export interface CallbackView extends Omit<CallbackPartView, 'queue'> {
  readonly id: string;
  readonly customer: NumberView;
  readonly queues: readonly Queue[];
  readonly tried: number;
  /** `sub` of the token of the person who is on it. */
  readonly claimedBy: string | null;
  readonly claimedUntil: string | null;
  readonly parts: readonly CallbackPartView[];
}

/** `data` of the `callback-*` events. */
export interface CallbackEventView {
  readonly tenant: string;
  readonly callback: CallbackView;
  /** On `callback-updated`. */
  readonly change?: CallbackChange;
  /** With `change: missed`: the call that was missed. Events of older releases do not say it. */
  readonly missedCallId?: string;
  /** On `callback-done`. */
  readonly reason?: CallbackReason;
  /** On `callback-done` and `callback-updated`: `sub` of the token of the person who did it; absent where no person did. */
  readonly by?: string;
  /** On `callback-done`: it follows from an answer that was only inferred. */
  readonly probable?: true;
  readonly observed: ObservedView;
}

interface Envelope<Type extends EventType, Data> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly recordedtime: string;
  readonly sequence: string;
  readonly epoch: string;
  /** W3C Trace Context of the commit (CloudEvents' distributed tracing extension), where the bridge is traced. */
  readonly traceparent?: string;
  readonly data: Data;
}

export type CallEvent = Envelope<CallEventType, CallView>;
export type SourceEvent = Envelope<SourceEventType, SourceView>;
export type RegistrationEvent = Envelope<RegistrationEventType, RegistrationView>;
export type WebhookEvent = Envelope<WebhookEventType, WebhookHealthView>;
export type ThresholdEvent = Envelope<ThresholdEventType, ThresholdView>;
export type CallbackEvent = Envelope<CallbackEventType, CallbackEventView>;
/** One event of the contract, as every transport carries it. */
export type BridgeEvent =
  | CallEvent
  | SourceEvent
  | RegistrationEvent
  | WebhookEvent
  | ThresholdEvent
  | CallbackEvent;

/** Something that `decide` found to have happened. A commit makes it an event with a position in the log. */
export type Transition = {
  readonly [Type in EventType]: {
    readonly type: Type;
    readonly subject: string;
    /** What sets this transition apart from others of its type on its subject, e.g. the extension offered. */
    readonly discriminator?: string;
    readonly time: Instant;
    readonly data: Omit<DataOf<Type>, 'tenant'>;
  };
}[EventType];

type DataOf<Type extends EventType> = Type extends CallEventType
  ? CallView
  : Type extends SourceEventType
    ? SourceView
    : Type extends RegistrationEventType
      ? RegistrationView
      : Type extends WebhookEventType
        ? WebhookHealthView
        : Type extends ThresholdEventType
          ? ThresholdView
          : CallbackEventView;

/** What all events of one commit share: the log's position before them, and when the commit was made. */
export interface LogStamp extends Position {
  readonly tenant: string;
  /** The instant of the commit; the store replaces it by its own clock's. */
  readonly recordedAt: Instant;
  /** The commit's trace context, if it is traced. */
  readonly traceparent?: string | undefined;
}

/**
 * Writes RFC 3339 in UTC with milliseconds. The events of a poll share a few instants, so the latest texts are cached.
 */
export function rfc3339(instant: Instant): string {
  const known = texts.get(instant);
  if (known !== undefined) return known;
  const text = new Date(instant).toISOString();
  if (texts.size >= KEPT_TEXTS) texts.clear();
  texts.set(instant, text);
  return text;
}

const texts = new Map<Instant, string>();
const KEPT_TEXTS = 1_000;

export function rfc3339OrNull(instant: Instant | null): string | null {
  return instant === null ? null : rfc3339(instant);
}

export function observedView(observed: Observed): ObservedView {
  const { certainty } = observed;
  const earliest = rfc3339OrNull(observed.earliest);
  const latest = rfc3339(observed.latest);
  return certainty === 'upstream'
    ? { earliest, latest, certainty, precisionMs: PBX_PRECISION_MS }
    : { earliest, latest, certainty };
}

/** Makes an event of each transition, in the order given. Their sequences follow `stamp.sequence` without a gap. */
export function toEvents(transitions: readonly Transition[], stamp: LogStamp): BridgeEvent[] {
  return transitions.map((transition, index) => {
    const { type, subject, discriminator, time, data } = transition;
    return {
      specversion: '1.0',
      id: [stamp.tenant, subject, type, ...(discriminator === undefined ? [] : [discriminator])].join('/'),
      source: `/pitel/${stamp.tenant}`,
      type,
      subject,
      time: rfc3339(time),
      datacontenttype: 'application/json',
      dataschema: schemaUri(type),
      recordedtime: rfc3339(stamp.recordedAt),
      sequence: sequenceText(stamp.sequence + index + 1),
      epoch: stamp.epoch,
      ...(stamp.traceparent === undefined ? {} : { traceparent: stamp.traceparent }),
      data: { tenant: stamp.tenant, ...data },
    } as BridgeEvent;
  });
}

/** Names the schema of an event type's `data`; the version changes only if a field changes its meaning. */
export function schemaUri(type: EventType): string {
  return `urn:pitel-event-bridge:schema:${type}:1`;
}
