import { isSameDesk } from '../desk/desk-shape.js';
import { isSameKeys } from './client-keys.js';
import { isSameWebhooks, keepingKnown } from '../webhooks/same-webhooks.js';
import type { TenantConfig } from './tenant.js';

/**
 * The current tenants. They change only here, and listeners are called with each change.
 *
 * Guarantees: an unchanged tenant remains the same object and is in no change, whatever its position in the list, and so does
 * an unchanged webhook of a changed tenant; all
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

  find(id: string): TenantConfig | undefined {
    return this.#byId.get(id);
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
      rehooked: [] as TenantConfig[],
      reruled: [] as TenantConfig[],
      removed: [] as string[],
    };
    for (const given of tenants) {
      const known = before.get(given.id);
      const tenant =
        known === undefined || known.webhooks.length === 0
          ? given
          : { ...given, webhooks: keepingKnown(known.webhooks, given.webhooks) };
      const isPolledAlike = known !== undefined && isSame(known, tenant);
      const hasSameKeys =
        known !== undefined &&
        isSameKeys(known.clientKeys, tenant.clientKeys) &&
        isSameList(known.revokedTokens, tenant.revokedTokens);
      const hasSameWebhooks = known !== undefined && isSameWebhooks(known.webhooks, tenant.webhooks);
      const hasSameDesk = known !== undefined && isSameDesk(known.desk, tenant.desk);
      const isSameTenant = isPolledAlike && hasSameKeys && hasSameWebhooks && hasSameDesk;
      after.set(tenant.id, isSameTenant ? known : tenant);
      if (known === undefined) change.added.push(tenant);
      else if (!isPolledAlike) change.altered.push(tenant);
      else {
        if (!hasSameKeys) change.rekeyed.push(tenant);
        if (!hasSameWebhooks) change.rehooked.push(tenant);
        if (!hasSameDesk) change.reruled.push(tenant);
      }
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
  /** Of which the keys of client tokens, or the list of those revoked, have changed, and nothing of their polling, which goes on. */
  readonly rekeyed: readonly TenantConfig[];
  /** Of which the webhooks have changed, and nothing of their polling. A tenant may be rekeyed too. */
  readonly rehooked: readonly TenantConfig[];
  /** Of which the rules of the desk have changed, and nothing of their polling's. A tenant may be rekeyed and rehooked too. */
  readonly reruled: readonly TenantConfig[];
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

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function secretOf({ credential }: TenantConfig) {
  return credential.kind === 'token' ? credential.token : credential.apiKey;
}
