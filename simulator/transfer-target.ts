import type { Extension } from './directory.js';
import type { LiveCall } from './live-call.js';

/** To whom the call is transferred: the extension that the plan names, or any free one; null: it is busy, or none is free. */
export function targetOf(call: LiveCall): Extension | null {
  const { board, directory } = call.pbx;
  const wanted = call.plan.transfer?.to ?? null;
  if (wanted !== null) return board.isFree(wanted) ? wanted : null;
  const free = directory.extensions.filter((extension) => board.isFree(extension));
  return free.length === 0 ? null : call.random.pick(free);
}
