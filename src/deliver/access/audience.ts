import type { Queue } from '../../core/model/call.js';
import {
  type BridgeEvent,
  CALL_EVENT_TYPES,
  type CallbackEvent,
  type CallbackPartView,
  type CallbackView,
  type CallEvent,
  type CallView,
  type CallViewState,
  type EventType,
} from '../../core/model/event.js';
import { nameForm } from '../../core/model/name-form.js';
import type { Instant } from '../../core/model/observation.js';
import { customerKey } from './customer-key.js';
import { maskingOf } from './mask.js';

/**
 * Decides who may see what. Pure, and the only place that does: snapshot, catch-up, live events, HTTP and event streams
 * all use it. How what somebody sees reads for them is `shown-to.ts`.
 *
 * - A call is visible to an extension's token from the first event in which the extension is a participant, so that no
 *   earlier event shows it the customer's number.
 * - A call is visible to a queue's token while and after it is in that queue, by the queue's id or name.
 * - `extensions` and `queues` together are a union. An empty list grants nothing, a missing one does not narrow.
 *   With `queues` alone no extension is granted, and the other way round.
 * - Registrations are visible by extension. `source-*` events carry no customer data: every token of the tenant sees
 *   them.
 * - `webhook-*` events name the operator's receivers: only a token that is not narrowed sees them.
 * - `queue-*` events are visible to the tokens of that queue, by its id or name.
 * - A call-back is visible to the tokens of one of its queues, with the parts that these queues' calls made: for a filter
 *   too there are no others. The part that direct calls made is visible to tokens that are not narrowed.
 * - A filter narrows what the grant gives and cannot widen it: both must agree.
 * - `customers` and `states` narrow further, each by itself: they add nothing to `extensions` and `queues`.
 * - Where a grant does not show whole numbers (`NumbersShown`), they are masked (`mask.ts`); events that may hold one anywhere are
 *   not seen, and `customers` finds nothing whose number is masked, or it would reveal the number.
 * - Names are compared by their `nameForm`, so that a token or filter for a name means it however it is encoded.
 */
interface Scope {
  readonly extensions?: readonly string[] | undefined;
  readonly queues?: readonly string[] | undefined;
}

/** What a token allows. */
export interface Grant extends Scope {
  readonly tenant: string;
  readonly expiresAt: Instant;
  /** Left out: `full`. */
  readonly numbers?: NumbersShown;
}

/** Which telephone numbers are shown whole: all; those of calls in which one of the token's extensions takes part; or none. */
export type NumbersShown = 'full' | 'own' | 'masked';

/** What a client wants to get. `types` concerns events only; a snapshot holds calls of every state. */
export interface Filter extends Scope {
  readonly types?: readonly EventType[] | undefined;
}

/** What an HTTP request may ask for besides. An empty list matches no call, a missing one does not narrow. */
export interface CallFilter extends Filter {
  /** Calls of one of these customers, by `keysOfCustomer`. */
  readonly customers?: readonly string[] | undefined;
  readonly states?: readonly CallViewState[] | undefined;
}

/** The part of an event that decides who may see it: taken once per event, checked once per audience. */
export interface Exposure {
  /** Visible to the whole tenant. */
  readonly public: boolean;
  /** `nameForm` of each participant. */
  readonly extensions: readonly string[];
  /** `nameForm` of the id and of the name of each queue that the caller has been in. */
  readonly queues: readonly string[];
  /** `customerKey` of the call's customer; null where it has none. */
  readonly customer: string | null;
  /** Null of what is no call. */
  readonly state: CallViewState | null;
  /** Of a call-back, in the order of its parts; null of everything that is seen as a whole or not at all. */
  readonly parts: readonly ExposedPart[] | null;
}

interface ExposedPart {
  /** `nameForm` of the id and of the name of its queue; none of the part without a queue. */
  readonly queues: readonly string[];
  /** Whether the event says something of this part: not of an update that another queue's call has led to. */
  readonly isNews: boolean;
}

const NO_CALL = { extensions: [], queues: [], customer: null, state: null, parts: null };
const PUBLIC: Exposure = { public: true, ...NO_CALL };
/** Only clients that may see everything get it. */
const OF_ALL: Exposure = { public: false, ...NO_CALL };

