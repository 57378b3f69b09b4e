import type { Mean } from './numbers.js';

/** @param unknown of how many it is not known, beside the `known` ones of the sum */
export function meanOf(sumMs: number, known: number, unknown: number): Mean {
  return { ms: known === 0 ? null : sumMs / known, known, unknown };
}
