/**
 * Says why Redis cannot be reached without showing where it is: an error's own message names host and port, or quotes a
 * command.
 */
export function redisReason(error: Error & { readonly code?: unknown }): string {
  const code =
    typeof error.code === 'string' ? error.code : (/^[A-Z]{4,12}(?= )/.exec(error.message)?.[0] ?? '');
  return REASONS[code] ?? (/timed? ?out/i.test(error.message) ? 'no answer in time' : 'cannot be reached');
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection lost',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found',
  EHOSTUNREACH: 'host not reachable',
  ETIMEDOUT: 'no answer in time',
  NOAUTH: 'a password is needed',
  WRONGPASS: 'the password is not accepted',
  NOPERM: 'the user may not do what is needed',
  LOADING: 'Redis is loading its data',
  READONLY: 'Redis is a replica',
};