export function exposureOf(event: BridgeEvent): Exposure {
  switch (event.type) {
    case 'source-down':
    case 'source-degraded':
    case 'source-up':
      return PUBLIC;
    case 'extension-registered':
    case 'extension-unregistered':
      return exposureOfExtension(event.data.extension);
    case 'webhook-failing':
    case 'webhook-recovered':
      return OF_ALL;
    case 'queue-threshold-crossed':
    case 'queue-threshold-cleared':
      return exposureOfQueue(event.data.queue);
    case 'callback-due':
    case 'callback-updated':
    case 'callback-done':
      return exposureOfCallback(event.data.callback, newsOf(event));
    default:
      // An event of a newer release may be anybody's.
      return isCallEvent(event) ? exposureOfCall(event.data) : OF_ALL;
  }
}

export function exposureOfCall(call: CallView): Exposure {
  const extensions = new Set(call.extensions.map((view) => view.extension));
  const talking = call.agent?.extension ?? null;
  if (talking !== null) extensions.add(talking);
  if (call.offer !== undefined) extensions.add(call.offer.extension);
  return {
    public: false,
    extensions: [...extensions].map(nameForm),
    queues: call.queues.flatMap(namesOf),
    customer: call.customer === null ? null : customerKey(call.customer),
    state: call.state,
    parts: null,
  };
}

/** @param isNewsOf whether an event says something of this part; where it does of none, it may be of any */
export function exposureOfCallback(
  { customer, parts }: Pick<CallbackView, 'customer' | 'parts'>,
  isNewsOf: (part: CallbackPartView) => boolean = () => true,
): Exposure {
  const isKnown = parts.some(isNewsOf);
  return {
    public: false,
    ...NO_CALL,
    customer: customerKey(customer),
    parts: parts.map((part) => ({
      queues: part.queue === null ? [] : namesOf(part.queue),
      isNews: !isKnown || isNewsOf(part),
    })),
  };
}

/**
 * That the customer was missed again is news of the part that has the call, which is its newest. An event of an older release does
 * not name the call: then its time says which part it is, unless another was missed in the same second of the PBX.
 */
function newsOf({ time, data }: CallbackEvent): (part: CallbackPartView) => boolean {
  const { change, missedCallId } = data;
  if (change !== 'missed') return () => true;
  return missedCallId === undefined
    ? ({ lastAt }) => lastAt === time
    : ({ callIds }) => callIds.at(-1) === missedCallId;
}

/** @param queue its name is null where only its id is known */
export function exposureOfQueue(queue: { readonly id: string; readonly name: string | null }): Exposure {
  return { public: false, ...NO_CALL, queues: namesOf({ id: queue.id, name: queue.name ?? queue.id }) };
}

function namesOf({ id, name }: Queue): string[] {
  return [nameForm(id), nameForm(name)];
}

/** The sets of a grant and a filter, made once per client and shared by all clients that agree in both. */
export interface Audience {
  /** Equal for audiences that see the same. */
  readonly key: string;
  /** Sees everything of its tenant. */
  readonly unrestricted: boolean;
  /**
   * A call that it sees has one of these names (in their `nameForm`): where grant and filter both narrow, the fewer. Null
   * where calls of any name may be seen.
   */
  readonly reach: Reach | null;
  sees(type: EventType, exposure: Exposure): boolean;
  seesCall(exposure: Exposure): boolean;
  /** Numbers of a queue: customers and states, which are of calls, do not narrow them. */
  seesQueue(exposure: Exposure): boolean;
  /** Whether the numbers in what has this exposure are masked. */
  masks(exposure: Exposure): boolean;
  /** Whether `masks` is so of anything. */
  readonly masksSome: boolean;
  /** Which parts of a call-back the grant shows, by their places; null: all, and all of what has no parts. */
  partsSeen(exposure: Exposure): readonly number[] | null;
}

interface Reach {
  readonly extensions: ReadonlySet<string>;
  readonly queues: ReadonlySet<string>;
}

const masksNothing = () => false;

/** The one audience of all clients without a narrowing grant or filter. */
const EVERYTHING: Audience = {
  key: '*',
  unrestricted: true,
  reach: null,
  sees: () => true,
  seesCall: () => true,
  seesQueue: () => true,
  masks: masksNothing,
  masksSome: false,
  partsSeen: () => null,
};

