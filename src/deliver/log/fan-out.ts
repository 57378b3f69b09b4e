import type { Audience } from '../access/audience.js';
import type { Batch } from './batch.js';
import type { ResetReason } from './resumption.js';

/** A client that has everything up to the tenant's position and gets each new batch. */
export interface Member {
  events(batch: Batch): void;
  /** The log is another one: the member has left the live set and has to begin again. */
  reset(reason: ResetReason): void;
}

interface AudienceClass {
  readonly audience: Audience;
  readonly members: Set<Member>;
}

/**
 * The live clients of one tenant. Members with the same audience form a class: visibility is decided, and the visible
 * events are encoded, once per class.
 */
export class FanOut {
  readonly #classes = new Map<string, AudienceClass>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Synchronous, so that a client joins in the very tick in which it has everything. Returns the function to leave. */
  join(member: Member, audience: Audience): () => void {
    let group = this.#classes.get(audience.key);
    if (group === undefined) {
      group = { audience, members: new Set() };
      this.#classes.set(audience.key, group);
    }
    group.members.add(member);
    this.#size += 1;
    return () => {
      if (!group.members.delete(member)) return;
      this.#size -= 1;
      if (group.members.size === 0 && this.#classes.get(audience.key) === group) {
        this.#classes.delete(audience.key);
      }
    };
  }

  publish(batch: Batch): void {
    for (const { audience, members } of this.#classes.values()) {
      const visible = batch.seenBy(audience);
      if (visible.entries.length === 0) continue;
      for (const member of members) member.events(visible);
    }
  }

  reset(reason: ResetReason): void {
    const members = [...this.#classes.values()].flatMap((group) => [...group.members]);
    for (const group of this.#classes.values()) group.members.clear();
    this.#classes.clear();
    this.#size = 0;
    for (const member of members) member.reset(reason);
  }
}
