import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Leases } from '../../store/leases.js';
import { MemoryLeases } from '../../store/memory/memory-leases.js';
import { STORED_FORM } from '../../store/stored/formats.js';
import { LeaseKeeper } from './lease-keeper.js';
import { preferredOwner, SHARDS, shardOf } from './rendezvous.js';
import { TenantAssignment } from './tenant-assignment.js';
import type { Clock } from '../../base/clock.js';

const TENANTS = Array.from({ length: 40 }, (_, index) => ({ tenant: `tenant-${index}` }));
const LEASE_MS = 5_000;
const NEWER = STORED_FORM.format + 1;

interface Planned {
  readonly owner: string;
  readonly at: number;
  readonly run: () => void;
}

/** Time for several replicas, which passes only when a test lets it. */
class VirtualTime {
  now = 0;
  readonly #planned = new Set<Planned>();

  clock(owner: string): Clock {
    return {
      now: () => this.now,
      monotonic: () => this.now,
      after: (ms, run) => {
        if (!Number.isFinite(ms)) throw new Error('a timer needs an end');
        const planned = { owner, at: this.now + ms, run };
        this.#planned.add(planned);
        return () => this.#planned.delete(planned);
      },
      every: () => {
        throw new Error('nothing here is regular');
      },
    };
  }

  get planned(): number {
    return this.#planned.size;
  }

