import type { Extension } from './directory.js';
import { somebodyFree } from './free-extension.js';
import type { LiveCall } from './live-call.js';

/** To whom the call is transferred: the extension that the plan names, or any free one; null: it is busy, or none is free. */
export function targetOf(call: LiveCall): Extension | null {
  const wanted = call.plan.transfer?.to ?? null;
  if (wanted !== null) return call.pbx.board.isFree(wanted) ? wanted : null;
  return somebodyFree(call.pbx, call.random);
}
