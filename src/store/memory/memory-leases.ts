import type { Time } from '../../base/clock.js';
import type { Leases, Renewal, Renewed } from '../leases.js';
import { StoreClosedError } from '../errors.js';
import type { Subscription } from '../store.js';
import { Followers } from './followers.js';

/**
 * Leases in this process' memory, for `MemoryStore`: its only member takes everything, with a lease that does not end.
 * For tests, several members in one process.
 */
export class MemoryLeases implements Leases {
  readonly #time: Pick<Time, 'monotonic'>;
  /** When each member's lease ends. */
  readonly #members = new Map<string, number>();
  readonly #lists = new Map<string, string>();
  readonly #owners = new Map<number, string>();
  readonly #followers = new Followers<string>();
  #closed = false;

  constructor(time: Pick<Time, 'monotonic'>) {
    this.#time = time;
  }

  renew(member: string, { leaseMs, list, wanted, released }: Renewal): Promise<Renewed> {
    return this.#do(() => {
      const now = this.#time.monotonic();
      const joined = !this.#members.has(member) || this.#members.get(member)! <= now;
      for (const [name, ends] of this.#members) if (ends <= now) this.#members.delete(name);
      this.#members.set(member, now + leaseMs);
      this.#lists.set(member, list);

      const freed = released.filter((shard) => this.#owners.get(shard) === member);
      for (const shard of freed) this.#owners.delete(shard);
      for (const shard of wanted)
        if (!this.#members.has(this.#owners.get(shard) ?? '')) this.#owners.set(shard, member);
      if (joined || freed.length > 0) this.#followers.notify(member);

      const others = [...this.#members].filter(([name]) => name !== member).map(([, ends]) => ends - now);
      const members = [...this.#members.keys()].sort();
      return {
        members,
        agreeing: members.filter((name) => this.#lists.get(name) === list),
        held: new Set(this.#ownedBy(member)),
        othersEndInMs: others.length === 0 ? null : Math.min(...others),
      };
    });
  }

  leave(member: string): Promise<void> {
    return this.#do(() => {
      this.#members.delete(member);
      for (const shard of this.#ownedBy(member)) this.#owners.delete(shard);
      this.#followers.notify(member);
    });
  }

  follow(changed: (member: string | null) => void): Promise<Subscription> {
    return this.#do(() => this.#followers.add(changed));
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#followers.clear();
    return Promise.resolve();
  }

  #ownedBy(member: string): number[] {
    return [...this.#owners].filter(([, owner]) => owner === member).map(([shard]) => shard);
  }

  async #do<T>(step: () => T): Promise<T> {
    if (this.#closed) throw new StoreClosedError();
    return await Promise.resolve(step());
  }
}
