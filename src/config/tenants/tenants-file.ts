import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { DIRECTION_SETTINGS, type DirectionSetting } from '../../core/model/call.js';
import { readFailure, type ReadText } from '../secrets/read-text.js';
import type { Secret } from '../secrets/secret.js';
import {
  CLIENT_KEY_FIELDS,
  CLIENT_KEY_SHAPE,
  ClientKeysReader,
  ONE_SOURCE,
  type ServiceKey,
} from './client-keys.js';
import { DESK_FIELDS, DESK_SHAPE, deskRulesOf, type DeskTimes } from '../desk/desk-shape.js';
import { EndpointsShape } from '../webhooks/endpoint-shape.js';
import { readEndpoints } from '../webhooks/endpoints-reader.js';
import { readContents } from '../settings/document-reader.js';
import { REVOKED_TOKENS } from './revoked-tokens.js';
import type { Credential, Environment, TenantConfig } from './tenant.js';
import { type Certificates, namingFile, readCertificates } from '../settings/certificates.js';
import { FORMATS, POLL_INTERVAL_MS } from '../settings/variables.js';

/**
 * The file that `TENANTS_FILE` names: many tenants in one YAML or JSON document.
 *
 *     tenants:
 *       - id: acme
 *         baseUrl: https://pbx.acme.example
 *         tokenEnv: ACME_TOKEN
 *
 * A tenant has exactly one credential: `token`, `tokenEnv` (the name of an environment variable) or `tokenFile` (a
 * path, relative to this file), or the same three with `apiKey`. `timeZone`, `country`, `direction` and `pollIntervalMs`
 * may be left out, and so may `proxy`, `caFile`, `webhooks` (`../webhooks/`), what is decided for its desk (`../desk/`),
 * `revokedTokens` and the keys of client tokens (`client-keys.ts`).
 * `docs/tenants.schema.json` is this as a JSON schema.
 *
 * Guarantees: a file with a problem is refused as a whole, with all problems, so that a mistake never drops one tenant
 * silently. Problems name the field (`tenants[2].baseUrl`) and never repeat its value, but for the name of a
 * `caFile`; in a text that is no YAML they
 * name line and column only.
 */
