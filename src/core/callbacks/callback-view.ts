import type { Queue } from '../model/call.js';
import { type CallbackPartView, type CallbackView, rfc3339, rfc3339OrNull } from '../model/event.js';
import type { Callback, CallbackPart } from './callback.js';

/** What consumers see of a call-back: `data.callback` of its events, and an entry of `GET /v1/callbacks`. */
export function callbackView({ id, customer, tried, claim, parts }: Callback): CallbackView {
  const views = parts.map(partView);
  return {
    id,
    customer,
    ...sumOfParts(views),
    tried,
    claimedBy: claim?.by ?? null,
    claimedUntil: rfc3339OrNull(claim?.until ?? null),
    parts: views,
  };
}

/** What some parts of a call-back come to together. @param parts at least one */
export function sumOfParts(
  parts: readonly CallbackPartView[],
): Omit<CallbackPartView, 'queue'> & { readonly queues: readonly Queue[] } {
  const waits = parts.map(({ longestWaitMs }) => longestWaitMs).filter((ms) => ms !== null);
  const byTime = [...parts].sort((a, b) => (a.lastAt < b.lastAt ? -1 : 1));
  return {
    queues: parts.map(({ queue }) => queue).filter((queue) => queue !== null),
    missed: parts.reduce((sum, { missed }) => sum + missed, 0),
    firstAt: parts.map(({ firstAt }) => firstAt).sort()[0]!,
    lastAt: byTime.at(-1)!.lastAt,
    longestWaitMs: waits.length === 0 ? null : Math.max(...waits),
    callIds: byTime.flatMap(({ callIds }) => callIds),
    probable: parts.every(({ probable }) => probable),
    afterHours: parts.every(({ afterHours }) => afterHours),
  };
}

function partView({ firstAt, lastAt, ...part }: CallbackPart): CallbackPartView {
  return { ...part, firstAt: rfc3339(firstAt), lastAt: rfc3339(lastAt) };
}
