import type { Server } from 'node:http';
import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';

/**
 * Shuts the process down in order: report not ready, stop polling, finish commits, release the leases, hand over the webhooks,
 * close clients spread over a moment, close the store, send the last traces. Polling goes first: its last events are in the log
 * before another replica goes on with the webhooks.
 *
 * Each step has its own time-out; `step` names the current one, for the log line when the whole takes too long.
 */
export class Shutdown implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #parts: ShutdownParts;
  #step = 'the start';

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  get step(): string {
    return this.#step;
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { readiness, tenants, polls, webhooks, lookup, delivery, http } = this.#parts;
    readiness.stop();
    tenants.stop();
    this.#step = 'polling, its commits and leases';
    await polls.stop();
    this.#step = 'the webhooks and their leases';
    await webhooks.stop();
    this.#step = 'the clients';
    await delivery.drain();
    await lookup.close();
    this.#step = 'the HTTP server';
    // Nest waits for requests that are under way, and a client that has sent half a request would block it for ever.
    const server = http.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    const { tracing, storage, upkeep } = this.#parts;
    const { leases, webhookLeases, inbox, webhooks, readers, store } = storage;
    this.#step = 'Redis';
    await upkeep.stop();
    await leases.close();
    await webhookLeases.close();
    await inbox.close();
    webhooks.close();
    await readers.close();
    await store.close();
    this.#step = 'the traces';
    await tracing.close();
  }
}

export interface ShutdownParts {
  readonly readiness: { stop(): void };
  readonly tenants: { stop(): void };
  readonly polls: { stop(): Promise<void> };
  readonly webhooks: { stop(): Promise<void> };
  readonly lookup: { close(): Promise<void> };
  readonly delivery: { drain(): Promise<void> };
  readonly upkeep: { stop(): Promise<void> };
  readonly storage: {
    readonly leases: { close(): Promise<void> };
    readonly webhookLeases: { close(): Promise<void> };
    readonly inbox: { close(): Promise<void> };
    readonly webhooks: { close(): void };
    readonly readers: { close(): Promise<void> };
    readonly store: { close(): Promise<void> };
  };
  readonly tracing: { close(): Promise<void> };
  readonly http: { readonly httpAdapter: { getHttpServer(): unknown } };
}

/** Enough for small answers; connections that still wait for a store that does not answer are closed. */
const LAST_ANSWERS_MS = 1_000;
