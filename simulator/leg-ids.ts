import type { Engine } from './engine.js';
import type { LegRole } from './truth.js';

/** The ids of one call's legs, as the habit `legIds` has them. */
export class LegIds {
  /** A caller's own id: a queue's call_uuid, and what the legs share where their ids are the column call_uuid. */
  shared: string | null = null;

  constructor(private readonly engine: Engine) {}

  /**
   * `kept`: the id where ids are kept. `offered`: the PBX makes the leg and rings it; other legs are the call's first, and
   * their own id is the call's. `inQueue`: a queue rings it, so that it is not bridged with the caller yet.
   */
  next(kept: string, { offered, inQueue, role }: { offered: boolean; inQueue: boolean; role?: LegRole }) {
    const { habits, random } = this.engine;
    if (habits.legIds === 'kept') return { callId: kept, ownId: kept };
    const ownId = random.uuid();
    // Who dials a feature code has a call of its own at first.
    if (habits.legIds === 'leg' || role !== undefined || (inQueue && offered)) {
      return { callId: ownId, ownId };
    }
    this.shared ??= offered ? random.uuid() : ownId;
    return { callId: this.shared, ownId: offered ? ownId : this.shared };
  }

  /** The id under which a bridged leg shows; null: its id does not change. */
  get bridged(): string | null {
    return this.engine.habits.legIds === 'call-uuid' ? this.shared : null;
  }

  /** An outbound call's id was that of the leg that has gone; the customer's own leg has another. */
  passToCustomer(): void {
    this.shared = this.engine.random.uuid();
  }
}