  /** A process that is dead or paused does nothing. */
  drop(owner: string): Planned[] {
    const own = [...this.#planned].filter((planned) => planned.owner === owner);
    for (const planned of own) this.#planned.delete(planned);
    return own;
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settled();
    for (;;) {
      const [next] = [...this.#planned].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#planned.delete(next);
      this.now = Math.max(this.now, next.at);
      next.run();
      await settled();
    }
    this.now = end;
  }
}

/** Resolves when everything has happened that can happen without time passing. */
const settled = async () => {
  for (let round = 0; round < 20; round++) await new Promise(setImmediate);
};

function setUp() {
  const time = new VirtualTime();
  const shared = new MemoryLeases({ monotonic: () => time.now });

  function replica(
    member: string,
    given: {
      leases?: Leases;
      leaseMs?: number;
      slowEnd?: Promise<void>;
      dead?: string;
      tenants?: readonly { tenant: string }[];
      format?: number;
    } = {},
  ) {
    const polled = new Set<string>();
    const lines: { msg: string; level: number; tenants?: number; replicas?: number }[] = [];
    const begin = ({ tenant }: { tenant: string }) => {
      polled.add(tenant);
      return {
        stop: async () => {
          await given.slowEnd;
          polled.delete(tenant);
        },
      };
    };
    const assignment = new TenantAssignment({
      tenants: given.tenants ?? TENANTS,
      begin,
      format: given.format,
    });
    const keeper = new LeaseKeeper({
      leases: given.leases ?? shared,
      member,
      isDead: (other) => given.dead === other,
      leaseMs: given.leaseMs ?? LEASE_MS,
      tenants: assignment,
      clock: time.clock(member),
      random: () => 0.5,
      log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    });
    return { member, keeper, assignment, polled, lines };
  }
  return { time, shared, replica };
}

/** Leases that a test can cut a replica off from. */
function cuttable(shared: Leases) {
  const cut = { off: false, renewals: 0 };
  const leases: Leases = {
    renew: (member, renewal) => {
      cut.renewals += 1;
      return cut.off ? Promise.reject(new Error('Redis is away')) : shared.renew(member, renewal);
    },
    leave: (member) => (cut.off ? Promise.reject(new Error('Redis is away')) : shared.leave(member)),
    follow: (changed) => shared.follow(changed),
    close: () => shared.close(),
  };
  return { cut, leases };
}

const preferredBy = (member: string, ...members: string[]) =>
  TENANTS.map(({ tenant }) => tenant).filter((tenant) => preferredOwner(shardOf(tenant), members) === member);

describe('a replica’s leases', () => {
  it('let a lone replica poll everything without any delay', async () => {
    const { time, replica } = setUp();
    const { keeper, polled } = replica('a');
    keeper.start();
    await settled();
    expect(polled.size).toBe(TENANTS.length);
    expect(time.now).toBe(0);
    expect(Array.from({ length: SHARDS }, (_, shard) => keeper.holds(shard))).not.toContain(false);
  });

  it('plan nothing where a lease never ends', async () => {
    const { time, replica } = setUp();
    const { keeper, polled } = replica('a', { leaseMs: Infinity });
    keeper.start();
    await settled();
    expect([polled.size, time.planned]).toEqual([TENANTS.length, 0]);
    await keeper.stop();
    expect(polled.size).toBe(0);
  });

  it('share the tenants as rendezvous hashing says, each with exactly one, without waiting', async () => {
    const { replica } = setUp();
    const replicas = ['a', 'b', 'c'].map((member) => replica(member));
    for (const { keeper } of replicas) {
      keeper.start();
      await settled();
    }
    for (const { member, polled } of replicas)
      expect([...polled].sort()).toEqual(preferredBy(member, 'a', 'b', 'c').sort());
  });

  it('hand a shard over only when its loops have ended', async () => {
    const { replica } = setUp();
    let end: () => void = () => undefined;
    const a = replica('a', { slowEnd: new Promise<void>((resolve) => (end = resolve)) });
    const b = replica('b');
    a.keeper.start();
    await settled();
    b.keeper.start();
    await settled();
    expect([a.polled.size, b.polled.size]).toEqual([TENANTS.length, 0]);
    end();
    await settled();
    expect([...b.polled].sort()).toEqual(preferredBy('b', 'a', 'b').sort());
    expect([...a.polled].sort()).toEqual(preferredBy('a', 'a', 'b').sort());
  });

  it('of a dead replica are taken when its lease has expired, at once and not before', async () => {
    const { time, replica } = setUp();
    const [a, b] = [replica('a'), replica('b')];
    for (const { keeper } of [a, b]) {
      keeper.start();
      await settled();
    }
    await time.pass(10_000);
    time.drop('a');
    const died = time.now;
    await time.pass(LEASE_MS - 1_200);
    expect(b.polled.size).toBeLessThan(TENANTS.length);
    while (b.polled.size < TENANTS.length) await time.pass(10);
    expect(time.now - died).toBeLessThan(LEASE_MS + 100);
  });

  it('of a replica that was killed and restarted at once need not expire', async () => {
    const { time, shared, replica } = setUp();
    const wanted = Array.from({ length: SHARDS }, (_, shard) => shard);
    await shared.renew('before', { leaseMs: LEASE_MS, list: 'x', wanted, released: [] });
    const after = replica('after', { dead: 'before' });
    after.keeper.start();
    await settled();
    expect([after.polled.size, time.now]).toEqual([TENANTS.length, 0]);
  });

  it('of a replica that was wrongly taken for dead come back to it with its next renewal', async () => {
    const { time, replica } = setUp();
    const a = replica('a');
    const b = replica('b', { dead: 'a' });
    a.keeper.start();
    await settled();
    b.keeper.start();
    await time.pass(1_500);
    expect([...a.polled].sort()).toEqual(preferredBy('a', 'a', 'b').sort());
    expect([...b.polled].sort()).toEqual(preferredBy('b', 'a', 'b').sort());
  });

  it('of a replica that stops are taken at once', async () => {
    const { time, replica } = setUp();
    const [a, b] = [replica('a'), replica('b')];
    for (const { keeper } of [a, b]) {
      keeper.start();
      await settled();
    }
    await a.keeper.stop();
    await settled();
    expect([a.polled.size, b.polled.size, time.now]).toEqual([0, TENANTS.length, 0]);
  });

  it('remain with their owner while it renews them', async () => {
    const { time, shared, replica } = setUp();
    const { cut, leases } = cuttable(shared);
    const a = replica('a', { leases });
    const b = replica('b');
    a.keeper.start();
    b.keeper.start();
    await time.pass(1_000);
    const before = [...a.polled].sort();
    const renewals = cut.renewals;
    await time.pass(60_000);
    expect([...a.polled].sort()).toEqual(before);
    expect(cut.renewals - renewals).toBeGreaterThanOrEqual(55);
    expect(cut.renewals - renewals).toBeLessThanOrEqual(75);
  });

  it('end here before they end at the server when it cannot be reached, and begin again with it', async () => {
    const { time, shared, replica } = setUp();
    const { cut, leases } = cuttable(shared);
    const a = replica('a', { leases });
    const watcher = replica('b', { leases });
    a.keeper.start();
    await time.pass(10_000);
    cut.off = true;
    // The last renewal was up to a second ago.
    await time.pass(LEASE_MS * 0.9 - 1_001);
    expect(a.polled.size).toBe(TENANTS.length);
    await time.pass(1_002);
    expect(a.polled.size).toBe(0);
    expect(a.keeper.holds(0)).toBe(false);
    expect(watcher.polled.size).toBe(0);
    cut.off = false;
    await time.pass(1_000);
    expect(a.polled.size).toBe(TENANTS.length);
    expect(a.lines.map(({ msg }) => msg)).toEqual([
      'tenants polled here: 40',
      'lease renewal failed: Redis is away',
      'lease expired: it could not be renewed in time, nothing is polled here until it is',
      'tenants polled here: 0',
      'lease renewal recovered',
      'tenants polled here: 40',
    ]);
  });

  it('have expired for a replica that wakes up after their end, whichever of its timers fires first', async () => {
    const { time, replica } = setUp();
    const [a, b] = [replica('a'), replica('b')];
    for (const { keeper } of [a, b]) {
      keeper.start();
      await settled();
    }
    await time.pass(1_000);
    const frozen = time.drop('a');
    await time.pass(LEASE_MS + 1_000);
    expect(b.polled.size).toBe(TENANTS.length);
    expect(TENANTS.some(({ tenant }) => a.keeper.holds(shardOf(tenant)))).toBe(false);
    for (const { run } of frozen.toReversed()) run();
    await time.pass(2_000);
    // Alive again, it has its share back, which the other has released.
    expect([...a.polled].sort()).toEqual(preferredBy('a', 'a', 'b').sort());
    expect([...b.polled].sort()).toEqual(preferredBy('b', 'a', 'b').sort());
  });

  it('are found to be lost where the server has forgotten them, and are shared again', async () => {
    const { time, shared, replica } = setUp();
    let current: Leases = shared;
    const leases: Leases = {
      renew: (member, renewal) => current.renew(member, renewal),
      leave: (member) => current.leave(member),
      follow: () => Promise.resolve({ close: () => Promise.resolve() }),
      close: () => Promise.resolve(),
    };
    const replicas = [replica('a', { leases }), replica('b', { leases })];
    for (const { keeper } of replicas) keeper.start();
    await time.pass(5_000);
    current = new MemoryLeases({ monotonic: () => time.now });
    await time.pass(5_000);
    for (const { member, polled } of replicas)
      expect([...polled].sort()).toEqual(preferredBy(member, 'a', 'b').sort());
  });

  it('log one line for a change, and nothing while nothing changes', async () => {
    const { time, replica } = setUp();
    const [a, b] = [replica('a'), replica('b')];
    a.keeper.start();
    await time.pass(5_000);
    b.keeper.start();
    await time.pass(60_000);
    const mine = preferredBy('a', 'a', 'b').length;
    expect(a.lines.map(({ msg }) => msg)).toEqual([
      'tenants polled here: 40',
      `tenants polled here: ${mine}`,
    ]);
    expect(a.lines[1]).toMatchObject({ replicas: 2, tenants: mine });
  });

  it('end without an error where they cannot be released', async () => {
    const { shared, replica } = setUp();
    const { cut, leases } = cuttable(shared);
    const a = replica('a', { leases });
    a.keeper.start();
    await settled();
    cut.off = true;
    await a.keeper.stop();
    expect(a.lines.at(-1)!.msg).toBe('lease not released, it expires by itself: Redis is away');
  });

  const ADDED = { tenant: 'added' };
  const NAMES = TENANTS.map(({ tenant }) => tenant);

  it('remain shared while a changed list reaches one replica after the other, and lose no loop of the others', async () => {
    const { time, replica } = setUp();
    const [a, b] = [replica('a'), replica('b')];
    a.keeper.start();
    b.keeper.start();
    await time.pass(5_000);
    const before = [a, b].map(({ polled }) => [...polled].sort());
    for (const { keeper, assignment } of [a, b]) {
      assignment.put(ADDED);
      keeper.tenantsChanged();
      await time.pass(3_000);
    }
    const owner = preferredOwner(shardOf('added'), ['a', 'b']);
    expect([a, b].map(({ polled }) => [...polled].filter((name) => name !== 'added').sort())).toEqual(before);
    for (const { member, polled } of [a, b]) expect(polled.has('added')).toBe(member === owner);
    expect([a, b].flatMap(({ lines }) => lines.filter(({ level }) => level > 30))).toEqual([]);
  });

  it('leave nothing unpolled where lists differ for good, log it once, and are shared again when they agree', async () => {
    const { time, replica } = setUp();
    const [a, b, c] = [replica('a'), replica('b'), replica('c', { tenants: [...TENANTS, ADDED] })];
    for (const { keeper } of [a, b, c]) keeper.start();
    await time.pass(60_000);
    expect([...c.polled].sort()).toEqual([...NAMES, 'added'].sort());
    for (const { member, polled } of [a, b])
      expect([...polled].sort()).toEqual(preferredBy(member, 'a', 'b').sort());
    for (const shard of [shardOf('added')]) expect(c.keeper.holds(shard)).toBe(true);
    const warnings = (of: typeof a) => of.lines.filter(({ level }) => level > 30).length;
    expect([a, b, c].map(warnings)).toEqual([1, 1, 1]);

    c.assignment.remove('added');
    c.keeper.tenantsChanged();
    await time.pass(10_000);
    for (const { member, polled } of [a, b, c])
      expect([...polled].sort()).toEqual(preferredBy(member, 'a', 'b', 'c').sort());
    expect([a, b, c].map(warnings)).toEqual([1, 1, 1]);
  });

  it('of bridges with no tenant in common let each poll all of its own', async () => {
    const { time, replica } = setUp();
    const other = Array.from({ length: 40 }, (_, index) => ({ tenant: `other-${index}` }));
    const [a, b] = [replica('a'), replica('b', { tenants: other })];
    a.keeper.start();
    b.keeper.start();
    await time.pass(15_000);
    expect([a.polled.size, b.polled.size]).toEqual([40, 40]);
    await time.pass(60_000);
    expect([a.polled.size, b.polled.size]).toEqual([40, 40]);
  });

  it('end what is polled unshared when the lease may have expired', async () => {
    const { time, shared, replica } = setUp();
    const { cut, leases } = cuttable(shared);
    const [a, b] = [replica('a', { leases, tenants: [ADDED] }), replica('b')];
    a.keeper.start();
    b.keeper.start();
    await time.pass(15_000);
    expect([...a.polled]).toEqual(['added']);
    cut.off = true;
    await time.pass(LEASE_MS);
    expect([a.polled.size, a.keeper.hasLease, a.keeper.holds(shardOf('added'))]).toEqual([0, false, false]);
    cut.off = false;
    await time.pass(2_000);
    expect([[...a.polled], a.keeper.hasLease]).toEqual([['added'], true]);
  });

  it('of a newer build poll all tenants themselves, as the older ones cannot read what they write', async () => {
    const { time, replica } = setUp();
    const [a, b, c] = [replica('a'), replica('b', { format: NEWER }), replica('c', { format: NEWER })];
    for (const { keeper } of [a, b, c]) keeper.start();
    await time.pass(60_000);
    expect([...a.polled].sort()).toEqual([...NAMES].sort());
    for (const { member, polled } of [b, c])
      expect([...polled].sort()).toEqual(preferredBy(member, 'b', 'c').sort());
    await a.keeper.stop();
    await time.pass(10_000);
    for (const { member, polled } of [b, c])
      expect([...polled].sort()).toEqual(preferredBy(member, 'b', 'c').sort());
  });
});
