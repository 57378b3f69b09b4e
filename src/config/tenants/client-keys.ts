import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ASYMMETRIC, leastSecretBytes, SYMMETRIC } from '../../base/jwt-algorithms.js';
import { CLAIMS, type ClaimNames, OWN_CLAIM_NAMES } from '../../core/model/claims.js';
import { readFailure, type ReadText } from '../secrets/read-text.js';
import { Secret } from '../secrets/secret.js';
import { FORMATS } from '../settings/variables.js';
import { SharedKeySets } from './shared-key-sets.js';

/**
 * The part of a tenant in the tenants' file that says by which keys its client tokens are signed.
 *
 *     signingKeyFile: [secrets/acme-2027, secrets/acme-2026]
 *
 * or `jwksUrl`, the address of its identity provider's key set, which `issuer` and `audience` may narrow. Without both,
 * the service-wide key counts.
 *
 * Guarantees: no key belongs to two tenants, or to a tenant and the whole service, and two tenants share a key set only
 * where both name an issuer, or both an audience, and not the same; so a token of one tenant cannot be signed with another's key. No
 * problem repeats a key or a value.
 */
export interface ClientKeys {
  /** Keys for HMAC, each accepted; the first one signs. None with a key set. */
  readonly secrets: readonly Secret[];
  /** The key set's address; null where there are secrets. */
  readonly jwksUrl: string | null;
  /** What `iss` must be, and what `aud` must hold; null: anything. */
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly algorithms: readonly [string, ...string[]];
  readonly claims: ClaimNames;
}

const SECRET_FIELDS = ['signingKey', 'signingKeyEnv', 'signingKeyFile'] as const;
const SOURCES = [...SECRET_FIELDS, 'jwksUrl'] as const;
const NARROWING = ['issuer', 'audience', 'algorithms', 'claims'] as const;
export const CLIENT_KEY_FIELDS = [...SOURCES, ...NARROWING] as const;

/** One, or the two of a rotation. A third would mean that the rotation before has not ended. */
const MOST_KEYS = 2;
const ALGORITHMS = [...SYMMETRIC, ...ASYMMETRIC];
/** Their names are fixed, and `jose` checks them. */
const RESERVED = ['exp', 'nbf', 'iat', 'iss', 'aud'];

const TEXT = z.string({ error: 'must be a text' });
const NAME = TEXT.trim().min(1, { error: 'must not be empty' });

const oneOrTwo = (description: string) => {
  const error = 'must be a text, or a list of one or two';
  const list = z.array(NAME, { error }).min(1, { error }).max(MOST_KEYS, { error });
  return z
    .union([NAME, list], { error })
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .meta({ description })
    .optional();
};

/** A claim's name, which refusals may repeat in a header. */
const CLAIM_NAME = 'must be the name of a claim: 1 to 128 visible ASCII characters without " and \\';
const claimName = TEXT.trim().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, { error: CLAIM_NAME });

/** `meta` is for the JSON schema, which cannot express all checks. */
export const CLIENT_KEY_SHAPE = {
  signingKey: oneOrTwo(
    'The key with which client tokens of this tenant are signed (HS256), at least 32 bytes; two during a rotation, of which the first signs',
  ),
  signingKeyEnv: oneOrTwo('The environment variable that holds the signing key, or two of them'),
  signingKeyFile: oneOrTwo(
    'The file that holds the signing key and nothing else, or two of them; relative to this file',
  ),
  jwksUrl: TEXT.pipe(FORMATS.jwksUrl)
    .meta({ description: "The address of the key set of the tenant's identity provider" })
    .optional(),
  issuer: NAME.meta({ description: 'What the claim iss of the tokens must be' }).optional(),
  audience: NAME.meta({ description: 'What the claim aud of the tokens must be, or hold' }).optional(),
  algorithms: z
    .array(z.enum(ALGORITHMS, { error: `must be one of ${ALGORITHMS.join(', ')}` }), {
      error: 'must be a list',
    })
    .min(1, { error: 'must not be empty' })
    .meta({
      description:
        'The accepted algorithms: of HS256 (the one when left out), HS384 and HS512 with a signing key; of the others (all when left out) with a key set',
    })
    .optional(),
  claims: z
    .strictObject(Object.fromEntries(CLAIMS.map((claim) => [claim, claimName.optional()])), {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `may have no other fields than ${CLAIMS.join(', ')}`
          : 'must be an object',
    })
    .meta({
      description: 'What the claims are called in the tokens of this tenant, where it is not their own name',
    })
    .optional(),
};

/** For the JSON schema: one source of keys at most. */
export const ONE_SOURCE = SOURCES.flatMap((one, index) =>
  SOURCES.slice(index + 1).map((other) => ({ not: { required: [one, other] } })),
);

type Row = z.output<z.ZodObject<typeof CLIENT_KEY_SHAPE>>;

/** The key that opens every tenant, as far as the tenants' keys must know it. */
export interface ServiceKey {
  /** Whether tenants without keys of their own can be opened: by a key, or as no token is asked for. */
  readonly isSet: boolean;
  /** `AUTH_JWT_SECRET`, which no tenant's key may be. */
  readonly secret: Secret | null;
  /** `AUTH_JWKS_URL`, which no tenant's key set may be. */
  readonly jwksUrl: string | null;
}

interface Around {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readText: ReadText;
  readonly serviceKey: ServiceKey;
}

/**
 * Reads the keys of all tenants of a file, one after the other.
 *
 * Guarantee: a problem begins with what is to be appended to the tenant's name in the message: a field, or a space.
 */
