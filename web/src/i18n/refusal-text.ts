import type { TokenRefusal } from '../data/refusal.js';
import type { Words } from './words.js';

/** Why the bridge refused a token, in the reader's words. */
export function refusalText(
  { refusals, refusedOtherwise, tokenTenant }: Pick<Words, 'refusals' | 'refusedOtherwise' | 'tokenTenant'>,
  { code, tenant }: TokenRefusal,
): string {
  const why = refusals[code] ?? refusedOtherwise(code);
  return tenant === null ? why : `${why} ${tokenTenant(tenant)}`;
}
