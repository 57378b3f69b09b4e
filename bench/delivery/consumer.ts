import { WireClient, type WireListener } from './wire-client.js';

/** How a server wants to be spoken to. */
export type Dialect =
  /** The bridge: `auth.cursor`, `snapshot`, `reset`. */
  | 'bridge'
  /** Socket.IO without more. */
  | 'socket.io'
  /** Socket.IO with connection state recovery: `pid` and the offset that ends each packet. */
  | 'recovery'
  /** The token, then events as they are. */
  | 'ws';

/** What a consumer has noticed over all its connections. */
export interface Tally {
  received: number;
  /** Sequences that were skipped, and those at or before the last: without either, no event is missing, twice or late. */
  skipped: number;
  stale: number;
  snapshots: number;
  /** How often the consumer had to begin again although it asked to resume. */
  resets: number;
  /** Connections that the server has closed. */
  cut: number;
}

/** A new event, and the place that the consumer was at before. */
export type Arrival = (sequence: number, before: number) => void;

const SEQUENCE = Buffer.from('"sequence":"');
const DIGITS = 16;
const OPEN_WITHIN_MS = 30_000;

/**
 * One consumer: a place that outlives its connections, and a tally of what came. It asks the server to go on from
 * the last event that it has seen, in whatever way the server understands.
 */
export class Consumer implements WireListener {
  readonly tally: Tally = { received: 0, skipped: 0, stale: 0, snapshots: 0, resets: 0, cut: 0 };
  /** Sequence of the newest event; -1 before it is known where the log stands. */
  last = -1;
  private wire: WireClient | null = null;
  private epoch: string | null = null;
  private pid: string | null = null;
  private offset: string | null = null;
  private opened: { resolve(): void; reject(error: Error): void } | null = null;

  constructor(
    private readonly dialect: Dialect,
    private readonly token: string,
    private readonly arrived: Arrival,
  ) {}

  /** As if it had been there before: the next `open` asks for the events after it. */
  startAt(epoch: string, sequence: number): void {
    this.epoch = epoch;
    this.last = sequence;
  }

  get isConnected(): boolean {
    return this.wire !== null && this.opened === null;
  }

  /** Resolves once it is let in and, where the server says so, live or resuming. */
  open(port: number): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('not let in')), OPEN_WITHIN_MS);
      const settled = (act: () => void) => {
        clearTimeout(timer);
        this.opened = null;
        act();
      };
      this.opened = { resolve: () => settled(resolve), reject: (error) => settled(() => reject(error)) };
      const path = this.dialect === 'ws' ? '/' : '/socket.io/?EIO=4&transport=websocket';
      const wire = new WireClient(port, path, {
        // A dropped connection delivers nothing more: what it still held is lost to the consumer.
        text: (bytes, start, end) => {
          if (this.wire === wire) this.text(bytes, start, end);
        },
        closed: () => {
          if (this.wire === wire) this.closed();
        },
      });
      this.wire = wire;
      if (this.dialect === 'ws') wire.send(this.token);
    });
  }

  drop(): void {
    const { wire } = this;
    this.wire = null;
    wire?.drop();
  }

  pause(): void {
    this.wire?.pause();
  }

  closed(): void {
    this.wire = null;
    this.tally.cut += 1;
    this.opened?.reject(new Error('closed before it was let in'));
  }

  text(bytes: Buffer, start: number, end: number): void {
    if (this.dialect === 'ws') {
      if (this.opened === null) this.event(bytes, start, end);
      else this.opened.resolve();
      return;
    }
    switch (bytes.toString('latin1', start, Math.min(end, start + 2))) {
      case '42':
        return this.named(bytes, start, end);
      case '2':
        return this.wire?.send('3');
      case '40':
        return this.letIn(JSON.parse(bytes.toString('utf8', start + 2, end)) as { pid?: string });
      case '44':
        return this.opened?.reject(new Error(bytes.toString('utf8', start, end)));
      default:
        if (bytes[start] === 0x30) this.wire?.send(`40${JSON.stringify(this.auth())}`);
    }
  }

  private auth(): object {
    const { token } = this;
    if (this.last < 0) return { token };
    if (this.dialect === 'bridge') return { token, cursor: `${this.epoch}:${this.last}` };
    return this.offset === null ? { token } : { token, pid: this.pid, offset: this.offset };
  }

  private letIn({ pid = null }: { pid?: string | null }): void {
    if (this.dialect === 'recovery' && this.pid !== null && this.pid !== pid) this.tally.resets += 1;
    this.pid = pid;
    // The bridge's clients are live with their snapshot; one that resumes gets no message before its events.
    if (this.dialect !== 'bridge' || this.last >= 0) this.opened?.resolve();
  }

  private named(bytes: Buffer, start: number, end: number): void {
    switch (bytes.toString('latin1', start + 4, start + 8)) {
      case 'snap': {
        const { cursor } = (
          JSON.parse(bytes.toString('utf8', start + 2, end)) as [string, { cursor: string }]
        )[1];
        const [epoch, sequence] = cursor.split(':');
        this.epoch = epoch!;
        this.last = Number(sequence);
        this.tally.snapshots += 1;
        return this.opened?.resolve();
      }
      case 'rese':
        this.tally.resets += 1;
        return;
      case 'clos':
        return;
      default:
        this.event(bytes, start, end);
    }
  }

  private event(bytes: Buffer, start: number, end: number): void {
    const sequence = sequenceIn(bytes, start);
    this.tally.received += 1;
    const before = this.last;
    if (before >= 0) {
      if (sequence <= before) this.tally.stale += 1;
      else this.tally.skipped += sequence - before - 1;
    }
    this.last = Math.max(before, sequence);
    if (this.dialect === 'recovery') {
      // …},"<offset>"]
      const opening = bytes.lastIndexOf(0x22, end - 3);
      this.offset = bytes.toString('latin1', opening + 1, end - 2);
    }
    this.arrived(sequence, before);
  }
}

function sequenceIn(bytes: Buffer, start: number): number {
  const begin = bytes.indexOf(SEQUENCE, start) + SEQUENCE.length;
  let sequence = 0;
  for (let at = begin; at < begin + DIGITS; at++) sequence = sequence * 10 + bytes[at]! - 0x30;
  return sequence;
}
