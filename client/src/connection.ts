import { io, type Socket } from 'socket.io-client';
import type { Stop, Surroundings } from './clock.js';
import type { BridgeEvent, ResetReason, Snapshot } from './contract.js';
import { isMixed } from './diagnosis.js';

/** How long the bridge may take to answer once it has accepted the connection. */
const CONNECT_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** After a longer absence the client reads the current state first and the missed events after it. */
export const ABSENCE_MS = 10_000;

export interface Handshake {
  readonly token: string | undefined;
  /** The events after it instead of a snapshot. */
  readonly cursor: string | null;
  readonly subscribe: object | undefined;
}

/** What a connection brings, in the order of the log. `ended` comes exactly once, and nothing after it. */
export interface ConnectionListener {
  opened(): void;
  snapshot(snapshot: Snapshot): void;
  reset(reason: ResetReason): void;
  event(event: BridgeEvent): void;
  /** A code: refused, and that does not pass by itself. Null: the network failed, or the bridge wants the client to connect again. */
  ended(refusal: string | null): void;
}

/** The refusals that pass by themselves: the bridge turns the client away only for now. */
const COME_BACK = new Set(['shutting-down', 'auth-unavailable', 'state-unreadable']);

/**
 * One Socket.IO connection, from its handshake to its end. It never reconnects: a new one is made, with a new position.
 *
 * The bridge pings. A packet that comes far later than the next ping was due was kept while this machine slept: that ends
 * the connection too, and the late packet does not move `heardAt`, which so shows how long the client was away.
 */
export class Connection {
  /** When the bridge last sent anything, pings included; null before it has. */
  heardAt: number | null = null;
  /** Milliseconds; known with the handshake. */
  private pingInterval = Infinity;
  private readonly socket: Socket;
  private readonly stopTimer: Stop;
  private over = false;

  constructor(
    { origin, path }: Address,
    { token, cursor, subscribe }: Handshake,
    private readonly listener: ConnectionListener,
    private readonly surroundings: Surroundings,
  ) {
    const { location } = globalThis as { location?: Location };
    this.socket = io(origin, {
      path,
      // The token is sent here, never in the address.
      auth: { token, cursor: cursor ?? undefined, subscribe },
      // WebSocket first: polling needs every request to reach the same replica. Not where its constructor would throw, which
      // engine.io notices only after 20 s.
      transports:
        location !== undefined && isMixed(location, new URL(origin)) ? ['polling'] : ['websocket', 'polling'],
      tryAllTransports: true,
      reconnection: false,
      forceNew: true,
    });
    this.stopTimer = surroundings.after(CONNECT_TIMEOUT_MS, () => this.end(null));
    this.listen();
  }

  /** True when the bridge has accepted the token. */
  async refresh(token: string): Promise<boolean> {
    const answer: unknown = await this.socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck('refresh', { token });
    return (answer as { ok?: unknown } | null)?.ok === true;
  }

  /** Ends the connection if a ping is overdue, as after a sleep. Otherwise only the next packet, or a time-out, shows it. */
  check(): void {
    if (this.isOverdue(this.surroundings.now())) this.end(null);
  }

  /** Closes without calling `ended`. */
  close(): void {
    this.over = true;
    this.stopTimer();
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }

  private listen(): void {
    const { socket, listener } = this;
    const { engine } = socket.io;
    engine.on('handshake', ({ pingInterval }) => (this.pingInterval = pingInterval));
    engine.on('packet', () => this.heard());
    socket.on('connect', () => {
      this.stopTimer();
      listener.opened();
    });
    socket.on('connect_error', (error: Error & { data?: { code?: unknown } }) => {
      const code = error.data?.code;
      this.end(typeof code === 'string' && !COME_BACK.has(code) ? code : null);
    });
    // Whatever the reason (`closing` may have said one): socket.io itself would stay away after the server's own
    // disconnect. Where the reason stands in the way, the next handshake is refused with it.
    socket.on('disconnect', () => this.end(null));
    socket.on('snapshot', (snapshot: Snapshot) => listener.snapshot(snapshot));
    socket.on('reset', ({ reason }: { reason: ResetReason }) => listener.reset(reason));
    socket.onAny((name: string, body: unknown) => {
      if (!this.over && isEvent(name, body)) listener.event(body);
    });
  }

  private heard(): void {
    const now = this.surroundings.now();
    if (this.isOverdue(now)) return this.end(null);
    if (!this.over) this.heardAt = now;
  }

  private isOverdue(now: number): boolean {
    return now - (this.heardAt ?? now) > this.pingInterval + ABSENCE_MS;
  }

  private end(refusal: string | null): void {
    if (this.over) return;
    this.close();
    this.listener.ended(refusal);
  }
}

export interface Address {
  readonly origin: string;
  /** Of Socket.IO. */
  readonly path: string;
  /** The prefix of `/v1/…`. */
  readonly base: string;
}

/** A path in the address is where the bridge lies behind a proxy; socket.io would take it for a namespace. */
export function addressOf(url: string): Address {
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  const { origin, pathname } = new URL(url, base);
  const below = pathname.replace(/(?<!\/)\/+$/, '');
  return { origin, path: `${below}/socket.io`, base: `${origin}${below}` };
}

/** Decides by the form and not by a list, so that an event that is new to this version still moves the cursor. */
function isEvent(name: string, body: unknown): body is BridgeEvent {
  const event = body as Partial<BridgeEvent> | null | undefined;
  return event?.type === name && typeof event.sequence === 'string' && typeof event.epoch === 'string';
}
