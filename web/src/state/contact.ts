import type { SourceEntry } from '@pitel-event-bridge/client';
import { signal } from '@preact/signals';
import { BASE, token } from './access.js';
import { currentTime, serverTime } from './clock.js';

/**
 * Asks the bridge every few seconds how fresh its sources are. The answer is also the proof that it is there: a socket
 * whose network has silently gone notices only when its ping times out, up to a minute later.
 */
const EVERY_MS = 5_000;
const TIMEOUT_MS = 4_000;

export const sources = signal<readonly SourceEntry[]>([]);
/** The last time the bridge answered anything; null before. */
export const confirmedAt = signal<number | null>(null);

export function confirm(): void {
  confirmedAt.value = currentTime();
}

export function watchContact(): () => void {
  const stopped = new AbortController();
  const fetchSources = async () => {
    const bearer = token.peek();
    const sentAt = Date.now();
    const response = await fetch(`${BASE}v1/sources`, {
      headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
      cache: 'no-store',
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (!response.ok) return;
    const body = (await response.json()) as { readonly sources: readonly SourceEntry[] };
    // This answer belongs to a watch that was stopped meanwhile.
    if (stopped.signal.aborted) return;
    serverTime(response.headers.get('date'), sentAt, Date.now());
    sources.value = body.sources;
    confirm();
  };
  // A missing answer shows in `confirmedAt`; nothing else needs doing.
  const ask = () => void fetchSources().catch(() => undefined);
  ask();
  const timer = setInterval(ask, EVERY_MS);
  addEventListener('online', ask);
  return () => {
    stopped.abort();
    clearInterval(timer);
    removeEventListener('online', ask);
  };
}
