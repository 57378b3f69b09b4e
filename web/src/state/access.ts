import { computed, signal } from '@preact/signals';
import { claimsOf, NO_CLAIMS } from '../data/claims.js';
import { localStorageOrNull, readStorage, writeStorage } from './preferences.js';

/**
 * Who looks at this page.
 *
 *   checking → open          the bridge asks for no token (AUTH_MODE=none)
 *            → sign-in       it does, and there is none: with the reason, if a token was refused
 *   sign-in  → signed-in     a token was given; whether it is worth anything, the bridge says when it is used
 *   signed-in → sign-in      refused, expired, or signed out
 *
 * The token is kept for this tab, or, when asked to, for this screen. It is never part of an address.
 */
export type Access =
  | { readonly state: 'checking' | 'open' }
  | { readonly state: 'sign-in'; readonly reason: string | null }
  | { readonly state: 'signed-in'; readonly token: string };

const KEY = 'pitel-token';
const RETRY_MS = 3_000;
/** The refusals that another token can cure. */
const CURABLE = new Set(['unauthorized', 'token-expired', 'tenant-mismatch']);

const current = signal<Access>({ state: 'checking' });

export const access = computed(() => current.value);
export const token = computed(() => (current.value.state === 'signed-in' ? current.value.token : null));
export const claims = computed(() => (token.value === null ? NO_CLAIMS : claimsOf(token.value)));
/** The address that the pages lie under, with a slash at its end. */
export const BASE = new URL('.', location.href).href;

export async function enter(): Promise<void> {
  const kept = readStorage(sessionStorageOrNull(), KEY) ?? readStorage(localStorageOrNull(), KEY);
  if (kept !== null) {
    current.value = { state: 'signed-in', token: kept };
    return;
  }
  const asksForToken = await fetch(`${BASE}v1/sources`, { cache: 'no-store' }).then(
    ({ ok, status }) => (ok ? false : status === 401 ? true : null),
    () => null,
  );
  if (asksForToken === null) setTimeout(() => void enter(), RETRY_MS);
  else current.value = asksForToken ? { state: 'sign-in', reason: null } : { state: 'open' };
}

export function signIn(given: string, remember: boolean): void {
  const trimmed = given.trim();
  writeStorage(sessionStorageOrNull(), KEY, remember ? null : trimmed);
  writeStorage(localStorageOrNull(), KEY, remember ? trimmed : null);
  current.value = { state: 'signed-in', token: trimmed };
}

export function isRemembered(): boolean {
  return readStorage(localStorageOrNull(), KEY) !== null;
}

export function signOut(): void {
  forget();
  current.value = { state: 'sign-in', reason: null };
}

/** The bridge refused. False: no other token would change that. */
export function refused(code: string): boolean {
  if (!CURABLE.has(code)) return false;
  forget();
  current.value = { state: 'sign-in', reason: token.peek() === null ? null : code };
  return true;
}

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
