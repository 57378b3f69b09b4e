import type { Callback, CallbackEnd, Deed } from '../../core/callbacks/callback.js';
import { callbackView } from '../../core/callbacks/callback-view.js';
import { type CallbackView, rfc3339, rfc3339OrNull } from '../../core/model/event.js';
import type { Instant } from '../../core/model/observation.js';
import { type Audience, type Exposure, exposureOfCallback } from '../access/audience.js';
import { callbackShownTo } from '../access/shown-to.js';

/** An entry of `GET /v1/callbacks`: the item as its events show it, what became of it, and who did what. */
export interface CallbackEntry extends CallbackView {
  readonly state: 'open' | 'done';
  /** Null while it is open. */
  readonly done: CallbackEndView | null;
  /** Oldest first. */
  readonly deeds: readonly DeedView[];
}

interface CallbackEndView extends Omit<CallbackEnd, 'at'> {
  readonly at: string;
}

interface DeedView extends Omit<Deed, 'at'> {
  readonly at: string;
}

/** A stored call-back, with what decides who sees it. */
export interface ExposedCallback {
  readonly item: Callback;
  readonly view: CallbackView;
  readonly exposure: Exposure;
}

/** @param now a claim that is over by then is none any more, even where its end is not written yet */
export function exposed(item: Callback, now: Instant): ExposedCallback {
  const { claim } = item;
  const view = callbackView(claim !== null && claim.until <= now ? { ...item, claim: null } : item);
  return { item, view, exposure: exposureOfCallback(view) };
}

/**
 * As it reads for an audience that sees it. One that does not see all of its parts is not shown how often others missed the
 * customer; one that is narrowed is not shown which call closed it, as it may not see that call.
 */
export function entryFor(
  { item, view, exposure }: ExposedCallback,
  audience: Audience,
  isNarrowed: boolean,
): CallbackEntry {
  const shown = callbackShownTo(view, audience, exposure);
  const isPart = audience.partsSeen(exposure) !== null;
  const deeds = isPart ? item.deeds.filter(({ what }) => what !== 'missed') : item.deeds;
  return {
    ...shown,
    state: item.done === null ? 'open' : 'done',
    done: item.done && endView(item.done, isNarrowed),
    deeds: deeds.map((deed) => ({ ...deed, at: rfc3339(deed.at) })),
  };
}

function endView(end: CallbackEnd, isNarrowed: boolean): CallbackEndView {
  return { ...end, at: rfc3339OrNull(end.at)!, callId: isNarrowed ? null : end.callId };
}
