import { eventPacket, Frame, packetFrame } from './frame.js';

/** What a client gets first, `{cursor, calls, queues, sources}`: encoded once for all clients that see the same. */
export class EncodedSnapshot {
  readonly cursor: string;
  readonly json: string;
  #frame: Frame | null = null;
  #stream: Frame | null = null;

  constructor(cursor: string, json: string) {
    this.cursor = cursor;
    this.json = json;
  }

  /** A Socket.IO EVENT packet of the default namespace. */
  get packet(): string {
    return eventPacket('snapshot', this.json);
  }

  /** The same as a whole WebSocket frame. */
  get frame(): Frame {
    return (this.#frame ??= new Frame(packetFrame(this.packet)));
  }

  /** As a server-sent event. */
  get stream(): Frame {
    return (this.#stream ??= new Frame(
      Buffer.from(`id: ${this.cursor}\nevent: snapshot\ndata: ${this.json}\n\n`),
    ));
  }
}

/** Bytes of JSON of one version's snapshots: some thousand agents' with a few calls each. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The snapshots of one version of a view, by audience. What does not fit is encoded for each client. */
export class SnapshotCache {
  #version = '';
  #bytes = 0;
  readonly #byAudience = new Map<string, EncodedSnapshot>();

  /** @param version of all that a snapshot shows */
  of(version: string, audience: string, encode: () => EncodedSnapshot): EncodedSnapshot {
    if (version !== this.#version) {
      this.#byAudience.clear();
      this.#bytes = 0;
      this.#version = version;
    }
    const known = this.#byAudience.get(audience);
    if (known !== undefined) return known;
    const snapshot = encode();
    const bytes = snapshot.json.length;
    if (this.#bytes + bytes <= MAX_BYTES) {
      this.#byAudience.set(audience, snapshot);
      this.#bytes += bytes;
    }
    return snapshot;
  }
}
