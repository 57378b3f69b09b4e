import { z } from 'zod';
import { revokedToken } from '../settings/formats.js';
import { MOST_REVOKED } from '../settings/variables.js';

/** The ids (`jti`) of a tenant's client tokens that count no longer: in the tenants' file, and in that of `DESK_FILE`. */
export const REVOKED_TOKENS = z
  .array(
    z.string({ error: 'must be a text' }).refine((id) => revokedToken(id) !== undefined, {
      error: 'must be the claim jti of a token: 1 to 128 visible ASCII characters without a comma',
    }),
    { error: 'must be a list' },
  )
  .max(MOST_REVOKED, { error: `must hold at most ${MOST_REVOKED} ids` })
  .meta({ description: 'The ids (claim jti) of client tokens that count no longer' })
  .optional();
