import type { Leg } from './switchboard-parts.js';
import type { OfferOutcome } from './truth.js';

type Record = (
  type: 'call-offered' | 'call-offer-ended',
  detail: { readonly extension: string; readonly part: number; readonly outcome?: OfferOutcome },
) => void;

/**
 * The offers of one call: one from a leg's first ring to its answer, or to the instant at which it stops. Guarantee: each that
 * begins ends once. A leg that never rang is none.
 */
export class Offers {
  readonly #legs = new Map<Leg, 'rings' | 'over'>();

  constructor(private readonly record: Record) {}

  begin(leg: Leg): void {
    if (!leg.offered || this.#legs.has(leg)) return;
    this.#legs.set(leg, 'rings');
    this.record('call-offered', { extension: leg.extension.number, part: leg.id });
  }

  end(leg: Leg, outcome: OfferOutcome): void {
    if (this.#legs.get(leg) !== 'rings') return;
    this.close(leg);
    this.record('call-offer-ended', { extension: leg.extension.number, outcome, part: leg.id });
  }

  /** The leg is, or was, another call's offer. */
  close(leg: Leg): void {
    this.#legs.set(leg, 'over');
  }

  /** Rings, or is about to. */
  isOpen(leg: Leg): boolean {
    return leg.offered && this.#legs.get(leg) !== 'over';
  }
}
