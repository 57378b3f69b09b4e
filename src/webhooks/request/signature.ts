import { createHmac, createSecretKey, type Hmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../config/secrets/secret.js';
import { secretBytes } from '../../config/webhooks/webhook-secret.js';

/**
 * Signs requests as Standard Webhooks says (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, in
 * base64 after `v1,`; with several secrets one signature for each, separated by spaces. docs/webhook-vectors.json
 * has examples.
 */

/**
 * @param timestamp seconds since the epoch, of this try
 * @returns each header's name and after it its value, as undici takes them
 */
export function signatureHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  timestamp: number,
  secrets: readonly Secret[],
): readonly string[] {
  const time = String(timestamp);
  const headers = ['webhook-id', id, 'webhook-timestamp', time];
  const signatures = secrets.map((secret) => `v1,${hmacOf(secret, id, time, body).digest('base64')}`);
  if (signatures.length > 0) headers.push('webhook-signature', signatures.join(' '));
  return headers;
}

/** What a receiver got. */
export interface Received {
  /** `webhook-id`, `webhook-timestamp` and `webhook-signature` as they came. */
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  /** The bytes as they came, before anything parsed them. */
  readonly body: string | Uint8Array;
}

/**
 * Why a request is not what the bridge has sent; the first that holds.
 * - `malformed`: a header is missing or not of its form; `detail` says which.
 * - `altered-body`: with `detail` undone, one of the secrets has signed it.
 * - `secret`: another secret has signed it; or id, timestamp or body were altered in a way that is not recognised.
 * - `clock`: signed rightly, but its timestamp is more than five minutes away from `now`: an old request, or a wrong clock.
 *   `ageSeconds` is positive for a timestamp in the past.
 */
export type Verification =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'malformed' | 'altered-body'; readonly detail: string }
  | { readonly ok: false; readonly reason: 'secret' }
  | { readonly ok: false; readonly reason: 'clock'; readonly ageSeconds: number };

/** Verifies as a receiver should. @param now milliseconds since the epoch */
export function verifySignature(received: Received, secrets: readonly Secret[], now: number): Verification {
  const { id, timestamp, signature, body } = received;
  const malformed = (detail: string): Verification => ({ ok: false, reason: 'malformed', detail });
  if (id === '') return malformed('webhook-id is missing');
  if (!/^\d{1,12}$/.test(timestamp)) return malformed('webhook-timestamp must be whole seconds since 1970');
  const given = signature.split(' ').filter((one) => one.startsWith('v1,'));
  if (given.length === 0) return malformed('webhook-signature has no part that begins with v1,');
  const isSignedWith = (text: string | Uint8Array) =>
    secrets.some((secret) => {
      const expected = hmacOf(secret, id, timestamp, text).digest();
      return given.some((one) => isSame(Buffer.from(one.slice('v1,'.length), 'base64'), expected));
    });
  if (!isSignedWith(body)) {
    const text = typeof body === 'string' ? body : Buffer.from(body).toString();
    const change = ALTERATIONS.find(({ undo }) => isSignedWith(undo(text)));
    return change === undefined
      ? { ok: false, reason: 'secret' }
      : { ok: false, reason: 'altered-body', detail: change.detail };
  }
  const ageSeconds = Math.floor(now / 1_000) - Number(timestamp);
  return Math.abs(ageSeconds) > TOLERANCE_SECONDS ? { ok: false, reason: 'clock', ageSeconds } : { ok: true };
}

/** As Standard Webhooks' own libraries have it. */
const TOLERANCE_SECONDS = 300;

function hmacOf(secret: Secret, id: string, timestamp: string, body: string | Uint8Array): Hmac {
  const hmac = createHmac('sha256', keyOf(secret));
  const head = `${id}.${timestamp}.`;
  // In one piece: each call of an update costs a fifth of the whole.
  return typeof body === 'string' ? hmac.update(head + body) : hmac.update(head).update(body);
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What receivers do to a body before they verify it, by mistake. */
const ALTERATIONS: readonly { readonly detail: string; readonly undo: (text: string) => string }[] = [
  { detail: 'white space, or a byte order mark, was added around it', undo: (text) => text.trim() },
  { detail: 'its line breaks were changed', undo: (text) => text.replaceAll('\r\n', '\n') },
  { detail: 'it was parsed and written again', undo: rewritten },
];

/** As the bridge writes JSON: without spaces, and with characters as they are. */
function rewritten(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Decoding a secret at each try would cost more than signing. */
const keys = new WeakMap<Secret, KeyObject>();

function keyOf(secret: Secret): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(secretBytes(secret));
  keys.set(secret, key);
  return key;
}
