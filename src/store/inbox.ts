import type { TenantRequest } from '../core/requests.js';
import type { Subscription } from './store.js';

/**
 * What is asked of a tenant's polling owner, by any replica: the owner's commits alone write the tenant's log. It has two
 * implementations, `RedisInbox` and `MemoryInbox`; `inbox.contract.ts` checks both, with the store whose owner answers.
 *
 * Guarantees:
 * - A request waits until a commit answers it (`Commit.answers`), in one step with what it leads to. So it is carried out
 *   once, whatever fails in between.
 * - A request is known by its id, also `ANSWERS_KEPT_MS` after it was answered, among the newest `ANSWERS_KEPT`: asking it
 *   again changes nothing, and says what became of it.
 * - At most `REQUESTS_MAX` requests, of `REQUESTS_BYTES` together, wait.
 *
 * Not guaranteed:
 * - When it is answered. The owner hears of it at once as a rule, and at its next touch otherwise; while no replica polls the
 *   tenant (no owner, an unreadable state, quarantine), it waits.
 * - That it survives when Redis loses its memory, or when an owner of a build without inboxes takes the tenant over.
 *
 * Calls reject as those of `Store` do. A rejected request may wait all the same; it may be asked again.
 */
export interface Inbox {
  /** Rejects with a `TypeError` for a request of more than `REQUEST_BYTES`. */
  ask(tenant: string, request: TenantRequest): Promise<Asked>;

  /**
   * Calls `asked` with the tenant of which something was asked, and with null when messages may have been missed. It is only a
   * hint: each message comes at most once. `asked` may not throw. Resolves once subscribed, however long Redis is away.
   */
  follow(asked: (tenant: string | null) => void): Promise<Subscription>;

  close(): Promise<void>;
}

export type Asked =
  | { readonly status: 'waiting' }
  /** `result`: as the owner has answered it, such as `written`. */
  | { readonly status: 'answered'; readonly result: string }
  /** So many wait already that no more is taken: ask again later. */
  | { readonly status: 'full' }
  /** The tenant was never claimed, or its memory was lost since: ask again later. */
  | { readonly status: 'unserved' };

export const REQUESTS_MAX = 100;
export const REQUESTS_BYTES = 65_536;
/** As JSON in UTF-8. */
export const REQUEST_BYTES = 4_096;

/** Longer than anybody waits for an answer, and than a request without an answer is repeated. */
export const ANSWERS_KEPT_MS = 3_600_000;
export const ANSWERS_KEPT = 200;
