import { formatCursor } from '../../core/model/position.js';
import type { BridgeEvent, EventType } from '../../core/model/event.js';
import { type Audience, type Exposure, exposureOf } from '../access/audience.js';

/**
 * Events on their way out, encoded once per tenant and not once per client.
 *
 * Each encoding is made when the first client needs it and kept as long as the event is. A batch holds the events of one
 * commit, or one page of the log. A WebSocket client gets it in a single write: frames are self-delimiting, so one buffer
 * can hold several.
 */
export class LogEntry {
  readonly epoch: string;
  readonly sequence: number;
  readonly type: EventType;
  readonly exposure: Exposure;
  readonly event: BridgeEvent;
  readonly json: string;
  #encoded: Buffer | null = null;

  constructor(event: BridgeEvent, json: string) {
    this.event = event;
    this.json = json;
    this.epoch = event.epoch;
    this.sequence = Number(event.sequence);
    this.type = event.type;
    this.exposure = exposureOf(event);
  }

  /** An event as the log holds it. */
  static parse(json: string): LogEntry {
    return new LogEntry(JSON.parse(json) as BridgeEvent, json);
  }

  get cursor(): string {
    return formatCursor(this);
  }

  /** A Socket.IO EVENT packet of the default namespace. */
  get packet(): string {
    return eventPacket(this.type, this.json);
  }

  /** The same as a whole WebSocket frame. */
  get frame(): Buffer {
    return (this.#encoded ??= textFrame(`${ENGINE_MESSAGE}${this.packet}`));
  }

  get sse(): string {
    return `id: ${this.cursor}\nevent: ${this.type}\ndata: ${this.json}\n\n`;
  }
}

export class Batch {
  readonly entries: readonly LogEntry[];
  #joined: Buffer | null = null;
  #stream: string | null = null;
  #options: FrameOptions | null = null;

  constructor(entries: readonly LogEntry[]) {
    this.entries = entries;
  }

  get frames(): Buffer {
    return (this.#joined ??=
      this.entries.length === 1
        ? this.entries[0]!.frame
        : Buffer.concat(this.entries.map((entry) => entry.frame)));
  }

  /** One object for all sockets: they only read it. */
  get writeOptions(): FrameOptions {
    return (this.#options ??= frameOptions(this.frames));
  }

  get sse(): string {
    return (this.#stream ??= this.entries.map((entry) => entry.sse).join(''));
  }

  /** The events that the audience sees; this batch itself if those are all. */
  seenBy(audience: Audience): Batch {
    if (audience.unrestricted) return this;
    let visible: LogEntry[] | null = null;
    for (const [index, entry] of this.entries.entries()) {
      if (!audience.sees(entry.type, entry.exposure)) visible ??= this.entries.slice(0, index);
      else visible?.push(entry);
    }
    return visible === null ? this : new Batch(visible);
  }
}

/** Hands engine.io a frame that is already encoded, as socket.io's own broadcasts do. */
export interface FrameOptions {
  readonly wsPreEncodedFrame: readonly [Buffer];
  readonly compress: false;
}

export function frameOptions(frame: Buffer): FrameOptions {
  return { wsPreEncodedFrame: [frame], compress: false };
}

/** A Socket.IO EVENT packet: `name` must need no escaping, `json` is its one argument. */
export function eventPacket(name: string, json: string): string {
  return `2["${name}",${json}]`;
}

/** Engine.IO's packet type "message", which stands before every Socket.IO packet. */
export const ENGINE_MESSAGE = '4';

/** A final, unmasked text frame of RFC 6455 §5.2, as a server sends it. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = 0x81;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
