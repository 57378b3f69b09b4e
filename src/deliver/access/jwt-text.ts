import { hasKeyTwice } from '../../base/json-keys.js';
import { Refusal } from './refusal.js';

/** What a token says of itself, before anything of it is verified: it decides by which keys that is done, and no more. */
export interface UnverifiedToken {
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Small enough for the largest message together with a subscription, and for the usual header limits. */
const MAX_TOKEN_LENGTH = 8 * 1024;

/**
 * Reads a JWT in its compact form.
 *
 * A key that is there twice refuses it (RFC 7519, section 4): the CRM that signed it may have meant the value that is
 * dropped here.
 *
 * @throws Refusal
 */
export function readJwt(token: unknown): UnverifiedToken {
  if (token === undefined || token === null || token === '') throw new Refusal('unauthorized');
  if (typeof token !== 'string') throw malformed('the token must be a text');
  if (token.length > MAX_TOKEN_LENGTH) throw malformed('the token is longer than 8 KiB');
  const parts = token.split('.');
  const [header, payload] = parts;
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]*$/.test(part)))
    throw malformed('the token is no JWT: three parts in base64url, with dots between them');
  return { header: objectOf(header!, 'header'), payload: objectOf(payload!, 'payload') };
}

/** The claim's value; undefined where it is absent or only inherited. */
export function claimOf(payload: JsonObject, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

function objectOf(part: string, what: string): JsonObject {
  const text = Buffer.from(part, 'base64url').toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(`the ${what} of the token is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`the ${what} of the token is no JSON object`);
  if (hasKeyTwice(text, value)) throw malformed(`the ${what} of the token has a name twice`);
  return value as JsonObject;
}

function malformed(detail: string): Refusal {
  return new Refusal('unauthorized', detail);
}
