import type { CallIndex } from '../index/call-index.js';
import { MAX_CROWD, MAX_PAIRS } from '../model/bounds.js';
import type { CycleFacts } from '../parts/cycle-facts.js';

/**
 * Bounds how much evidence one poll weighs, so that its cost does not grow with the square of its parts. A part for which
 * there are too many candidates, or for which nothing is left to weigh, has none: it then begins a call of its own.
 *
 * Parts are weighed in an order that does not depend on the order of rows, so that the result does not either.
 */
export class Weighing {
  #left = MAX_PAIRS;

  /** The candidates, if they may be weighed; otherwise none. */
  among<Candidate>(candidates: readonly Candidate[]): readonly Candidate[] {
    return candidates.length > MAX_CROWD ? NONE : this.inAll(candidates);
  }

  /** The same where a large number of candidates is ordinary, such as all calls of the tenant. */
  inAll<Candidate>(candidates: readonly Candidate[]): readonly Candidate[] {
    if (candidates.length > this.#left) return NONE;
    this.#left -= candidates.length;
    return candidates;
  }
}

/** What the rules look for candidates in. */
export interface Weighed {
  readonly index: CallIndex;
  readonly cycle: CycleFacts;
  readonly weighing: Weighing;
}

const NONE: readonly never[] = [];
