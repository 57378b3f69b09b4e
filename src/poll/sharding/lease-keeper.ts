import type { Logger } from 'pino';
import { Backoff } from '../../base/backoff.js';
import type { Clock, Stop } from '../../base/clock.js';
import type { Leases, Renewed } from '../../store/leases.js';
import type { Subscription } from '../../store/store.js';
import { preferredShards } from './rendezvous.js';
import { type LeaseChange, type PollListener, UNOBSERVED } from '../cycle/poll-listener.js';
import type { TenantAssignment } from './tenant-assignment.js';

/**
 * Keeps this process' shards: renews its lease, takes what it should own and is free, hands over what another should
 * own, and has the tenants of its shards polled.
 *
 * A shard, as this process sees it:
 *
 *     another's ─ free, and preferred here ─→ held, runs
 *     held, runs ─ preferred by another member ─→ held, ends ─ all its loops have ended ─→ released: another's
 *     held, ends ─ preferred here again ─→ held, runs
 *     held ─ taken by another meanwhile, or the lease may have run out ─→ another's; its loops are stopped
 *
 * Leases share out shards, and whoever holds a shard must know all its tenants. While members know different ones, as when
 * a changed list reaches them one after the other, some may go unpolled for `DIFFERENCE_MS`. A difference that lasts
 * longer ends the sharing: those with the same list divide all of their tenants among themselves, whoever holds the
 * shards, until the lists agree again. What two lists have in common is then polled twice.
 *
 * Builds that write different formats of the stored state differ in the same way (`listDigest`). So the newer ones soon
 * poll all tenants among themselves and take them over; an older one that meets a state which it cannot read keeps its
 * lease and lets that tenant rest (`TenantLoop`).
 *
 * Guarantees: one renewal at a time; polling stops before the lease can end at the server, measured by this process'
 * monotonic clock from before the renewal was sent; a member that is alone waits for nobody.
 *
 * Not guaranteed: that nobody else polls the same. See `Leases`.
 */
