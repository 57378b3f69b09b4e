import { BASE, refused, token } from './access.js';

/**
 * One request of a page to the bridge, with the page's token. What the bridge refuses is a value: its status, and the code and detail
 * of its problem document; status 0 where no answer came. A refused token leads to the sign-in.
 */
export type Answer<T> = { readonly ok: true; readonly body: T } | Problem;

export interface Problem {
  readonly ok: false;
  /** 0: no answer. */
  readonly status: number;
  readonly code: string | null;
  readonly detail: string | null;
  /** The problem document as it came. */
  readonly body: unknown;
}

/** @param path below the bridge's address, such as `v1/webhooks` */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const response = await send(path, init);
  const body: unknown = await response?.json().catch(() => null);
  if (response?.ok === true && body !== null) return { ok: true, body: body as T };
  return problemOf(response, body);
}

/** Of a request for a table: the file, and the name that the bridge gives it. */
export interface Table {
  readonly name: string;
  readonly file: Blob;
}

/** A link could not carry the token. An answer that ends early is no table. */
export async function askTable(path: string, signal: AbortSignal): Promise<Answer<Table>> {
  const response = await send(path, { headers: { accept: 'text/csv' }, signal });
  if (response?.ok !== true) return problemOf(response, await response?.json().catch(() => null));
  const file = await response.blob().catch(() => null);
  if (file === null) return problemOf(null, null);
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { ok: true, body: { name: name ?? 'table.csv', file } };
}

async function send(path: string, init: RequestInit): Promise<Response | null> {
  const bearer = token.peek();
  return fetch(`${BASE}${path}`, {
    ...init,
    headers: {
      ...(init.headers as Record<string, string> | undefined),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
    },
    cache: 'no-store',
  }).catch(() => null);
}

function problemOf(response: Response | null, body: unknown): Problem {
  const { code = null, detail = null } = (body ?? {}) as { code?: string; detail?: string };
  if (response?.status === 401 && code !== null) refused(code);
  return { ok: false, status: response?.status ?? 0, code, detail, body };
}
