import type { IncomingHttpHeaders } from 'node:http';
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

/** For the polling transport and for HTTP: nobody but the listed origins is answered to. */
export function corsOptions({ corsOrigins }: Pick<ResolvedOptions, 'corsOrigins'>) {
  return { origin: [...corsOrigins], methods: ['GET', 'POST'], credentials: false };
}
