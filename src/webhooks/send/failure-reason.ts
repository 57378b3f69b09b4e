/**
 * Says in one line why there is no answer. Only the error's code is used, never its message, which may quote what was sent:
 * but for an `AddressRefusedError`, whose message is the bridge's own.
 */
export function failureReason(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof Error && code === 'ADDRESS_REFUSED') return error.message;
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `no TLS (${code})`;
  if (OURS.has(code)) return `this process cannot open another connection (${code})`;
  if (/^CERT_[A-Z_]{1,40}$/.test(code)) return `certificate refused (${code})`;
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `request failed (${code})` : 'request failed';
}

/** Whether the request itself cannot be sent, as it is: no other try will do better. */
export function isOfTheRequest(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_INVALID_ARG';
}

export function isLost(error: unknown): boolean {
  return LOST.has(codeOf(error));
}

const OURS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
const LOST: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const LOST_TEXT = 'connection lost before an answer came';
const REASONS: Readonly<Partial<Record<string, string>>> = {
  UND_ERR_SOCKET: LOST_TEXT,
  ECONNRESET: LOST_TEXT,
  EPIPE: LOST_TEXT,
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found',
  ENETUNREACH: 'network unreachable',
  EHOSTUNREACH: 'host unreachable',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_HEADERS_OVERFLOW: 'headers larger than 16 KiB',
  UND_ERR_INVALID_ARG: 'request cannot be sent: a header or the address is malformed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate is for another name',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is not trusted: self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate is not trusted: self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate is not trusted: unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate is not trusted: unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate is not trusted: the server does not send its whole chain',
  NOT_HTTP: 'not HTTP',
  INTERIM: 'it sends 100 Continue without having been asked to, and no answer can be read after that',
};

function codeOf(error: unknown): string {
  // The parser's own codes are many, and not all of its errors have one.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'NOT_HTTP';
  // undici ends the connection at a 100, and says so by its text alone (nodejs/undici, issue 197). The receiver has got the event.
  if (error instanceof Error && error.name === 'SocketError' && error.message === 'bad response')
    return 'INTERIM';
  // Where a name has several addresses, Node's error holds one for each.
  if (error instanceof AggregateError && !('code' in error)) return codeOf(error.errors[0]);
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
