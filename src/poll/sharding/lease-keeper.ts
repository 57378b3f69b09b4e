import type { Logger } from 'pino';
import { Backoff } from '../../base/backoff.js';
import type { Clock, Stop } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import type { Leases, Renewed } from '../../store/leases.js';
import type { Subscription } from '../../store/store.js';
import { preferredShards } from './rendezvous.js';
import { type LeaseChange, type PollListener, NO_LISTENER } from '../cycle/poll-listener.js';
import type { TenantAssignment } from './tenant-assignment.js';

/**
 * Keeps this process' shards: renews its lease, takes the free shards that it should own, hands over those that another
 * should own, and has the tenants of its shards polled.
 *
 * A shard, as this process sees it:
 *
 *     another's ─ free, and preferred here ─→ held, runs
 *     held, runs ─ preferred by another member ─→ held, ends ─ all its loops have ended ─→ released: another's
 *     held, ends ─ preferred here again ─→ held, runs
 *     held ─ taken by another meanwhile, or the lease may have run out ─→ another's; its loops are stopped
 *
 * The holder of a shard must know all its tenants. While members have different lists, as when a changed list reaches
 * them one after the other, some tenants may go unpolled for `DIFFERENCE_MS`. A difference that lasts longer ends the
 * sharing: the members with the same list divide all of their tenants among themselves, regardless of who holds the
 * shards, until all lists agree again. A tenant on two lists is then polled twice.
 *
 * Builds that write different formats of the stored state differ in the same way (`listDigest`). So the newer builds
 * soon poll all tenants among themselves and take them over. An older build that finds a state which it cannot read
 * keeps its lease and does not poll that tenant (`TenantLoop`).
 *
 * Guarantees: one renewal at a time; polling stops before the lease can end at the server, measured by this process'
 * monotonic clock from before the renewal was sent; a lone member waits for no other.
 *
 * Not guaranteed: that no other replica polls the same tenants. See `Leases`.
 */
