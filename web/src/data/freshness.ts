import type { BridgeStatus, SourceEntry } from '@pitel-event-bridge/client';

/**
 * Whether the numbers are current, and if not, up to when they were. One reason is enough to make them stale:
 *
 *   disconnected      no connection to the bridge, or the bridge has not answered for a while although there is one
 *   source-down       the bridge says that it cannot see the PBX
 *   source-degraded   the PBX answers, but not completely
 *   source-late       the bridge's last complete poll of the PBX is too long ago
 *   refused           the bridge turned this page away
 */
export type StaleReason = 'disconnected' | 'source-down' | 'source-degraded' | 'source-late' | 'refused';

export interface Freshness {
  readonly state: 'connecting' | 'fresh' | 'stale';
  readonly reason: StaleReason | null;
  /** The instant up to which what is shown is known to be true; null when unknown. */
  readonly asOf: number | null;
}

export interface Contact {
  readonly status: BridgeStatus;
  /** The last time the bridge answered anything. */
  readonly confirmedAt: number | null;
  readonly sources: readonly SourceEntry[];
  readonly now: number;
}

/** The page asks every few seconds; two missing answers in a row are more than a slow network. */
export const SILENCE_MS = 12_000;
/** Polls come about every second; so long without a complete one, calls may have come and gone unseen. */
export const LATE_MS = 15_000;

export function freshnessOf({ status, confirmedAt, sources, now }: Contact): Freshness {
  if (status.state === 'connecting' && confirmedAt === null) return fresh('connecting', null);
  const seenAt = sources.map(({ lastCompleteAt }) =>
    lastCompleteAt === null ? null : Date.parse(lastCompleteAt),
  );
  const known = seenAt.filter((at) => at !== null);
  const oldest = known.length === 0 ? null : Math.min(...known);
  if (status.state === 'refused') return stale('refused', confirmedAt);
  const isSilent = confirmedAt === null || now - confirmedAt > SILENCE_MS;
  const isDisconnected =
    status.state !== 'live' && !(status.state === 'stale' && status.reason === 'source-down');
  if (isDisconnected || isSilent) return stale('disconnected', confirmedAt);
  if (status.state === 'stale' || sources.some(({ state }) => state === 'down')) {
    return stale('source-down', oldest);
  }
  if (sources.some(({ state }) => state === 'degraded')) return stale('source-degraded', oldest);
  if (oldest !== null && now - oldest > LATE_MS) return stale('source-late', oldest);
  return fresh('fresh', now);
}

function fresh(state: 'connecting' | 'fresh', asOf: number | null): Freshness {
  return { state, reason: null, asOf };
}

function stale(reason: StaleReason, asOf: number | null): Freshness {
  return { state: 'stale', reason, asOf };
}