export function audienceOf(grant: Grant, filter: CallFilter): Audience {
  const granted = reachOf(grant);
  const wanted = reachOf(filter);
  const masks = maskerOf(grant, granted);
  const matches = matcherOf(filter, masks);
  const types = filter.types === undefined ? null : new Set<string>(filter.types);
  if (granted === null && wanted === null && types === null && matches === null && masks === null)
    return EVERYTHING;
  const isWithinBoth = (exposure: Exposure) =>
    exposure.parts === null
      ? isWithin(granted, exposure) && isWithin(wanted, exposure)
      : hasNewsFor(granted, wanted, exposure.parts);
  const seesCall =
    matches === null ? isWithinBoth : (exposure: Exposure) => isWithinBoth(exposure) && matches(exposure);
  return {
    key: JSON.stringify([scopeKey(grant), scopeKey(filter), callKey(filter), grant.numbers ?? 'full']),
    unrestricted: false,
    reach: fewer(granted, wanted),
    sees: (type, exposure) =>
      (types === null || types.has(type)) &&
      (masks === null || maskingOf(type) !== 'hide' || !masks(exposure)) &&
      seesCall(exposure),
    seesCall,
    seesQueue: isWithinBoth,
    masks: masks ?? masksNothing,
    masksSome: masks !== null,
    partsSeen: ({ parts }) => (parts === null ? null : partsWithin(granted, parts)),
  };
}

export function maySee(grant: Grant, filter: CallFilter, event: BridgeEvent): boolean {
  return event.data.tenant === grant.tenant && audienceOf(grant, filter).sees(event.type, exposureOf(event));
}

/** Whether the token shows the extension's registration. */
export function maySeeExtension(grant: Grant, extension: string): boolean {
  return audienceOf(grant, {}).seesCall(exposureOfExtension(extension));
}

export function exposureOfExtension(extension: string): Exposure {
  return { public: false, ...NO_CALL, extensions: [nameForm(extension)] };
}

/** Null where the grant shows all numbers. */
function maskerOf(
  { numbers = 'full' }: Grant,
  granted: Reach | null,
): ((exposure: Exposure) => boolean) | null {
  if (numbers === 'full') return null;
  if (numbers === 'masked' || granted === null) return () => true;
  return ({ extensions }) => !extensions.some((participant) => granted.extensions.has(participant));
}

/** Null when customers and states do not narrow at all. */
function matcherOf(
  { customers, states }: CallFilter,
  masks: ((exposure: Exposure) => boolean) | null,
): ((exposure: Exposure) => boolean) | null {
  if (customers === undefined && states === undefined) return null;
  const lines = customers && new Set(customers);
  const wanted = states && new Set(states);
  return (exposure) => {
    const { public: everybody, customer, state } = exposure;
    if (everybody) return true;
    if (lines !== undefined && (customer === null || !lines.has(customer) || masks?.(exposure) === true))
      return false;
    return wanted === undefined || (state !== null && wanted.has(state));
  };
}

/** Null when the scope does not narrow at all. */
function reachOf({ extensions, queues }: Scope): Reach | null {
  if (extensions === undefined && queues === undefined) return null;
  return { extensions: new Set(extensions?.map(nameForm)), queues: new Set(queues?.map(nameForm)) };
}

/** Loops instead of closures, because this runs for every audience and every event. */
function isWithin(reach: Reach | null, { public: everybody, extensions, queues }: Exposure): boolean {
  if (reach === null || everybody) return true;
  for (const participant of extensions) if (reach.extensions.has(participant)) return true;
  for (const queue of queues) if (reach.queues.has(queue)) return true;
  return false;
}

function hasNewsFor(granted: Reach | null, wanted: Reach | null, parts: readonly ExposedPart[]): boolean {
  const shown = parts.filter((part) => isOf(granted, part));
  return shown.some(({ isNews }) => isNews) && shown.some((part) => isOf(wanted, part));
}

/** Null where that is all of them. */
function partsWithin(granted: Reach | null, parts: readonly ExposedPart[]): readonly number[] | null {
  const shown = [...parts.keys()].filter((place) => isOf(granted, parts[place]!));
  return shown.length === parts.length ? null : shown;
}

function isOf(reach: Reach | null, { queues }: ExposedPart): boolean {
  return reach === null || queues.some((queue) => reach.queues.has(queue));
}

function fewer(a: Reach | null, b: Reach | null): Reach | null {
  if (a === null || b === null) return a ?? b;
  const size = ({ extensions, queues }: Reach) => extensions.size + queues.size;
  return size(a) <= size(b) ? a : b;
}

function scopeKey({ extensions, queues }: Scope) {
  return [sorted(extensions?.map(nameForm)), sorted(queues?.map(nameForm))];
}

function callKey({ types, customers, states }: CallFilter) {
  return [types, customers, states].map(sorted);
}

function sorted(list: readonly string[] | undefined): readonly string[] | null {
  return list === undefined ? null : [...new Set(list)].sort();
}

/** Checks the value, not only the type: during an upgrade the log may hold events that this release does not know. */
export function isCallEvent(event: BridgeEvent): event is CallEvent {
  return (CALL_EVENT_TYPES as readonly string[]).includes(event.type);
}
