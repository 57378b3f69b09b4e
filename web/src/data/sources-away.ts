import type { SourceEntry } from '@pitel-event-bridge/client';
import type { StaleReason } from './freshness.js';

/** Which of the PBX's answers the bridge does not get, for a list that follows events and hears of the sources by them alone. */
export interface SourcesAway {
  readonly reason: Extract<StaleReason, 'queue-away' | 'source-down' | 'source-degraded'>;
  /** Up to when they were seen; null: they never were. */
  readonly asOf: number | null;
}

/** Null: it gets all of them. When those that are well were seen last does not count: no event says so. */
export function sourcesAway(sources: readonly SourceEntry[]): SourcesAway | null {
  const away = sources.filter(({ state }) => state === 'down' || state === 'degraded');
  if (away.length === 0) return null;
  const seen = away.flatMap(({ lastCompleteAt }) =>
    lastCompleteAt === null ? [] : [Date.parse(lastCompleteAt)],
  );
  const asOf = seen.length === 0 ? null : Math.min(...seen);
  if (away.every(({ endpoint }) => endpoint === 'queue')) return { reason: 'queue-away', asOf };
  return { reason: away.some(({ state }) => state === 'down') ? 'source-down' : 'source-degraded', asOf };
}
