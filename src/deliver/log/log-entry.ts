import { type BridgeEvent, type CallView, type EventType } from '../../core/model/event.js';
import { ENDPOINTS } from '../../core/model/observation.js';
import { formatCursor } from '../../core/model/position.js';
import { type Audience, type Exposure, exposureOf, isCallEvent } from '../access/audience.js';
import { AS_IT_IS, shownTo, viewName } from '../access/shown-to.js';
import { eventPacket, Frame, packetFrame } from './frame.js';

/**
 * An event of the log: its JSON as it was committed, what decides who may see it, and its frame, each made for the first
 * client that needs it.
 *
 * The parsed event takes several times the memory of its text and is needed once, by the view: `settle` lets it go.
 */
export class LogEntry {
  readonly epoch: string;
  readonly sequence: number;
  readonly type: EventType;
  readonly traceparent: string | undefined;
  readonly json: string;
  #event: BridgeEvent | null;
  #exposure: Exposure | null = null;
  #frame: Frame | null = null;
  /** Where it reads otherwise for some: how, by the name of the view, the newest `VIEWS_KEPT`. */
  #views: Map<string, LogEntry> | null = null;

  constructor(event: BridgeEvent, json: string) {
    this.#event = event;
    this.json = json;
    this.epoch = event.epoch;
    this.sequence = Number(event.sequence);
    this.type = event.type;
    this.traceparent = event.traceparent;
  }

  get event(): BridgeEvent {
    return this.#event ?? (JSON.parse(this.json) as BridgeEvent);
  }

  /** The event as it reads for the audience, encoded once for all that it reads the same for; null if they do not see it. */
  shownTo(audience: Audience): LogEntry | null {
    if (audience.unrestricted) return this;
    if (!audience.sees(this.type, this.exposure)) return null;
    const view = viewName(audience, this.exposure);
    return view === AS_IT_IS ? this : this.#view(view, audience);
  }

  #view(name: string, audience: Audience): LogEntry {
    this.#views ??= new Map();
    const known = this.#views.get(name);
    if (known !== undefined) return known;
    const shown = shownTo(this.event, audience, this.exposure)!;
    const entry = new LogEntry(shown, JSON.stringify(shown)).settle();
    const [oldest] = this.#views.keys();
    if (this.#views.size >= VIEWS_KEPT) this.#views.delete(oldest!);
    this.#views.set(name, entry);
    return entry;
  }

  /** What decides who may see it. */
  get exposure(): Exposure {
    return (this.#exposure ??= exposureOf(this.event));
  }

  settle(): this {
    this.#exposure ??= exposureOf(this.event);
    this.#event = null;
    return this;
  }

  get cursor(): string {
    return formatCursor(this);
  }

  /** A Socket.IO EVENT packet of the default namespace. */
  get packet(): string {
    return eventPacket(this.type, this.json);
  }

  /** The same as a whole WebSocket frame. */
  get frame(): Frame {
    return (this.#frame ??= new Frame(packetFrame(this.packet)));
  }

  get sse(): string {
    return `id: ${this.cursor}\nevent: ${this.type}\ndata: ${this.json}\n\n`;
  }
}

/** Tokens of different queues come in few kinds, and an event concerns few queues; what is dropped is encoded again. */
const VIEWS_KEPT = 8;

/** A text that may be an event: its entry, or what is wrong with it. */
export type Reading = { readonly entry: LogEntry } | { readonly foreign: string };

/**
 * Reads an event of the tenant. Every client of Redis with the right to do so may publish, or add to a log, whatever it
 * likes: nothing of a text is used before this has found in it what delivery needs of an event. Types that this release
 * does not know are events too.
 */
export function readEntry(tenant: string, json: string): Reading {
  let event: Partial<BridgeEvent> | null;
  try {
    event = JSON.parse(json) as Partial<BridgeEvent> | null;
  } catch {
    return { foreign: 'not JSON' };
  }
  const wrong = misfit(tenant, event);
  return wrong === null ? { entry: new LogEntry(event as BridgeEvent, json) } : { foreign: wrong };
}

function misfit(tenant: string, event: Partial<BridgeEvent> | null): string | null {
  if (typeof event !== 'object' || event === null) return 'not an event';
  const { type, epoch, sequence } = event;
  // A type goes out as it is, in the name of a packet and in a line of a stream.
  if (typeof type !== 'string' || !/^[a-z][a-z0-9.-]{0,63}$/.test(type)) return 'without a type';
  if (typeof epoch !== 'string' || !/^[\w-]{1,64}$/.test(epoch)) return 'without an epoch';
  if (typeof sequence !== 'string' || !/^\d{1,16}$/.test(sequence)) return 'without a sequence';
  const data = event.data as Partial<CallView> | null | undefined;
  if (typeof data !== 'object' || data === null || data.tenant !== tenant) return 'of another tenant';
  return hasItsData(event as BridgeEvent) ? null : 'without the data of its type';
}

/** Whether the view can take it: a call with its participants, queues and customer, a source, a registration. */
function hasItsData(event: BridgeEvent): boolean {
  const { type } = event;
  if (isCallEvent(event)) {
    const { callId, state, customer, hotline, extensions, queues, agent, offer } =
      event.data as Partial<CallView>;
    return (
      typeof callId === 'string' &&
      typeof state === 'string' &&
      isNumberOrNull(customer) &&
      isNumberOrNull(hotline) &&
      isListOf(extensions, ({ extension }) => typeof extension === 'string') &&
      isListOf(queues, isQueue) &&
      (agent === null || typeof agent === 'object') &&
      (offer === undefined || typeof (offer as { extension?: unknown } | null)?.extension === 'string')
    );
  }
  switch (type) {
    case 'source-down':
    case 'source-degraded':
    case 'source-up':
      return ENDPOINTS.includes(event.data.endpoint);
    case 'extension-registered':
    case 'extension-unregistered':
      return (
        typeof event.data.extension === 'string' &&
        typeof (event.data.observed as { latest?: unknown } | undefined)?.latest === 'string'
      );
    case 'queue-threshold-crossed':
    case 'queue-threshold-cleared':
      return isQueue(event.data.queue);
    case 'callback-due':
    case 'callback-updated':
    case 'callback-done':
      return isCallback(event.data.callback);
    default:
      return true;
  }
}

/** What `shownTo` needs of it. */
function isCallback(callback: unknown): boolean {
  if (typeof callback !== 'object' || callback === null) return false;
  const { customer, parts, callIds } = callback as Record<string, unknown>;
  return (
    customer !== null &&
    isNumberOrNull(customer) &&
    Array.isArray(callIds) &&
    isListOf(
      parts,
      (part) =>
        (part.queue === null || isQueue(part.queue)) &&
        typeof part.firstAt === 'string' &&
        typeof part.lastAt === 'string' &&
        Array.isArray(part.callIds),
    )
  );
}

function isQueue(queue: unknown): boolean {
  if (typeof queue !== 'object' || queue === null) return false;
  const { id, name } = queue as Record<string, unknown>;
  return typeof id === 'string' && typeof name === 'string';
}

function isNumberOrNull(number: unknown): boolean {
  if (typeof number !== 'object' || number === null) return number === null;
  const { raw, e164, national } = number as Record<string, unknown>;
  return (
    typeof raw === 'string' && [e164, national].every((form) => form === null || typeof form === 'string')
  );
}

function isListOf(list: unknown, fits: (item: Record<string, unknown>) => boolean): boolean {
  const isFit = (item: unknown) => typeof item === 'object' && item !== null && fits(item as never);
  return Array.isArray(list) && list.every(isFit);
}
