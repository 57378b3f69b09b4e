import {
  type BridgeEvent,
  CALL_EVENT_TYPES,
  type CallEvent,
  type CallView,
  type EventType,
} from '../../core/model/event.js';
import { nameForm } from '../../core/model/name-form.js';
import type { Instant } from '../../core/model/observation.js';

/**
 * Decides who may see what. Pure, and the only place that does: snapshot, catch-up, live events, HTTP and event streams
 * all use it.
 *
 * - A call is visible to an extension's token from the first event in which the extension is a participant, so that no
 *   earlier event shows it the customer's number.
 * - A call is visible to a queue's token while and after it is in that queue, by the queue's id or name.
 * - `extensions` and `queues` together are a union. An empty list grants nothing, a missing one does not narrow.
 *   With `queues` alone no extension is granted, and the other way round.
 * - Registrations are visible by extension. `source-*` events carry no customer data: every token of the tenant sees
 *   them.
 * - A filter narrows what the grant gives and cannot widen it: both must agree.
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
}

/** What a client wants to get. `types` concerns events only; a snapshot holds calls of every state. */
export interface Filter extends Scope {
  readonly types?: readonly EventType[] | undefined;
}

/** The part of an event that decides who may see it: taken once per event, checked once per audience. */
export interface Exposure {
  /** Visible to the whole tenant. */
  readonly public: boolean;
  /** `nameForm` of each participant. */
  readonly extensions: readonly string[];
  /** `nameForm` of the id and of the name of each queue that the caller has been in. */
  readonly queues: readonly string[];
}

const PUBLIC: Exposure = { public: true, extensions: [], queues: [] };
/** For an event of a newer release that this one does not know: only clients that may see everything get it. */
const UNKNOWN: Exposure = { public: false, extensions: [], queues: [] };

export function exposureOf(event: BridgeEvent): Exposure {
  switch (event.type) {
    case 'source-down':
    case 'source-degraded':
    case 'source-up':
      return PUBLIC;
    case 'extension-registered':
    case 'extension-unregistered':
      return exposureOfExtension(event.data.extension);
    default:
      return isCallEvent(event) ? exposureOfCall(event.data) : UNKNOWN;
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
    queues: call.queues.flatMap(({ id, name }) => [nameForm(id), nameForm(name)]),
  };
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
}

interface Reach {
  readonly extensions: ReadonlySet<string>;
  readonly queues: ReadonlySet<string>;
}

/** The one audience of all clients without a narrowing grant or filter. */
const EVERYTHING: Audience = {
  key: '*',
  unrestricted: true,
  reach: null,
  sees: () => true,
  seesCall: () => true,
};

export function audienceOf(grant: Grant, filter: Filter): Audience {
  const granted = reachOf(grant);
  const wanted = reachOf(filter);
  const types = filter.types === undefined ? null : new Set<string>(filter.types);
  if (granted === null && wanted === null && types === null) return EVERYTHING;
  const seesCall = (exposure: Exposure) => isWithin(granted, exposure) && isWithin(wanted, exposure);
  return {
    key: JSON.stringify([scopeKey(grant), scopeKey(filter), sorted(filter.types)]),
    unrestricted: false,
    reach: fewer(granted, wanted),
    sees: (type, exposure) => (types === null || types.has(type)) && seesCall(exposure),
    seesCall,
  };
}

export function maySee(grant: Grant, filter: Filter, event: BridgeEvent): boolean {
  return event.data.tenant === grant.tenant && audienceOf(grant, filter).sees(event.type, exposureOf(event));
}

/** Whether the token shows the extension's registration. */
export function maySeeExtension(grant: Grant, extension: string): boolean {
  return audienceOf(grant, {}).seesCall(exposureOfExtension(extension));
}

function exposureOfExtension(extension: string): Exposure {
  return { public: false, extensions: [nameForm(extension)], queues: [] };
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

function fewer(a: Reach | null, b: Reach | null): Reach | null {
  if (a === null || b === null) return a ?? b;
  const size = ({ extensions, queues }: Reach) => extensions.size + queues.size;
  return size(a) <= size(b) ? a : b;
}

function scopeKey({ extensions, queues }: Scope) {
  return [sorted(extensions?.map(nameForm)), sorted(queues?.map(nameForm))];
}

function sorted(list: readonly string[] | undefined): readonly string[] | null {
  return list === undefined ? null : [...new Set(list)].sort();
}

/** Checks the value, not only the type: during an upgrade the log may hold events that this release does not know. */
export function isCallEvent(event: BridgeEvent): event is CallEvent {
  return (CALL_EVENT_TYPES as readonly string[]).includes(event.type);
}
