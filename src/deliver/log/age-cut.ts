import { recordedAt } from '../../store/log-event.js';

/** An event of the log, at or after a given sequence. */
interface Found {
  readonly sequence: number;
  readonly json: string;
}

/** A binary search over 2^53 sequences needs fewer reads. */
const MAX_READS = 64;

/**
 * Returns the sequence of the first event to keep, null when all are kept. `read` gives the first event at or after a
 * sequence. Reads once where nothing is old, and log2 of the log's length otherwise.
 *
 * The cut is exact only where events are recorded in order of time: clocks that step, or differ between replicas, move
 * it by as much. An event that does not say when it was recorded is kept, with all that follow it.
 */
export async function ageCut(
  olderThan: number,
  newest: number,
  read: (from: number) => Promise<Found | undefined>,
): Promise<number | null> {
  let event = await read(0);
  if (event === undefined || !(recordedAt(event.json) < olderThan)) return null;
  let old = event.sequence;
  let kept = newest + 1;
  for (let reads = 1; old + 1 < kept && reads < MAX_READS; reads++) {
    const middle = Math.floor((old + kept) / 2);
    event = await read(middle);
    if (event !== undefined && event.sequence < kept && recordedAt(event.json) < olderThan)
      old = event.sequence;
    else kept = middle;
  }
  return kept;
}
