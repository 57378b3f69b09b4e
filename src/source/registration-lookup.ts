import type { Time } from '../base/clock.js';
import type { Instant } from '../core/model/observation.js';
import { askRegistration, type Registration } from './registration.js';
import type { OpenConnection, TenantConnections } from './tenant-connections.js';

/**
 * Asks a tenant's PBX about one extension, for whoever wants to know it now: apart from the polls, because the replica
 * that is asked need not be the one that polls, and over the same connection where it is.
 *
 * Guarantees: never throws for what the PBX does; a tenant's connection is opened at the first question, and kept.
 */
export class RegistrationLookup {
  readonly #deps: LookupDeps;
  readonly #open = new Map<string, OpenConnection>();

  constructor(deps: LookupDeps) {
    this.#deps = deps;
  }

  /** The configuration of these tenants has changed, or they are gone: their connections are let go. */
  change(tenants: readonly string[]): void {
    for (const tenant of tenants) {
      void this.#open.get(tenant)?.close();
      this.#open.delete(tenant);
    }
  }

  async ask(tenant: string, id: string): Promise<Registration & { readonly at: Instant }> {
    const { connections, time } = this.#deps;
    const open = this.#open.get(tenant) ?? connections.open(tenant);
    if (open === null) return { outcome: 'not-found', at: time.now() };
    this.#open.set(tenant, open);
    const answer = await askRegistration(open.connection, id);
    return { ...answer, at: time.now() };
  }

  /** Lets all connections go: what is under way on them fails where nobody else uses them. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((one) => one.close()));
  }
}

export interface LookupDeps {
  readonly connections: TenantConnections;
  readonly time: Pick<Time, 'now'>;
}
