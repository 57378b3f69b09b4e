import { connect, type Socket } from 'node:net';

/**
 * A WebSocket client that costs next to nothing, so that thousands fit beside the server that is measured: it reads
 * all connections' bytes into one buffer and hands frames out in place.
 *
 * Not guaranteed: anything of RFC 6455 that the measured servers do not use, such as fragments.
 */
export interface WireListener {
  /** A text message: `bytes` from `start` to `end`, to be read before this returns. */
  text(bytes: Buffer, start: number, end: number): void;
  closed(): void;
}

const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);
/** A browser's, for what a server keeps of them counts. */
const HEADERS = [
  'Connection: Upgrade',
  'Pragma: no-cache',
  'Cache-Control: no-cache',
  'User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Upgrade: websocket',
  // One of the origins that the bridge is configured to allow.
  'Origin: https://crm.example',
  'Sec-WebSocket-Version: 13',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: vi-VN,vi;q=0.9,en-US;q=0.8,en;q=0.7',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
].join('\r\n');
const HEADER_END = Buffer.from('\r\n\r\n');
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class WireClient {
  private readonly socket: Socket;
  private rest: Buffer | null = null;
  private upgraded = false;

  constructor(
    port: number,
    path: string,
    private readonly listener: WireListener,
  ) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length) => {
          this.read(READ_BUFFER.subarray(0, length));
          return true;
        },
      },
    });
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${HEADERS}\r\n\r\n`);
    this.socket.on('error', () => undefined);
    this.socket.once('close', () => listener.closed());
  }

  send(text: string): void {
    this.write(TEXT, Buffer.from(text));
  }

  /** Stops reading, as a suspended machine does. */
  pause(): void {
    this.socket.pause();
  }

  /** Without a word, as a network does it. */
  drop(): void {
    this.socket.destroy();
  }

  /** A frame of a client is masked; a mask of zeros leaves the bytes as they are. */
  private write(opcode: number, payload: Buffer): void {
    const header = Buffer.alloc(payload.length < 126 ? 6 : 8);
    header[0] = 0x80 | opcode;
    if (payload.length < 126) header[1] = 0x80 | payload.length;
    else {
      header[1] = 0x80 | 126;
      header.writeUInt16BE(payload.length, 2);
    }
    this.socket.write(Buffer.concat([header, payload]));
  }

  private read(chunk: Buffer): void {
    const bytes = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    if (!this.upgraded) {
      const end = bytes.indexOf(HEADER_END);
      if (end >= 0) {
        if (bytes.toString('latin1', 9, 12) !== '101') return this.drop();
        this.upgraded = true;
        at = end + HEADER_END.length;
      }
    }
    if (this.upgraded) at = this.frames(bytes, at);
    this.rest = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  }

  /** Hands out what is whole; returns where the rest begins. */
  private frames(bytes: Buffer, begin: number): number {
    let at = begin;
    while (at + 2 <= bytes.length) {
      let length = bytes[at + 1]!;
      let start = at + 2;
      if (length === 126) {
        if (at + 4 > bytes.length) break;
        length = bytes.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (at + 10 > bytes.length) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      const end = start + length;
      if (end > bytes.length) break;
      const opcode = bytes[at]! & 0x0f;
      if (opcode === TEXT) this.listener.text(bytes, start, end);
      else if (opcode === PING) this.write(PONG, Buffer.from(bytes.subarray(start, end)));
      else if (opcode === CLOSE) this.socket.end();
      at = end;
    }
    return at;
  }
}
