import { TenantConnection, type TenantConnectionOptions } from './tenant-connection.js';

/**
 * The connections of this process to its tenants' PBXes: one a tenant, shared by all that ask it.
 *
 * Guarantees: a connection is made at its first use and closed with its last user. Whoever opens a tenant after its
 * configuration has changed gets a new one; users of the old one keep it until they let go.
 */
export class TenantConnections {
  readonly #options = new Map<string, TenantConnectionOptions>();
  /** Under the configuration in effect. */
  readonly #current = new Map<string, Shared>();

  constructor(tenants: readonly TenantConnectionOptions[]) {
    this.change(tenants, []);
  }

  /** Adds or replaces tenants, and forgets others. What is under way is for its users to end. */
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
  /** Lets go of it. With its last user gone it is closed: what is under way fails. */
  readonly close: () => Promise<void>;
}

interface Shared {
  readonly connection: TenantConnection;
  users: number;
}
