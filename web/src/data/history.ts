import type { Bridge } from '@pitel-event-bridge/client';
import { type CallEvent, isCallEvent } from './call-event.js';

/** A page's question to the log, and how far back it reaches. */

/** A busy floor writes this much in minutes; of a call that is older than that, its later part is shown. */
const MAX_SEARCHED = 20_000;
/** `startedAt` is the PBX's time and may be ahead of the bridge's; the log is read by when the bridge wrote. */
const MARGIN_MS = 60_000;

/** The events of one call since it began. */
export async function pastOf(
  bridge: Pick<Bridge, 'history'>,
  callId: string,
  startedAt: number,
  signal: AbortSignal,
): Promise<readonly CallEvent[]> {
  const own: CallEvent[] = [];
  let searched = 0;
  for await (const event of bridge.history({ since: startedAt - MARGIN_MS, signal })) {
    if (isCallEvent(event) && event.subject === callId) own.push(event);
    searched += 1;
    if (searched === MAX_SEARCHED) break;
  }
  return own;
}
