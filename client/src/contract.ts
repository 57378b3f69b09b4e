/**
 * The events of the bridge as a client sees them: the contract's types, declared here again so that the package
 * stands alone.
 *
 * Guarantee: they are the bridge's own. `test/contract-types.ts` compares them with the server's declarations and
 * neither compiles nor passes its test when one side moves. Instants are RFC 3339 in UTC with milliseconds, durations
 * milliseconds; a duration that is not known is null, never 0. Fields are only ever added.
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
export const SOURCE_EVENT_TYPES = ['source-down', 'source-degraded', 'source-up'] as const;
export const REGISTRATION_EVENT_TYPES = ['extension-registered', 'extension-unregistered'] as const;
export const WEBHOOK_EVENT_TYPES = ['webhook-failing', 'webhook-recovered'] as const;
export const THRESHOLD_EVENT_TYPES = ['queue-threshold-crossed', 'queue-threshold-cleared'] as const;
export const CALLBACK_EVENT_TYPES = ['callback-due', 'callback-updated', 'callback-done'] as const;
export const EVENT_TYPES = [
  ...CALL_EVENT_TYPES,
  ...SOURCE_EVENT_TYPES,
  ...REGISTRATION_EVENT_TYPES,
  ...WEBHOOK_EVENT_TYPES,
  ...THRESHOLD_EVENT_TYPES,
  ...CALLBACK_EVENT_TYPES,
] as const;

export type CallEventType = (typeof CALL_EVENT_TYPES)[number];
export type SourceEventType = (typeof SOURCE_EVENT_TYPES)[number];
export type RegistrationEventType = (typeof REGISTRATION_EVENT_TYPES)[number];
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];
export type ThresholdEventType = (typeof THRESHOLD_EVENT_TYPES)[number];
export type CallbackEventType = (typeof CALLBACK_EVENT_TYPES)[number];
export type EventType = (typeof EVENT_TYPES)[number];

export type Endpoint = 'monitor' | 'queue';
export type Direction = 'inbound' | 'outbound' | 'local';
export type Outcome = 'answered' | 'abandoned' | 'no-answer' | 'unknown';
export type OfferOutcome = 'answered' | 'answered-elsewhere' | 'not-answered' | 'caller-left';

/** Always as the PBX wrote it; in the other forms only where they are certain. */
export interface PhoneNumber {
  readonly raw: string;
  readonly e164: string | null;
  readonly national: string | null;
  /** The token does not show whole numbers: `raw` and `national` are what is left of this one, as `0905 *** 222`. */
  readonly masked?: true;
}

export interface Agent {
  readonly id: string | null;
  readonly name: string | null;
  readonly username: string | null;
  readonly extension: string | null;
}

export interface ObservedView {
  readonly earliest: string | null;
  readonly latest: string;
  readonly certainty: 'upstream' | 'observed' | 'inferred';
  /** With `upstream`: how exact the PBX's time is. */
  readonly precisionMs?: number;
}

export interface ExtensionView {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly agentName: string | null;
  /** `ended`: the extension had a part in the call and has none now. */
  readonly state: 'ringing' | 'answered' | 'ended';
}

export interface OfferView {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly outcome: OfferOutcome | null;
}

/** The whole current view of a call: `data` of every `call-*` event, and an entry of the snapshot. */
export interface CallView {
  readonly tenant: string;
  readonly callId: string;
  readonly linkedCallIds: readonly string[];
  readonly upstreamIds: readonly string[];
  readonly direction: Direction;
  readonly state: 'queued' | 'ringing' | 'answered' | 'ended';
  readonly customer: PhoneNumber | null;
  readonly hotline: PhoneNumber | null;
  readonly queue: Queue | null;
  /** Every queue that the caller has been in, in order. */
  readonly queues: readonly Queue[];
  /** The agent who talks, or the one being rung. */
  readonly agent: Agent | null;
  readonly extensions: readonly ExtensionView[];
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly waitMs: number | null;
  readonly talkMs: number | null;
  /** How the call ended; on `call-offer-ended`, how the offer did. */
  readonly outcome: Outcome | OfferOutcome | null;
  /** It was already there when the bridge first polled. */
  readonly baseline: boolean;
  readonly observed: ObservedView;
  /** On `call-offered` and `call-offer-ended`: the extension that was rung, and how the offer ended. */
  readonly offer?: OfferView;
  /** On `call-transferred`: who had the call before. */
  readonly transferredFrom?: { readonly extension: string };
  /** On `call-ended`: only a row of the queue was left of the call, which the PBX had forgotten. */
  readonly stale?: true;
}

