import type { JWK } from 'jose';

/** The answer of a key set's address: its keys, or what is wrong, in fixed words. */
export type KeySetAnswer = { readonly keys: readonly JWK[] } | { readonly problem: string };

/** Reads the key set at an address, within its bounds. Does not reject. Follows no redirect, which may lead anywhere. */
export async function fetchKeySet(url: string, timeoutMs: number): Promise<KeySetAnswer> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json, application/jwk-set+json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { problem: `status ${response.status || 'of a redirect'}` };
    }
    const text = await boundedText(response);
    return text === null ? { problem: `longer than ${MAX_BYTES} bytes` } : parse(text);
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

function parse(text: string): KeySetAnswer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'not JSON' };
  }
  const keys = (value as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'object' && key !== null))
    return { problem: 'no key set: an object with a list of keys' };
  if (keys.length > MAX_KEYS) return { problem: `more than ${MAX_KEYS} keys` };
  return { keys: keys as JWK[] };
}

/** Null when it is longer than `MAX_BYTES`. */
async function boundedText(response: Response): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MAX_BYTES) return null;
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  return text + decoder.decode();
}

/** An error's own message names the host. */
function reasonOf(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return 'no answer in time';
  const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? (REASONS[code] ?? `no connection (${code})`) : 'no connection';
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection lost',
  UND_ERR_SOCKET: 'connection lost',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'host not found',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
};

/** A set has a few keys of some hundred bytes, with certificates some kilobytes. */
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;
