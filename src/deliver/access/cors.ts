import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type {
  CorsOptions,
  CorsOptionsDelegate,
} from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';
import { isLoopback } from '../../base/loopback.js';
import type { ResolvedOptions } from './options.js';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a page of this origin may connect. CORS does not guard WebSocket handshakes, so this check does: browsers send
 * Origin and do not let pages change it. A request without Origin is not from a page, and the token alone decides.
 *
 * The service's own origin is that of `PUBLIC_URL`; without it, the address that the connection arrived at. It is never taken
 * from the Host header, which behind a proxy may be anything. All names of this machine are one: `localhost` is `127.0.0.1`.
 *
 * Without tokens only the address protects the service: then the request must also have been made to a loopback name, or
 * a page of a foreign name that was made to resolve to this machine could read it without sending an Origin.
 */
export function originAllowed(
  { headers: { origin, host }, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  { corsOrigins, auth, publicUrl }: Pick<ResolvedOptions, 'corsOrigins' | 'auth' | 'publicUrl'>,
): boolean {
  if (origin !== undefined && corsOrigins.includes(origin)) return true;
  if (auth.mode === 'none' && !LOOPBACK_HOST.test(host ?? '')) return false;
  if (origin === undefined) return true;
  const own = publicUrl?.origin ?? originOf(socket);
  return own !== null && isSame(origin, own);
}

/** Where the connection arrived; null when it has ended. */
function originOf({ localAddress, localPort }: Pick<Socket, 'localAddress' | 'localPort'>): string | null {
  if (localAddress === undefined) return null;
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  return `http://${isIP(address) === 6 ? `[${address}]` : address}:${localPort}`;
}

function isSame(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const [a, b] = [new URL(one), new URL(other)];
  if (a.protocol !== b.protocol || a.port !== b.port) return false;
  return a.hostname === b.hostname || (isLoopback(a.hostname) && isLoopback(b.hostname));
}

/** For Socket.IO's polling transport: pages of the listed origins alone may read its answers. */
export function corsOptions({ corsOrigins }: Pick<ResolvedOptions, 'corsOrigins'>) {
  return { origin: [...corsOrigins], methods: ['GET', 'POST'], credentials: false };
}

/**
 * For HTTP: pages of listed origins may send a token to the addresses under `/v1` and read the answers. Other origins and
 * other addresses get no CORS header at all. It grants nothing by itself: token and origin are still checked.
 */
export function httpCors({
  corsOrigins,
}: Pick<ResolvedOptions, 'corsOrigins'>): CorsOptionsDelegate<Pick<Request, 'path' | 'headers'>> {
  return ({ path, headers: { origin } }, decide) => {
    const isOpen = path.startsWith('/v1/') && origin !== undefined && corsOrigins.includes(origin);
    decide(null, isOpen ? { ...HTTP_CORS, origin } : { origin: false });
  };
}

const HTTP_CORS: CorsOptions = {
  methods: ['GET', 'HEAD', 'POST'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Last-Event-ID', 'X-Request-Id'],
  // When to retry, why a token was refused, and the id to give to the operator.
  exposedHeaders: ['Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  // Every request carries a token, so each would need a preflight without this.
  maxAge: 600,
};