/** `data` of the `source-*` events. */
export interface SourceView {
  readonly tenant: string;
  readonly endpoint: Endpoint;
  readonly state: 'up' | 'degraded' | 'down';
  readonly since: string;
  readonly reason: string | null;
  readonly lastCompleteAt: string | null;
  /** `source-up`: how long the source was not seen. */
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

/** A queue of the PBX. */
export interface Queue {
  readonly id: string;
  readonly name: string;
}

/** `waiting`: callers in the queue whom no agent has answered; `longestWait`: the longest of their waits, in whole seconds. */
export type ThresholdRule = 'waiting' | 'longestWait';

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

export type CallbackChange = 'missed' | 'tried' | 'claimed' | 'released' | 'reopened';

export type CallbackReason = 'called-back' | 'reached-us' | 'dismissed' | 'expired';

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
  readonly customer: PhoneNumber;
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

/** What an event type brings; narrower than the view where the contract promises a field. */
export interface EventData extends Record<CallEventType, CallView> {
  'call-offered': CallView & { readonly offer: OfferView };
  'call-offer-ended': CallView & { readonly offer: OfferView };
  'call-transferred': CallView & { readonly transferredFrom: { readonly extension: string } };
  'source-down': SourceView;
  'source-degraded': SourceView;
  'source-up': SourceView;
  'extension-registered': RegistrationView;
  'extension-unregistered': RegistrationView;
  'webhook-failing': WebhookHealthView;
  'webhook-recovered': WebhookHealthView;
  'queue-threshold-crossed': ThresholdView;
  'queue-threshold-cleared': ThresholdView;
  'callback-due': CallbackEventView;
  'callback-updated': CallbackEventView & { readonly change: CallbackChange };
  'callback-done': CallbackEventView & { readonly reason: CallbackReason };
}

/** A CloudEvents 1.0 envelope. `id` is the same whenever the same thing is announced again. */
export interface EventOf<Type extends EventType> {
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
  /** W3C Trace Context of the commit, where the bridge is traced. */
  readonly traceparent?: string;
  readonly data: EventData[Type];
}

/** Any event; `event.type` determines what `event.data` is. */
export type BridgeEvent = { [Type in EventType]: EventOf<Type> }[EventType];

export interface SourceEntry {
  readonly endpoint: Endpoint;
  readonly state: 'unknown' | 'up' | 'degraded' | 'down';
  readonly lastCompleteAt: string | null;
  readonly lastError: string | null;
  /** How far the PBX's clock is ahead of the bridge's; null if unknown. */
  readonly clockSkewMs: number | null;
}

/** What goes on in a queue, as of a snapshot: between two, count the events of its calls. */
export interface QueueState {
  readonly queue: Queue;
  /** Callers who have not been answered, with those for whom an extension rings. */
  readonly waiting: number;
  /** Those of the waiting for whom an extension rings. */
  readonly ringing: number;
  /** Calls of the queue that were answered and go on. */
  readonly talking: number;
  /** When the caller joined who has waited for longest; null: no caller waits. */
  readonly longestWait: { readonly since: string } | null;
  /** Those that are crossed. */
  readonly thresholds: readonly {
    readonly rule: ThresholdRule;
    readonly limit: number;
    readonly since: string;
  }[];
}

export interface Snapshot {
  readonly cursor: string;
  readonly calls: readonly CallView[];
  /** Those that the token may see, by name. */
  readonly queues: readonly QueueState[];
  readonly sources: readonly SourceEntry[];
}

/** Why the log no longer holds what happened since the cursor. */
export type ResetReason = 'epoch-changed' | 'cursor-too-old' | 'cursor-unknown' | 'cursor-malformed';

/** Why the bridge turned this client away. */
export type RefusalCode =
  | 'unauthorized'
  | 'token-expired'
  | 'token-revoked'
  | 'bad-signature'
  | 'token-in-url'
  | 'tenant-mismatch'
  | 'auth-unavailable'
  | 'origin-not-allowed'
  | 'too-many-connections'
  | 'too-many-messages'
  | 'bad-request'
  | 'slow-consumer'
  | 'memory-full'
  | 'state-unreadable'
  | 'shutting-down';
