import { describe, expect, it } from '@jest/globals';
import { shardOf } from './ownership.js';
import { TenantAssignment } from './tenant-assignment.js';

/** Tenants whose ends a test lets happen; `said` is what was begun and ended. */
function setUp(names: readonly string[]) {
  const said: string[] = [];
  const ends = new Map<string, () => void>();
  const assignment = new TenantAssignment(
    names.map((tenant) => ({ tenant })),
    ({ tenant }) => {
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
  );
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

  it('ends the tenants of a shard that is not to run any more, and says when it is at rest', async () => {
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

  it('begins a tenant that is wanted again only when it has ended', async () => {
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
});
