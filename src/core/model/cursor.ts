import { sequenceText } from './event.js';

/** A place in a tenant's event log, as consumers keep it: `<epoch>:<sequence>`. */
export interface Cursor {
  readonly epoch: string;
  readonly sequence: number;
}

const CURSOR = /^([A-Za-z0-9_-]{1,64}):(\d{1,16})$/;

export function formatCursor(cursor: Cursor): string {
  return `${cursor.epoch}:${sequenceText(cursor.sequence)}`;
}

/** Null for anything that no bridge has ever handed out. Leading zeros are optional. */
export function parseCursor(text: string): Cursor | null {
  const match = CURSOR.exec(text);
  return match === null ? null : { epoch: match[1]!, sequence: Number(match[2]) };
}
