import { token } from '../../base/inject.js';
import type { PublicUrl } from '../../base/public-url.js';
import type { TokenKeys } from './signature.js';

/** How clients prove who they are. */
export type AuthOptions =
  /** Every client that reaches the port sees everything: only for a loopback address. */
  | { readonly mode: 'none' }
  /** The service-wide key, which opens every tenant: HS256 with this secret, and no other algorithm. */
  | { readonly mode: 'jwt'; readonly secret: string }
  /** A remote key set, asymmetric algorithms only. */
  | { readonly mode: 'jwt'; readonly jwksUrl: string }
  /** There is none: every tenant has keys of its own. */
  | { readonly mode: 'jwt' };

/** What the operator configures. */
export interface DeliverOptions extends Partial<Limits> {
  /**
   * Configured tenants as of the start; a token for any other is refused. With `AUTH_MODE=none` the first is the default.
   */
  readonly tenants: readonly [string, ...string[]];
  readonly auth: AuthOptions;
  /** As of the start: the keys of tenants that have their own. */
  readonly tenantKeys?: ReadonlyMap<string, TokenKeys>;
  /** As of the start: the ids (`jti`) of tokens that were revoked, by tenant. */
  readonly revokedTokens?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Origins, besides the service's own, whose pages may connect. */
  readonly corsOrigins: readonly string[];
  /** Addresses and CIDRs of the proxies whose forwarded addresses count; default none. */
  readonly trustedProxies?: readonly string[];
  /** Where people reach the service; default: where it listens. */
  readonly publicUrl?: PublicUrl | null;
}

/** The bounds. Times are milliseconds, sizes bytes. */
export interface Limits {
  /** Where Socket.IO listens. */
  readonly socketPath: string;
  /** How often positions are compared with the store: a lost pub/sub message is made good within this and one read. */
  readonly compareMs: number;
  /** Newest events kept per followed tenant, so that a short absence costs the store nothing. */
  readonly bufferEvents: number;
  /** The same bound in bytes of JSON; the encoded frames may take as much again. */
  readonly bufferBytes: number;
  /** How long snapshots and missed events are written in one turn, before anything else has its own: a poll's answer, a commit. */
  readonly sliceMs: number;
  /** How many clients that are more than a page behind read at once, of all tenants together. */
  readonly catchUpsAtOnce: number;
  /**
   * Pages of logs kept for clients that come back together, of all tenants; a page is some 400 KB, with its frames. Where
   * they are further apart than fits, a page is read and parsed again.
   */
  readonly pageCacheBytes: number;
  /** What the messages in flight to all clients together may take before those with the most are closed. */
  readonly memoryBytes: number;
  /** A tenant without a request or client for so long is no longer followed, and its buffer is freed. */
  readonly feedIdleMs: number;
  /** What one client may have in flight before it is closed as a slow consumer. */
  readonly maxInFlightBytes: number;
  /** How long a slow consumer has to take what was already handed to the kernel, and the notice, before the cut. */
  readonly closeGraceMs: number;
  /** Clients send subscribe and refresh only: a few kilobytes with a large token. */
  readonly maxMessageBytes: number;
  /** Messages a client may send: sustained per second, and at once. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Bytes a WebSocket may send per second; four times as many at once. */
  readonly bytesPerSecond: number;
  /** Connections to the port, of all kinds. Also bounds the clients: sockets and event streams. */
  readonly maxConnections: number;
  /** Connections that have shown no valid token yet, or none for the request under way; the oldest one goes. */
  readonly maxTokenless: number;
  /** Bounds what one leaked or looping token can take; a shared wallboard token is used by many screens. */
  readonly connectionsPerSubject: number;
  /** Handshakes and tokens of one address that may fail each second; ten times as many of all addresses. */
  readonly failuresPerSecond: number;
  /** HTTP requests with a token under way: of all, a half of a tenant's, an eighth of a subject's. */
  readonly maxRequests: number;
  /** Bytes of their answers that clients have not taken yet, shared alike. */
  readonly maxAnswerBytes: number;
  /** How long an answer may wait for a client that takes nothing of it. */
  readonly writeTimeoutMs: number;
  /** How long a connection may stay open without a request, and a request without its end. */
  readonly idleTimeoutMs: number;
  /** Bytes that wait in all polling sessions together. */
  readonly maxPollingBytes: number;
  /** Registrations of a tenant that the PBX is asked for on request. */
  readonly lookupsPerMinute: number;
  /** The longest life of a token, unless it is a display's. */
  readonly maxTokenLifeMs: number;
  /** How long HTTP waits for the store, and a handshake for the key set, before it answers 503. */
  readonly storeTimeoutMs: number;
  readonly authTimeoutMs: number;
  /** How long keys are used after their key set was last read. */
  readonly keySetMaxStaleMs: number;
  /** How old a registration in the state may be before the PBX is asked instead. */
  readonly registrationFreshMs: number;
  /** A comment line on idle event streams, so that proxies keep them open. */
  readonly heartbeatMs: number;
  /** On shutdown clients are closed spread over this time, so that they do not all come back at once. */
  readonly drainMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  socketPath: '/socket.io',
  compareMs: 3_000,
  bufferEvents: 2_000,
  bufferBytes: 4 * 1024 * 1024,
  sliceMs: 4,
  catchUpsAtOnce: 64,
  pageCacheBytes: 32 * 1024 * 1024,
  memoryBytes: 256 * 1024 * 1024,
  feedIdleMs: 600_000,
  maxInFlightBytes: 1024 * 1024,
  closeGraceMs: 1_000,
  maxMessageBytes: 16 * 1024,
  messagesPerSecond: 10,
  messageBurst: 30,
  bytesPerSecond: 32 * 1024,
  maxConnections: 10_000,
  maxTokenless: 2_500,
  connectionsPerSubject: 2_000,
  failuresPerSecond: 20,
  maxRequests: 256,
  maxAnswerBytes: 64 * 1024 * 1024,
  writeTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  maxPollingBytes: 32 * 1024 * 1024,
  lookupsPerMinute: 60,
  maxTokenLifeMs: 86_400_000,
  storeTimeoutMs: 3_000,
  authTimeoutMs: 5_000,
  keySetMaxStaleMs: 86_400_000,
  registrationFreshMs: 45_000,
  heartbeatMs: 15_000,
  drainMs: 2_000,
};

export type ResolvedOptions = DeliverOptions & Limits;

export function resolveOptions(options: DeliverOptions): ResolvedOptions {
  return { ...DEFAULT_LIMITS, ...options };
}

/** Injects the `ResolvedOptions`. */
export const DELIVER_OPTIONS = token<ResolvedOptions>('DELIVER_OPTIONS');
