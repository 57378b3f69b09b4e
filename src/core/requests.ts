import {
  CALLBACK_REQUEST_KINDS,
  type CallbackRequest,
  type CallbackResult,
} from './callbacks/callback-request.js';
import { type Desk, NOTHING_FOLLOWS, thenFollowed } from './desk.js';
import type { DeskDelta } from './desk-state.js';
import { observedView, rfc3339, type Transition, type WebhookEventType } from './model/event.js';
import type { Instant } from './model/observation.js';

/**
 * What others ask a tenant's polling owner to write, because only its commits write the tenant's log. Requests wait in the
 * tenant's inbox (`store/inbox.ts`); the owner decides here what they lead to, and commits that together with the answers.
 *
 * Guarantee: a request's `id` is of what it says, so asking again changes nothing.
 */
export type TenantRequest = WebhookRequest | CallbackRequest | ForgetRequest;

/** A customer has asked that what is stored of them be removed: here, what is owed to them. */
interface ForgetRequest {
  /** `forget/<what sets it apart>`: without the number, since it is kept with the answer. */
  readonly id: string;
  readonly kind: 'customer-forget';
  /** `lineOf` the customer. */
  readonly line: string;
  readonly at: Instant;
}

/** An endpoint of the tenant's webhooks fails, or works again. */
export interface WebhookRequest {
  /** `<type>/<endpoint>/<since>`. */
  readonly id: string;
  readonly kind: WebhookEventType;
  readonly endpoint: string;
  /** Since when every delivery has failed. */
  readonly since: Instant;
  /** When that was found to be so long, or when a delivery succeeded. */
  readonly at: Instant;
  /** The last failure, redacted, in one line of at most `REASON_MAX` characters. */
  readonly reason: string;
  /** How many events wait for the endpoint. */
  readonly waiting: number;
}

/** A longer reason is cut, so that a request has a bound. */
const REASON_MAX = 300;

export function webhookRequest(
  kind: WebhookEventType,
  { endpoint, since, at, reason, waiting }: Omit<WebhookRequest, 'id' | 'kind'>,
): WebhookRequest {
  const id = `${kind}/${endpoint}/${since}`;
  return { id, kind, endpoint, since, at, reason: reason.slice(0, REASON_MAX), waiting };
}

/** A request as the store gives it; null: it cannot be read. */
export interface WaitingRequest {
  readonly id: string;
  readonly request: TenantRequest | null;
}

/** What the asker learns: `written`, or why nothing was. */
export interface RequestAnswer {
  readonly id: string;
  readonly result: RequestResult;
}

/**
 * `unreadable`: a newer build has asked, or something else has written there. `refused`: the store took no commit that had
 * what the request leads to.
 */
export type RequestResult = CallbackResult | 'unreadable' | 'refused';

export interface Answered {
  readonly transitions: readonly Transition[];
  readonly desk: DeskDelta;
  readonly answers: readonly RequestAnswer[];
}

/**
 * What the requests lead to, in their order. Every one of them is answered.
 *
 * @param at when they are answered
 */
export function answersTo(waiting: readonly WaitingRequest[], desk: Desk, at: Instant): Answered {
  let followed = NOTHING_FOLLOWS;
  const answers: RequestAnswer[] = [];
  for (const { id, request } of waiting) {
    if (request === null) answers.push({ id, result: 'unreadable' });
    else if (isOfCallback(request)) {
      const { result, ...led } = desk.answer(request, at);
      followed = thenFollowed(followed, led);
      answers.push({ id, result });
    } else if (request.kind === 'customer-forget') {
      const { found, ...led } = desk.forget(request.line, at);
      followed = thenFollowed(followed, led);
      answers.push({ id, result: found ? 'written' : 'unchanged' });
    } else {
      followed = { ...followed, transitions: [...followed.transitions, webhookTransition(request)] };
      answers.push({ id, result: 'written' });
    }
  }
  return { transitions: followed.transitions, desk: followed.delta, answers };
}

function isOfCallback(request: TenantRequest): request is CallbackRequest {
  return (CALLBACK_REQUEST_KINDS as readonly string[]).includes(request.kind);
}

function webhookTransition({ kind, endpoint, since, at, reason, waiting }: WebhookRequest): Transition {
  return {
    type: kind,
    subject: `webhook/${endpoint}`,
    discriminator: String(since),
    time: at,
    data: {
      endpoint,
      since: rfc3339(since),
      reason,
      waiting,
      // Nothing is polled for it: the bridge was there.
      observed: observedView({ earliest: at, latest: at, certainty: 'observed' }),
    },
  };
}
