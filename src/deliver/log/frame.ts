/**
 * Bytes on their way to clients: encoded once, and shared by all clients that get the same.
 *
 * `holders` is for `ClientMemory`: the bytes take memory once, however many connections they wait in.
 */
export class Frame {
  readonly bytes: Buffer;
  /** For engine.io: one object for all sockets, which only read it. */
  readonly options: FrameOptions;
  holders = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.options = { wsPreEncodedFrame: [bytes], compress: false };
  }

  get length(): number {
    return this.bytes.length;
  }
}

/** Hands engine.io a frame that is already encoded, as socket.io's own broadcasts do. */
export interface FrameOptions {
  readonly wsPreEncodedFrame: readonly [Buffer];
  readonly compress: false;
}

/** A Socket.IO EVENT packet: `name` must need no escaping, `json` is its one argument. */
export function eventPacket(name: string, json: string): string {
  return `2["${name}",${json}]`;
}

/** A Socket.IO packet as a whole WebSocket frame, within Engine.IO's packet type "message". */
export function packetFrame(packet: string): Buffer {
  return textFrame(`4${packet}`);
}

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
