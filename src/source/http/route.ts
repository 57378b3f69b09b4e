import tls, { type SecureContext } from 'node:tls';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';

/** Where an upstream is, and how it is reached. Tenants with the same way share its connections. */
export interface Way {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The address of the proxy in between, which may hold user and password. */
  readonly proxy?: string | null | undefined;
  /** Certificates in PEM form that are trusted in addition to the public ones. */
  readonly ca?: string | null | undefined;
}

/**
 * The connections to one upstream: directly; through a tunnel that a proxy opens (CONNECT) where the upstream is https; or
 * over a proxy that is asked for the whole address where it is http.
 *
 * Guarantee: only the proxy gets its user and password. The name for logs has neither.
 */
export interface Route {
  readonly name: string;
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>;
  destroy(): Promise<void>;
}

export interface RouteOptions {
  readonly connections: number;
  /** The time-out of making a connection. */
  readonly connectTimeoutMs: number;
  /** Called when a connection to the upstream has been made. */
  readonly onConnect: () => void;
  readonly secureContext: SecureContext | null;
}

export function openRoute({ origin, proxy = null }: Way, options: RouteOptions): Route {
  const { connections, connectTimeoutMs, onConnect, secureContext } = options;
  const connect = { timeout: connectTimeoutMs, ...(secureContext !== null && { secureContext }) };
  // The client's deadline covers the whole request; undici's own would only add other reasons for the same.
  const pooled = { connections, headersTimeout: 0, bodyTimeout: 0 };
  const poolTo = (address: string) => new Pool(address, { ...pooled, connect }).on('connect', onConnect);
  if (proxy === null) {
    const pool = poolTo(origin);
    return { name: origin, dispatcher: pool, destroy: () => pool.destroy() };
  }
  const through = proxyParts(proxy);
  const name = `${origin} over the proxy ${through.host}`;
  if (origin.startsWith('http:')) {
    const pool = poolTo(through.origin);
    const { host } = new URL(origin);
    const own = {
      host,
      ...(through.authorization !== null && { 'proxy-authorization': through.authorization }),
    };
    const dispatcher: Route['dispatcher'] = {
      dispatch: (request, handler) =>
        pool.dispatch(
          { ...request, path: origin + request.path, headers: { ...request.headers, ...own } },
          handler,
        ),
    };
    return { name, dispatcher, destroy: () => pool.destroy() };
  }
  const agent = new ProxyAgent({
    ...pooled,
    uri: through.origin,
    ...(through.authorization !== null && { token: through.authorization }),
    proxyTls: connect,
    requestTls: connect,
    // A proxy that does not answer must not keep its connections for ever.
    clientFactory: (address, asked) => new Pool(address, { ...asked, headersTimeout: connectTimeoutMs }),
    factory: (address, asked) => new Pool(address, asked).on('connect', onConnect),
  });
  const dispatcher: Route['dispatcher'] = {
    dispatch: (request, handler) => agent.dispatch({ ...request, origin }, handler),
  };
  return { name, dispatcher, destroy: () => agent.destroy() };
}

/** What TLS trusts with these certificates in addition. Making it takes as long as a hundred polls. */
export function trusting(ca: string): SecureContext {
  return tls.createSecureContext({ ca: [...publicCertificates(), ca] });
}

/** With those of NODE_EXTRA_CA_CERTS, where Node can list them (22.15 and later). */
function publicCertificates(): readonly string[] {
  const { getCACertificates } = tls as { readonly getCACertificates?: (kind: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

/** Host and port of a proxy's address, for a reason. */
export function proxyHost(proxy: string): string {
  return new URL(proxy).host;
}

/** All spellings of the credentials in a proxy's address that an answer could quote. */
export function proxySecrets(proxy: string): string[] {
  const { username, password } = new URL(proxy);
  const authorization = proxyParts(proxy).authorization?.replace('Basic ', '') ?? '';
  return [password, decodeURIComponent(password), username && authorization].filter(
    (text) => text.length >= 4,
  );
}

function proxyParts(proxy: string): { origin: string; host: string; authorization: string | null } {
  const { origin, host, username, password } = new URL(proxy);
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    origin,
    host,
    authorization: pair === ':' ? null : `Basic ${Buffer.from(pair).toString('base64')}`,
  };
}