export class LeaseKeeper {
  readonly #deps: KeeperDeps;
  #members: readonly string[] = [];
  #preferred: ReadonlySet<number> = new Set();
  #held: ReadonlySet<number> = new Set();
  /** What runs here. Among those that agree what is held and preferred, else what is preferred among those that do. */
  #runs: ReadonlySet<number> = new Set();
  #differSince: number | null = null;
  #isApart = false;
  /** By this process' monotonic clock, the margin taken off. */
  #endsAt = -Infinity;
  #renewing: Promise<void> | null = null;
  #renewAgain = false;
  #hasBuried = false;
  #stopped = false;
  readonly #retry: Backoff;
  #cancelRenewal: Stop = NOTHING;
  #cancelEnd: Stop = NOTHING;
  #following: Promise<Subscription | null> | null = null;
  #summary = '';

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    const { random } = deps;
    this.#retry = new Backoff({ firstMs: RETRY_MS, maxMs: RENEWALS_MAX_MS, spread: -0.5, random });
    deps.tenants.onShardEnded(() => {
      this.#renewNow();
    });
  }

  start(): void {
    const { leases, member } = this.#deps;
    const changed = (by: string | null) => {
      if (by !== member) this.#renewNow();
    };
    // Without it changes are noticed at the next renewal; it rejects only when closed before it began.
    this.#following = leases.follow(changed).catch(() => null);
    this.#renewNow();
  }

  /** Whether this process may still believe that the shard is its own. */
  holds(shard: number): boolean {
    return (this.#held.has(shard) || this.#runs.has(shard)) && this.#deps.clock.monotonic() < this.#endsAt;
  }

  /** Whether a lease runs: without one nothing is polled here. */
  get hasLease(): boolean {
    return this.#deps.clock.monotonic() < this.#endsAt;
  }

  /** The others hear of it at once. */
  tenantsChanged(): void {
    this.#renewNow();
  }

  /** Ends all polling, lets commits finish, then gives everything back at once. Does not reject. */
  async stop(): Promise<void> {
    const { tenants, leases, member, log } = this.#deps;
    this.#stopped = true;
    this.#cancelRenewal();
    this.#cancelEnd();
    tenants.run(NONE);
    await tenants.ended();
    this.#held = NONE;
    this.#runs = NONE;
    // Or a renewal that is still under way would join again.
    await this.#renewing;
    try {
      await leases.leave(member);
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the lease was not given back, it will run out by itself');
    }
    await (await this.#following)?.close();
  }

  #renewNow(): void {
    if (this.#stopped) return;
    this.#renewAgain = true;
    this.#renewing ??= this.#renewUntilSettled();
  }

  async #renewUntilSettled(): Promise<void> {
    this.#cancelRenewal();
    let delay = 0;
    while (!this.#stopped && (this.#renewAgain || delay === 0)) {
      this.#renewAgain = false;
      delay = await this.#renew();
    }
    // In the same breath as the last look at `renewAgain`, or a wish in between would be lost.
    this.#renewing = null;
    if (this.#stopped) return;
    this.#tell();
    if (delay === Infinity) return;
    this.#cancelRenewal = this.#deps.clock.after(delay, () => {
      this.#renewNow();
    });
  }

  /** Returns when to renew next, in milliseconds; 0 where there is something to take or to release already. */
  async #renew(): Promise<number> {
    const { leases, member, leaseMs, clock, random, tenants, log } = this.#deps;
    const sentAt = clock.monotonic();
    const wanted = [...this.#preferred].filter((shard) => !this.#held.has(shard));
    let renewed: Renewed;
    try {
      renewed = await leases.renew(member, {
        leaseMs,
        list: tenants.digest,
        wanted,
        released: this.#releasable(),
      });
    } catch (error) {
      if (!this.#stopped && this.#retry.failures === 0)
        log.warn({ reason: reasonOf(error) }, `leases: ${reasonOf(error)}`);
      this.#observe('missed', 0);
      return this.#retry.next();
    }
    if (this.#retry.failures > 0) log.info('leases are renewed again');
    this.#retry.reset();
    if (this.#stopped) return Infinity;
    this.#adopt(renewed, sentAt);
    if (await this.#buryForerunners(renewed.members)) return 0;

    const missed = [...this.#preferred].some((shard) => !this.#held.has(shard) && !wanted.includes(shard));
    if (missed || this.#releasable().length > 0) return 0;
    const regular = (leaseMs / RENEWALS_PER_LEASE) * (0.8 + 0.4 * random());
    // Whoever may die first is looked after as soon as its lease can have run out, and not a renewal later.
    const othersEnd = (renewed.othersEndInMs ?? Infinity) + DEATH_WATCH_MS * (1 + random());
    return Math.min(regular, othersEnd);
  }

  /** Once, at the start: who was killed here before has left, without waiting for the end of its lease. */
  async #buryForerunners(members: readonly string[]): Promise<boolean> {
    const { leases, member, isDead } = this.#deps;
    if (this.#hasBuried) return false;
    this.#hasBuried = true;
    const dead = members.filter((other) => other !== member && isDead(other));
    const left = await Promise.allSettled(dead.map((other) => leases.leave(other)));
    return left.some(({ status }) => status === 'fulfilled');
  }

  #adopt({ members, agreeing, held }: Renewed, sentAt: number): void {
    const { member, leaseMs, clock, tenants } = this.#deps;
    // Loops that the end of the lease has silenced are stopped before others begin.
    if (clock.monotonic() >= this.#endsAt) this.#lapse();
    this.#endsAt = sentAt + leaseMs * (1 - MARGIN);
    if (clock.monotonic() >= this.#endsAt) return;
    this.#cancelEnd();
    if (this.#endsAt !== Infinity)
      this.#cancelEnd = clock.after(this.#endsAt - clock.monotonic(), () => {
        this.#lapse();
      });
    if (members.join() !== this.#members.join()) {
      this.#members = members;
      this.#preferred = preferredShards(member, members);
    }
    this.#observeHeld(held);
    this.#held = held;
    this.#noteDifference(agreeing.length < members.length);
    this.#runs = this.#isApart
      ? preferredShards(member, agreeing)
      : new Set([...held].filter((shard) => this.#preferred.has(shard)));
    tenants.run(this.#runs);
  }

  /** One line when sharing ends, one when it begins again. */
  #noteDifference(differ: boolean): void {
    const { clock, log } = this.#deps;
    this.#differSince = differ ? (this.#differSince ?? clock.monotonic()) : null;
    const isApart = this.#differSince !== null && clock.monotonic() - this.#differSince >= DIFFERENCE_MS;
    if (isApart === this.#isApart) return;
    this.#isApart = isApart;
    if (isApart)
      log.warn(
        'another replica of this lease group has other tenants, or is another build: they are not shared, and what both have is polled twice',
      );
    else log.info('the replicas have the same tenants again and share them');
  }

  /** The lease may have run out: whatever is under way is cut off. What is being committed is fenced or counts. */
  #lapse(): void {
    const { log, tenants } = this.#deps;
    if (this.#held.size === 0 && this.#runs.size === 0) return;
    this.#observe('lost', this.#held.size);
    this.#held = NONE;
    this.#runs = NONE;
    tenants.run(NONE);
    log.warn('the lease could not be renewed in time: nothing is polled here until it is');
    this.#tell();
  }

  /** What another took was not given back here: that is the other change of hands. */
  #observeHeld(held: ReadonlySet<number>): void {
    const taken = [...held].filter((shard) => !this.#held.has(shard)).length;
    const gone = [...this.#held].filter((shard) => !held.has(shard));
    const released = gone.filter((shard) => !this.#preferred.has(shard)).length;
    if (taken > 0) this.#observe('taken', taken);
    if (released > 0) this.#observe('released', released);
    if (gone.length > released) this.#observe('lost', gone.length - released);
  }

  #observe(change: LeaseChange, shards: number): void {
    (this.#deps.listener ?? UNOBSERVED).lease(change, shards);
  }

  /** Held, another's by right, and at rest. */
  #releasable(): number[] {
    return [...this.#held].filter(
      (shard) => !this.#preferred.has(shard) && !this.#deps.tenants.isBusy(shard),
    );
  }

  /** One line for each change of what this process polls, whatever the number of tenants. */
  #tell(): void {
    const { log, tenants } = this.#deps;
    const [replicas, size] = [this.#members.length, tenants.size];
    const summary = `${replicas} ${size}`;
    if (replicas === 0 || summary === this.#summary) return;
    this.#summary = summary;
    log.info({ replicas, shards: this.#held.size, tenants: size }, `tenants polled here: ${size}`);
  }
}

export interface KeeperDeps {
  readonly leases: Leases;
  /** This process, by a name that no other has or had. */
  readonly member: string;
  /** Whether another member is known to be dead although its lease runs; asked once, at the start. */
  readonly isDead: (member: string) => boolean;
  /** Infinity where nobody else can come: then nothing is ever renewed. */
  readonly leaseMs: number;
  readonly tenants: Pick<
    TenantAssignment<never>,
    'run' | 'isBusy' | 'onShardEnded' | 'ended' | 'size' | 'digest'
  >;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly listener?: PollListener;
  readonly log: Logger;
}

const NONE: ReadonlySet<number> = new Set();
const NOTHING = () => undefined;
/** Several may fail before the lease is lost, as while Redis restarts. */
const RENEWALS_PER_LEASE = 5;
/** Of the lease, for timers that come late and clocks that run at different speeds. */
const MARGIN = 0.1;
const RETRY_MS = 100;
const RENEWALS_MAX_MS = 1_000;
const DEATH_WATCH_MS = 20;
/** Replicas see a changed file within some seconds; nobody should go unpolled for longer than a takeover takes. */
const DIFFERENCE_MS = 10_000;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
