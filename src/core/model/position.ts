/** How far a tenant's event log has been read or written. Positions of different epochs cannot be compared. */
export interface Position {
  readonly epoch: string;
  /** The sequence of the last event before this position; 0 before the first event. */
  readonly sequence: number;
}

const CURSOR = /^([A-Za-z0-9_-]{1,64}):(\d{1,16})$/;
const SEQUENCE_DIGITS = 16;

/** Writes a position as the cursor that consumers keep: `<epoch>:<sequence>`. */
export function formatCursor({ epoch, sequence }: Position): string {
  return `${epoch}:${sequenceText(sequence)}`;
}

/** Reads a cursor. Null for text that is none. Leading zeros are optional. */
export function parseCursor(text: string): Position | null {
  const match = CURSOR.exec(text);
  return match === null ? null : { epoch: match[1]!, sequence: Number(match[2]) };
}

/** Writes a sequence as events carry it: zero-padded, so that text sorts as numbers do. */
export function sequenceText(sequence: number): string {
  const digits = String(sequence);
  // Written for each event more than once; `padStart` makes ten times as much garbage.
  return (ZEROS[digits.length] ?? '') + digits;
}

/** What is missing before so many digits. */
const ZEROS = Array.from({ length: SEQUENCE_DIGITS }, (_, length) => '0'.repeat(SEQUENCE_DIGITS - length));
