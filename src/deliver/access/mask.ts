import type {
  BridgeEvent,
  CallbackEventView,
  CallbackView,
  CallView,
  EventType,
  NumberView,
} from '../../core/model/event.js';
import type { PhoneNumber } from '../../core/model/observation.js';
import { customerKey, WITHHELD } from '../../core/parts/customer.js';

/**
 * Hides telephone numbers from those whose token does not show them whole: `0905 *** 222`.
 *
 * Guarantees:
 * - What is left depends on the line alone, and not on how the PBX wrote it: at most the first four digits and the last three,
 *   fewer of a shorter number, none of one with fewer than seven. Neither its length nor a name beside it is left.
 * - Thousands of lines have one mask: two that are equal need not be one customer, and nothing turns a mask back.
 * - A masked number has no `e164`, so nothing can dial it or look it up, and says `masked`. One that the caller withholds is as it
 *   was: there is nothing to hide.
 * - The hotline is masked as well, but for one of 1800… and 1900…: where the PBX's word for the direction is misread, as it may be
 *   until it is learnt (`observe/direction.ts`), the customer's number stands there.
 *
 * Not hidden: ids, which do not depend on numbers (`source/parse/queue-row.ts`), and names of agents and queues.
 */
export function maskedNumber(number: PhoneNumber): NumberView {
  if (customerKey(number) === WITHHELD) return number;
  const text = maskOf(number);
  return { raw: text, e164: null, national: number.national === null ? null : text, masked: true };
}

/** Without fields of a newer release: any of them may hold a number. */
export function maskedCall(call: CallView): CallView {
  const { customer, hotline } = call;
  return {
    ...only(call, CALL_FIELDS),
    customer: customer === null ? null : maskedNumber(customer),
    hotline: hotline === null || isHotline(hotline) ? hotline : maskedNumber(hotline),
  };
}

/** Without fields of a newer release, as a call. */
export function maskedCallback(callback: CallbackView): CallbackView {
  return { ...only(callback, CALLBACK_FIELDS), customer: maskedNumber(callback.customer) };
}

/** The event as it reads where numbers are masked; to be asked only of one that `maskingOf` calls for. */
export function maskedEvent(event: BridgeEvent): BridgeEvent {
  switch (event.type) {
    case 'callback-due':
    case 'callback-updated':
    case 'callback-done': {
      const { callback } = event.data;
      return {
        ...event,
        data: { ...only(event.data, CALLBACK_EVENT_FIELDS), callback: maskedCallback(callback) },
      };
    }
    default:
      return { ...event, data: maskedCall(event.data as CallView) } as BridgeEvent;
  }
}

/**
 * Whether events of this type hold a number. `hide`: one may be anywhere in it, so that those for whom numbers are masked do not see
 * it: the types of a newer release, and what a receiver of webhooks has answered.
 */
export function maskingOf(type: EventType): 'none' | 'mask' | 'hide' {
  return Object.hasOwn(MASKING, type) ? MASKING[type] : 'hide';
}

const MASKING: Readonly<Record<EventType, 'none' | 'mask' | 'hide'>> = {
  'call-started': 'mask',
  'call-offered': 'mask',
  'call-answered': 'mask',
  'call-transferred': 'mask',
  'call-offer-ended': 'mask',
  'call-abandoned': 'mask',
  'call-ended': 'mask',
  'source-down': 'none',
  'source-degraded': 'none',
  'source-up': 'none',
  'extension-registered': 'none',
  'extension-unregistered': 'none',
  'webhook-failing': 'hide',
  'webhook-recovered': 'hide',
  'queue-threshold-crossed': 'none',
  'queue-threshold-cleared': 'none',
  'callback-due': 'mask',
  'callback-updated': 'mask',
  'callback-done': 'mask',
};

/** Every field of a view, so that one that is added must be thought of here too. */
type Fields<View> = Readonly<Record<keyof View, true>>;

const CALL_FIELDS: Fields<CallView> = {
  tenant: true,
  callId: true,
  linkedCallIds: true,
  upstreamIds: true,
  direction: true,
  state: true,
  customer: true,
  hotline: true,
  queue: true,
  queues: true,
  agent: true,
  extensions: true,
  startedAt: true,
  answeredAt: true,
  endedAt: true,
  waitMs: true,
  talkMs: true,
  outcome: true,
  baseline: true,
  observed: true,
  offer: true,
  stale: true,
  transferredFrom: true,
};

const CALLBACK_EVENT_FIELDS: Fields<CallbackEventView> = {
  tenant: true,
  callback: true,
  change: true,
  missedCallId: true,
  reason: true,
  by: true,
  probable: true,
  observed: true,
};

const CALLBACK_FIELDS: Fields<CallbackView> = {
  id: true,
  customer: true,
  queues: true,
  missed: true,
  tried: true,
  firstAt: true,
  lastAt: true,
  longestWaitMs: true,
  callIds: true,
  probable: true,
  afterHours: true,
  claimedBy: true,
  claimedUntil: true,
  parts: true,
};

/** In the order of the view. */
function only<View extends object>(view: View, fields: Fields<View>): View {
  return Object.fromEntries(Object.entries(view).filter(([name]) => Object.hasOwn(fields, name))) as View;
}

/** How much of a number of at least so many digits is left, longest first. */
const LEFT = [
  { digits: 16, head: 0, tail: 0 },
  { digits: 10, head: 4, tail: 3 },
  { digits: 7, head: 2, tail: 2 },
  { digits: 0, head: 0, tail: 0 },
] as const;

function maskOf({ raw, e164, national }: PhoneNumber): string {
  const certain = national ?? e164 ?? raw.trim();
  // Only ASCII: a digit of another script is no digit here, and is not left.
  const digits = certain.replace(/[^0-9]/g, '');
  const { head, tail } = LEFT.find((one) => digits.length >= one.digits)!;
  if (head === 0) return STARS;
  return `${certain.startsWith('+') ? '+' : ''}${digits.slice(0, head)} ${STARS} ${digits.slice(-tail)}`;
}

const STARS = '***';

/** They are called and do not call: no customer has one. */
function isHotline({ raw, e164 }: PhoneNumber): boolean {
  return e164 === null && /^(?:\+?84|0)?1[89]00\d{2,8}$/.test(raw.replace(/[\s().-]/g, ''));
}
