import type { Call, Queue } from '../model/call.js';
import type { Instant } from '../model/observation.js';
import { entryBegan } from '../parts/part.js';
import { onOurClock } from '../parts/pbx-clock.js';

/** A caller's place in a queue: `ringing` is of the waiting ones, whom an extension is being rung for. */
export interface QueuePlace {
  readonly queue: Queue;
  readonly how: 'waiting' | 'ringing' | 'talking';
  /** When the caller joined the queue, or came back into it, on the bridge's clock. */
  readonly since: Instant;
}

/** The same with what decides how certain it is. */
export interface SeenPlace extends QueuePlace {
  /** `since` as the PBX wrote it, cut to a whole second of its own clock. */
  readonly joinedAt: Instant;
  /** The latest answer of the queue shows the row; false while its absence is not confirmed. */
  readonly isShown: boolean;
  /** Since when nothing is left of the call but this row; null while there is more, or may be. */
  readonly quietBy: Instant | null;
}

/**
 * Where the caller of a live call stands; null: in no queue, or not any more.
 *
 * A caller waits from the entry's beginning until somebody answers it or it is Abandoned. A caller who was answered before and
 * has come into another queue waits there again. An answered call is the queue's, `talking`, until it ends, also after a
 * transfer to an extension.
 *
 * @param skewMs how far the PBX's clock is ahead; null if unknown
 */
export function placeOf({ entry, legs, answeredAt }: Call, skewMs: number | null): SeenPlace | null {
  if (entry === null) return null;
  const { seen, absence, quiet, answered } = entry;
  const joinedAt = entryBegan(seen);
  const since = onOurClock(joinedAt, skewMs);
  // Its row may outlive the leg of an answer that was over soon.
  const wasAnswered = answeredAt !== null && answeredAt >= since;
  const isAnswered = answered || wasAnswered || legs.some(({ state }) => state === 'answered');
  // A leg that talks after the caller left answers no one.
  if (absence?.kind === 'abandoned' && (answeredAt === null || !isAnswered)) return null;
  const isRinging = legs.some((leg) => leg.state === 'ringing' && leg.absence === null);
  return {
    queue: { id: seen.queueId, name: seen.queueName },
    how: isAnswered ? 'talking' : isRinging ? 'ringing' : 'waiting',
    since,
    joinedAt,
    isShown: absence === null,
    quietBy: quiet?.by ?? null,
  };
}

export function isSamePlace(one: SeenPlace | null, other: SeenPlace | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.queue.id === other.queue.id &&
    one.queue.name === other.queue.name &&
    one.how === other.how &&
    one.joinedAt === other.joinedAt &&
    one.since === other.since &&
    one.isShown === other.isShown &&
    one.quietBy === other.quietBy
  );
}

/** As `STALE_AFTER_MS` of `parts/staleness.ts`: two polls at least. */
const GHOST_AFTER_MS = 2_000;

/**
 * Whether the PBX has forgotten the row: its caller has gone, and is not counted. A caller who is between two rings has a row that
 * names no agent.
 *
 * @param asOf when the queue's latest complete answer was requested
 */
export function isGhost({ quietBy }: SeenPlace, asOf: Instant): boolean {
  return quietBy !== null && asOf - quietBy >= GHOST_AFTER_MS;
}

/** When it will count as one, if nothing changes; null: never. */
export function ghostAt({ quietBy }: SeenPlace): Instant | null {
  return quietBy === null ? null : quietBy + GHOST_AFTER_MS;
}