export class LeaseKeeper {
  readonly #deps: KeeperDeps;
  #members: readonly string[] = [];
  #preferred: ReadonlySet<number> = new Set();
  #held: ReadonlySet<number> = new Set();
  /**
   * The shards that run here: those held and preferred; while lists differ, those preferred among the members that
   * agree.
   */
  #runs: ReadonlySet<number> = new Set();
  #differSince: number | null = null;
  #isApart = false;
  /** When the lease ends, by this process' monotonic clock, less the margin. */
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
    // Where following fails, the next renewal notices changes; it rejects only when closed before it began.
    this.#following = leases.follow(changed).catch(() => null);
    this.#renewNow();
  }

  /** Whether the shard is still this process', as far as it can know. */
  holds(shard: number): boolean {
    return (this.#held.has(shard) || this.#runs.has(shard)) && this.#deps.clock.monotonic() < this.#endsAt;
  }

  /** What is done with a tenant here, in the log. */
  get #done(): string {
    return this.#deps.done ?? 'polled';
  }

  /** Whether the lease has not expired: without one nothing is polled here. */
  get hasLease(): boolean {
    return this.#deps.clock.monotonic() < this.#endsAt;
  }

  /** Renews at once, so that the other members see the changed list. */
  tenantsChanged(): void {
    this.#renewNow();
  }

  /** Ends all polling, waits for commits, then releases all shards at once. Does not reject. */
  async stop(): Promise<void> {
    const { tenants, leases, member, log } = this.#deps;
    this.#stopped = true;
    this.#cancelRenewal();
    this.#cancelEnd();
    tenants.run(NONE);
    await tenants.ended();
    this.#held = NONE;
    this.#runs = NONE;
    // A renewal that is still under way would make this member join again after `leave`.
    await this.#renewing;
    try {
      await leases.leave(member);
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, `lease not released, it expires by itself: ${reasonOf(error)}`);
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
    // In the same step as the last check of `renewAgain`, or a request in between would be lost.
    this.#renewing = null;
    if (this.#stopped) return;
    this.#logSummary();
    if (delay === Infinity) return;
    this.#cancelRenewal = this.#deps.clock.after(delay, () => {
      this.#renewNow();
    });
  }

  /** Returns how long to wait for the next renewal, in milliseconds; 0 where there are shards to take or to release. */
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
        log.warn({ reason: reasonOf(error) }, `lease renewal failed: ${reasonOf(error)}`);
      this.#observe('missed', 0);
      return this.#retry.next();
    }
    if (this.#retry.failures > 0) log.info('lease renewal recovered');
    this.#retry.reset();
    if (this.#stopped) return Infinity;
    this.#adopt(renewed, sentAt);
    if (await this.#buryForerunners(renewed.members)) return 0;

    const missed = [...this.#preferred].some((shard) => !this.#held.has(shard) && !wanted.includes(shard));
    if (missed || this.#releasable().length > 0) return 0;
    const regular = (leaseMs / RENEWALS_PER_LEASE) * (0.8 + 0.4 * random());
    // Renews as soon as the first of the others' leases can have expired, so that a dead member's shards are taken
    // then.
    const othersEnd = (renewed.othersEndInMs ?? Infinity) + DEATH_WATCH_MS * (1 + random());
    return Math.min(regular, othersEnd);
  }

  /**
   * Once, at the start: removes members that were killed on this host, instead of waiting for their leases to expire.
   */
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
    // Loops that stopped polling when the lease expired are ended before new ones begin.
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
        `tenants not shared: another replica of this lease group has other tenants, or is another build, and what both have is ${this.#done} twice`,
      );
    else log.info('tenants shared again: the replicas of this lease group have the same ones');
  }

  /** Ends all polling, since the lease may have expired. A commit that is under way either counts or is fenced. */
  #lapse(): void {
    const { log, tenants } = this.#deps;
    if (this.#held.size === 0 && this.#runs.size === 0) return;
    this.#observe('lost', this.#held.size);
    this.#held = NONE;
    this.#runs = NONE;
    tenants.run(NONE);
    log.warn(`lease expired: it could not be renewed in time, nothing is ${this.#done} here until it is`);
    this.#logSummary();
  }

  /** Reports shards taken, released and lost. A shard that another member took without a release here is lost. */
  #observeHeld(held: ReadonlySet<number>): void {
    const taken = [...held].filter((shard) => !this.#held.has(shard)).length;
    const gone = [...this.#held].filter((shard) => !held.has(shard));
    const released = gone.filter((shard) => !this.#preferred.has(shard)).length;
    if (taken > 0) this.#observe('taken', taken);
    if (released > 0) this.#observe('released', released);
    if (gone.length > released) this.#observe('lost', gone.length - released);
  }

  #observe(change: LeaseChange, shards: number): void {
    (this.#deps.listener ?? NO_LISTENER).lease(change, shards);
  }

  /** The shards that are held here, preferred by another member, and not busy. */
  #releasable(): number[] {
    return [...this.#held].filter(
      (shard) => !this.#preferred.has(shard) && !this.#deps.tenants.isBusy(shard),
    );
  }

  /** One line for each change of what this process polls, whatever the number of tenants. */
  #logSummary(): void {
    const { log, tenants } = this.#deps;
    const [replicas, size] = [this.#members.length, tenants.size];
    const summary = `${replicas} ${size}`;
    if (replicas === 0 || summary === this.#summary) return;
    this.#summary = summary;
    log.info({ replicas, shards: this.#held.size, tenants: size }, `tenants ${this.#done} here: ${size}`);
  }
}

export interface KeeperDeps {
  readonly leases: Leases;
  /** This process, by a name that no other has or had. */
  readonly member: string;
  /** Whether another member is known to be dead although its lease has not expired; asked once, at the start. */
  readonly isDead: (member: string) => boolean;
  /** Infinity where there can be no other member: then the lease is never renewed. */
  readonly leaseMs: number;
  readonly tenants: Pick<
    TenantAssignment<never>,
    'run' | 'isBusy' | 'onShardEnded' | 'ended' | 'size' | 'digest'
  >;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly listener?: PollListener;
  /** What is done with a tenant, in the log; `polled` when left out. */
  readonly done?: string;
  readonly log: Logger;
}

const NONE: ReadonlySet<number> = new Set();
const NOTHING = () => undefined;
/** Several renewals may fail before the lease expires, as while Redis restarts. */
const RENEWALS_PER_LEASE = 5;
/** The share of the lease that is not used, for timers that fire late and clocks that run at different speeds. */
const MARGIN = 0.1;
const RETRY_MS = 100;
const RENEWALS_MAX_MS = 1_000;
const DEATH_WATCH_MS = 20;
/** Replicas see a changed file within seconds; no tenant should go unpolled for longer than a takeover takes. */
const DIFFERENCE_MS = 10_000;
