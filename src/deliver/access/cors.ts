import type { IncomingHttpHeaders } from 'node:http';
import type {
  CorsOptions,
  CorsOptionsDelegate,
} from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';
import type { ResolvedOptions } from './options.js';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a page of this origin may connect. CORS does not guard WebSocket handshakes, so this check does: browsers send
 * Origin and do not let pages change it. A request without Origin is not from a page, and the token alone decides.
 *
 * Without tokens only the address protects the service: then the request must also have been made to a loopback name, or
 * a foreign name that was made to resolve to this machine would count as its own origin.
 */
export function originAllowed(
  headers: IncomingHttpHeaders,
  { corsOrigins, auth }: Pick<ResolvedOptions, 'corsOrigins' | 'auth'>,
): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && corsOrigins.includes(origin)) return true;
  if (auth.mode === 'none' && !LOOPBACK_HOST.test(host ?? '')) return false;
  return origin === undefined || (host !== undefined && hostOf(origin) === hostOf(`http://${host}`));
}

/** Host and port without the scheme, which the service does not know behind a proxy that ends TLS. */
function hostOf(origin: string): string | null {
  try {
    const { hostname, port, protocol } = new URL(origin);
    return `${hostname}:${port === '' || port === (protocol === 'https:' ? '443' : '80') ? '' : port}`;
  } catch {
    return null;
  }
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
  methods: ['GET', 'HEAD'],
  allowedHeaders: ['Authorization', 'Last-Event-ID', 'X-Request-Id'],
  // When to retry, why a token was refused, and the id to give to the operator.
  exposedHeaders: ['Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  // Every request carries a token, so each would need a preflight without this.
  maxAge: 600,
};
