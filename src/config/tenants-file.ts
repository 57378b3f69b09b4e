import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readFailure, type ReadText } from './read-text.js';
import type { Secret } from './secret.js';
import type { Credential, Environment, TenantConfig } from './tenant.js';
import { FORMATS } from './variables.js';

/**
 * The file that `TENANTS_FILE` names: many tenants in one JSON document.
 *
 *     { "tenants": [ { "id": "acme", "baseUrl": "https://pbx.acme.example", "tokenEnv": "ACME_TOKEN",
 *                      "timeZone": "Asia/Ho_Chi_Minh", "country": "VN" } ] }
 *
 * A tenant has exactly one credential: `token`, `tokenEnv` (the name of an environment variable) or `tokenFile` (a
 * path, relative to this file), or the same three with `apiKey`. `timeZone` and `country` may be left out.
 *
 * Guarantees: refused whole, with every reason, so that a slip never drops one tenant silently. Reasons name the
 * place (`tenants[2].baseUrl`) and never repeat what stands there; a JSON error tells its line and column only,
 * because the parser's own message quotes the text around it.
 */
export type TenantsFileResult =
  | {
      readonly ok: true;
      readonly tenants: readonly TenantConfig[];
      /** Environment variables that the file refers to: names that are no typo of another. */
      readonly variables: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

const CREDENTIAL_FIELDS = ['token', 'tokenEnv', 'tokenFile', 'apiKey', 'apiKeyEnv', 'apiKeyFile'] as const;
const TEXT = z.string({ error: 'must be a text' });
const NAME = TEXT.trim().min(1, { error: 'must not be empty' }).optional();

const Row = z.strictObject(
  {
    id: TEXT.pipe(FORMATS.tenantId),
    baseUrl: TEXT.pipe(FORMATS.baseUrl),
    timeZone: TEXT.pipe(FORMATS.timeZone).optional(),
    country: TEXT.pipe(FORMATS.country).optional(),
    token: NAME,
    tokenEnv: NAME,
    tokenFile: NAME,
    apiKey: NAME,
    apiKeyEnv: NAME,
    apiKeyFile: NAME,
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `may have no other fields than id, baseUrl, timeZone, country and one of ${CREDENTIAL_FIELDS.join(', ')}`
        : 'must be an object',
  },
);
type Row = z.output<typeof Row>;

const Document = z.strictObject(
  { tenants: z.array(Row, { error: 'must be a list' }).min(1, { error: 'must name at least one tenant' }) },
  { error: 'must hold an object with the one field tenants' },
);

export interface TenantsFileSurroundings {
  readonly env: Environment;
  readonly readText: ReadText;
  /** For tenants that do not say. */
  readonly timeZone: string;
  readonly country: string;
}

export function readTenantsFile(path: string, around: TenantsFileSurroundings): TenantsFileResult {
  const document = parseJson(path, around.readText);
  if ('problem' in document) return { ok: false, problems: [document.problem] };

  const parsed = Document.safeParse(document.value);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => `${place(issue.path)}${issue.message}`),
    };
  }

  const problems: string[] = [];
  const seen = new Set<string>();
  const tenants: TenantConfig[] = [];
  for (const [index, row] of parsed.data.tenants.entries()) {
    if (seen.has(row.id)) problems.push(`tenants[${index}].id is taken by an earlier tenant`);
    seen.add(row.id);
    const credential = credentialOf(row, path, around);
    if (typeof credential === 'string') problems.push(`tenants[${index}]${credential}`);
    else
      tenants.push({
        id: row.id,
        baseUrl: row.baseUrl,
        credential,
        timeZone: row.timeZone ?? around.timeZone,
        country: row.country ?? around.country,
      });
  }
  const variables = parsed.data.tenants.flatMap((row) =>
    [row.tokenEnv, row.apiKeyEnv].filter((name) => name !== undefined),
  );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, tenants, variables };
}

function parseJson(path: string, readText: ReadText): { value: unknown } | { problem: string } {
  let text: string;
  try {
    text = readText(path).replace(/^\uFEFF/, '');
  } catch (error) {
    return { problem: readFailure(error) };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    if (position === undefined) return { problem: 'is not valid JSON' };
    const before = text.slice(0, Number(position)).split('\n');
    return {
      problem: `is not valid JSON (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`,
    };
  }
}

function place(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return text === '' ? '' : `${text.slice(1)} `;
}

/** The tenant's one credential, or what is wrong with it, to be put behind the tenant's place. */
function credentialOf(row: Row, path: string, around: TenantsFileSurroundings): Credential | string {
  const given = CREDENTIAL_FIELDS.filter((field) => row[field] !== undefined);
  const [field, second] = given;
  if (field === undefined || second !== undefined)
    return ` must have exactly one of ${CREDENTIAL_FIELDS.join(', ')}`;

  const value = row[field] ?? '';
  let text: string | undefined = value;
  if (field.endsWith('Env')) {
    text = around.env[value];
    if (text === undefined || text.trim() === '') return `.${field} names a variable that is not set`;
  } else if (field.endsWith('File')) {
    try {
      text = around.readText(resolve(dirname(path), value));
    } catch (error) {
      return `.${field} ${readFailure(error)}`;
    }
  }
  const secret = FORMATS.credential.safeParse(text);
  if (!secret.success) return `.${field} ${secret.error.issues[0]?.message ?? ''}`;
  return credential(field.startsWith('token') ? 'token' : 'api-key', secret.data);
}

export function credential(kind: Credential['kind'], secret: Secret): Credential {
  return kind === 'token' ? { kind, token: secret } : { kind, apiKey: secret };
}
