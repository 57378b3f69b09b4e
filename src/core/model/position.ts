/** How far a tenant's event log has been read, or written. Positions of different epochs do not compare. */
export interface Position {
  readonly epoch: string;
  /** Of the last event before it; 0 before the first. */
  readonly sequence: number;
}

const CURSOR = /^([A-Za-z0-9_-]{1,64}):(\d{1,16})$/;
const SEQUENCE_DIGITS = 16;

/** A position's text form, as consumers keep it: `<epoch>:<sequence>`. */
export function formatCursor({ epoch, sequence }: Position): string {
  return `${epoch}:${sequenceText(sequence)}`;
}

/** Null for anything that no bridge has ever handed out. Leading zeros are optional. */
export function parseCursor(text: string): Position | null {
  const match = CURSOR.exec(text);
  return match === null ? null : { epoch: match[1]!, sequence: Number(match[2]) };
}

/** A sequence as events carry it: zero-padded, so that text sorts as numbers do. */
export function sequenceText(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0');
}
