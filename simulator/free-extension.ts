import type { Directory, Extension } from './directory.js';
import type { Random } from './random.js';
import type { Switchboard } from './switchboard.js';

/** Any extension that is registered and has no leg; null: there is none. `not`: another one than this. */
export function somebodyFree(
  { board, directory }: { readonly board: Switchboard; readonly directory: Directory },
  random: Random,
  not: Extension | null = null,
): Extension | null {
  const free = directory.extensions.filter((extension) => extension !== not && board.isFree(extension));
  return free.length === 0 ? null : random.pick(free);
}
