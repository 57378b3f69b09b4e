import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Logger } from 'pino';
import type { Policy } from '../core/call.js';
import { PitelSource, type PitelSourceOptions } from '../source/pitel-source.js';
import type { Store } from '../store/store.js';
import { TenantLoop, type Timers } from './tenant-loop.js';
import { TenantPoller } from './tenant-poller.js';

/** Polls every configured tenant, each in a loop of its own. */
@Injectable()
export class PollService implements OnApplicationBootstrap {
  readonly #options: PollOptions;
  readonly #tenants: { readonly loop: TenantLoop; readonly source: PitelSource }[];

  constructor(options: PollOptions, store: Store, scheduler: SchedulerRegistry, log: Logger) {
    this.#options = options;
    const timers = new RegistryTimers(scheduler);
    this.#tenants = options.sources.map((sourceOptions) => {
      const { tenant } = sourceOptions;
      const source = new PitelSource(sourceOptions);
      const poller = new TenantPoller({
        tenant,
        source,
        store,
        policy: options.policy,
        retentionMs: options.retentionMs,
        clock: Date.now,
        newEpoch,
        newCommitId: randomUUID,
      });
      const loop = new TenantLoop({
        tenant,
        poller,
        pace: { intervalMs: options.intervalMs, confirmMs: CONFIRM_MS },
        clock: Date.now,
        random: Math.random,
        timers,
        log: log.child({ tenant }),
      });
      return { loop, source };
    });
  }

  onApplicationBootstrap(): void {
    for (const { loop } of this.#tenants) loop.start();
  }

  /** Stops polling; commits that are under way are finished within `graceMs`, or left to their commit id. */
  async stop(): Promise<void> {
    const stopped = Promise.all(this.#tenants.map(({ loop }) => loop.stop()));
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, this.#options.graceMs)));
    await Promise.race([stopped, grace]);
    clearTimeout(timer);
    await Promise.all(this.#tenants.map(({ source }) => source.close()));
  }
}

export interface PollOptions {
  readonly sources: readonly PitelSourceOptions[];
  readonly policy: Policy;
  readonly intervalMs: number;
  readonly retentionMs: number;
  readonly graceMs: number;
}

/** The confirming poll comes this soon after an absence: past a flicker at a bridge, before an agent looks up. */
const CONFIRM_MS = 200;

/** Nest's registry holds the timers, so that what is planned can be seen and is cleared with the application. */
class RegistryTimers implements Timers {
  readonly #registry: SchedulerRegistry;

  constructor(registry: SchedulerRegistry) {
    this.#registry = registry;
  }

  set(name: string, delayMs: number, run: () => void): void {
    this.clear(name);
    const timer = setTimeout(() => {
      this.clear(name);
      run();
    }, delayMs);
    this.#registry.addTimeout(name, timer);
  }

  clear(name: string): void {
    if (this.#registry.doesExist('timeout', name)) this.#registry.deleteTimeout(name);
  }
}

/** Sorts by time, so that a person sees which epoch is newer. */
function newEpoch(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}