export type TenantsFileResult =
  | {
      readonly ok: true;
      readonly tenants: readonly TenantConfig[];
      /** Environment variables that the file refers to, which are therefore no typos. */
      readonly variables: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

const CREDENTIAL_FIELDS = ['token', 'tokenEnv', 'tokenFile', 'apiKey', 'apiKeyEnv', 'apiKeyFile'] as const;
const FIELDS = [
  'id',
  'baseUrl',
  'timeZone',
  'country',
  'direction',
  'pollIntervalMs',
  'proxy',
  'caFile',
  'webhooks',
  ...DESK_FIELDS,
  'revokedTokens',
  ...CLIENT_KEY_FIELDS,
] as const;
/** The number of tenants that the bridge is built and tested for. */
const MAX_TENANTS = 10_000;

const TEXT = z.string({ error: 'must be a text' });
const NAME = TEXT.trim().min(1, { error: 'must not be empty' });
const INTERVAL = `must be a whole number from ${POLL_INTERVAL_MS.min} to ${POLL_INTERVAL_MS.max} milliseconds`;

/** `meta` is for the JSON schema, which cannot express all checks of the formats. */
const Row = z
  .strictObject(
    {
      id: TEXT.pipe(FORMATS.tenantId).meta({
        description: 'Name in events, Redis keys and client tokens. Changing it begins a new, empty log.',
        pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      }),
      baseUrl: TEXT.pipe(FORMATS.baseUrl).meta({
        description: "The upstream's origin, without path, query and credentials",
        pattern: '^https?://[^/?#@]+/?$',
      }),
      timeZone: TEXT.pipe(FORMATS.timeZone)
        .meta({
          description: 'The zone of times that come without one; PITEL_TIME_ZONE when left out',
          examples: ['Asia/Ho_Chi_Minh'],
        })
        .optional(),
      country: TEXT.pipe(FORMATS.country)
        .meta({
          description: 'The country of phone numbers in national form; PITEL_COUNTRY when left out',
          pattern: '^[A-Za-z]{2}$',
        })
        .optional(),
      direction: TEXT.pipe(FORMATS.direction)
        .meta({
          description:
            "Whose direction the monitor's word is, the call's or the leg's; PITEL_DIRECTION when left out",
          enum: [...DIRECTION_SETTINGS],
        })
        .optional(),
      pollIntervalMs: z
        .int({ error: INTERVAL })
        .min(POLL_INTERVAL_MS.min, { error: INTERVAL })
        .max(POLL_INTERVAL_MS.max, { error: INTERVAL })
        .meta({ description: 'How often each endpoint is asked; POLL_INTERVAL_MS when left out' })
        .optional(),
      proxy: TEXT.pipe(FORMATS.proxy)
        .meta({
          description:
            'The proxy over which the PBX is asked, such as http://proxy.example:3128, or none; PITEL_PROXY when left out',
        })
        .optional(),
      caFile: NAME.meta({
        description:
          'A PEM file with certificates that are trusted in addition to the public ones, relative to this file; PITEL_CA_FILE when left out',
      }).optional(),
      webhooks: EndpointsShape.meta({ description: 'Where events are pushed to' }).optional(),
      ...DESK_SHAPE,
      revokedTokens: REVOKED_TOKENS,
      ...CLIENT_KEY_SHAPE,
      token: NAME.meta({ description: 'A fixed bearer token, without the word Bearer' }).optional(),
      tokenEnv: NAME.meta({ description: 'The environment variable that holds the token' }).optional(),
      tokenFile: NAME.meta({
        description: 'The file that holds the token and nothing else; relative to this file',
      }).optional(),
      apiKey: NAME.meta({ description: 'A key that the bridge exchanges for tokens' }).optional(),
      apiKeyEnv: NAME.meta({ description: 'The environment variable that holds the key' }).optional(),
      apiKeyFile: NAME.meta({
        description: 'The file that holds the key and nothing else; relative to this file',
      }).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `may have no other fields than ${FIELDS.join(', ')} and one of ${CREDENTIAL_FIELDS.join(', ')}`
          : 'must be an object',
    },
  )
  .meta({ oneOf: CREDENTIAL_FIELDS.map((field) => ({ required: [field] })), allOf: ONE_SOURCE });
type Row = z.output<typeof Row>;

const Contents = z
  .strictObject(
    {
      tenants: z
        .array(Row, { error: 'must be a list' })
        .min(1, { error: 'must name at least one tenant' })
        .max(MAX_TENANTS, { error: `must name at most ${MAX_TENANTS} tenants` }),
    },
    { error: 'must hold an object with the one field tenants' },
  )
  .meta({ title: 'Tenants of the Pitel event bridge', description: 'The file that TENANTS_FILE names' });

/** The file's JSON schema, draft 2020-12, for editors. */
export function tenantsSchema(): object {
  return z.toJSONSchema(Contents, { io: 'input' });
}

export interface TenantsFileSurroundings {
  readonly env: Environment;
  readonly readText: ReadText;
  /** The defaults for tenants that do not set these. */
  readonly timeZone: string;
  readonly country: string;
  readonly direction: DirectionSetting;
  readonly pollIntervalMs: number;
  readonly deskTimes: DeskTimes;
  readonly ca: string | null;
  /** The proxy for an origin, given what the tenant says of it. */
  readonly proxyOf: (origin: string, given?: Secret | 'none') => Secret | null;
  readonly serviceKey: ServiceKey;
}

export function readTenantsFile(path: string, around: TenantsFileSurroundings): TenantsFileResult {
  const contents = readContents(path, around.readText, Contents);
  if (!contents.ok) return contents;

  /** Thousands of tenants share a few of these files. */
  const read = new Map<string, Certificates>();
  const certificatesOf = (caFile: string): string | { readonly problem: string } => {
    const known = read.get(caFile) ?? readCertificates(resolve(dirname(path), caFile), around.readText);
    read.set(caFile, known);
    return 'pem' in known ? known.pem : { problem: namingFile(caFile, known.problem) };
  };
  const keys = new ClientKeysReader(path, around);
  const problems: string[] = [];
  const seen = new Set<string>();
  const tenants: TenantConfig[] = [];
  const references = { env: around.env, readText: around.readText, folder: dirname(path) };
  const variables = contents.value.tenants.flatMap((row) =>
    [row.tokenEnv, row.apiKeyEnv, ...(row.signingKeyEnv ?? [])].filter((name) => name !== undefined),
  );
  for (const [index, row] of contents.value.tenants.entries()) {
    if (seen.has(row.id)) problems.push(`tenants[${index}].id is taken by an earlier tenant`);
    seen.add(row.id);
    const credential = credentialOf(row, path, around);
    const ca = row.caFile === undefined ? around.ca : certificatesOf(row.caFile);
    const clientKeys = keys.read(row);
    const timeZone = row.timeZone ?? around.timeZone;
    const country = row.country ?? around.country;
    const webhooks = readEndpoints(row.webhooks ?? [], references, timeZone);
    problems.push(...webhooks.problems.map((problem) => `tenants[${index}].webhooks${problem}`));
    variables.push(...webhooks.variables);
    if (typeof credential === 'string') problems.push(`tenants[${index}]${credential}`);
    else if (ca !== null && typeof ca === 'object') problems.push(`tenants[${index}].caFile ${ca.problem}`);
    else if (clientKeys !== null && 'problem' in clientKeys)
      problems.push(`tenants[${index}]${clientKeys.problem}`);
    else
      tenants.push({
        id: row.id,
        baseUrl: row.baseUrl,
        credential,
        timeZone,
        country,
        direction: row.direction ?? around.direction,
        pollIntervalMs: row.pollIntervalMs ?? around.pollIntervalMs,
        proxy: around.proxyOf(row.baseUrl, row.proxy),
        ca,
        clientKeys,
        revokedTokens: [...new Set(row.revokedTokens ?? [])],
        webhooks: webhooks.endpoints,
        desk: deskRulesOf(row, { timeZone, country }, around.deskTimes),
      });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, tenants, variables };
}

/** The tenant's credential, or its problem, to be appended to the tenant's name in the message. */
function credentialOf(row: Row, path: string, around: TenantsFileSurroundings): Credential | string {
  const given = CREDENTIAL_FIELDS.filter((field) => row[field] !== undefined);
  const [field, second] = given;
  if (field === undefined || second !== undefined)
    return ` must have exactly one of ${CREDENTIAL_FIELDS.join(', ')}`;

  const value = row[field] ?? '';
  let text: string | undefined = value;
  if (field.endsWith('Env')) {
    // The file gives the name, which may be that of an inherited property such as `constructor`.
    text = Object.hasOwn(around.env, value) ? around.env[value] : undefined;
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
