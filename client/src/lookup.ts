import { realSurroundings, within } from './clock.js';

/** What the CRM knows of a number. */
export type Known =
  | { readonly kind: 'none' }
  /** `url`: the customer's page, http or https. */
  | { readonly kind: 'one'; readonly name: string; readonly url?: string }
  /** `url`: the page on which the agent chooses. */
  | { readonly kind: 'many'; readonly count: number; readonly url?: string };

/** A lookup that failed, or took too long, says nothing about the customer: it is not `none`. */
export type Found = Known | { readonly kind: 'failed'; readonly error: unknown };

/** Null and undefined are `none`. */
export type LookedUp = Known | null | undefined | Promise<Known | null | undefined>;

/** Never rejects. `signal` ends when the time is over. */
export async function lookUp(ask: (signal: AbortSignal) => LookedUp, limitMs: number): Promise<Found> {
  const abort = new AbortController();
  try {
    // Not at once, so that the pop opens first.
    const answer = Promise.resolve().then(() => ask(abort.signal));
    return (await within(limitMs, answer, realSurroundings)) ?? { kind: 'none' };
  } catch (error) {
    abort.abort();
    return { kind: 'failed', error };
  }
}
