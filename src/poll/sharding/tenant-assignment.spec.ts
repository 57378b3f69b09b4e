import { describe, expect, it } from '@jest/globals';
import { shardOf } from './rendezvous.js';
import { TenantAssignment } from './tenant-assignment.js';

/** Tenants that end when a test lets them; `said` lists what was begun and ended. */
function setUp(names: readonly string[]) {
  const said: string[] = [];
  const ends = new Map<string, () => void>();
  const assignment = new TenantAssignment({
    tenants: names.map((tenant) => ({ tenant })),
    begin: ({ tenant }) => {
      said.push(`+${tenant}`);
      return {
        stop: () =>
          new Promise<void>((resolve) => {
            ends.set(tenant, () => {
              said.push(`-${tenant}`);
              resolve();
            });
          }),
      };
    },
  });
  const end = async (tenant: string) => {
    ends.get(tenant)!();
    await new Promise(setImmediate);
  };
  return { assignment, said, end };
}

const shards = (...tenants: string[]) => new Set(tenants.map(shardOf));

describe('the assignment of tenants', () => {
  it('begins the tenants of the shards that are to run, and no others', () => {
    const { assignment, said } = setUp(['a', 'b', 'c']);
    assignment.run(shards('a', 'c'));
    expect(said).toEqual(['+a', '+c']);
    assignment.run(shards('a', 'c'));
    expect(said).toEqual(['+a', '+c']);
    expect(assignment.size).toBe(2);
  });

  it('ends the tenants of a shard that is not to run any more, and reports when they have ended', async () => {
    const { assignment, said, end } = setUp(['a', 'b']);
    let rested = 0;
    assignment.onShardEnded(() => rested++);
    assignment.run(shards('a', 'b'));
    assignment.run(shards('b'));
    expect([assignment.isBusy(shardOf('a')), assignment.size, rested]).toEqual([true, 1, 0]);
    await end('a');
    expect([assignment.isBusy(shardOf('a')), rested]).toEqual([false, 1]);
    expect(said).toEqual(['+a', '+b', '-a']);
  });

  it('begins a tenant that is to run again only when it has ended', async () => {
    const { assignment, said, end } = setUp(['a']);
    let rested = 0;
    assignment.onShardEnded(() => rested++);
    assignment.run(shards('a'));
    assignment.run(shards());
    assignment.run(shards('a'));
    expect(said).toEqual(['+a']);
    await end('a');
    expect(said).toEqual(['+a', '-a', '+a']);
    expect([assignment.isBusy(shardOf('a')), rested]).toEqual([true, 0]);
  });

  it('has ended when the last of what was under way has', async () => {
    const { assignment, end } = setUp(['a', 'b']);
    assignment.run(shards('a', 'b'));
    assignment.run(shards());
    let ended = false;
    void assignment.ended().then(() => (ended = true));
    await end('a');
    expect(ended).toBe(false);
    await end('b');
    expect(ended).toBe(true);
  });

  it('begins a tenant that is added at once where its shard runs, and only there', () => {
    const { assignment, said } = setUp(['a']);
    assignment.run(shards('a', 'b'));
    assignment.put({ tenant: 'b' });
    assignment.put({ tenant: 'c' });
    expect(said).toEqual(['+a', '+b']);
    assignment.run(shards('a', 'b', 'c'));
    expect(said).toEqual(['+a', '+b', '+c']);
  });

  it('begins an altered tenant again when it has ended, with its latest settings, and leaves the others alone', async () => {
    const begun: { tenant: string; version: number }[] = [];
    let end: () => void = () => undefined;
    const assignment = new TenantAssignment({
      tenants: [
        { tenant: 'a', version: 1 },
        { tenant: 'b', version: 1 },
      ],
      begin: (tenant) => {
        begun.push(tenant);
        return { stop: () => new Promise<void>((resolve) => (end = resolve)) };
      },
    });
    assignment.run(shards('a', 'b'));
    assignment.put({ tenant: 'a', version: 2 });
    assignment.put({ tenant: 'a', version: 3 });
    expect(begun).toHaveLength(2);
    end();
    await new Promise(setImmediate);
    expect(begun.slice(2)).toEqual([{ tenant: 'a', version: 3 }]);
  });

  it('ends a tenant that is removed, and forgets it', async () => {
    const { assignment, said, end } = setUp(['a', 'b']);
    assignment.run(shards('a', 'b'));
    assignment.remove('a');
    assignment.remove('unknown');
    expect([assignment.isBusy(shardOf('a')), assignment.size]).toEqual([true, 1]);
    await end('a');
    expect(assignment.isBusy(shardOf('a'))).toBe(false);
    assignment.run(shards());
    await end('b');
    assignment.run(shards('a', 'b'));
    expect(said).toEqual(['+a', '+b', '-a', '-b', '+b']);
  });

  it('begins a tenant that comes back while it ends when it has ended', async () => {
    const { assignment, said, end } = setUp(['a']);
    assignment.run(shards('a'));
    assignment.remove('a');
    assignment.put({ tenant: 'a' });
    expect(said).toEqual(['+a']);
    await end('a');
    expect(said).toEqual(['+a', '-a', '+a']);
  });

  it('knows its tenants by a digest, whether they run or not', () => {
    const { assignment } = setUp(['a', 'b']);
    const before = assignment.digest;
    assignment.put({ tenant: 'a' });
    expect(assignment.digest).toBe(before);
    assignment.put({ tenant: 'c' });
    expect(assignment.digest).not.toBe(before);
    assignment.run(shards('a', 'b', 'c'));
    assignment.remove('c');
    expect(assignment.digest).toBe(before);
  });

  it('touches only the one of 10,000 tenants that has changed', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `tenant-${index}`);
    const { assignment, said, end } = setUp(names);
    assignment.run(new Set(names.map(shardOf)));
    said.length = 0;
    assignment.put({ tenant: 'tenant-7000' });
    await end('tenant-7000');
    expect(said).toEqual(['-tenant-7000', '+tenant-7000']);
  });
});
