import { type BridgeEvent, type CallView, type EventType } from '../../core/model/event.js';
import { ENDPOINTS } from '../../core/model/observation.js';
import { formatCursor } from '../../core/model/position.js';
import { type Exposure, exposureOf, isCallEvent } from '../access/audience.js';
import { eventPacket, Frame, packetFrame } from './frame.js';

/**
 * An event of the log: its JSON as it was committed, what decides who may see it, and its frame, which is encoded for the
 * first client that needs it.
 *
 * The parsed event takes several times the memory of its text and is needed once, by the view: `settle` lets it go.
 */
export class LogEntry {
  readonly epoch: string;
  readonly sequence: number;
  readonly type: EventType;
  readonly exposure: Exposure;
  readonly traceparent: string | undefined;
  readonly json: string;
  #event: BridgeEvent | null;
  #frame: Frame | null = null;

  constructor(event: BridgeEvent, json: string) {
    this.#event = event;
    this.json = json;
    this.epoch = event.epoch;
    this.sequence = Number(event.sequence);
    this.type = event.type;
    this.exposure = exposureOf(event);
    this.traceparent = event.traceparent;
  }

  get event(): BridgeEvent {
    return this.#event ?? (JSON.parse(this.json) as BridgeEvent);
  }

  settle(): this {
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

/** Whether the view can take it: a call with its participants and queues, a source, a registration. */
function hasItsData(event: BridgeEvent): boolean {
  const { type } = event;
  if (isCallEvent(event)) {
    const { callId, extensions, queues, agent, offer } = event.data as Partial<CallView>;
    return (
      typeof callId === 'string' &&
      isListOf(extensions, ({ extension }) => typeof extension === 'string') &&
      isListOf(queues, ({ id, name }) => typeof id === 'string' && typeof name === 'string') &&
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
    default:
      return true;
  }
}

function isListOf(list: unknown, fits: (item: Record<string, unknown>) => boolean): boolean {
  const isFit = (item: unknown) => typeof item === 'object' && item !== null && fits(item as never);
  return Array.isArray(list) && list.every(isFit);
}
