import { parseCursor, type Position } from '../../core/model/position.js';
import type { LogSlice } from '../../store/store.js';

/**
 * Why a client cannot go on from where it was:
 * `epoch-changed`: the log lost its past, or the cursor is of another log;
 * `cursor-too-old`: the events after it are no longer held;
 * `cursor-unknown`: this log has never reached that position;
 * `cursor-malformed`: no bridge has ever handed that out.
 */
export type ResetReason = 'epoch-changed' | 'cursor-too-old' | 'cursor-unknown' | 'cursor-malformed';

/** What the log holds: as `LogSlice` says. */
export type Reach = Pick<LogSlice, 'first' | 'epochStart'>;

export type Resumption = { readonly sequence: number } | { readonly reset: ResetReason };

/**
 * The whole log, also what it holds from before its epoch. For pages, which are read for the past: a consumer that goes
 * on from a cursor has to hear of a new epoch instead.
 */
export function acrossEpochs({ first }: Reach): Reach {
  return { first, epochStart: 1 };
}

/** Whether all events after `cursor` can still be had. */
export function resumption(cursor: string, position: Position, reach: Reach): Resumption {
  const asked = parseCursor(cursor);
  if (asked === null) return { reset: 'cursor-malformed' };
  if (asked.epoch !== position.epoch) return { reset: 'epoch-changed' };
  if (asked.sequence > position.sequence || asked.sequence < reach.epochStart - 1) {
    return { reset: 'cursor-unknown' };
  }
  return asked.sequence < oldestSequence(position, reach)
    ? { reset: 'cursor-too-old' }
    : { sequence: asked.sequence };
}

/** The oldest sequence within `reach` that can be read on from. An empty log holds nothing before its end. */
export function oldestSequence(position: Position, { first, epochStart }: Reach): number {
  return first === 0 ? position.sequence : Math.min(position.sequence, Math.max(first, epochStart) - 1);
}

/** Whether `slice`, read after `from`, goes on where `from` ended; null when it does. */
export function discontinuity(from: Position, slice: LogSlice): ResetReason | null {
  if (slice.epoch !== from.epoch) return 'epoch-changed';
  // A tail that was acknowledged is gone: a failover that nobody has noticed yet.
  if (slice.last < from.sequence) return 'cursor-unknown';
  if (slice.last > from.sequence && slice.events[0]?.sequence !== from.sequence + 1) return 'cursor-too-old';
  return null;
}
