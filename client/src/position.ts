/** How far a tenant's log has been read; a cursor, `<epoch>:<sequence>`, is its text form. */
export interface Position {
  readonly epoch: string;
  readonly sequence: number;
}

const CURSOR = /^([A-Za-z0-9_-]{1,64}):(\d{1,16})$/;
const SEQUENCE_DIGITS = 16;

/** Null for anything that no bridge has ever handed out. */
export function parseCursor(cursor: string): Position | null {
  const match = CURSOR.exec(cursor);
  return match === null ? null : { epoch: match[1]!, sequence: Number(match[2]) };
}

export function formatCursor({ epoch, sequence }: Position): string {
  return `${epoch}:${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;
}

/** Whether `position` is known to be reached already by who is at `reached`; positions of different epochs do not compare. */
export function isReached(position: Position, reached: Position | null): boolean {
  return reached !== null && position.epoch === reached.epoch && position.sequence <= reached.sequence;
}

export function isSamePosition(a: Position, b: Position | null): boolean {
  return b !== null && a.epoch === b.epoch && a.sequence === b.sequence;
}
