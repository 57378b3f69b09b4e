import type { Report } from './judge-report.js';

/**
 * The calls of which the judge of calls has found or excused something, and by which reason: what follows from such a call is to
 * follow what was said of it, and that is not known here.
 */
export class Doubts {
  readonly #reasons = new Map<string, string>();

  /** @param ofOffers whether it matters that an extension rang, or why it stopped */
  constructor(
    { unseen, forgiven, missing, doubled, invented, misreported }: Report,
    { ofOffers = true }: { readonly ofOffers?: boolean } = {},
  ) {
    const matters = ({ type }: { readonly type: string }): boolean => ofOffers || !OF_OFFERS.has(type);
    for (const { callKey, type } of [...missing, ...doubled, ...invented, ...misreported])
      if (callKey !== null && matters({ type })) this.#reasons.set(callKey, 'misreported call');
    for (const { callKey, type, reason } of [...unseen.items, ...forgiven.items])
      if (callKey !== null && matters({ type })) this.#reasons.set(callKey, reason);
  }

  has(callKey: string): boolean {
    return this.#reasons.has(callKey);
  }

  /** Null: nothing was found or excused of it. */
  reasonOf(callKey: string): string | null {
    return this.#reasons.get(callKey) ?? null;
  }
}

const OF_OFFERS: ReadonlySet<string> = new Set(['call-offered', 'call-offer-ended']);
