import { reasonOf } from '../../base/error-text.js';
import type { CommandResult } from '../command-result.js';

/** The running bridge, asked over HTTP. Every failure is one line that says what to do about it. */
export class BridgeClient {
  readonly #base: string;
  readonly #token: () => Promise<CommandResult<string | null>>;
  readonly #tenant: string | null;

  /**
   * @param token called for each request: a replay takes longer than a token lives. Null where the bridge asks for none
   * @param tenant only where the bridge asks for no token
   */
  constructor({
    url,
    token,
    tenant,
  }: {
    readonly url: string;
    readonly token: () => Promise<CommandResult<string | null>>;
    readonly tenant: string | null;
  }) {
    this.#base = url.endsWith('/') ? url.slice(0, -1) : url;
    this.#token = token;
    this.#tenant = tenant;
  }

  async ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<CommandResult<T>> {
    const query = this.#tenant === null ? '' : `?tenant=${this.#tenant}`;
    const token = await this.#token();
    if (!token.ok) return token;
    let response: Response;
    try {
      response = await fetch(`${this.#base}/v1/webhooks${path}${query}`, {
        method,
        headers: {
          ...(token.value === null ? {} : { authorization: `Bearer ${token.value}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A token belongs to this address and no other.
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      return {
        ok: false,
        problem: `no bridge answers at ${this.#base} (${whyNot(error)}): --url says where it is`,
      };
    }
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok && answer !== null) return { ok: true, value: answer as T };
    const { code, detail } = (answer ?? {}) as { code?: string; detail?: string };
    if (detail === undefined)
      return {
        ok: false,
        problem: `${this.#base} answers ${response.status}, and is no bridge of this version`,
      };
    return { ok: false, problem: `${detail}${HINTS[code ?? ''] ?? ''}` };
  }
}

const HINTS: Readonly<Record<string, string>> = {
  unauthorized: ': set BRIDGE_TOKEN to one of npm run token -- --tenant TENANT --webhooks',
  'bad-signature': ': the bridge has another key than this configuration',
  'webhooks-not-granted': ': make one with npm run token -- --tenant TENANT --webhooks',
};

/** A replay's request takes 20 seconds, and the receiver's time-out. */
const TIMEOUT_MS = 100_000;

function whyNot(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code ?? reasonOf(error);
}
