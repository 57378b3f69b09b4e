import type { Random } from '../random.js';

/** A way to falsify what is stated of a day of the desk, in one respect. */
export interface DeskLie<Stated> {
  readonly name: string;
  /** The rules of which one must find it. */
  readonly rules: readonly string[];
  /** Null: this day has nothing that it could be stated of. */
  readonly falsify: (stated: Stated, random: Random) => Stated | null;
}
