import { channel } from './keys.js';
import type { Commit } from './store.js';

/** What both stores ask of events before they take them, and read from them. */

/** Throws a `TypeError` for a commit that no state of the store could accept: the caller's mistake, not a conflict. */
export function checkEvents(tenant: string, { events }: Commit): void {
  const first = events[0]?.sequence ?? 1;
  if (!Number.isSafeInteger(first) || first < 1) throw new TypeError('sequences are whole numbers from 1');
  events.forEach((event, index) => {
    if (event.sequence !== first + index) throw new TypeError('the sequences of a commit are contiguous');
    channel(tenant, event.type);
  });
}

/**
 * The event's JSON before and after the text of its `recordedtime`; one that has none is whole before it. The first is its own:
 * nested fields come after it, and quotes within texts are escaped.
 */
export function aroundRecorded(json: string): readonly [before: string, after: string] {
  const at = json.indexOf(RECORDED);
  if (at === -1) return [json, ''];
  const begin = at + RECORDED.length;
  return [json.slice(0, begin), json.slice(json.indexOf('"', begin))];
}

const RECORDED = '"recordedtime":"';

/** The event with another `recordedtime`; one that has none is left as it is. */
export function recorded(json: string, text: string): string {
  const [before, after] = aroundRecorded(json);
  return after === '' ? json : before + text + after;
}

/** When the event was committed, in ms since the epoch; NaN when it does not say, which is never old enough to drop. */
export function recordedAt(json: string): number {
  let event: { readonly recordedtime?: unknown } | null;
  try {
    event = JSON.parse(json) as { readonly recordedtime?: unknown } | null;
  } catch {
    // Another client of the store has written it.
    return NaN;
  }
  return typeof event?.recordedtime === 'string' ? Date.parse(event.recordedtime) : NaN;
}
