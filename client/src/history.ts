import type { BridgeEvent } from './contract.js';
import type { Subscription } from './subscription.js';

export interface HistoryOptions extends Subscription {
  /** Events that the bridge recorded from this instant on: a `Date`, milliseconds since the Unix epoch, or RFC 3339. */
  readonly since: Date | number | string;
  /** Only events recorded before this instant: ranges that meet share no event, and lose none. */
  readonly until?: Date | number | string;
  /** Only calls of these customers: whole telephone numbers in any written form. */
  readonly customers?: readonly string[];
  /** Ends the reading; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The bridge did not return the past: `status` of HTTP (0: no answer), `code` as the bridge names it. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';

  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`the bridge did not give its history: ${code}`);
  }
}

const PAGE_EVENTS = 1_000;

/**
 * The log from `since` to `until` or the present, oldest first, page by page as the reader takes it.
 *
 * Ends once that is reached; with an `until` that is not past yet, at the present. Events of an earlier epoch of the log are among them; after a loss of Redis' memory
 * one may be there twice, with the same `id`. Rejects with a `HistoryError`, for example when the log was begun again
 * meanwhile (410), and with a `RangeError` for a `since` or `until` that is not a time.
 */
export async function* readHistory(
  base: string,
  token: string | undefined,
  { since, until, signal, ...filter }: HistoryOptions,
): AsyncGenerator<BridgeEvent, void, undefined> {
  const wanted = Object.entries(filter).map(([name, list]) => [name, list.join(',')]);
  if (until !== undefined) wanted.push(['until', new Date(until).toISOString()]);
  let from = ['since', new Date(since).toISOString()];
  for (;;) {
    const query = new URLSearchParams([...wanted, from, ['limit', String(PAGE_EVENTS)]]);
    const { cursor, events, complete } = await page(`${base}/v1/events?${query.toString()}`, token, signal);
    yield* events;
    // A page may hold less than was asked for, or nothing, because the bridge reads a bounded number of events at a time.
    if (complete === true || cursor === from[1]) return;
    from = ['after', cursor];
  }
}

interface Page {
  readonly cursor: string;
  readonly events: readonly BridgeEvent[];
  /** Only with `until`: no later page has an event of before it. */
  readonly complete?: boolean;
}

async function page(address: string, token: string | undefined, signal: AbortSignal | undefined) {
  const response = await fetch(address, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    cache: 'no-store',
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw Object.assign(new HistoryError(0, 'no-answer'), { cause: error });
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    const { code } = (body ?? {}) as { code?: unknown };
    throw new HistoryError(response.status, typeof code === 'string' ? code : 'not-understood');
  }
  return body as Page;
}
