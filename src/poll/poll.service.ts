import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { DeskRules } from '../core/desk-rules.js';
import type { Logger } from 'pino';
import type { Policy } from '../core/model/call.js';
import { type Tracer, UNTRACED } from '../core/model/tracer.js';
import type { Clock, Stop, Time } from '../base/clock.js';
import { EndpointReader } from '../source/endpoint-reader.js';
import { askRegistration } from '../source/registration.js';
import type { TenantConnection } from '../source/tenant-connection.js';
import type { TenantConnections } from '../source/tenant-connections.js';
import type { Inbox } from '../store/inbox.js';
import type { Leases } from '../store/leases.js';
import { newEpoch } from '../store/new-epoch.js';
import type { Store, Subscription } from '../store/store.js';
import { LeaseKeeper } from './sharding/lease-keeper.js';
import { isDeadHere, newMember } from './sharding/member-name.js';
import { InFlightRequests } from './cycle/in-flight-requests.js';
import { RegistrationWatch } from './cycle/registration-watch.js';
import { type PollListener, NO_LISTENER } from './cycle/poll-listener.js';
import type { AdaptiveOptions } from './schedule/interval.js';
import { type Running, TenantAssignment } from './sharding/tenant-assignment.js';
import { KEYS_LOGGED, TenantLoop } from './cycle/tenant-loop.js';
import { TenantPoller } from './cycle/tenant-poller.js';

/**
 * Polls the tenants that this replica holds, each in a loop of its own. The replicas of one lease group share the
 * tenants; a lone replica polls all of them. Tenants may be added, altered and removed while it runs.
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
  readonly #inbox: Pick<Inbox, 'follow'>;
  readonly #loops = new Map<string, TenantLoop>();
  #following: Promise<Subscription | null> | null = null;

  constructor({ options, store, leases, inbox, time, scheduler, log }: PollServiceDeps) {
    this.#options = options;
    this.#store = store;
    this.#inbox = inbox;
    this.#clock = new RegistryClock(time, scheduler);
    this.#log = log;
    this.#listener = options.listener ?? NO_LISTENER;
    this.#tenants = new TenantAssignment({
      tenants: options.tenants,
      begin: (tenant, shard) => this.#begin(tenant, shard),
      format: store.format,
    });
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
    const asked = (tenant: string | null) => {
      if (tenant !== null) this.#loops.get(tenant)?.asked();
      else for (const loop of this.#loops.values()) loop.asked();
    };
    // Where following fails, each tenant's next touch finds what was asked; it rejects only when closed before it began.
    this.#following = this.#inbox.follow(asked).catch(() => null);
    this.#keeper.start();
  }

  /**
   * Adds or replaces tenants, whose connections have changed already, and stops polling removed ones. Returns at once.
   * A replaced tenant continues from the stored state once its last commit is done; a removed tenant's state and log
   * remain in the store.
   */
  change(put: readonly PolledTenant[], removed: readonly string[]): void {
    for (const name of removed) this.#tenants.remove(name);
    for (const tenant of put) this.#tenants.put(tenant);
    this.#keeper.tenantsChanged();
  }

  /** Why this replica polls nothing, or null. Null also where other replicas hold all tenants. */
  get idleReason(): string | null {
    return this.#keeper.hasLease ? null : 'waiting for the lease';
  }

  /**
   * Stops polling and releases the leases. Waits up to `graceMs` for commits that are under way; a later one is safe to
   * lose sight of, since its commit id makes it count once at most.
   */
  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, this.#options.graceMs)));
    const stopped = this.#keeper.stop().then(async () => (await this.#following)?.close());
    await Promise.race([stopped, grace]);
    clearTimeout(timer);
  }

  #begin({ tenant, direction, intervalMs, adaptive, desk }: PolledTenant, shard: number): Running {
    const { policy, connections, tracer = UNTRACED } = this.#options;
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
      policy: { ...policy, direction },
      ...(desk === undefined ? {} : { desk }),
      time: clock,
      newEpoch,
      newCommitId: randomUUID,
      listener,
      onGivenUp: ({ calls, events }) => {
        listener.gaveUp(calls);
        log.warn(
          { calls, events },
          `commit given up: the store refused it for long (calls: ${calls}, events: ${events})`,
        );
      },
      onUnreadableRequests: (ids) => {
        log.warn({ ids }, `requests dropped: they cannot be read (requests: ${ids.length})`);
      },
      onUnreadableDesk: (fields) => {
        const keys = fields.slice(0, KEYS_LOGGED);
        log.warn({ keys }, `desk goes on without what it cannot read (fields: ${fields.length})`);
      },
      tracer,
    });
    const loop = new TenantLoop({
      tenant,
      requests,
      poller,
      holds,
      schedule: { intervalMs, confirmMs: CONFIRM_MS, adaptive },
      clock,
      random: Math.random,
      newCycleId,
      onQuarantine: (is) => listener.quarantined(is),
      log,
      tracer,
    });
    this.#loops.set(tenant, loop);
    loop.start();
    registrations?.start();
    return {
      stop: async () => {
        this.#loops.delete(tenant);
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
  readonly inbox: Pick<Inbox, 'follow'>;
  readonly time: Time;
  readonly scheduler: SchedulerRegistry;
  readonly log: Logger;
}

/** How a tenant's rows are read, and how often each of its endpoints is asked, in milliseconds. */
export interface PolledTenant {
  readonly tenant: string;
  readonly direction: Policy['direction'];
  readonly intervalMs: number;
  /** Null: the interval is fixed. */
  readonly adaptive: AdaptiveOptions | null;
  /** Default: `DEFAULT_DESK_RULES`. */
  readonly desk?: DeskRules;
}

export interface PollOptions {
  /** The extensions whose registrations are watched, and how often the PBX is asked about each. */
  readonly registrations: { readonly watch: readonly string[] | 'active'; readonly intervalMs: number };
  readonly tenants: readonly PolledTenant[];
  /** Holds a connection for each of the tenants. */
  readonly connections: TenantConnections;
  readonly policy: Omit<Policy, 'direction'>;
  readonly graceMs: number;
  /** How long a dead or disconnected replica keeps its tenants. Infinity: there is no other replica. */
  readonly leaseMs: number;
  readonly listener?: PollListener;
  readonly tracer?: Tracer;
}

/**
 * How long after an absence the confirming poll is sent: longer than a row's flicker, too short for an agent to notice.
 */
const CONFIRM_MS = 200;

/** A clock whose timers are in Nest's registry, which clears them when the application closes. */
class RegistryClock implements Clock {
  readonly #registry: SchedulerRegistry;
  #timers = 0;
  readonly now: () => number;
  readonly monotonic: () => number;

  constructor({ now, monotonic }: Time, registry: SchedulerRegistry) {
    this.now = now;
    this.monotonic = monotonic;
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
      // A timer cuts off the part of a millisecond, and would be early.
    }, Math.ceil(ms));
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

/** Eight hexadecimal digits. A process uses all 2^32 values before it repeats one. */
function newCycleId(): string {
  // A random number for each cycle cost a tenth of an unchanged poll's time.
  latestCycle = (latestCycle + CYCLE_STEP) >>> 0;
  return latestCycle.toString(16).padStart(8, '0');
}

/** Odd, so that the steps reach every number; large, so that consecutive ids differ visibly. */
const CYCLE_STEP = 0x9e3779b1;
let latestCycle = randomBytes(4).readUInt32BE();
