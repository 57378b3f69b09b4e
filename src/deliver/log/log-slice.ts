import type { LogSlice } from '../../store/store.js';
import { type LogEntry, readEntry } from './log-entry.js';
import type { ForeignNotes } from './foreign-notes.js';

/** What a read of the log brought. */
export interface Stretch {
  /** In order; without what is foreign. */
  readonly entries: readonly LogEntry[];
  /** The last sequence that is done with: the next read begins after it. */
  readonly through: number;
}

/**
 * Takes what was read after `after` apart, and notes what no bridge has written.
 *
 * Stops before a hole: a sequence that the log should hold and does not. Before the epoch there are holes that hide no
 * event: where a foreign entry was added to the log, the next epoch begins after its id. They are jumped over, if the
 * log still reaches back to where they begin. Null where a hole is right at the beginning.
 */
export function stretchOf(
  tenant: string,
  after: number,
  slice: LogSlice,
  notes: ForeignNotes,
): Stretch | null {
  const entries: LogEntry[] = [];
  let through = after;
  for (const { sequence, json, id = `${sequence}-0` } of inOrder(slice)) {
    const isBehind = sequence <= slice.epochStart && slice.first <= through + 1;
    if (json === null) {
      notes.entry(id, 'its id is no sequence of the log');
      if (isBehind && sequence < slice.epochStart) through = Math.max(through, sequence);
      continue;
    }
    if (sequence !== through + 1 && !isBehind) break;
    through = sequence;
    const reading = readEntry(tenant, json);
    if ('foreign' in reading) notes.entry(id, reading.foreign);
    else if (reading.entry.sequence !== sequence) notes.entry(id, 'of another sequence than its id');
    else entries.push(reading.entry);
  }
  return through === after && after < slice.last ? null : { entries, through };
}

interface Read {
  readonly sequence: number;
  /** Null for an entry that cannot be an event, by its id. */
  readonly json: string | null;
  readonly id?: string;
}

function inOrder({ events, foreign }: LogSlice): readonly Read[] {
  if (foreign.length === 0) return events;
  const strangers = foreign.map((id) => ({ id, sequence: Number.parseInt(id, 10), json: null }));
  return [...events, ...strangers].sort((a, b) => a.sequence - b.sequence);
}
