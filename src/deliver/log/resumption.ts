import { parseCursor, type Position } from '../../core/model/position.js';
import type { LogSlice } from '../../store/store.js';

/**
 * Why a client cannot go on from where it was:
 * `epoch-changed`: the log lost its past, or the cursor belongs to another log;
 * `cursor-too-old`: the log no longer holds the events after it;
 * `cursor-unknown`: this log has never reached that position;
 * `cursor-malformed`: it is not a cursor that a bridge hands out.
 */
export type ResetReason = 'epoch-changed' | 'cursor-too-old' | 'cursor-unknown' | 'cursor-malformed';

/** What the log holds: as `LogSlice` says. */
export type Reach = Pick<LogSlice, 'first' | 'epochStart'>;

export type Resumption = { readonly sequence: number } | { readonly reset: ResetReason };

/**
 * The whole log, with the events that it still holds from before its epoch. Only pages use it, which are read for the past:
 * a consumer that resumes from a cursor gets a reset at a new epoch instead.
 */
export function acrossEpochs({ first }: Reach): Reach {
  return { first, epochStart: 1 };
}

/** Whether the log still holds all events after `cursor`. */
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

/** The oldest sequence within `reach` to read after. For an empty log that is its end. */
export function oldestSequence(position: Position, { first, epochStart }: Reach): number {
  return first === 0 ? position.sequence : Math.min(position.sequence, Math.max(first, epochStart) - 1);
}

/** Whether `slice`, read after `from`, goes on where `from` ended; null when it does. */
export function discontinuity(from: Position, slice: LogSlice): ResetReason | null {
  if (slice.epoch !== from.epoch) return 'epoch-changed';
  // An acknowledged tail of the log is gone: a fail-over that no commit has noticed yet.
  if (slice.last < from.sequence) return 'cursor-unknown';
  if (slice.last > from.sequence && slice.events[0]?.sequence !== from.sequence + 1) return 'cursor-too-old';
  return null;
}
