import type { CallEvent } from './call-event.js';

/**
 * Telephones of live calls that have stopped ringing. A view keeps saying `ringing` of a leg whose absence is not confirmed
 * yet, and nothing is told when it is; that the ringing is over, `call-offer-ended` has said before.
 */
export class SilentParts {
  private readonly byCall = new Map<string, Set<string>>();

  note({ type, data: { callId, offer } }: CallEvent): void {
    if (type === 'call-ended') this.byCall.delete(callId);
    if (offer === undefined) return;
    const silent = this.byCall.get(callId) ?? new Set();
    if (type === 'call-offer-ended' && offer.outcome !== 'answered') silent.add(offer.extension);
    else silent.delete(offer.extension);
    if (silent.size > 0) this.byCall.set(callId, silent);
    else this.byCall.delete(callId);
  }

  has(callId: string, extension: string): boolean {
    return this.byCall.get(callId)?.has(extension) ?? false;
  }

  /** The state came as a whole, and in it the parts are as they are. */
  clear(): void {
    this.byCall.clear();
  }
}
