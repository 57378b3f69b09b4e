import { StoreClosedError } from '../errors.js';
import { webhooksKey } from '../keys.js';
import {
  fieldOf,
  listOf,
  readAttempts,
  readDeadLetters,
  readEndpoints,
  readResumeAsked,
} from '../stored/webhooks.js';
import {
  ATTEMPTS_KEPT,
  DEAD_LETTERS_KEPT,
  isHalted,
  type DeadLetter,
  type EndpointProgress,
  type StoredAttempt,
  type WebhookClaim,
  type WebhookSave,
  type WebhookStore,
} from '../webhook-store.js';

/**
 * How far webhooks have got, in this process' memory. It keeps the same texts as Redis, so that readers get copies and
 * what cannot be stored fails here too. Nothing outlives the process.
 */
export class MemoryWebhookStore implements WebhookStore {
  readonly #tenants = new Map<string, Tenant>();
  /** Of all tenants, also before the memory was lost. */
  #claims = 0;
  #closed = false;

  claim(tenant: string): Promise<WebhookClaim> {
    return this.#do(tenant, (known) => {
      this.#claims += 1;
      known.fence = this.#claims;
      return { fence: known.fence, ...readEndpoints(known.fields) };
    });
  }

  progress(tenant: string): Promise<ReadonlyMap<string, EndpointProgress>> {
    return this.#do(tenant, ({ fields }) => readEndpoints(fields).endpoints);
  }

  save(tenant: string, fence: number, { endpoints, dead, removed }: WebhookSave): Promise<boolean> {
    return this.#do(tenant, (known) => {
      if (known.fence !== fence) return false;
      // A name that is none is refused before anything is changed.
      for (const endpoint of [...endpoints.keys(), ...removed, ...dead.keys()]) fieldOf.progress(endpoint);
      for (const [endpoint, progress] of endpoints) {
        known.fields.set(fieldOf.progress(endpoint), JSON.stringify(progress));
        if (!isHalted(progress.state)) known.fields.delete(fieldOf.resume(endpoint));
      }
      for (const endpoint of removed) {
        for (const field of [fieldOf.progress(endpoint), fieldOf.resume(endpoint)])
          known.fields.delete(field);
        for (const list of [listOf.attempts(endpoint), listOf.dead(endpoint)]) known.lists.delete(list);
      }
      for (const [endpoint, letters] of dead) keep(known, listOf.dead(endpoint), letters, DEAD_LETTERS_KEPT);
      return true;
    });
  }

  askToResume(tenant: string, endpoint: string): Promise<void> {
    return this.#do(tenant, ({ fields }) => {
      fields.set(fieldOf.resume(endpoint), '');
    });
  }

  resumeAsked(tenant: string): Promise<ReadonlySet<string>> {
    return this.#do(tenant, ({ fields }) => readResumeAsked(fields.keys()));
  }

  addAttempts(tenant: string, endpoint: string, attempts: readonly StoredAttempt[]): Promise<void> {
    return this.#do(tenant, (known) => {
      keep(known, listOf.attempts(endpoint), attempts, ATTEMPTS_KEPT);
    });
  }

  attempts(tenant: string, endpoint: string): Promise<readonly StoredAttempt[]> {
    return this.#do(tenant, ({ lists }) =>
      readAttempts((lists.get(listOf.attempts(endpoint)) ?? []).toReversed()),
    );
  }

  deadLetters(tenant: string, endpoint: string): Promise<readonly DeadLetter[]> {
    return this.#do(tenant, ({ lists }) =>
      readDeadLetters((lists.get(listOf.dead(endpoint)) ?? []).toReversed()),
    );
  }

  close(): void {
    this.#closed = true;
  }

  /** For tests: forgets everything, like a Redis that was wiped. */
  loseMemory(): void {
    this.#tenants.clear();
  }

  /** For tests: replaces what is stored of an endpoint behind the store's back. */
  overwrite(tenant: string, endpoint: string, text: string): void {
    this.#tenants.get(tenant)!.fields.set(fieldOf.progress(endpoint), text);
  }

  /** Runs `step` in one go, like a script in Redis, and rejects with what it throws. */
  async #do<T>(name: string, step: (tenant: Tenant) => T): Promise<T> {
    if (this.#closed) throw new StoreClosedError();
    // Refuses the names that Redis' keys refuse.
    webhooksKey(name);
    let tenant = this.#tenants.get(name);
    if (tenant === undefined) {
      tenant = { fence: 0, fields: new Map(), lists: new Map() };
      this.#tenants.set(name, tenant);
    }
    return await Promise.resolve(step(tenant));
  }
}

interface Tenant {
  fence: number;
  readonly fields: Map<string, string>;
  /** The oldest first. */
  readonly lists: Map<string, readonly string[]>;
}

/** As `webhook-ring.lua` adds them. */
function keep({ lists }: Tenant, name: string, entries: readonly object[], bound: number): void {
  const before = lists.get(name) ?? [];
  const known = new Set(before.slice(-(99 + entries.length)));
  const added = entries.map((entry) => JSON.stringify(entry)).filter((text) => !known.has(text));
  if (entries.length > 0) lists.set(name, [...before, ...added].slice(-bound));
}
