import type { OfferOutcome } from '@pitel-event-bridge/client';
import type { EndedCall } from './ended-call.js';

/** What an extension had to do with a call that has ended. */
export type AgentPart =
  | {
      readonly kind: 'answered' | 'placed';
      /** Null: no conversation came of it, or how long it was is not known. */
      readonly talkMs: number | null;
    }
  | { readonly kind: 'rang'; readonly outcome: OfferOutcome | null };

/** Where it talked, that counts; else where it dialled; else that it rang. */
export function partOf({ story, direction, agent }: EndedCall, extension: string): AgentPart {
  const own = story.segments.filter((segment) => segment.extension === extension);
  const [first] = own;
  if (first !== undefined) {
    const lengths = own.map(({ from, to }) => (to === null ? null : Date.parse(to.at) - Date.parse(from.at)));
    const isKnown = lengths.every((length) => length !== null);
    return {
      kind: first.placed ? 'placed' : 'answered',
      talkMs: isKnown ? lengths.reduce((sum, length) => sum + length, 0) : null,
    };
  }
  const rang = story.offers.findLast((offer) => offer.extension === extension);
  if (rang === undefined && direction !== 'inbound' && agent?.extension === extension)
    return { kind: 'placed', talkMs: null };
  return { kind: 'rang', outcome: rang?.outcome ?? null };
}
