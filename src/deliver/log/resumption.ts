import { parseCursor, type Position } from '../../core/model/position.js';
import type { LogSlice } from '../../store/store.js';

/**
 * Why a client cannot go on from where it was:
 * `epoch-changed`: the log lost its past, or the cursor belongs to another log;
 * `cursor-too-old`: the log no longer holds the events after it;
 * `cursor-unknown`: this log has never reached that position, or has lost it;
 * `cursor-malformed`: it is not a cursor that a bridge hands out.
 */
export type ResetReason = 'epoch-changed' | 'cursor-too-old' | 'cursor-unknown' | 'cursor-malformed';

/** What the log holds, and of which epochs: as `LogSlice` says. */
export type Reach = Pick<LogSlice, 'epoch' | 'first' | 'epochStart' | 'continues'>;

export type Resumption = { readonly sequence: number } | { readonly reset: ResetReason };

/**
 * The whole log, with the events that it still holds from before its epoch and those that it continues. Only pages use it,
 * which are read for the past: a consumer that resumes from a cursor gets a reset at an epoch that continues none.
 */
export function acrossEpochs(reach: Reach): Reach {
  return { ...reach, epochStart: 1 };
}

/** Whether the log still holds all events after `cursor`. */
export function resumption(cursor: string, position: Position, reach: Reach): Resumption {
  const asked = parseCursor(cursor);
  if (asked === null) return { reset: 'cursor-malformed' };
  const departs = departure(asked, { ...reach, last: position.sequence });
  if (departs !== null) return { reset: departs };
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

/**
 * Why the log is not the one in which `position` was reached; null where it is, and holds what that had up to there.
 *
 * An epoch is what one server wrote in one stretch, and one that continues it began with what was left of it. So the log up to a
 * position is the same wherever that position's epoch is the log's, or continued and not yet over there.
 */
export function departure(
  { epoch, sequence }: Position,
  log: Pick<LogSlice, 'epoch' | 'last' | 'continues'>,
): ResetReason | null {
  const end = epoch === log.epoch ? log.last : log.continues.find((ended) => ended.epoch === epoch)?.sequence;
  if (end === undefined) return 'epoch-changed';
  // An acknowledged tail of the log is gone: its sequences are other events' now, or will be.
  return sequence > end ? 'cursor-unknown' : null;
}

/** Whether `slice`, read after `from`, goes on where `from` ended; null when it does. */
export function discontinuity(from: Position, slice: LogSlice): ResetReason | null {
  const departs = departure(from, slice);
  if (departs !== null) return departs;
  if (slice.last > from.sequence && slice.events[0]?.sequence !== from.sequence + 1) return 'cursor-too-old';
  return null;
}
