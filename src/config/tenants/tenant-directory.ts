import { isSameKeys } from './client-keys.js';
import type { TenantConfig } from './tenant.js';

/**
 * The current tenants. They change only here, and listeners are called with each change.
 *
 * Guarantees: an unchanged tenant remains the same object and is in no change, whatever its position in the list; all
 * listeners have been called before `replace` returns. The cost grows with the number of tenants, the size of a change
 * with the number of changed ones.
 */
export class TenantDirectory {
  #byId: ReadonlyMap<string, TenantConfig>;
  readonly #listeners = new Set<(change: TenantsChange) => void>();

  /** @param tenants at least one, no id twice */
  constructor(tenants: readonly TenantConfig[]) {
    this.#byId = byId(tenants);
  }

  /** In the order of the file. */
  get current(): readonly TenantConfig[] {
    return [...this.#byId.values()];
  }

  /** Returns a function that unsubscribes. `listener` may not throw. */
  subscribe(listener: (change: TenantsChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Replaces the tenants. No listener is called when nothing has changed. */
  replace(tenants: readonly TenantConfig[]): TenantsChange {
    const before = this.#byId;
    const after = new Map<string, TenantConfig>();
    const change = {
      added: [] as TenantConfig[],
      altered: [] as TenantConfig[],
      rekeyed: [] as TenantConfig[],
      removed: [] as string[],
    };
    for (const tenant of tenants) {
      const known = before.get(tenant.id);
      const isPolledAlike = known !== undefined && isSame(known, tenant);
      const hasSameKeys = known !== undefined && isSameKeys(known.clientKeys, tenant.clientKeys);
      after.set(tenant.id, isPolledAlike && hasSameKeys ? known : tenant);
      if (known === undefined) change.added.push(tenant);
      else if (!isPolledAlike) change.altered.push(tenant);
      else if (!hasSameKeys) change.rekeyed.push(tenant);
    }
    for (const id of before.keys()) if (!after.has(id)) change.removed.push(id);
    this.#byId = after;
    if (Object.values(change).some((tenants) => tenants.length > 0))
      for (const listener of this.#listeners) listener(change);
    return change;
  }
}

export interface TenantsChange {
  readonly added: readonly TenantConfig[];
  /** With their new settings. */
  readonly altered: readonly TenantConfig[];
  /** Of which nothing but the keys of client tokens has changed: their polling goes on. */
  readonly rekeyed: readonly TenantConfig[];
  readonly removed: readonly string[];
}

function byId(tenants: readonly TenantConfig[]): ReadonlyMap<string, TenantConfig> {
  return new Map(tenants.map((tenant) => [tenant.id, tenant]));
}

function isSame(one: TenantConfig, other: TenantConfig): boolean {
  return (
    one.baseUrl === other.baseUrl &&
    one.timeZone === other.timeZone &&
    one.country === other.country &&
    one.direction === other.direction &&
    one.pollIntervalMs === other.pollIntervalMs &&
    one.proxy?.reveal() === other.proxy?.reveal() &&
    one.ca === other.ca &&
    one.credential.kind === other.credential.kind &&
    secretOf(one).reveal() === secretOf(other).reveal()
  );
}

function secretOf({ credential }: TenantConfig) {
  return credential.kind === 'token' ? credential.token : credential.apiKey;
}
