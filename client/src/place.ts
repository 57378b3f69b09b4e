/** A place in a tenant's log: what a cursor, `<epoch>:<sequence>`, says. */
export interface Place {
  readonly epoch: string;
  readonly sequence: number;
}

const CURSOR = /^([A-Za-z0-9_-]{1,64}):(\d{1,16})$/;
const SEQUENCE_DIGITS = 16;

/** Null for anything that no bridge has ever handed out. */
export function parsePlace(cursor: string): Place | null {
  const match = CURSOR.exec(cursor);
  return match === null ? null : { epoch: match[1]!, sequence: Number(match[2]) };
}

export function formatPlace({ epoch, sequence }: Place): string {
  return `${epoch}:${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;
}

/** Whether `place` is known to be reached already by who is at `reached`; places of different epochs do not compare. */
export function isReached(place: Place, reached: Place | null): boolean {
  return reached !== null && place.epoch === reached.epoch && place.sequence <= reached.sequence;
}

export function isSamePlace(a: Place, b: Place | null): boolean {
  return b !== null && a.epoch === b.epoch && a.sequence === b.sequence;
}
