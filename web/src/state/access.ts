import { computed, effect, signal } from '@preact/signals';
import { claimsOf, NO_CLAIMS, scopeOf } from '../data/claims.js';
import { type TokenRefusal, tokenRefusal } from '../data/refusal.js';
import { localStorageOrNull, readStorage, writeStorage } from './preferences.js';

/**
 * Who may see this page.
 *
 *   checking → open          the bridge asks for no token (AUTH_MODE=none)
 *            → sign-in       it asks for one, and there is none; the reason, if a token was refused
 *   sign-in  → signed-in     a token was given, and the bridge accepts it
 *   signed-in → signed-in    a new token replaces the old one; a token that the bridge refuses replaces nothing
 *   signed-in → sign-in      refused, expired, or signed out
 *
 * The token is kept for this tab, or, when asked to, for this screen. It is never part of an address.
 */
type Access =
  | { readonly state: 'checking' | 'open' }
  | { readonly state: 'sign-in'; readonly reason: TokenRefusal | null }
  | { readonly state: 'signed-in'; readonly token: string };

const KEY = 'pitel-token';
/** Where the scope is kept to which the pops in this tab's storage belong. */
const SCOPE_KEY = 'pitel-scope';
/** The keys under which the client package keeps the open pops; a reloaded page draws them again. */
const POPS_PREFIX = 'pitel-pop ';
const RETRY_MS = 3_000;
const TIMEOUT_MS = 4_000;
/** The refusals that a new token can end. */
const CURABLE = new Set([
  'unauthorized',
  'token-expired',
  'token-revoked',
  'bad-signature',
  'tenant-mismatch',
]);

const current = signal<Access>({ state: 'checking' });

export const access = computed(() => current.value);
export const token = computed(() => (current.value.state === 'signed-in' ? current.value.token : null));
export const claims = computed(() => (token.value === null ? NO_CLAIMS : claimsOf(token.value)));
/** The part of all calls that may be seen; null while none may. A page drops what it showed when the scope changes. */
export const scope = computed(() =>
  token.value === null && current.value.state !== 'open' ? null : scopeOf(claims.value),
);
/** The address that the pages lie under, with a slash at its end. */
export const BASE = new URL('.', location.href).href;

export async function enter(): Promise<void> {
  const kept = readStorage(sessionStorageOrNull(), KEY) ?? readStorage(localStorageOrNull(), KEY);
  if (kept !== null) {
    current.value = { state: 'signed-in', token: kept };
    return;
  }
  const refusal = await refusalOf(null, new AbortController().signal);
  current.value = refusal === null ? { state: 'open' } : { state: 'sign-in', reason: null };
}

/** Null when the bridge accepts the token, or `calledOff` came first; otherwise its reason, and nothing has changed. */
export async function signIn(
  given: string,
  remember: boolean,
  calledOff: AbortSignal,
): Promise<TokenRefusal | null> {
  const trimmed = given.trim();
  const refusal = await refusalOf(trimmed, calledOff);
  if (refusal !== null || calledOff.aborted) return refusal;
  writeStorage(sessionStorageOrNull(), KEY, remember ? null : trimmed);
  writeStorage(localStorageOrNull(), KEY, remember ? trimmed : null);
  current.value = { state: 'signed-in', token: trimmed };
  return null;
}

export function isRemembered(): boolean {
  return readStorage(localStorageOrNull(), KEY) !== null;
}

export function signOut(): void {
  forget();
  current.value = { state: 'sign-in', reason: null };
}

/** Takes note of a refusal. False: no other token would change it. */
export function refused(code: string): boolean {
  if (!CURABLE.has(code)) return false;
  const given = token.peek();
  forget();
  current.value = { state: 'sign-in', reason: given === null ? null : tokenRefusal(code, null, given) };
  return true;
}

/** Asks until the bridge answers. Null: it accepts this token, or asks for none. */
async function refusalOf(bearer: string | null, calledOff: AbortSignal): Promise<TokenRefusal | null> {
  // A text that no header can carry is no token.
  if (bearer !== null && !/^[\x21-\x7e]+$/.test(bearer)) return UNREADABLE;
  while (!calledOff.aborted) {
    const response = await fetch(`${BASE}v1/sources`, {
      headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal: AbortSignal.any([calledOff, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch(() => null);
    if (response?.ok === true) return null;
    if (response?.status === 401) return reasonOf(response, bearer);
    // Longer than a header may be.
    if (response?.status === 431) return UNREADABLE;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return null;
}

async function reasonOf(response: Response, bearer: string | null): Promise<TokenRefusal> {
  const problem = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const text = (name: string) => (typeof problem?.[name] === 'string' ? problem[name] : null);
  return tokenRefusal(text('code') ?? 'unauthorized', text('detail'), bearer);
}

const UNREADABLE: TokenRefusal = { code: 'token-unreadable', tenant: null };

/** Also for the pages that are opened in this tab later: the wallboard knows nothing of pops, and may be signed out of. */
effect(() => {
  if (current.value.state === 'checking') return;
  const now = scope.value ?? '';
  const storage = sessionStorageOrNull();
  if (readStorage(storage, SCOPE_KEY) === now) return;
  for (const key of Object.keys(storage ?? {})) {
    if (key.startsWith(POPS_PREFIX)) writeStorage(storage, key, null);
  }
  writeStorage(storage, SCOPE_KEY, now);
});

function forget(): void {
  writeStorage(sessionStorageOrNull(), KEY, null);
  writeStorage(localStorageOrNull(), KEY, null);
}

function sessionStorageOrNull(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
