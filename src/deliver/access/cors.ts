import type { IncomingHttpHeaders } from 'node:http';
import type {
  CorsOptions,
  CorsOptionsDelegate,
} from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { Request } from 'express';
import type { ResolvedOptions } from './options.js';

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a page of this origin may connect. Browsers send Origin and do not let pages change it; CORS does not guard
 * WebSocket handshakes, so this does. No Origin: not a page, and the token decides alone.
 *
 * Without tokens the address is all that protects: then the request must also have been made to a loopback name, or a
 * foreign name that was made to resolve to this machine would count as its own origin.
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

/** Host and port without the scheme: behind a proxy that ends TLS the service does not know which it was. */
function hostOf(origin: string): string | null {
  try {
    const { hostname, port, protocol } = new URL(origin);
    return `${hostname}:${port === '' || port === (protocol === 'https:' ? '443' : '80') ? '' : port}`;
  } catch {
    return null;
  }
}

/** For Socket.IO's polling transport: nobody but the listed origins is answered to. */
export function corsOptions({ corsOrigins }: Pick<ResolvedOptions, 'corsOrigins'>) {
  return { origin: [...corsOrigins], methods: ['GET', 'POST'], credentials: false };
}

/**
 * For HTTP: pages of listed origins may send a token to the addresses under `/v1` and read what they answer. Other
 * origins and other addresses get no header of CORS at all. It permits nothing by itself: token and origin are checked
 * as ever.
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
  // When to come back, why a token was not taken, and what to name to the operator.
  exposedHeaders: ['Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  // Every request carries a token and would be asked about first.
  maxAge: 600,
};
