import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Logger } from 'pino';
import type { Policy } from '../core/model/call.js';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';
import { type Clock, type Stop, systemClock } from '../base/clock.js';
import { EndpointReader } from '../source/endpoint-reader.js';
import { askRegistration } from '../source/registration.js';
import type { TenantConnection } from '../source/tenant-connection.js';
import type { TenantConnections } from '../source/tenant-connections.js';
import type { Leases } from '../store/leases.js';
import type { Store } from '../store/store.js';
import { LeaseKeeper } from './sharding/lease-keeper.js';
import { isDeadHere, newMember } from './sharding/member-name.js';
import { InFlightRequests } from './cycle/in-flight-requests.js';
import { RegistrationWatch } from './cycle/registration-watch.js';
import { type PollListener, UNOBSERVED } from './cycle/poll-listener.js';
import type { AdaptiveOptions } from './schedule/interval.js';
import { type Running, TenantAssignment } from './sharding/tenant-assignment.js';
import { TenantLoop } from './cycle/tenant-loop.js';
import { TenantPoller } from './cycle/tenant-poller.js';

/**
 * Polls the tenants that this replica holds, each in a loop of its own. Replicas of one group share them; one that is
 * alone polls all. Tenants may come, change and go while it runs.
 */
@Injectable()
export class PollService implements OnApplicationBootstrap {
  readonly #options: PollOptions;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listener: PollListener;
  readonly #keeper: LeaseKeeper;
  readonly #tenants: TenantAssignment<PolledTenant>;

  constructor({ options, store, leases, scheduler, log }: PollServiceDeps) {
    this.#options = options;
    this.#store = store;
    this.#clock = new RegistryClock(scheduler);
    this.#log = log;
    this.#listener = options.listener ?? UNOBSERVED;
    this.#tenants = new TenantAssignment(
      options.tenants,
      (tenant, shard) => this.#begin(tenant, shard),
      store.format,
    );
    this.#keeper = new LeaseKeeper({
      leases,
      member: newMember(),
      isDead: isDeadHere,
      leaseMs: options.leaseMs,
      tenants: this.#tenants,
      clock: this.#clock,
      random: Math.random,
      listener: this.#listener,
      log,
    });
  }

  onApplicationBootstrap(): void {
    this.#keeper.start();
  }

  /**
   * Adds or replaces tenants, whose connections are changed already, and ends others. Returns at once. One that is replaced goes on from the state in the store
   * when its last commit is done; one that is removed leaves state and log behind.
   */
  change(put: readonly PolledTenant[], removed: readonly string[]): void {
    for (const name of removed) this.#tenants.remove(name);
    for (const tenant of put) this.#tenants.put(tenant);
    this.#keeper.tenantsChanged();
  }

  /** Why nothing is polled here, or null. That another replica polls is no reason. */
  get idleReason(): string | null {
    return this.#keeper.hasLease ? null : 'waiting for the lease';
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

  #begin({ tenant, intervalMs, adaptive }: PolledTenant, shard: number): Running {
    const { policy, retentionMs, connections, tracer = UNTRACED } = this.#options;
    const { connection, close } = connections.open(tenant)!;
    const log = this.#log.child({ tenant });
    const clock = this.#clock;
    const holds = () => this.#keeper.holds(shard);
    const registrations = this.#watch(connection, holds, log);
    const listener = this.#listener.tenant(tenant);
    const requests = new InFlightRequests(new EndpointReader(connection));
    const poller = new TenantPoller({
      tenant,
      outdate: () => requests.outdate(),
      registrations,
      store: this.#store,
      policy,
      retentionMs,
      time: clock,
      newEpoch,
      newCommitId: randomUUID,
      listener,
      tracer,
    });
    const loop = new TenantLoop({
      tenant,
      requests,
      poller,
      holds,
      pace: { intervalMs, confirmMs: CONFIRM_MS, adaptive },
      clock,
      random: Math.random,
      newCycleId,
      log,
      tracer,
    });
    loop.start();
    registrations?.start();
    return {
      stop: async () => {
        await Promise.all([loop.stop(), registrations?.stop()]);
        await close();
        listener.ended();
      },
    };
  }

  #watch(connection: TenantConnection, holds: () => boolean, log: Logger): RegistrationWatch | null {
    const { watch, intervalMs } = this.#options.registrations;
    if (watch.length === 0) return null;
    return new RegistrationWatch({
      tenant: connection.tenant,
      watch,
      intervalMs,
      ask: (id, signal) => askRegistration(connection, id, signal),
      holds,
      clock: this.#clock,
      log,
    });
  }
}

export interface PollServiceDeps {
  readonly options: PollOptions;
  readonly store: Store;
  readonly leases: Leases;
  readonly scheduler: SchedulerRegistry;
  readonly log: Logger;
}

/** How often each of a tenant's endpoints is asked, in milliseconds. */
export interface PolledTenant {
  readonly tenant: string;
  readonly intervalMs: number;
  /** Null: the interval is fixed. */
  readonly adaptive: AdaptiveOptions | null;
}

export interface PollOptions {
  /** Whose registrations are watched, and how often each is asked. */
  readonly registrations: { readonly watch: readonly string[] | 'active'; readonly intervalMs: number };
  readonly tenants: readonly PolledTenant[];
  /** They know each of the tenants. */
  readonly connections: TenantConnections;
  readonly policy: Policy;
  readonly retentionMs: number;
  readonly graceMs: number;
  /** How long a replica that is dead or cut off keeps its tenants. Infinity: there is no other. */
  readonly leaseMs: number;
  readonly listener?: PollListener;
  readonly tracer?: Tracer;
}

/** The confirming poll comes this soon after an absence: past a flicker at a bridge, before an agent looks up. */
const CONFIRM_MS = 200;

/** The system's clock; Nest's registry holds the timers, which are cleared with the application. */
class RegistryClock implements Clock {
  readonly #registry: SchedulerRegistry;
  #timers = 0;
  readonly now = systemClock.now;
  readonly monotonic = systemClock.monotonic;

  constructor(registry: SchedulerRegistry) {
    this.#registry = registry;
  }

  after(ms: number, task: () => void): Stop {
    const name = `poll-${++this.#timers}`;
    const stop = () => {
      if (this.#registry.doesExist('timeout', name)) this.#registry.deleteTimeout(name);
    };
    const timer = setTimeout(() => {
      stop();
      task();
    }, ms);
    this.#registry.addTimeout(name, timer);
    return stop;
  }

  every(ms: number, task: () => void): Stop {
    const name = `poll-${++this.#timers}`;
    this.#registry.addInterval(name, setInterval(task, ms));
    return () => {
      if (this.#registry.doesExist('interval', name)) this.#registry.deleteInterval(name);
    };
  }
}

/** Sorts by time, so that a person sees which epoch is newer. */
function newEpoch(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Eight hexadecimal digits; of one process, all that there are before one comes again. */
function newCycleId(): string {
  // A random number each time was a tenth of what a quiet poll takes.
  latestCycle = (latestCycle + CYCLE_STEP) >>> 0;
  return latestCycle.toString(16).padStart(8, '0');
}

/** Odd, so that the steps reach every number; large, so that two that follow each other look nothing alike. */
const CYCLE_STEP = 0x9e3779b1;
let latestCycle = randomBytes(4).readUInt32BE();
