import { TenantConnection, type TenantConnectionOptions } from './tenant-connection.js';

/**
 * The connections of this process to its tenants' PBXes: one for each tenant, shared by all its users.
 *
 * Guarantees: a connection is made at its first use and closed when its last user closes it. Opening a tenant after its
 * configuration has changed gives a new connection; users of the old one keep it until they close it.
 */
export class TenantConnections {
  readonly #options = new Map<string, TenantConnectionOptions>();
  /** Connections under the current configuration. */
  readonly #current = new Map<string, Shared>();

  constructor(tenants: readonly TenantConnectionOptions[]) {
    this.change(tenants, []);
  }

  /** Adds or replaces tenants, and removes others. Users of an old connection have to close it. */
  change(put: readonly TenantConnectionOptions[], removed: readonly string[]): void {
    for (const tenant of [...removed, ...put.map((options) => options.tenant)]) {
      this.#current.delete(tenant);
      this.#options.delete(tenant);
    }
    for (const options of put) this.#options.set(options.tenant, options);
  }

  /** Null for a tenant that is not known. */
  open(tenant: string): OpenConnection | null {
    const options = this.#options.get(tenant);
    if (options === undefined) return null;
    const shared = this.#current.get(tenant) ?? { connection: new TenantConnection(options), users: 0 };
    this.#current.set(tenant, shared);
    shared.users += 1;
    let isOpen = true;
    return {
      connection: shared.connection,
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        shared.users -= 1;
        if (shared.users > 0) return;
        if (this.#current.get(tenant) === shared) this.#current.delete(tenant);
        await shared.connection.close();
      },
    };
  }
}

export interface OpenConnection {
  readonly connection: TenantConnection;
  /** Ends this use. The last user's call closes the connection, and requests that are under way fail. */
  readonly close: () => Promise<void>;
}

interface Shared {
  readonly connection: TenantConnection;
  users: number;
}
