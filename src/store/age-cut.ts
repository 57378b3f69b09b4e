import { recordedAt } from './log-event.js';

/** An event of the log, at or after a given sequence. */
interface Found {
  readonly sequence: number;
  readonly json: string;
}

/** A log of 2^53 events would be cut within so many reads. */
const MAX_READS = 64;

/**
 * The sequence from which on events are to be kept, null when all are. `read` gives the first event from a sequence
 * on. Reads once where nothing is old, and log2 of the log's length otherwise.
 *
 * Holds as far as events are recorded in order of time: clocks that step, or differ between replicas, move the cut
 * by as much. An event that does not say when it was recorded is kept, and what follows it.
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
