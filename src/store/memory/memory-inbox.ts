import type { TenantRequest } from '../../core/requests.js';
import { StoreClosedError } from '../errors.js';
import type { Asked, Inbox } from '../inbox.js';
import { requestLine } from '../stored/inbox.js';
import type { Subscription } from '../store.js';
import { Followers } from './followers.js';
import type { MemoryStore } from './memory-store.js';

/** The inboxes of the tenants of a `MemoryStore`. */
export class MemoryInbox implements Inbox {
  readonly #store: MemoryStore;
  readonly #followers = new Followers<string>();
  #closed = false;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async ask(tenant: string, request: TenantRequest): Promise<Asked> {
    if (this.#closed) throw new StoreClosedError();
    const asked = await this.#store.ask(tenant, requestLine(request));
    if (asked.status === 'waiting') this.#followers.notify(tenant);
    return asked;
  }

  async follow(asked: (tenant: string | null) => void): Promise<Subscription> {
    if (this.#closed) throw new StoreClosedError();
    return await Promise.resolve(this.#followers.add(asked));
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#followers.clear();
    return Promise.resolve();
  }
}
