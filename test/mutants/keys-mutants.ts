import { type Mutant, mutantsOf } from './mutant.js';

const ACCESS = 'src/deliver/access';
const TENANTS = 'src/config/tenants';

/** Which keys open which tenant. */
export const KEYS_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${ACCESS}/keyring.ts`, `${ACCESS}/keyring.spec.ts`, [
    [
      'const own = this.#tenants.get(tenant);\n    const sources',
      'const own = [...this.#tenants.values()].find((keys) => keys !== undefined);\n    const sources',
      'the key of one tenant would open another',
    ],
    [
      'if (claimOf(unverified.payload, source.keys.claims.tenant) !== tenant) continue;',
      '',
      'a token would name its tenant by a claim that another tenant uses',
    ],
    [
      'if (held.includes(true)) return null;',
      'return null;',
      'a key that was taken away would keep its connections',
    ],
    [
      "return held.includes(null) ? 'auth-unavailable' : 'bad-signature';",
      "return 'bad-signature';",
      'clients would hear that their token is wrong while the key set is away',
    ],
    ['|| second !== undefined) return', ') return', 'a token that names two tenants would open one of them'],
    [
      "if (isUnavailable) throw new Refusal('auth-unavailable', null, { tenant });",
      '',
      'clients would give up while the key set is away',
    ],
    [
      'await signer.verify(token, header, now);\n',
      '',
      'an expired token for another tenant would not be called expired',
    ],
    [
      "if (typeof named !== 'string')",
      "if (typeof named === 'object')",
      'a token without a tenant would be called one for another tenant',
    ],
    ['if (tried === MOST_TRIED) break;', '', 'each forged token would cost the work of 10,000 signatures'],
    [
      'keys === undefined ? !isServiceUsable : unusable.has(keys.jwksUrl)',
      'keys === undefined ? !isServiceUsable : false',
      'readiness would not count the tenants whose tokens are refused',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/keyring.ts`, `${ACCESS}/foreign-keys.spec.ts`, [
    [
      'const own = this.#tenants.get(tenant);\n    const sources',
      "const own = this.#tenants.get('acme');\n    const sources",
      'the key of acme would open every tenant',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/signature.ts`, `${ACCESS}/keyring.spec.ts`, [
    [
      '...(issuer !== null && { issuer }),',
      '',
      'tokens of every issuer would be accepted, whichever the tenant names',
    ],
    ['...(audience !== null && { audience }),', '', 'a token for another service would be accepted'],
    [
      'if (!key.startsWith(`${this.#rule}.`)) return false;',
      '',
      'connections would outlive a change of what their tokens are checked for',
    ],
    [
      'return this.#set.isUsable ? this.#set.has(key.slice(this.#rule.length + 1)) : null;',
      'return true;',
      'a key that was withdrawn from its set would keep its connections',
    ],
    [
      'given.length === expected.length && timingSafeEqual(given, expected)',
      'true',
      'no signature would be checked to find the key',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/signature.ts`, `${ACCESS}/foreign-keys.spec.ts`, [
    [
      "if (!this.keys.algorithms.includes(header.alg)) return { outcome: 'not-signed' };",
      '',
      'a token would choose how it is verified',
    ],
  ]),
  ...mutantsOf('src/base/json-keys.ts', 'src/base/json-keys.spec.ts', [
    [
      'if (isObject(child)) open.push(child);',
      'keys += keysIn(child);',
      'anybody could overflow the stack with a token of 8 KiB',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/key-set.ts`, `${ACCESS}/keyring.spec.ts`, [
    [
      '.slice(0, MOST_FITTING)',
      '',
      'a wrong token would cost half a second where a provider has a hundred keys of one name',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/jwt-text.ts`, `${ACCESS}/foreign-keys.spec.ts`, [
    [
      'if (hasKeyTwice(text, value)) throw',
      "if (text === '') throw",
      'a token with two tenants would be the one that the parser keeps',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/jwt-text.ts`, `${ACCESS}/token.spec.ts`, [
    [
      "if (token.length > MAX_TOKEN_LENGTH) throw malformed('the token is longer than 8 KiB');",
      '',
      'anybody could make the bridge verify megabytes',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/key-set.ts`, `${ACCESS}/key-set.spec.ts`, [
    [
      'this.#deps.clock.monotonic() - this.#readAt <= this.#deps.maxStaleMs',
      'true',
      'a key set that is away would be trusted for ever',
    ],
    [
      'await this.#readUnlessJustTried(COOL_DOWN_MS);',
      'await this.read();',
      'clients could hammer the key set',
    ],
    [
      'return found.length === 0 && this.#failures > 0 ? null : found;',
      'return found;',
      'a new key would be called wrong while the set is away',
    ],
    ["if (jwk.kty === 'oct' || jwk.d !== undefined || ", 'if (', 'a published secret would count as a key'],
    [
      'if (found.length === MOST_FITTING) break;',
      '',
      'a token without a kid would cost a hundred verifications',
    ],
    ['this.#reading ??= ', 'this.#reading = ', 'clients who come together would each ask for the set'],
  ]),
  ...mutantsOf(`${ACCESS}/key-sets.ts`, `${ACCESS}/key-set.spec.ts`, [
    [
      '.sort((one, other) => one.triedAt - other.triedAt)',
      '',
      'many key sets that hang would keep the others from being read',
    ],
  ]),
  ...mutantsOf(`${ACCESS}/fetch-key-set.ts`, `${ACCESS}/key-set.spec.ts`, [
    ["redirect: 'manual',", '', 'a redirect would lead to the keys of somebody else'],
    ['if (bytes > MAX_BYTES) return null;', '', 'a key set could fill the memory'],
    ['signal: AbortSignal.timeout(timeoutMs),', '', 'a key set that hangs would hold up every client'],
  ]),
  ...mutantsOf(`${TENANTS}/client-keys.ts`, `${TENANTS}/client-keys.spec.ts`, [
    [
      "if (owner === undefined) this.#owners.set(key, 'an earlier tenant');",
      '',
      'two tenants could have one key, and sign for each other',
    ],
    [
      "if (secret !== null) this.#owners.set(secret.reveal(), 'AUTH_JWT_SECRET');",
      '',
      'the key of a tenant could be the one that opens every tenant',
    ],
    [
      'if (row.jwksUrl === this.#around.serviceKey.jwksUrl)',
      'if (row.jwksUrl === undefined)',
      'the key set of a tenant could be the one that opens every tenant',
    ],
    ['Object.hasOwn(env, given)', 'true', 'an inherited property would be taken for a key'],
    [
      '!/[\\0-\\x1f\\x7f]/.test(text)',
      'true',
      'two keys that HMAC takes for one could belong to two tenants',
    ],
  ]),
  ...mutantsOf(`${TENANTS}/shared-key-sets.ts`, `${TENANTS}/client-keys.spec.ts`, [
    [
      '[both(issuer, audience), both(issuer, null), both(null, audience), both(null, null)]',
      '[both(issuer, audience)]',
      'a token of one tenant would open another that leaves out what the first one names',
    ],
  ]),
  ...mutantsOf(`${TENANTS}/tenant-directory.ts`, `${TENANTS}/tenant-directory.spec.ts`, [
    [
      'if (!hasSameKeys) change.rekeyed.push(tenant);',
      '',
      'a key that was taken away would go on to open its tenant',
    ],
  ]),
];
