import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Logger } from 'pino';
import type { Policy } from '../core/call.js';
import { PitelSource, type PitelSourceOptions } from '../source/pitel-source.js';
import type { Leases } from '../store/leases.js';
import type { Store } from '../store/store.js';
import { LeaseKeeper } from './lease-keeper.js';
import { isDeadHere, newMember } from './member-name.js';
import type { AdaptiveOptions } from './tempo.js';
import { type Running, TenantAssignment } from './tenant-assignment.js';
import { TenantLoop, type Timers } from './tenant-loop.js';
import { TenantPoller } from './tenant-poller.js';

/**
 * Polls the configured tenants that this replica holds, each in a loop of its own. Replicas with the same tenants share
 * them; one that is alone polls all.
 */
@Injectable()
export class PollService implements OnApplicationBootstrap {
  readonly #options: PollOptions;
  readonly #store: Store;
  readonly #timers: Timers;
  readonly #log: Logger;
  readonly #keeper: LeaseKeeper;

  constructor(options: PollOptions, store: Store, leases: Leases, scheduler: SchedulerRegistry, log: Logger) {
    this.#options = options;
    this.#store = store;
    this.#timers = new RegistryTimers(scheduler);
    this.#log = log;
    this.#keeper = new LeaseKeeper({
      leases,
      member: newMember(),
      isDead: isDeadHere,
      leaseMs: options.leaseMs,
      tenants: new TenantAssignment(options.sources, (source, shard) => this.#begin(source, shard)),
      clock: () => performance.now(),
      random: Math.random,
      timers: this.#timers,
      log,
    });
  }

  onApplicationBootstrap(): void {
    this.#keeper.start();
  }

  /**
   * Stops polling and gives the leases back; commits that are under way are finished within `graceMs`, or left to their
   * commit id.
   */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, this.#options.graceMs)));
    await Promise.race([this.#keeper.stop(), grace]);
    clearTimeout(timer);
  }

  #begin(sourceOptions: PitelSourceOptions, shard: number): Running {
    const { policy, retentionMs, intervalMs, adaptive } = this.#options;
    const { tenant } = sourceOptions;
    const source = new PitelSource(sourceOptions);
    const poller = new TenantPoller({
      tenant,
      source,
      store: this.#store,
      policy,
      retentionMs,
      clock: Date.now,
      newEpoch,
      newCommitId: randomUUID,
    });
    const loop = new TenantLoop({
      tenant,
      poller,
      holds: () => this.#keeper.holds(shard),
      pace: { intervalMs, confirmMs: CONFIRM_MS, adaptive },
      clock: Date.now,
      random: Math.random,
      timers: this.#timers,
      log: this.#log.child({ tenant }),
    });
    loop.start();
    return {
      stop: async () => {
        await loop.stop();
        await source.close();
      },
    };
  }
}

export interface PollOptions {
  readonly sources: readonly PitelSourceOptions[];
  readonly policy: Policy;
  readonly intervalMs: number;
  /** Null: the interval is fixed. */
  readonly adaptive: AdaptiveOptions | null;
  readonly retentionMs: number;
  readonly graceMs: number;
  /** How long a replica that is dead or cut off keeps its tenants. Infinity: there is no other. */
  readonly leaseMs: number;
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
