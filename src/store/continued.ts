import type { Position } from '../core/model/position.js';

/**
 * Reads what `claim-4.lua` writes beside an epoch: its name, and `<epoch>:<last sequence>` of each epoch that it continues, newest
 * first, with a space between them. A text beside another epoch (an older build began this one), or that no bridge has written,
 * says nothing: then no other epoch is continued.
 */
export function parseContinued(epoch: string, text: string | undefined): readonly Position[] {
  const [current, ...ends] = (text ?? '').split(' ');
  const read = ends.map((end) => END.exec(end));
  if (current !== epoch || read.includes(null)) return [];
  return read.map((end) => ({ epoch: end![1]!, sequence: Number(end![2]) }));
}

const END = /^([A-Za-z0-9_-]{1,64}):(\d{1,16})$/;
