import { STORED_FORM } from '../../store/stored/formats.js';
import { listDigest, shardOf } from './rendezvous.js';

/**
 * Polls each tenant of the shards that are to run, and no other.
 *
 * A tenant is `idle`, `running` or `ending`:
 *
 *     idle ─ its shard is to run ─→ running ─ it is not any more ─→ ending ─ nothing is under way ─→ idle
 *                                      └──── altered, removed ────→ ending
 *
 * Guarantees: in this process a tenant never runs twice at once; a tenant that is to run again while it ends, or was
 * altered, begins again when it has ended. A change of one tenant affects no other.
 */
export class TenantAssignment<Tenant extends { readonly tenant: string }> {
  readonly #begin: (tenant: Tenant, shard: number) => Running;
  readonly #format: number;
  readonly #byShard = new Map<number, Map<string, Entry<Tenant>>>();
  #shards: ReadonlySet<number> = new Set();
  #shardEnded: () => void = () => undefined;
  #digest: string | null = null;

  constructor({ tenants, begin, format = STORED_FORM.format }: AssignmentDeps<Tenant>) {
    this.#format = format;
    this.#begin = begin;
    for (const tenant of tenants) this.put(tenant);
  }

  /** How many tenants run. */
  get size(): number {
    let size = 0;
    for (const { running } of this.#entries()) if (running !== null) size += 1;
    return size;
  }

  /** `listDigest` of all tenants, running or not, and of the format. */
  get digest(): string {
    this.#digest ??= listDigest(this.#names(), this.#format);
    return this.#digest;
  }

  /** Adds a tenant, or replaces the one of its name. */
  put(tenant: Tenant): void {
    const shard = shardOf(tenant.tenant);
    let entries = this.#byShard.get(shard);
    if (entries === undefined) this.#byShard.set(shard, (entries = new Map<string, Entry<Tenant>>()));
    const entry = entries.get(tenant.tenant);
    if (entry === undefined || entry.tenant === null) this.#digest = null;
    if (entry !== undefined) {
      entry.tenant = tenant;
      this.#end(entry);
      return;
    }
    const added = { name: tenant.tenant, tenant, shard, running: null, ending: null };
    entries.set(tenant.tenant, added);
    if (this.#shards.has(shard)) this.#start(added);
  }

  remove(name: string): void {
    const entry = this.#byShard.get(shardOf(name))?.get(name);
    if (entry === undefined) return;
    entry.tenant = null;
    this.#digest = null;
    this.#end(entry);
    this.#forget(entry);
  }

  /** Runs these shards and no others. Returns at once; a tenant that has to end may take as long as a commit. */
  run(shards: ReadonlySet<number>): void {
    this.#shards = shards;
    for (const entry of this.#entries()) {
      if (shards.has(entry.shard)) this.#start(entry);
      else this.#end(entry);
    }
  }

  /** Whether a tenant of the shard runs or has not ended yet. */
  isBusy(shard: number): boolean {
    for (const { running, ending } of this.#byShard.get(shard)?.values() ?? [])
      if (running !== null || ending !== null) return true;
    return false;
  }

  /** `ended` is called each time that the last tenant of a shard has ended. */
  onShardEnded(ended: () => void): void {
    this.#shardEnded = ended;
  }

  /** Resolves when all tenants that are ending now have ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#entries()].map(({ ending }) => ending ?? Promise.resolve()));
  }

  #start(entry: Entry<Tenant>): void {
    if (entry.tenant !== null && entry.running === null && entry.ending === null)
      entry.running = this.#begin(entry.tenant, entry.shard);
  }

  #end(entry: Entry<Tenant>): void {
    const { running, shard } = entry;
    if (running === null) return;
    entry.running = null;
    entry.ending = running.stop().finally(() => {
      entry.ending = null;
      this.#forget(entry);
      if (this.#shards.has(shard)) this.#start(entry);
      else if (!this.isBusy(shard)) this.#shardEnded();
    });
  }

  /** A removed tenant's entry is kept until the tenant has ended. */
  #forget({ name, shard, tenant, running, ending }: Entry<Tenant>): void {
    if (tenant === null && running === null && ending === null) this.#byShard.get(shard)?.delete(name);
  }

  *#names(): Iterable<string> {
    for (const { name, tenant } of this.#entries()) if (tenant !== null) yield name;
  }

  *#entries(): Iterable<Entry<Tenant>> {
    for (const entries of this.#byShard.values()) yield* entries.values();
  }
}

export interface AssignmentDeps<Tenant> {
  readonly tenants: readonly Tenant[];
  /** Begins to poll a tenant. */
  readonly begin: (tenant: Tenant, shard: number) => Running;
  /** The format of the states that are written here. */
  readonly format?: number | undefined;
}

/** May not reject. */
export interface Running {
  stop(): Promise<void>;
}

interface Entry<Tenant> {
  readonly name: string;
  /** Null once it was removed. */
  tenant: Tenant | null;
  readonly shard: number;
  running: Running | null;
  ending: Promise<void> | null;
}
