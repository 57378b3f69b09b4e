import { z } from 'zod';
import type { ReadText } from '../secrets/read-text.js';
import { readContents } from '../settings/document-reader.js';
import { REVOKED_TOKENS } from '../tenants/revoked-tokens.js';
import { DESK_FIELDS, DESK_SHAPE, type DeskFields } from './desk-shape.js';

/**
 * The file that `DESK_FILE` names: the single tenant's desk (`desk-shape.ts`), and the ids of its tokens that were revoked, in YAML
 * or JSON.
 *
 * Guarantees: as those of the tenants' file: a file with a problem is refused as a whole, with all problems; they name the place
 * (`thresholds[0].waiting`) and never repeat a value.
 */
export type DeskFileResult =
  | { readonly ok: true; readonly fields: DeskFields; readonly revokedTokens: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const Contents = z.strictObject(
  { ...DESK_SHAPE, revokedTokens: REVOKED_TOKENS },
  { error: `must hold an object with no other fields than ${[...DESK_FIELDS, 'revokedTokens'].join(', ')}` },
);

export function readDeskFile(path: string, readText: ReadText): DeskFileResult {
  const contents = readContents(path, readText, Contents);
  if (!contents.ok) return contents;
  const { revokedTokens = [], ...fields } = contents.value;
  return { ok: true, fields, revokedTokens };
}
