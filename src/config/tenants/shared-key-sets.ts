/** What a tenant's tokens must say beside their signature; null: anything. */
export interface Narrowing {
  readonly issuer: string | null;
  readonly audience: string | null;
}

/**
 * Which tenants have a key set, and what distinguishes their tokens.
 *
 * Guarantee: of two tenants that were both taken with one set, both name an issuer and not the same, or both name an
 * audience and not the same. Where one leaves out what the other names, a token of the other would be right for both.
 */
export class SharedKeySets {
  readonly #taken = new Set<string>();

  /**
   * False where an earlier tenant has it, whose tokens could be taken for this one's.
   * @param url in the form of `FORMATS.jwksUrl`, so that two spellings are one
   */
  take(url: string, { issuer, audience }: Narrowing): boolean {
    const key = (...parts: readonly (string | null)[]) => JSON.stringify([url, ...parts]);
    const both = (i: string | null, a: string | null) => key('both', i, a);
    const overlapping =
      issuer === null
        ? audience === null
          ? [key('any')]
          : [key('audience', audience), key('audience', null)]
        : audience === null
          ? [key('issuer', issuer), key('issuer', null)]
          : [both(issuer, audience), both(issuer, null), both(null, audience), both(null, null)];
    if (overlapping.some((other) => this.#taken.has(other))) return false;
    const own = [both(issuer, audience), key('issuer', issuer), key('audience', audience), key('any')];
    for (const one of own) this.#taken.add(one);
    return true;
  }
}
