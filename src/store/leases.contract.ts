import type { Leases, Renewed } from './leases.js';

/** Leases under test. */
export interface LeasesSubject {
  readonly leases: Leases;
  /** Lets the leases age by so many milliseconds. */
  elapse(ms: number): Promise<void>;
  close(): Promise<void>;
}

const LEASE_MS = 60_000;

/** The promises of `Leases`, for every implementation of it; each test opens leases of its own. */
export function describeLeases(name: string, open: () => Promise<LeasesSubject>): void {
  describe(name, () => {
    let subject: LeasesSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.close();
    });

    const renew = (
      member: string,
      wanted: number[] = [],
      released: number[] = [],
      list = 'same',
    ): Promise<Renewed> => subject.leases.renew(member, { leaseMs: LEASE_MS, list, wanted, released });
    const held = async (member: string) => [...(await renew(member)).held].sort((a, b) => a - b);

    it('give the first member all that it wants, at once', async () => {
      const renewed = await renew('a', [0, 7, 255]);
      expect(renewed).toEqual({
        members: ['a'],
        agreeing: ['a'],
        held: new Set([0, 7, 255]),
        othersEndInMs: null,
      });
    });

    it('give no member what another holds', async () => {
      await renew('a', [1, 2]);
      expect((await renew('b', [2, 3])).held).toEqual(new Set([3]));
      expect(await held('a')).toEqual([1, 2]);
    });

    it('know every live member, and when the first of the others may be dead', async () => {
      await renew('c');
      await subject.elapse(1_000);
      await renew('a');
      const { members, othersEndInMs } = await renew('b');
      expect(members).toEqual(['a', 'b', 'c']);
      expect(othersEndInMs).toBeGreaterThan(LEASE_MS - 10_000);
      expect(othersEndInMs).toBeLessThanOrEqual(LEASE_MS - 1_000);
    });

    it('say which members know the same tenants, by the latest renewal of each', async () => {
      await renew('a', [], [], 'old');
      await renew('b', [], [], 'new');
      expect((await renew('c', [], [], 'new')).agreeing).toEqual(['b', 'c']);
      expect((await renew('a', [], [], 'new')).agreeing).toEqual(['a', 'b', 'c']);
      await subject.leases.leave('b');
      expect(await renew('c', [], [], 'new')).toMatchObject({ members: ['a', 'c'], agreeing: ['a', 'c'] });
    });

    it('give what is released to the next member that asks', async () => {
      await renew('a', [1, 2]);
      expect((await renew('a', [], [1])).held).toEqual(new Set([2]));
      expect((await renew('b', [1, 2])).held).toEqual(new Set([1]));
    });

    it('release nothing that another member holds', async () => {
      await renew('a', [1]);
      await renew('b', [], [1]);
      expect((await renew('b', [1])).held).toEqual(new Set());
      expect(await held('a')).toEqual([1]);
    });

    it('keep for a member what it renews in time, without naming it', async () => {
      await renew('a', [1]);
      for (let turn = 0; turn < 3; turn++) {
        await subject.elapse(LEASE_MS - 10_000);
        await renew('a');
      }
      expect((await renew('b', [1])).held).toEqual(new Set());
    });

    it('give the shards of a dead member to others, and show it so when it comes back', async () => {
      await renew('a', [1, 2, 3]);
      await subject.elapse(LEASE_MS + 1);
      expect(await renew('b', [1, 2])).toMatchObject({ members: ['b'], held: new Set([1, 2]) });
      expect(await renew('a', [2])).toMatchObject({ members: ['a', 'b'], held: new Set([3]) });
    });

    it('let a member leave at once, with all that it held', async () => {
      await renew('a', [1, 2]);
      await subject.leases.leave('a');
      expect(await renew('b', [1, 2])).toMatchObject({ members: ['b'], held: new Set([1, 2]) });
      await subject.leases.leave('a');
      expect(await held('b')).toEqual([1, 2]);
    });

    it('report members that join, release and leave, and no renewals', async () => {
      const heard: (string | null)[] = [];
      let last: () => void;
      const all = new Promise<void>((resolve) => (last = resolve));
      await subject.leases.follow((member) => {
        heard.push(member);
        if (member === 'end') last();
      });
      await renew('a', [1]);
      await renew('a', [2]);
      await renew('b', [1]);
      await renew('a', [], [1, 9]);
      await renew('a', [], [1]);
      await subject.leases.leave('b');
      await renew('end');
      await all;
      expect(heard).toEqual(['a', 'b', 'a', 'b', 'end']);
    });

    it('report nothing to a follower that has closed', async () => {
      const heard: (string | null)[] = [];
      const closed = await subject.leases.follow((member) => heard.push(member));
      await closed.close();
      await new Promise<void>((resolve, reject) => {
        subject.leases
          .follow(() => {
            resolve();
          })
          .then(() => renew('a'))
          .catch(reject);
      });
      expect(heard).toEqual([]);
    });

    it('reject every call once they are closed', async () => {
      await subject.leases.close();
      await expect(renew('a')).rejects.toThrow('closed');
      await expect(subject.leases.leave('a')).rejects.toThrow('closed');
      await expect(subject.leases.follow(() => undefined)).rejects.toThrow('closed');
    });
  });
}
