import { shardOf } from './ownership.js';

/**
 * Turns shards into running tenants: each tenant of a shard that is to run is polled, no other is.
 *
 * A tenant is `idle`, `running` or `ending`:
 *
 *     idle ─ its shard is to run ─→ running ─ it is not any more ─→ ending ─ nothing is under way ─→ idle
 *
 * Guarantee: in this process a tenant never runs twice at once; one that is wanted again while it ends begins anew
 * when it has ended.
 */
export class TenantAssignment<Tenant extends { readonly tenant: string }> {
  readonly #begin: (tenant: Tenant, shard: number) => Running;
  readonly #byShard = new Map<number, Entry<Tenant>[]>();
  #shards: ReadonlySet<number> = new Set();
  #shardEnded: () => void = () => undefined;

  constructor(tenants: readonly Tenant[], begin: (tenant: Tenant, shard: number) => Running) {
    this.#begin = begin;
    for (const tenant of tenants) {
      const shard = shardOf(tenant.tenant);
      const entries = this.#byShard.get(shard) ?? [];
      entries.push({ tenant, shard, running: null, ending: null });
      this.#byShard.set(shard, entries);
    }
  }

  /** How many tenants run. */
  get size(): number {
    return [...this.#entries()].filter(({ running }) => running !== null).length;
  }

  /** These shards are to run, and no others. Returns at once; what has to end may take as long as a commit. */
  run(shards: ReadonlySet<number>): void {
    this.#shards = shards;
    for (const entry of this.#entries()) {
      if (shards.has(entry.shard)) this.#start(entry);
      else this.#end(entry);
    }
  }

  /** Whether something of the shard runs or has not ended yet. */
  isBusy(shard: number): boolean {
    return (this.#byShard.get(shard) ?? []).some(
      ({ running, ending }) => running !== null || ending !== null,
    );
  }

  /** Calls back each time that a shard has come to rest. */
  onShardEnded(ended: () => void): void {
    this.#shardEnded = ended;
  }

  /** Resolves when nothing of what was ending up to now is under way any more. */
  async ended(): Promise<void> {
    await Promise.all([...this.#entries()].map(({ ending }) => ending ?? Promise.resolve()));
  }

  #start(entry: Entry<Tenant>): void {
    if (entry.running === null && entry.ending === null)
      entry.running = this.#begin(entry.tenant, entry.shard);
  }

  #end(entry: Entry<Tenant>): void {
    const { running, shard } = entry;
    if (running === null) return;
    entry.running = null;
    entry.ending = running.stop().finally(() => {
      entry.ending = null;
      if (this.#shards.has(shard)) this.#start(entry);
      else if (!this.isBusy(shard)) this.#shardEnded();
    });
  }

  *#entries(): Iterable<Entry<Tenant>> {
    for (const entries of this.#byShard.values()) yield* entries;
  }
}

/** May not reject. */
export interface Running {
  stop(): Promise<void>;
}

interface Entry<Tenant> {
  readonly tenant: Tenant;
  readonly shard: number;
  running: Running | null;
  ending: Promise<void> | null;
}
