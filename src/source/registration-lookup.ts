import type { Time } from '../base/clock.js';
import type { Instant } from '../core/model/observation.js';
import { askRegistration, type Registration } from './registration.js';
import type { OpenConnection, TenantConnections } from './tenant-connections.js';

/**
 * Asks a tenant's PBX about one extension when a client wants to know. It works apart from the polls, because the
 * replica that the client asks need not be the one that polls; where it is, both use the same connection.
 *
 * Guarantees: never throws for what the PBX does; a tenant's connection is opened at its first request, and kept.
 */
export class RegistrationLookup {
  readonly #deps: LookupDeps;
  readonly #open = new Map<string, OpenConnection>();

  constructor(deps: LookupDeps) {
    this.#deps = deps;
  }

  /** Releases the connections of tenants whose configuration has changed or that were removed. */
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

  /** Releases all connections. Requests that are under way fail, unless the polls use the connection too. */
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
