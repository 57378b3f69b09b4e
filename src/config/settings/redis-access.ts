import type { SetOf, Unused } from './given.js';
import type { VariableName } from './variables.js';

/** The variables for the bridge's user at Redis and for TLS, in addition to any form of address. */
export const REDIS_ACCESS: VariableName[] = [
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_TLS',
  'REDIS_TLS_CA_FILE',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
];

/**
 * User and password may be set apart from the URL, since they are often stored apart from addresses. Setting what the
 * URL holds already is refused: it would not be clear which of the two counts.
 */
export function redisAccessRules(
  address: string | undefined,
  tls: string | undefined,
  problems: string[],
  set: SetOf,
  unused: Unused,
): void {
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  const isSet = (name: VariableName) => set(name).length > 0;
  const twice = (name: VariableName, inUrl: string | undefined, what: string) => {
    if (inUrl && isSet(name))
      problems.push(`${name}: REDIS_URL carries a ${what} already; set one of the two`);
  };
  twice('REDIS_USERNAME', url?.username, 'user');
  twice('REDIS_PASSWORD', url?.password, 'password');
  if (isSet('REDIS_USERNAME') && !isSet('REDIS_PASSWORD') && !url?.password)
    problems.push('REDIS_PASSWORD: is required with REDIS_USERNAME');

  if (address !== undefined && isSet('REDIS_TLS'))
    problems.push('REDIS_TLS: is for sentinels and clusters; with REDIS_URL write rediss://');
  const encrypted = address === undefined ? tls === 'true' : /^rediss:/i.test(address);
  if (isSet('REDIS_TLS_CA_FILE') && !encrypted) {
    const how = address === undefined ? 'set REDIS_TLS=true' : 'write rediss:// in REDIS_URL';
    problems.push(`REDIS_TLS_CA_FILE: is of no use without TLS; ${how}`);
  }

  if (isSet('REDIS_SENTINEL_USERNAME') && !isSet('REDIS_SENTINEL_PASSWORD'))
    problems.push('REDIS_SENTINEL_PASSWORD: is required with REDIS_SENTINEL_USERNAME');
  if (!isSet('REDIS_SENTINELS'))
    unused(set('REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'), 'REDIS_SENTINELS is not set');
}