export class ClientKeysReader {
  readonly #folder: string;
  readonly #around: Around;
  /** To whom each key belongs. */
  readonly #owners = new Map<string, 'an earlier tenant' | 'AUTH_JWT_SECRET'>();
  readonly #sets = new SharedKeySets();

  constructor(path: string, around: Around) {
    this.#folder = dirname(path);
    this.#around = around;
    const { secret } = around.serviceKey;
    if (secret !== null) this.#owners.set(secret.reveal(), 'AUTH_JWT_SECRET');
  }

  /** Null: the service-wide key counts. */
  read(row: Row): ClientKeys | null | { readonly problem: string } {
    const given = SOURCES.filter((field) => row[field] !== undefined);
    const [source, second] = given;
    if (second !== undefined) return { problem: ` may have only one of ${SOURCES.join(', ')}` };
    if (source === undefined) {
      const idle = NARROWING.find((field) => row[field] !== undefined);
      if (idle !== undefined) return { problem: `.${idle} needs one of ${SOURCES.join(', ')}` };
      if (this.#around.serviceKey.isSet) return null;
      return {
        problem: ` must have one of ${SOURCES.join(', ')}, as neither AUTH_JWT_SECRET nor AUTH_JWKS_URL is set`,
      };
    }
    const kind: readonly string[] = source === 'jwksUrl' ? ASYMMETRIC : SYMMETRIC;
    const algorithms = row.algorithms ?? (source === 'jwksUrl' ? ASYMMETRIC : ['HS256']);
    if (!algorithms.every((algorithm) => kind.includes(algorithm)))
      return { problem: `.algorithms may be, with ${source}, only of ${kind.join(', ')}` };
    const claims: ClaimNames = { ...OWN_CLAIM_NAMES, ...definedOf(row.claims ?? {}) };
    const names = Object.values(claims);
    if (new Set(names).size < names.length || names.some((name) => RESERVED.includes(name)))
      return { problem: `.claims must be different names, and none of ${RESERVED.join(', ')}` };

    const rest = {
      issuer: row.issuer ?? null,
      audience: row.audience ?? null,
      algorithms: [...new Set(algorithms)] as [string, ...string[]],
      claims,
    };
    if (source === 'jwksUrl') {
      if (row.jwksUrl === this.#around.serviceKey.jwksUrl)
        return { problem: '.jwksUrl is AUTH_JWKS_URL, whose keys open every tenant' };
      if (!this.#sets.take(row.jwksUrl!, rest))
        return {
          problem:
            '.jwksUrl is the key set of an earlier tenant too: both need an issuer of their own, or both an audience of their own, or AUTH_JWKS_URL, which is for all tenants',
        };
      return { secrets: [], jwksUrl: row.jwksUrl!, ...rest };
    }
    const secrets: Secret[] = [];
    const least = Math.max(...rest.algorithms.map(leastSecretBytes));
    for (const [index, text] of row[source]!.entries()) {
      const secret = this.#secret(source, text, least);
      const place = `.${source}${row[source]!.length > 1 ? `[${index}]` : ''}`;
      if (typeof secret === 'string') return { problem: `${place} ${secret}` };
      if (secrets.some((other) => other.reveal() === secret.reveal()))
        return { problem: `${place} is the same key again` };
      const owner = this.#take(secret.reveal());
      if (owner !== null)
        return { problem: `${place} is also the key of ${owner}: its holder could sign for both` };
      secrets.push(secret);
    }
    return { secrets, jwksUrl: null, ...rest };
  }

  /** Null, and from now on an earlier tenant has it; otherwise who has it already. */
  #take(key: string): string | null {
    const owner = this.#owners.get(key);
    if (owner === undefined) this.#owners.set(key, 'an earlier tenant');
    return owner ?? null;
  }

  /** The key, or what is wrong with it. */
  #secret(source: (typeof SECRET_FIELDS)[number], given: string, least: number): Secret | string {
    const { env, readText } = this.#around;
    let text: string | undefined = given;
    if (source === 'signingKeyEnv') {
      // The file gives the name, which may be that of an inherited property such as `constructor`.
      text = Object.hasOwn(env, given) ? env[given]?.trim() : undefined;
      if (!text) return 'names a variable that is not set';
    } else if (source === 'signingKeyFile') {
      try {
        text = readText(resolve(this.#folder, given)).trim();
      } catch (error) {
        return readFailure(error);
      }
    }
    return isSigningKey(text, least)
      ? new Secret(text)
      : `must be at least ${least} bytes of text in one line, and not an unfilled placeholder`;
  }
}

/**
 * Control characters are refused as HMAC fills a short key up with zero bytes: a key with such a byte at its end would be
 * another text and the same key.
 */
function isSigningKey(text: string, least: number): boolean {
  // oxlint-disable-next-line no-control-regex
  return Buffer.byteLength(text) >= least && !/[\0-\x1f\x7f]/.test(text) && !/^(\{\{.*\}\}|<.*>)$/.test(text);
}

export function isSameKeys(one: ClientKeys | null, other: ClientKeys | null): boolean {
  return shown(one) === shown(other);
}

/** With the keys revealed, to be compared and never to be kept. */
function shown(keys: ClientKeys | null): string {
  return JSON.stringify(keys && { ...keys, secrets: keys.secrets.map((secret) => secret.reveal()) });
}

function definedOf(claims: Readonly<Record<string, string | undefined>>): Partial<ClaimNames> {
  return Object.fromEntries(Object.entries(claims).filter(([, name]) => name !== undefined));
}
