import type { Instant } from '../core/model/observation.js';
import { PitelSource, type PitelSourceOptions, type Registration } from './pitel-source.js';

/**
 * Asks a tenant's PBX about one extension, for whoever wants to know it now: apart from the polls, because the replica
 * that is asked need not be the one that polls.
 *
 * Guarantees: never throws for what the PBX does; a tenant's credentials and connections are made at the first question.
 */
export class RegistrationLookup {
  readonly #options = new Map<string, PitelSourceOptions>();
  readonly #sources = new Map<string, PitelSource>();

  constructor(tenants: readonly PitelSourceOptions[]) {
    for (const options of tenants) this.#options.set(options.tenant, options);
  }

  /** Adds or replaces tenants, and forgets others; what is under way for them fails. */
  change(put: readonly PitelSourceOptions[], removed: readonly string[]): void {
    for (const tenant of [...removed, ...put.map((options) => options.tenant)]) {
      void this.#sources.get(tenant)?.close();
      this.#sources.delete(tenant);
      this.#options.delete(tenant);
    }
    for (const options of put) this.#options.set(options.tenant, options);
  }

  async ask(tenant: string, id: string): Promise<Registration & { readonly at: Instant }> {
    const options = this.#options.get(tenant);
    if (options === undefined) return { outcome: 'not-found', at: Date.now() };
    const source = this.#sources.get(tenant) ?? new PitelSource(options);
    this.#sources.set(tenant, source);
    const answer = await source.registration(id);
    return { ...answer, at: options.clock() };
  }

  /** Ends what is under way (it fails). */
  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.close()));
    this.#sources.clear();
  }
}
