import type { Logger } from 'pino';
import { Backoff } from '../../base/backoff.js';
import type { Clock } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import {
  ATTEMPTS_KEPT,
  type DeadLetter,
  type EndpointProgress,
  type StoredAttempt,
  type WebhookStore,
} from '../../store/webhook-store.js';

/** Between two saves of a tenant: what a killed process repeats at most, beside what was in flight. */
const SAVE_EVERY_MS = 20;
/** Between two saves of attempts, which only people read. */
const ATTEMPTS_EVERY_MS = 500;
const AGAIN = { firstMs: 100, maxMs: 5_000, spread: -0.5 };

/** What is saved of an endpoint. */
export interface Kept {
  readonly isChanged: boolean;
  progress(): { readonly progress: EndpointProgress; readonly dead: readonly DeadLetter[] };
  restore(dead: readonly DeadLetter[]): void;
}

/**
 * Saves how far a tenant's endpoints have got, under one claim: one save at a time, and the next takes all that has changed
 * meanwhile. Where the store does not answer it tries again, and endpoints go on with what they have read.
 *
 * Attempts are saved after the progress, at most the newest of each endpoint, and are lost where that fails.
 */
export class ProgressKeeper {
  readonly #deps: KeeperDeps;
  readonly #endpoints = new Map<string, Kept>();
  readonly #removed = new Set<string>();
  readonly #attempts = new Map<string, StoredAttempt[]>();
  readonly #retry: Backoff;
  #saving: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  #attemptsAt = -Infinity;
  #isClosing = false;
  #isOver = false;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#retry = new Backoff({ ...AGAIN, random: deps.random });
  }

  add(id: string, endpoint: Kept): void {
    this.#endpoints.set(id, endpoint);
    this.#removed.delete(id);
    this.changed();
  }

  /** The endpoint is no longer configured: all that is kept of it goes. */
  remove(id: string): void {
    this.#endpoints.delete(id);
    this.#attempts.delete(id);
    this.#removed.add(id);
    this.changed();
  }

  attempted(id: string, attempt: StoredAttempt): void {
    const attempts = this.#attempts.get(id) ?? [];
    attempts.push(attempt);
    if (attempts.length > ATTEMPTS_KEPT) attempts.shift();
    this.#attempts.set(id, attempts);
    this.changed();
  }

  /** Something of an endpoint has changed. */
  changed(): void {
    if (this.#isOver) return;
    this.#saving ??= this.#saveAll().finally(() => (this.#saving = null));
  }

  /** Saves what is left, once: where that fails, the next owner repeats what it would have said. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    await this.#saving;
    if (!this.#isOver) await this.#save().catch(() => false);
    this.#isOver = true;
  }

  get #hasChanges(): boolean {
    if (this.#removed.size > 0 || this.#attempts.size > 0) return true;
    for (const { isChanged } of this.#endpoints.values()) if (isChanged) return true;
    return false;
  }

  async #saveAll(): Promise<void> {
    // What changes in this turn of the event loop is part of the first save.
    await Promise.resolve();
    while (this.#hasChanges && !this.#isClosing && !this.#isOver) await this.#pause(await this.#try());
  }

  /** Returns how long to wait before the next save. */
  async #try(): Promise<number> {
    const { log, fenced } = this.#deps;
    try {
      const isKept = await this.#save();
      if (this.#retry.failures > 0) log.info('webhook progress saved again');
      this.#retry.reset();
      if (!isKept) {
        this.#isOver = true;
        fenced();
      }
      return SAVE_EVERY_MS;
    } catch (error) {
      if (this.#retry.failures === 0)
        log.warn({ reason: reasonOf(error) }, `webhook progress not saved: ${reasonOf(error)}`);
      return this.#retry.next();
    }
  }

  /** False when another owner has claimed since. */
  async #save(): Promise<boolean> {
    const { tenant, fence, store } = this.#deps;
    const endpoints = new Map<string, EndpointProgress>();
    const dead = new Map<string, readonly DeadLetter[]>();
    for (const [id, endpoint] of this.#endpoints) {
      if (!endpoint.isChanged) continue;
      const kept = endpoint.progress();
      endpoints.set(id, kept.progress);
      if (kept.dead.length > 0) dead.set(id, kept.dead);
    }
    const removed = [...this.#removed];
    if (endpoints.size > 0 || removed.length > 0) {
      try {
        if (!(await store.save(tenant, fence, { endpoints, dead, removed }))) return false;
      } catch (error) {
        for (const id of endpoints.keys()) this.#endpoints.get(id)?.restore(dead.get(id) ?? []);
        throw error;
      }
    }
    for (const id of removed) if (!this.#endpoints.has(id)) this.#removed.delete(id);
    await this.#saveAttempts();
    return true;
  }

  async #saveAttempts(): Promise<void> {
    const { tenant, store, clock } = this.#deps;
    if (!this.#isClosing && clock.monotonic() < this.#attemptsAt + ATTEMPTS_EVERY_MS) return;
    this.#attemptsAt = clock.monotonic();
    const attempts = [...this.#attempts];
    this.#attempts.clear();
    await Promise.allSettled(attempts.map(([id, some]) => store.addAttempts(tenant, id, some)));
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isClosing) return;
    await new Promise<void>((resolve) => {
      const stop = this.#deps.clock.after(ms, resolve);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }
}

export interface KeeperDeps {
  readonly tenant: string;
  readonly fence: number;
  readonly store: Pick<WebhookStore, 'save' | 'addAttempts'>;
  /** Called once, when another owner has claimed since: nothing is saved any more. */
  readonly fenced: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}
