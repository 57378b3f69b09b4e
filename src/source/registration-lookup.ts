import type { Instant } from '../core/observation.js';
import { PitelSource, type PitelSourceOptions, type Registration } from './pitel-source.js';

/**
 * Asks a tenant's PBX about one extension, for whoever wants to know it now: apart from the polls, because the replica
 * that is asked need not be the one that polls.
 *
 * Guarantees: never throws for what the PBX does; a tenant's credentials and connections are made at the first question,
 * and anew where its options have changed.
 */
export class RegistrationLookup {
  readonly #optionsOf: (tenant: string) => PitelSourceOptions | undefined;
  readonly #sources = new Map<
    string,
    { readonly options: PitelSourceOptions; readonly source: PitelSource }
  >();

  /** @param optionsOf the same object for as long as nothing about the tenant changes; undefined for an unknown one */
  constructor(optionsOf: (tenant: string) => PitelSourceOptions | undefined) {
    this.#optionsOf = optionsOf;
  }

  async ask(tenant: string, id: string): Promise<Registration & { readonly at: Instant }> {
    const options = this.#optionsOf(tenant);
    if (options === undefined) return { outcome: 'not-found', at: Date.now() };
    const answer = await this.#source(options).registration(id);
    return { ...answer, at: options.clock() };
  }

  /** Ends what is under way (it fails). */
  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map(({ source }) => source.close()));
    this.#sources.clear();
  }

  #source(options: PitelSourceOptions): PitelSource {
    const known = this.#sources.get(options.tenant);
    if (known?.options === options) return known.source;
    void known?.source.close();
    const source = new PitelSource(options);
    this.#sources.set(options.tenant, { options, source });
    return source;
  }
}
