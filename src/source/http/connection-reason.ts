/** Where a request was going. */
export interface Destination {
  readonly host: string;
  /** Host and port of the proxy in between, or null. */
  readonly proxy: string | null;
}

/** Errors of this process, which has no more descriptors or memory for a connection. */
const OURS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** Errors of a connection that was lost. */
const LOST: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * Says in one line why there is no answer. Only the error's code is used, never its message, which may quote what was sent;
 * with the names of host and proxy, since the operator has to find the setting that is wrong.
 */
export function connectionReason(error: unknown, { host, proxy }: Destination): string {
  const code = codeOf(error);
  const refusedBy = proxyStatus(error);
  if (refusedBy !== null) return `proxy ${proxy} opens no tunnel: HTTP ${refusedBy}${explained(refusedBy)}`;
  if (OURS.has(code)) return `this process cannot open another connection (${code})`;
  if (code === 'ECONNREFUSED')
    return proxy === null ? 'connection refused' : `connection to the proxy ${proxy} refused`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return proxy === null ? `host name not found: ${host}` : `host name of the proxy not found: ${proxy}`;
  }
  const certificate = certificateReason(error);
  if (certificate !== null) {
    const whose = isOfTheProxy(error) ? `the proxy ${proxy}` : host;
    return `certificate of ${whose} ${certificate}`;
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `no TLS with ${host} (${code})`;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'headers larger than 16 KiB';
  if (code === NOT_HTTP) return 'not HTTP';
  if (LOST.has(code)) return 'connection lost before the answer was complete';
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `request failed (${code})` : 'request failed';
}

/**
 * Whether the host or the way to it failed; undici's argument errors are about one tenant's request, and a lack of
 * descriptors is about this process.
 */
export function isOfTheHost(error: unknown): boolean {
  const code = codeOf(error);
  if (OURS.has(code)) return false;
  return code !== 'UND_ERR_INVALID_ARG' && code !== NOT_HTTP && code !== 'UND_ERR_HEADERS_OVERFLOW';
}

export function isLost(error: unknown): boolean {
  return LOST.has(codeOf(error));
}

/** What the proxy says with 407, also where it answers for the upstream. */
export function explained(status: number): string {
  return status === 407 ? ', it asks for other credentials' : '';
}

function certificateReason(error: unknown): string | null {
  const code = codeOf(isOfTheProxy(error) ? (error as Error).cause : error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'is for another name';
  if (code === 'CERT_HAS_EXPIRED') return 'has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'is not valid yet';
  if (UNTRUSTED.has(code)) return `is not trusted (${code}): PITEL_CA_FILE can name its authority`;
  return /^CERT_[A-Z_]{1,40}$/.test(code) ? `is refused (${code})` : null;
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** undici wraps an error about the name in a proxy's own certificate. */
function isOfTheProxy(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_PRX_TLS';
}

/** The status with which a proxy has refused a tunnel: undici has it in the message only. */
function proxyStatus(error: unknown): number | null {
  if (codeOf(error) !== 'UND_ERR_ABORTED' || !(error instanceof Error)) return null;
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
  return status === undefined ? null : Number(status);
}

function codeOf(error: unknown): string {
  // The parser's own codes are many, and not all of its errors have one.
  if (error instanceof Error && error.name === 'HTTPParserError') return NOT_HTTP;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

const NOT_HTTP = 'not HTTP';
