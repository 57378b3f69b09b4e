import type { BridgeStatus, SourceEntry } from '@pitel-event-bridge/client';

/**
 * Whether the numbers are current, and if not, up to when they were. One reason is enough to make them stale:
 *
 *   disconnected      no connection to the bridge, or the bridge has not answered for a while although there is one
 *   source-down       the bridge says that it cannot see the PBX
 *   queue-away        only the queues cannot be seen, or not wholly: calls and agents are current
 *   source-degraded   the PBX answers, but not completely
 *   source-late       the bridge's last complete poll of the PBX is too long ago
 *   refused           the bridge turned this page away
 */
export type StaleReason =
  | 'disconnected'
  | 'source-down'
  | 'queue-away'
  | 'source-degraded'
  | 'source-late'
  | 'refused';

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
  /** When the page began to connect. */
  readonly openedAt: number;
  readonly now: number;
}

/** The page asks every few seconds; two missing answers in a row are more than a slow network. */
export const SILENCE_MS = 12_000;
/** Polls come about every second; so long without a complete one, calls may have come and gone unseen. */
export const LATE_MS = 15_000;

export function freshnessOf({ status, confirmedAt, sources, openedAt, now }: Contact): Freshness {
  // A page that loads has lost nothing yet; only one that does not get there says so.
  if (status.state === 'connecting')
    return now - openedAt > SILENCE_MS ? stale('disconnected', null) : fresh('connecting', null);
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
  // Nothing was polled completely yet: not even a zero is known. A PBX that hangs is not waited for without a word.
  if (oldest === null && sources.every(({ state }) => state === 'unknown'))
    return now - openedAt > LATE_MS ? stale('source-down', null) : fresh('connecting', null);
  const ill = sources.filter(({ state }) => state === 'down' || state === 'degraded');
  if (ill.length > 0 && ill.every(({ endpoint }) => endpoint === 'queue'))
    return stale('queue-away', queuesSeenAt(sources));
  if (status.state === 'stale' || ill.some(({ state }) => state === 'down'))
    return stale('source-down', oldest);
  if (ill.length > 0) return stale('source-degraded', oldest);
  if (oldest !== null && now - oldest > LATE_MS) return stale('source-late', oldest);
  return fresh('fresh', now);
}

/** Up to when what the queues hold is known to be true: earlier than the rest, where their list was away before. Null: it runs, or is not known. */
export function queuesAsOf({ state, asOf }: Freshness, sources: readonly SourceEntry[]): number | null {
  if (state !== 'stale') return null;
  const away = sources.some((source) => source.endpoint === 'queue' && source.state !== 'up');
  const seenAt = away ? queuesSeenAt(sources) : null;
  return seenAt === null || asOf === null ? asOf : Math.min(seenAt, asOf);
}

function queuesSeenAt(sources: readonly SourceEntry[]): number | null {
  const at = sources.find(({ endpoint }) => endpoint === 'queue')?.lastCompleteAt ?? null;
  return at === null ? null : Date.parse(at);
}

function fresh(state: 'connecting' | 'fresh', asOf: number | null): Freshness {
  return { state, reason: null, asOf };
}

function stale(reason: StaleReason, asOf: number | null): Freshness {
  return { state: 'stale', reason, asOf };
}
